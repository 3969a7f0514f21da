"""Whole numbers as offices write them; what may be another number is refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core.errors import CellError
from sop_core.importing.cells import parse_id, parse_number_given_out
from sop_core.importing.contract import KEGIATAN, TARGET
from sop_core.importing.notes import Told
from sop_core.importing.numbers import parse_integer, read_count, read_year
from sop_core.indonesian import format_number

RUPIAH = 10**15


@pytest.mark.parametrize(
    "written", ["1250", 1250, 1250.0, "1.250", "1,250", "1 250", "1.250,00", "1,250.00", "1250,00"]
)
def test_one_number_in_every_form(written):
    assert parse_integer(written, 0, RUPIAH) == 1250


@given(st.integers(0, RUPIAH))
def test_every_number_reads_back_from_each_form(number):
    pointed = format_number(number) if number < 2**53 else f"{number:,}".replace(",", ".")
    for written in (str(number), pointed, f"{number:,}", f"{pointed},00", f"{number:,}.00"):
        assert parse_integer(written, 0, RUPIAH) == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("±50", "perkiraan atau rentang"),
        ("sekitar 50", "perkiraan atau rentang"),
        ("50-60", "perkiraan atau rentang"),
        (">50", "perkiraan atau rentang"),
        (1.25, "bila maksudnya 1.250, Excel membacanya sebagai pecahan: ketik 1250"),
        (2.5, "bila maksudnya 2.500"),
        (1.23456, "harus bilangan bulat"),
        ("40.0", "bila benar, tulis 40 tanpa pecahan"),
        ("1.25", "bisa ribuan atau pecahan"),
        ("1,25", "bisa ribuan atau pecahan"),
        ("0.250", "bisa ribuan atau pecahan"),
        ("1250.000", "bisa ribuan atau pecahan"),
        ("1.250,5", "harus bilangan bulat"),
        ("empat puluh", "harus bilangan bulat"),
        (True, "harus bilangan bulat"),
        ("1" * 5000, "harus antara"),
        (float("nan"), "harus bilangan bulat"),
        (float("inf"), "harus bilangan bulat"),
    ],
)
def test_what_is_not_certain_is_refused(written, reason):
    with pytest.raises(CellError, match=reason):
        parse_integer(written, 0, RUPIAH)


def test_what_is_counted_may_stand_behind_the_number():
    people, plans = KEGIATAN.column("participants"), TARGET.column("activities")
    assert read_count("40 orang", people.most, people.counted) == Told(40, "40")
    assert read_count("1.250 Org.", people.most, people.counted) == Told(1250, "1250")
    assert read_count("12 kegiatan", plans.most, plans.counted) == Told(12, "12")
    assert read_count("40", people.most, people.counted) == 40
    for other in ("40 juta", "12 kegiatan", "40 L / 20 P", "Rp 40"):
        with pytest.raises(CellError):
            read_count(other, people.most, people.counted)
    with pytest.raises(CellError, match="tulis 0, atau kosongkan"):
        read_count("nihil", people.most, people.counted)
    with pytest.raises(CellError, match="harus antara 0 dan 10000000"):
        read_count(10**15, people.most)


@pytest.mark.parametrize("before", ["TA ", "T.A. ", "Tahun ", "Tahun Anggaran ", "ta"])
def test_a_budget_year(before):
    assert read_year(f"{before}2026", 2018, 2027) == Told(2026, "2026")
    assert read_year("2026", 2018, 2027) == read_year(2026.0, 2018, 2027) == 2026
    with pytest.raises(CellError):
        read_year("2025/2026", 2018, 2027)


@pytest.mark.parametrize("parse", [parse_id, parse_number_given_out])
def test_a_number_that_has_lost_digits_is_nobody_s_id(parse):
    for lost in (1.99001012015011e17, 10**15, 1e15):
        with pytest.raises(CellError, match="lebih dari 15 angka sebagai bilangan"):
            parse(lost)
    for lost in ("1,99001E+17", "1.99E17"):
        with pytest.raises(CellError, match=r"ditulis dengan E\+"):
            parse(lost)
    for changed in (dt.date(2026, 2, 1), dt.datetime(2026, 2, 1), dt.time(9, 30)):
        with pytest.raises(CellError, match="Excel mungkin mengubahnya"):
            parse(changed)
    assert parse("199001012015011001") == "199001012015011001"
    assert parse(999_999_999_999_999.0) == "999999999999999"
    assert parse("3E-05/PKP") == "3E-05/PKP"


def test_ids_are_one_only_where_the_text_is():
    assert (parse_id("001"), parse_id(1.0), parse_id("1")) == ("001", "1", "1")
