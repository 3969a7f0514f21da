"""Every way of writing a day reads as that day, and none as another."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core.errors import CellError
from sop_core.importing.dates import DateRange, parse_date, read_date
from sop_core.importing.notes import CLOCK, MOVED, SHORT_YEAR
from sop_core.indonesian import (
    MONTH_NUMBER,
    MONTHS_SHORT,
    WEEKDAY_NUMBER,
    WEEKDAYS,
    format_date,
)

D = dt.date
DATES = st.dates(D(2018, 1, 1), D(2035, 12, 31))
ENGLISH = {
    1: "January", 2: "February", 3: "March", 4: "April", 5: "May", 6: "June", 7: "July", 8: "August",
    9: "September", 10: "October", 11: "November", 12: "December",
}  # fmt: skip


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
        "02 - 03 - 2026",
        "02 / 03 / 2026",
        "02/03/26",
        "2026/03/02",
        "2026.3.2",
        "2 Maret 2026",
        "2 mar 2026",
        " 2\u00a0MARET  2026 ",
        "02-Mar-2026",
        "2-Mar-26",
        "02–Mar–2026",
        "2 March 2026",
        "2nd March 2026",
        "March 2, 2026",
        "2 Mrt 2026",
        "Senin, 2 Maret 2026",
        "Senin 2 Maret 2026",
        "hari Senin, tanggal 2 Maret 2026",
        "Senin/02-03-2026",
        "Mon, 2 Mar 2026",
        "Monday, March 2, 2026",
        "2 Maret 2026 (Senin)",
        "tgl. 2 Maret 2026",
        "2 Maret 2026.",
        "02/03/2026 09.30",
        "02/03/2026 09:30:15",
        "02/03/2026, 09.00 - 12.00 WIB",
        "2 Maret 2026 pukul 09.00 s.d. selesai",
        "Senin, 2 Maret 2026 pukul 23.59 WIB",
        "2 Maret 2026 (pukul 10.00 WITA)",
    ],
)
def test_dates_in_every_accepted_form(written):
    assert parse_date(written) == D(2026, 3, 2)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2-Agu-2026", D(2026, 8, 2)),
        ("Jum'at, 27 Maret 2026", D(2026, 3, 27)),
        ("Jum’at, 27 Maret 2026", D(2026, 3, 27)),
        ("jumat 27 Maret 2026", D(2026, 3, 27)),
        ("5 Maret 2026 pukul 10.00 WIB", D(2026, 3, 5)),
        ("Ahad, 1 Maret 2026", D(2026, 3, 1)),
    ],
)
def test_names_of_days_and_months(written, day):
    assert parse_date(written) == day


@given(DATES, st.sampled_from(["", "0"]), st.sampled_from(["/", "-", ".", " - ", " / "]))
def test_every_date_reads_back_from_each_form(day, pad, between):
    number = f"{day:%d}" if pad else str(day.day)
    month = f"{day:%m}" if pad else str(day.month)
    numbers = [
        between.join((number, month, str(day.year))),
        between.join((number, month, f"{day:%y}")),
        between.join((str(day.year), month, number)),
    ]
    named = [format_date(day), f"{number}-{MONTHS_SHORT[day.month - 1]}-{day:%y}"]
    named += [
        f"{number} {ENGLISH[day.month]} {day.year}",
        f"{ENGLISH[day.month]} {day.day}, {day.year}",
    ]
    for written in (day, day.isoformat(), *numbers, *named):
        assert parse_date(written) == day
    for written in (*named, *numbers[:1]):
        for behind in (" 09.30", " pukul 10.00 WIB", ", pkl. 08:15"):
            read = read_date(f"{WEEKDAYS[day.weekday()]}, {written}{behind}")
            assert (read.day, CLOCK in read.told) == (day, True)


@given(DATES, st.sampled_from(sorted(MONTH_NUMBER)), st.integers(2018, 2035))
def test_every_spelling_of_a_month(day, name, year):
    here = D(year, MONTH_NUMBER[name], min(day.day, 28))
    assert parse_date(f"{here.day} {name.title()} {year}") == here
    assert parse_date(f"{here.day:02}-{name.upper()}-{year}") == here


@given(DATES, st.sampled_from(sorted(WEEKDAY_NUMBER)))
def test_a_weekday_is_right_or_the_date_is_refused(day, name):
    written = f"{name}, {format_date(day)}"
    if WEEKDAY_NUMBER[name] == day.weekday():
        assert parse_date(written) == day
    else:
        with pytest.raises(
            CellError, match=f"padahal {format_date(day)} hari {WEEKDAYS[day.weekday()]}"
        ):
            parse_date(written)


def test_what_is_more_than_the_day_is_told():
    assert read_date("2-Mar-26").told == (SHORT_YEAR,)
    assert read_date("02/03/26 09.30").told == (SHORT_YEAR, CLOCK)
    assert read_date(dt.datetime(2026, 3, 2, 14, 30)).told == (CLOCK,)
    for plain in (
        "2026-03-02",
        "2026-03-02 00:00:00",
        "Senin, 2 Maret 2026",
        dt.datetime(2026, 3, 2),
    ):
        assert read_date(plain).told == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01 23:59:39", 2),
        ("01/03/2026 23:59:48", 2),
        (dt.datetime(2026, 3, 1, 23, 59, 39), 2),
        (dt.datetime(2026, 3, 1, 23, 59, 59, 999_000), 2),
        ("2026-03-01T17:00:00Z", 2),
        ("2026-03-01T16:59:39.000Z", 2),
        ("2026-03-01 17:00:00 UTC", 2),
        ("2026-03-01T16:30:00Z", 1),
        ("2026-03-02T00:00:00+07:00", 2),
        ("2026-03-02T09:00:00+0800", 2),
        ("2026-03-01T20:00:00-03:00", 2),
        ("2026-03-02T00:00:00Z", 2),
    ],
)
def test_a_machine_s_stamp_is_the_day_that_is_meant_in_jakarta(written, day):
    read = read_date(written)
    assert (read.day, read.told) == (D(2026, 3, day), (MOVED,))


@given(st.datetimes(dt.datetime(2018, 1, 2), dt.datetime(2035, 12, 30)))
def test_a_utc_stamp_is_its_day_in_jakarta(moment):
    here = moment.replace(microsecond=0) + dt.timedelta(hours=7)
    if here.time() <= dt.time(23, 59):
        assert parse_date(f"{moment:%Y-%m-%dT%H:%M:%S}Z") == here.date()


@pytest.mark.parametrize("written", ["2026-03-01 23:59:59", dt.datetime(2026, 3, 1, 23, 59, 59)])
def test_the_last_second_of_a_day_is_asked(written):
    with pytest.raises(CellError, match="1 Maret 2026 atau 2 Maret 2026"):
        parse_date(written)


def test_a_midnight_of_the_east_is_asked():
    with pytest.raises(CellError, match="2 Maret 2026 waktu setempat masih 1 Maret 2026"):
        parse_date("2026-03-02T00:00:00+09:00")


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("12-14 Maret 2026", D(2026, 3, 12), D(2026, 3, 14)),
        ("12 – 14 Maret 2026", D(2026, 3, 12), D(2026, 3, 14)),
        ("12 s.d. 14 Maret 2026", D(2026, 3, 12), D(2026, 3, 14)),
        ("12 s/d 14 Mar 26", D(2026, 3, 12), D(2026, 3, 14)),
        ("12-14/03/2026", D(2026, 3, 12), D(2026, 3, 14)),
        ("7-8 April 2026", D(2026, 4, 7), D(2026, 4, 8)),
        ("30 Maret - 2 April 2026", D(2026, 3, 30), D(2026, 4, 2)),
        ("Senin, 30 Maret s.d. Kamis, 2 April 2026", D(2026, 3, 30), D(2026, 4, 2)),
        ("Selasa - Rabu, 7 - 8 April 2026", D(2026, 4, 7), D(2026, 4, 8)),
        ("30/03/2026 s.d. 02/04/2026", D(2026, 3, 30), D(2026, 4, 2)),
        ("30-03-2026 - 02-04-2026", D(2026, 3, 30), D(2026, 4, 2)),
        ("2026-03-30 sampai dengan 2026-04-02", D(2026, 3, 30), D(2026, 4, 2)),
        ("29 Desember 2025 - 2 Januari 2026", D(2025, 12, 29), D(2026, 1, 2)),
    ],
)
def test_two_days_in_one_cell_are_never_one(written, first, last):
    with pytest.raises(DateRange, match="rentang tanggal; pisahkan mulai dan selesai") as both:
        parse_date(written)
    assert (both.value.first, both.value.last) == (first, last)


@given(DATES, st.integers(1, 40), st.sampled_from(["-", " - ", " s.d. ", " s/d ", " sampai "]))
def test_every_range_has_its_two_days(first, length, between):
    last = first + dt.timedelta(length)
    if last.year > 2035:
        return
    for written in (
        f"{first:%d/%m/%Y}{between}{last:%d/%m/%Y}",
        f"{format_date(first)}{between}{format_date(last)}",
    ):
        with pytest.raises(DateRange) as both:
            parse_date(written)
        assert (both.value.first, both.value.last) == (first, last)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31/02/2026", "tanggal 31 tidak ada: Februari 2026 hanya 28 hari"),
        ("13/13/2026", "bulan 13 tidak ada"),
        ("2206-03-02", "tahun 2206 di luar rentang"),
        (D(2206, 3, 2), "tahun 2206 di luar rentang"),
        ("2 Maret 2099", "tahun 2099 di luar rentang"),
        ("12-14 Maret 2206", "tahun 2206 di luar rentang"),
        ("9999-12-31T23:59:39Z", "di luar rentang"),
        (dt.datetime(9999, 12, 31, 23, 59, 39), "di luar rentang"),
        (46083.0, "46083 bukan tanggal"),
        ("46083", "46083 bukan tanggal; ubah format sel"),
        ("46083.0", "46083.0 bukan tanggal; ubah format sel"),
        (dt.time(9, 30), "bukan tanggal"),
        ("besok", "bukan tanggal yang dikenal"),
        ("2 Mart 2026", "bukan tanggal yang dikenal"),
        ("Maret 2026", "bukan tanggal yang dikenal"),
        ("12, 13 dan 16 Maret 2026", "bukan tanggal yang dikenal"),
        ("14-12 Maret 2026", "rentang tanggal terbalik"),
        ("02/03/2026 25.10", "jam 25.10 tidak ada"),
        ("#REF!", "bukan tanggal yang dikenal"),
        ("00/00/0000", "bulan 0 tidak ada"),
        ("2 Maret 2026 " + "panjang " * 30, "bukan tanggal yang dikenal"),
    ],
)
def test_dates_refused_with_a_plain_reason(written, reason):
    with pytest.raises(CellError, match=reason):
        parse_date(written)
