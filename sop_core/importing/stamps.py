"""Dates with a time of day beside them: which day is meant.

The SOP counts days. A time that somebody wrote is left out; a time that a machine made can
stand for another day than the one written, and then the day in Jakarta is meant.
"""

from __future__ import annotations

import datetime as dt
import re

from sop_core.errors import CellError
from sop_core.importing.notes import CLOCK, MOVED
from sop_core.indonesian import format_date

_CLOCK = (
    r"(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
)
_TO = r"(?:-|s\.?\s?/?d\.?|sampai(?: dengan)?|hingga)"
# What follows as an end is a time range only where there are no seconds: after those it is an
# offset from UTC, as machines write it.
_SPOKEN = re.compile(
    rf"(?P<day>.*?[\d)])[\s,;(]+(?:(?:pukul|pkl\.?|jam)\s*)?{_CLOCK}(?P<half>\s*[ap]\.?m\.?)?"
    rf"(?(second)|(?:\s*{_TO}\s*(?:selesai|\d{{1,2}}[.:]\d{{2}}))?)\s*(?:wib|wita|wit)?\)?",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    rf"(?P<day>.*?\d)(?:t|\s+){_CLOCK}\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{{1,2}}(?::?\d{{2}})?)?",
    re.IGNORECASE,
)
# What nearly all stamps look like, a hundred thousand of them in an export; the others are
# patterns that search for the end of the day.
_USUAL = re.compile(rf"(?P<day>[\d/.-]{{8,10}})[ t]{_CLOCK}(?P<zone>z)?")
_JAKARTA_HOURS, _EASTERN_HOURS = 7, (8, 9)


def split_clock(text: str) -> tuple[str, re.Match[str] | None]:
    """A text without the time of day at its end, and that time."""
    for pattern in (_USUAL, _SPOKEN, _MACHINE):
        if match := pattern.fullmatch(text):
            return match["day"], match
    return text, None


def split_usual(text: str) -> re.Match[str] | None:
    """The day and the time of a stamp as most are; None for other texts."""
    return _USUAL.fullmatch(text)


def day_of_text(day: dt.date, clock: re.Match[str]) -> tuple[dt.date, tuple[str, ...]]:
    """The day that a written date and time stand for, and what a note must tell. Raises CellError."""
    given = clock.groupdict()
    hour, minute, second = int(given["hour"]), int(given["minute"]), int(given["second"] or 0)
    half = (given.get("half") or "").strip()[:1].lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise CellError(f"jam {hour:02}.{minute:02} tidak ada; tulis tanggalnya saja")
    part = int((given["part"] or "0")[:6].ljust(6, "0"))
    moment = dt.datetime.combine(day, dt.time(hour, minute, second, part))
    zone = given.get("zone")
    if zone is None:
        return day_of(moment, given["second"] is not None)
    here = _in_jakarta(moment, zone.lower())
    return day_of(here)[0], (MOVED,)


def day_of(moment: dt.datetime, to_the_second: bool = True) -> tuple[dt.date, tuple[str, ...]]:
    """The day that a time on the clock stands for, and what a note must tell. Raises CellError.

    Spreadsheets made in a browser shift midnight by the odd seconds of a zone's local time of
    long ago, to 23:59:39 or 23:59:48 of the day before; a time written in minutes is a time.
    """
    day, clock = moment.date(), moment.time()
    if to_the_second and clock > dt.time(23, 59):
        if clock == dt.time(23, 59, 59):  # as often the last second of a day as the first
            following = format_date(day + dt.timedelta(1))
            raise CellError(
                f"jam 23:59:59 dapat berarti {format_date(day)} atau {following};"
                " tulis tanggalnya saja"
            )
        return day + dt.timedelta(1), (MOVED,)
    return day, (CLOCK,) if clock != dt.time() else ()


def _in_jakarta(moment: dt.datetime, zone: str) -> dt.datetime:
    offset = re.search(r"([+-])(\d{1,2}):?(\d{2})?", zone)
    minutes = 0
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        minutes = -minutes if offset[1] == "-" else minutes
    here = moment + dt.timedelta(hours=_JAKARTA_HOURS) - dt.timedelta(minutes=minutes)
    # An office in WITA or WIT writes its own midnight, which in Jakarta is the evening before.
    if minutes in [h * 60 for h in _EASTERN_HOURS] and here.date() != moment.date():
        raise CellError(
            f"{format_date(moment.date())} waktu setempat masih {format_date(here.date())} di"
            " Jakarta; tulis tanggalnya saja"
        )
    return here
