"""From files to raw sheets, in stages that each have a file: tables of cells (tabs.py), headings and
columns (headings.py), rows (rows.py). Values are the next stage (parsing.py), then the checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sop_core import spelling
from sop_core.errors import ImportRefused
from sop_core.importing import headings, rows
from sop_core.importing.contract import (
    DEMO_SHEET,
    GUIDE,
    KEGIATAN,
    LISTS,
    SHEETS,
    Sheet,
    sheet_by_name,
)
from sop_core.importing.headings import Headings
from sop_core.importing.mapping.applying import Table
from sop_core.importing.mapping.mapper import How, Mapper, NeedsMapping, Unmapped
from sop_core.importing.notes import Reading
from sop_core.importing.raw import Part, RawSheet, together
from sop_core.importing.tabs import Cells, ErrorCell, SourceFile, Tab, refuse_past, tabs

__all__ = ["Book", "Cells", "ErrorCell", "Part", "RawSheet", "SourceFile", "read_book"]

_EXAMPLE = re.compile(r"\b(contoh|petunjuk|cara (?:isi|pengisian)|panduan|sample|example)\b", re.I)


@dataclass
class Book:
    """All that one import reads. ``told`` is what was filled in or left out, a sentence each;
    ``how`` each table that is not the template's was dealt with.
    """

    files: list[SourceFile]
    sheets: list[RawSheet]
    readings: list[Reading]
    demo: bool
    told: list[str] = field(default_factory=list)
    how: list[How] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Of the file; of several files, of their sorted digests."""
        if len(self.files) == 1:
            return self.files[0].sha256
        joined = "\n".join(sorted(f.sha256 for f in self.files))
        return hashlib.sha256(joined.encode()).hexdigest()


def read_book(
    files: list[SourceFile],
    sheets: Sequence[Sheet] = SHEETS,
    reading: Callable[[int], object] = lambda number: None,
    mapper: Mapper | None = None,
) -> Book:
    """Read files into the sheets of the contract, or into others that are asked for.

    Tables of one sheet are read one after another. ``reading`` is told the number of each file,
    from 0, before it is read. With a ``mapper`` tables of another layout are read by a mapping.
    Raises ImportRefused, in Indonesian, for a file that is not a spreadsheet or past a limit, a
    sheet without content or without a required column, or nothing to import at all; NeedsMapping
    where a mapping would help.
    """
    book = Book(files, [], [], False)
    refuse_past("files", len(files))
    refuse_past("all_bytes", sum(len(file.content) for file in files))
    reader = _Reader(book, sheets, mapper)
    known = list(headings.known(sheets))
    for number, file in enumerate(files):
        reading(number)
        for tab in tabs(file, known):
            if spelling.heading(tab.name) == spelling.heading(DEMO_SHEET):
                book.demo = True
            else:
                reader.read(tab)
    reader.finish()
    return book


