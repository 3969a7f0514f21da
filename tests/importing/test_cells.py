"""One cell at a time."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core.errors import CellError
from sop_core.importing.cells import parse_choice, parse_date, parse_flow, parse_integer
from sop_core.importing.cells import parse_yes_no as yes_no
from sop_core.importing.contract import KEGIATAN
from sop_core.indonesian import format_date

D = dt.date
DATES = st.dates(D(2018, 1, 1), D(2035, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        D(2026, 3, 2),
        dt.datetime(2026, 3, 2, 14, 30),
        "2026-03-02",
        "2026-03-02 00:00:00",
        "02/03/2026",
        "2/3/2026",
        "02-03-2026",
        "02.03.2026",
        "2 Maret 2026",
        "2 mar 2026",
        " 2\u00a0MARET  2026 ",
    ],
)
def test_dates_in_every_accepted_form(written):
    assert parse_date(written) == D(2026, 3, 2)


@given(DATES)
def test_every_date_reads_back_from_each_form(day):
    for written in (day, day.isoformat(), f"{day:%d/%m/%Y}", format_date(day)):
        assert parse_date(written) == day


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31/02/2026", "tanggal 31 tidak ada: Februari 2026 hanya 28 hari"),
        ("13/13/2026", "bulan 13 tidak ada"),
        ("2206-03-02", "tahun 2206 di luar rentang"),
        (D(2206, 3, 2), "tahun 2206 di luar rentang"),
        (46083.0, "46083 bukan tanggal"),
        ("besok", "bukan tanggal yang dikenal"),
        ("2 Mart 2026", "bukan tanggal yang dikenal"),
        ("#REF!", "bukan tanggal yang dikenal"),
        ("00/00/0000", "bulan 0 tidak ada"),
    ],
)
def test_dates_refused_with_a_plain_reason(written, reason):
    with pytest.raises(CellError, match=reason):
        parse_date(written)


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text):
    for parse in (parse_date, parse_flow, yes_no, lambda v: parse_integer(v, 0, 9)):
        reason = "dibaca"
        try:
            parse(text)
        except CellError as error:
            reason = str(error)
        assert reason


def test_numbers_flows_and_choices():
    assert parse_integer(7.0, 1, 99) == 7
    assert parse_integer("1.250", 0, 10_000) == 1250
    assert [parse_flow(v) for v in ("A", " b ", "Alur C", "D. Fasilitator")] == list("ABCD")
    assert [yes_no(v) for v in ("Ya", "TIDAK", True, 0.0)] == [True, False, True, False]
    stakeholder = KEGIATAN.column("stakeholder")
    assert [parse_choice(v, stakeholder) for v in ("g", "Pemerintah Daerah", "b. Pelaku Usaha")] == ["g", "d", "b"]  # fmt: skip
    for value, low in ((2.5, 0), ("7a", 0), (12, 20)):
        with pytest.raises(CellError):
            parse_integer(value, low, 99)
    with pytest.raises(CellError, match="harus salah satu dari"):
        parse_choice("z", stakeholder)
