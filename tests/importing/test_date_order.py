"""Month first or day first: the whole column decides, or is refused whole."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.importing.date_order import Order, decide, evidence
from sop_core.importing.parsing import Parsed
from sop_core.store import Store
from tests.builders import TODAY, workbook

D = dt.date


def read(store: Store, *days: tuple) -> Parsed:
    rows = [["ADV-1", n, *pair] for n, pair in enumerate(days, 1)]
    return importing.read(store, [SourceFile("a.xlsx", workbook(Langkah=rows))], TODAY)


def days(parsed: Parsed, field: str = "started") -> list:
    return parsed.sheets[0].table[field].to_pylist()


def test_a_month_first_column_is_read_so_and_told(store: Store):
    parsed = read(store, ("03/14/2026",), ("03/04/2026",), ("3/2/26",), ("2026-03-05",))
    assert days(parsed) == [D(2026, 3, 14), D(2026, 3, 4), D(2026, 3, 2), D(2026, 3, 5)]
    assert (
        "Langkah: kolom Tanggal Mulai: 3 sel dibaca bulan/hari/tahun: “03/14/2026” dibaca sebagai"
        " 14 Maret 2026; “03/04/2026” dibaca sebagai 4 Maret 2026; “3/2/26” dibaca sebagai 2 Maret 2026."
    ) in parsed.notes


def test_both_kinds_in_one_column_refuse_all_of_them(store: Store):
    parsed = read(store, ("03/14/2026",), ("25/03/2026",), ("03/04/2026",), ("2 Maret 2026",))
    assert days(parsed) == [None, None, None, D(2026, 3, 2)]
    assert {p.row for p in parsed.problems} == {2, 3, 4}
    assert all("03/14/2026 (bulan/hari) dan 25/03/2026" in p.message for p in parsed.problems)


def test_an_impossible_date_leaves_the_order_open(store: Store):
    parsed = read(store, ("03/14/2026",), ("31/02/2026",), ("03/04/2026",))
    assert days(parsed) == [None, None, None]


def test_without_a_day_past_the_twelfth_the_day_stands_first(store: Store):
    parsed = read(store, ("03/04/2026", "05/04/2026"))
    assert (days(parsed), days(parsed, "finished"), parsed.notes) == (
        [D(2026, 4, 3)],
        [D(2026, 4, 5)],
        [],
    )


def test_a_column_that_fits_both_ways_follows_the_other(store: Store):
    parsed = read(store, ("03/02/2026", "03/14/2026"))
    assert (days(parsed), days(parsed, "finished")) == ([D(2026, 3, 2)], [D(2026, 3, 14)])
    assert len(parsed.notes) == 2


def test_columns_that_contradict_refuse_a_third():
    order = decide(
        {
            "Mulai": evidence(["03/14/2026"]),
            "Selesai": evidence(["25/03/2026"]),
            "Target": evidence(["03/04/2026"]),
            "Lain": evidence(["2026-03-04", D(2026, 3, 4)]),
        }
    )
    assert (order["Mulai"], order["Selesai"], order["Lain"]) == (Order(True), Order(), Order())
    assert "kolom Mulai ditulis bulan/hari, sedangkan kolom Selesai" in order["Target"].refused


def test_dates_that_excel_may_have_swapped_are_refused(store: Store):
    parsed = read(store, ("03/14/2026",), (D(2026, 4, 3),))
    assert days(parsed) == [D(2026, 3, 14), None]
    assert "Excel mungkin menukar hari dan bulan" in parsed.problems[0].message
    parsed = read(store, ("03/14/2026",), (D(2026, 4, 3),), (D(2026, 4, 20),))
    assert days(parsed) == [D(2026, 3, 14), D(2026, 4, 3), D(2026, 4, 20)]


def test_dates_that_an_english_excel_may_have_swapped_are_told(store: Store):
    parsed = read(store, ("25/03/2026",), (D(2026, 1, 3),), (D(2026, 2, 3),), (D(2026, 3, 4),))
    assert not parsed.problems
    assert parsed.notes == [
        "Langkah: kolom Tanggal Mulai: 3 sel tanggal semuanya bertanggal 1–12, sedangkan"
        " “25/03/2026” tertulis sebagai teks; Excel mungkin menukar hari dan bulannya. Periksa."
    ]


@pytest.mark.parametrize(
    "text", ["2026-03-14", "12-14/03/2026", "2 Maret 2026 09.30.15", "12-14 Maret 2026", "02/03/2026 09.10.11", "lihat 3.1.2.20"]
)  # fmt: skip
def test_what_is_no_date_in_numbers_weighs_nothing(text):
    found = evidence([text])
    assert (found.only_day, found.only_month, found.neither) == ("", "", "")


@given(
    st.lists(st.dates(D(2024, 1, 1), D(2026, 11, 1)), min_size=1, max_size=8),
    st.sampled_from(["/", "-", "."]),
)
def test_one_writer_s_month_first_column_never_reads_as_other_days(written, between):  # fmt: skip
    form = f"%m{between}%d{between}%Y"
    order = decide({"Mulai": evidence(day.strftime(form) for day in written)})["Mulai"]
    assert not order.refused
    assert order.month_first == any(day.day > 12 for day in written)