class _Reader:
    """Reads tables into a book, one after another."""

    def __init__(self, book: Book, sheets: Sequence[Sheet], mapper: Mapper | None) -> None:
        self.book, self.sheets, self.mapper = book, sheets, mapper
        self.found: dict[str, list[RawSheet]] = {}
        self.needed: list[Unmapped] = []
        self.perhaps: list[Unmapped] = []
        self.mapped: list[Table] = []
        self.sure = False
        """Whether a table was read that is ours, or of a mapping that was known before."""

    def read(self, tab: Tab) -> None:
        """One table. Raises ImportRefused for one that claims to be ours and is not."""
        named = sheet_by_name(tab.name, self.sheets)
        if tab.hidden or (named is None and _EXAMPLE.search(tab.name)):
            self._leave_out(tab)
            return
        if self.mapper and self.mapper.skips(tab):
            how = How((tab.file, tab.name), "tidak dibaca: Anda memilih melewatinya.", read=False)
            self.book.told.append(how.said)
            self.book.how.append(how)
            return
        given = self.mapper.given(tab) if self.mapper else None
        if isinstance(given, Unmapped):
            self.needed.append(given)
            return
        if given is not None:
            self.mapped.append(given)
            self.sure = self.sure or given.sure or named is not None or tab.alone
            return
        try:
            found = headings.find([named] if named else self.sheets, tab)
        except ImportRefused as error:
            self._ask_or_raise(tab, str(error), must=True)
            return
        if found is None:
            self._unknown(tab, named)
        else:
            self._known(tab, named, found)

    def _leave_out(self, tab: Tab) -> None:
        """A hidden table, or one of examples, whatever its layout."""
        if tab.name not in (GUIDE, LISTS):
            why = "tersembunyi" if tab.hidden else "bernama contoh atau petunjuk"
            self.book.told.append(f"Lembar “{tab.name}” {why} dan tidak dibaca.")

    def _known(self, tab: Tab, named: Sheet | None, found: Headings) -> None:
        lacking = headings.missing(found)
        if lacking is not None:
            self._ask_or_raise(tab, lacking, must=True)
            return
        if self.mapper and found.sheet is KEGIATAN and self.mapper.wide(tab, found):
            self._wide(tab, self.mapper)
            return
        if named is None:
            self.book.readings.append(Reading("lembar", "", tab.name, found.sheet.name))
        headings.note(found, tab, self.book.readings)
        data = rows.of(found, tab)
        self.book.told += data.told
        part = Part(tab.file, tab.name)
        self._keep(
            RawSheet(found.sheet, found.names, found.columns, data.cells, data.numbers, [part])
        )

    def _wide(self, tab: Tab, mapper: Mapper) -> None:
        """Activities with a column for each step's day: no row is kept while these go unread."""
        proposal = mapper.proposal(tab)
        assert proposal is not None, "a table with the contract's columns looks like ours"
        if proposal.certain:
            self.mapped.append(mapper.apply(tab, proposal))
            self.sure = True
        else:
            why = f"Lembar {tab.name} memuat kolom langkah di samping kegiatannya."
            self.needed.append(Unmapped(tab, why, proposal))

    def _unknown(self, tab: Tab, named: Sheet | None) -> None:
        """A table without headings of ours: refused where it claims to be one, else told."""
        if named is not None:
            self._ask_or_raise(
                tab,
                f"Lembar {named.name} kosong: baris judul kolom tidak ditemukan."
                " Isi dari templat atau hapus lembar itu.",
                must=True,
            )
        elif tab.alone:
            self._ask_or_raise(
                tab,
                f"Berkas {tab.file}: judul kolomnya tidak cocok dengan lembar mana pun"
                f" ({', '.join(s.name for s in self.sheets)}).",
                must=True,
            )
        elif tab.name not in (GUIDE, LISTS):
            self._ask_or_raise(tab, "Judul kolomnya tidak cocok dengan templat.", must=False)
            self.book.readings.append(Reading("lembar", "", tab.name, ""))
            if self.perhaps and self.perhaps[-1].tab is tab:
                what = "bukan dari templat dan tidak dibaca."
                self.book.how.append(How((tab.file, tab.name), what, read=False))

    def _ask_or_raise(self, tab: Tab, why: str, must: bool) -> None:
        """Ask for a mapping where one can be proposed; else raise ImportRefused where it ``must``
        be read.
        """
        proposal = self.mapper.proposal(tab) if self.mapper else None
        if proposal is not None:
            (self.needed if must else self.perhaps).append(Unmapped(tab, why, proposal))
        elif must:
            raise ImportRefused(why)

    def _keep(self, raw: RawSheet) -> None:
        self.found.setdefault(raw.sheet.name, []).append(raw)

    def finish(self) -> None:
        """The sheets in their order. Raises ImportRefused, NeedsMapping."""
        # Of a workbook of tables that are all none of ours each is asked about, one after another.
        asked = self.needed + ([] if self.sure or self.found else self.perhaps)
        if asked:
            raise NeedsMapping(asked)
        if self.mapper:
            for made in self.mapper.finished(self.mapped):
                self.book.told += made.told
                for raw in made.sheets:
                    self._keep(raw)
            self.book.how += self.mapper.how
        if not self.found:
            names = ", ".join(s.name for s in self.sheets)
            left_out = f" {' '.join(self.book.told)}" if self.book.told else ""
            raise ImportRefused(
                f"Tidak ada lembar yang dikenal. Lembar yang dibaca: {names}. Unduh templat untuk"
                f" contoh.{left_out}"
            )
        self.book.sheets = [
            together(self.found[s.name]) for s in self.sheets if s.name in self.found
        ]
        if not any(len(s.row_numbers) for s in self.book.sheets):
            raise ImportRefused("Tidak ada baris data: semua lembar hanya berisi judul kolom.")
