"""An office's own tables of 100,000 rows, read by a mapping: ratios measured in one run."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import pytest
import python_calamine as calamine

from sop_core import importing
from sop_core.exporting import Table, to_xlsx
from sop_core.importing import SourceFile
from sop_core.importing.mapping import Mapping
from sop_core.store import Store
from tests.benchmarks.conftest import AS_OF, ROWS, report, seconds
from tests.builders import workbook

pytestmark = pytest.mark.benchmark
STEPS = 6
TURNS = 5
LONG = [
    Mapping(
        sheet="Kegiatan", headings=(1, 1),
        columns={"Kode": "case_id", "Jenis": "flow", "Thn": "year", "Balai": "unit_code",
                 "Nama": "title"},
    ),
    Mapping(
        sheet="Langkah", headings=(1, 1),
        columns={"Kode": "case_id", "Tahapan ke": "step_no", "Dari": "started",
                 "Hingga": "finished", "Surat": "document_no", "Ket": "remarks"},
    ),
]  # fmt: skip
WIDE = [
    Mapping(
        sheet="Kegiatan", headings=(1, 1), key="No", constants={"flow": "A", "year": "2024"},
        columns={"Nama": "title", "Balai": "unit_code"} | {
            f"A.{no} {which.capitalize()}": f"A.{no} {which}"
            for no in range(1, STEPS + 1) for which in ("mulai", "selesai")
        },
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One invented activity: its name and the first and last day of each step."""

    number: int
    days: list[tuple[dt.date, dt.date]]

    @property
    def name(self) -> str:
        return f"Advokasi pasar rekaan {self.number}"


def invented(count: int) -> list[Case]:
    cases = []
    for number in range(count):
        day, days = dt.date(2024, 1, 8) + dt.timedelta(days=number % 250), []
        for no in range(1, STEPS + 1):
            end = day + dt.timedelta(days=1 + (number * no) % 20)
            days.append((day, end))
            day = end
        cases.append(Case(number, days))
    return cases


def long_tables(cases: list[Case]) -> bytes:
    """A list of activities and a row for each of their steps, under names of an office's own."""
    return to_xlsx(
        [
            Table(
                "Daftar", ["Kode", "Jenis", "Thn", "Balai", "Nama"],
                [[f"KEG/{c.number:06d}", "Advokasi", 2024, "BBPOM di Padang", c.name] for c in cases],
            ),
            Table(
                "Rincian", ["Kode", "Tahapan ke", "Dari", "Hingga", "Surat", "Ket"],
                [[f"KEG/{c.number:06d}", no, *days, f"LAP.{no:02d}/{c.number}", "lengkap"]
                 for c in cases for no, days in enumerate(c.days, 1)],
            ),
        ]
    )  # fmt: skip


def wide_table(cases: list[Case]) -> bytes:
    """A recap: a row an activity, two columns a step."""
    steps = [f"A.{no} {which}" for no in range(1, STEPS + 1) for which in ("Mulai", "Selesai")]
    rows: list[list[Any]] = [
        [c.number + 1, c.name, "BBPOM di Padang", *(day for days in c.days for day in days)]
        for c in cases
    ]
    return to_xlsx([Table("Rekap", ["No", "Nama", "Balai", *steps], rows)])


def template(cases: list[Case]) -> bytes:
    """The records of the recap, in our own layout."""
    return workbook(
        Kegiatan=[[f"UJI-{c.number}", "A", 2024, "BBPOM-PDG", c.name] for c in cases],
        Langkah=[
            [f"UJI-{c.number}", no, *days] for c in cases for no, days in enumerate(c.days, 1)
        ],
    )


class Keeping:
    """Keeps a file, each time in a store of its own that is made beforehand."""

    def __init__(self, content: bytes, mappings: list[Mapping], records: int) -> None:
        self.file, self.mappings, self.records = SourceFile("uji.xlsx", content), mappings, records
        self.stores = [Store() for _ in range(TURNS + 1)]

    def __call__(self) -> None:
        with self.stores.pop() as store:
            result = importing.import_files(
                store, [self.file], "uji", today=AS_OF, mappings=self.mappings
            )
            assert (result.rows.new, result.rows.rejected) == (self.records, 0)


def test_an_offices_own_tables_against_just_reading():
    """100,000 rows under an office's own names, kept, against calamine reading their cells."""
    cases = invented(min(100_000, ROWS) // STEPS)
    content = long_tables(cases)

    def read() -> int:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return sum(len(book.get_sheet_by_name(n).to_python()) for n in book.sheet_names)

    keep = Keeping(content, LONG, len(cases) * (1 + STEPS))
    ours, yardstick = seconds(keep, read, times=TURNS)
    report(f"importing {len(cases) * STEPS:,} rows by a mapping / reading", ours, yardstick)
    assert ours / yardstick <= 4


def test_a_recap_with_a_column_a_step_against_the_template():
    """100,000 steps out of a wide recap against the same records in our own layout.

    A recap has a fourth of the cells, so its reading is no yardstick for keeping its records.
    """
    cases = invented(min(100_000, ROWS) // STEPS)
    records = len(cases) * (1 + STEPS)
    wide, ours = Keeping(wide_table(cases), WIDE, records), Keeping(template(cases), [], records)
    recap, yardstick = seconds(wide, ours, times=TURNS)
    report(f"importing a recap of {len(cases) * STEPS:,} steps / the template", recap, yardstick)
    assert recap / yardstick <= 1.25
