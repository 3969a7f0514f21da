"""What a table shows beside its values: hidden columns, struck-through cells, comments; and what of
it is not read. All of it is told, with counts and places.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from sop_core.errors import ImportRefused
from tests.importing.books import ACTIVITIES, STEPS, D, book, cells, raw
from tests.importing.hostile.others import ods

ONE = ["ADV-1", 1, D(2026, 3, 2), D(2026, 3, 4), "Rapat"]
TWO = ["ADV-1", 2, D(2026, 3, 9), "", ""]


def dressed(content: bytes, **marks: Any) -> bytes:
    """The first tab with cells ``struck`` and ``noted``, ``hidden`` columns by letter."""
    made = openpyxl.load_workbook(io.BytesIO(content))
    sheet = made.active
    for place in marks.get("struck", ()):
        sheet[place].font = Font(strike=True)
    for place in marks.get("noted", ()):
        sheet[place].comment = Comment("tanggal menurut surat", "Seseorang")
    for letter in marks.get("hidden", ()):
        sheet.column_dimensions[letter].hidden = True
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_struck_cells_are_read_and_told_where_they_are_filled():
    found = raw(dressed(book([STEPS, ONE, TWO]), struck=["C2", "D2", "C3", "E3"]))
    assert cells(found)[0][2] == D(2026, 3, 2)
    assert found.told == ["Langkah: 3 sel dicoret (C2, D2, C3); dibaca seperti biasa."]


def test_many_places_are_counted():
    rows = [["ADV-1", n, D(2026, 3, n)] for n in range(1, 9)]
    found = raw(dressed(book([STEPS, *rows]), struck=[f"C{n}" for n in range(2, 10)]))
    assert found.told == [
        "Langkah: 8 sel dicoret (C2, C3, C4, C5, C6, dan 3 lainnya); dibaca seperti biasa."
    ]


def test_a_cell_struck_in_part_is_struck():
    made = openpyxl.load_workbook(io.BytesIO(book([STEPS, ONE])))
    made.active["E2"] = CellRichText("Rapat ", TextBlock(InlineFont(strike=True), "batal"))
    buffer = io.BytesIO()
    made.save(buffer)
    assert "1 sel dicoret (E2)" in " ".join(raw(buffer.getvalue()).told)
    shared = in_shared_strings(buffer.getvalue())
    found = raw(shared)
    assert cells(found)[0][4] == "Rapat batal"
    assert "1 sel dicoret (E2)" in " ".join(found.told)


def in_shared_strings(content: bytes) -> bytes:
    """As Excel writes it: rich text stands among the shared strings."""
    out = io.BytesIO()
    inline = b'<c r="E2" t="inlineStr"><is>'
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        sheet = old.read("xl/worksheets/sheet1.xml")
        assert inline in sheet
        head, _, rest = sheet.partition(inline)
        rich, _, tail = rest.partition(b"</is></c>")
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = head + b'<c r="E2" t="s"><v>1</v></c>' + tail
            new.writestr(entry, data)
        space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        strings = b'<sst xmlns="%s"><si><t>lain</t></si><si>%s</si></sst>' % (space, rich)
        new.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


def test_comments_are_told_also_of_blank_cells():
    found = raw(dressed(book([STEPS, ONE, TWO]), noted=["D2", "D3"]))
    assert found.told == ["Langkah: 2 sel berkomentar (D2, D3); komentarnya tidak dibaca."]


def test_hidden_columns_are_read_and_told_if_filled():
    found = raw(dressed(book([STEPS, ONE, TWO]), hidden=["C", "E"]))
    assert cells(found)[1][2] == D(2026, 3, 9)
    assert found.told == [
        "Langkah: 2 kolom tersembunyi (C “Tanggal Mulai”, E “Keterangan”) ikut dibaca."
    ]
    assert raw(dressed(book([STEPS, TWO]), hidden=["E"])).told == []


def test_columns_that_openpyxl_groups_are_each_hidden():
    """One <col> may stand for several columns."""
    made = openpyxl.load_workbook(io.BytesIO(book([STEPS, ONE])))
    made.active.column_dimensions.group("C", "E", hidden=True)
    buffer = io.BytesIO()
    made.save(buffer)
    assert "3 kolom tersembunyi (C “Tanggal Mulai”, D" in raw(buffer.getvalue()).told[0]


def test_a_column_that_is_not_imported_is_told_with_its_filled_cells():
    rows = [[*STEPS, "Anggaran", "", "Kosong"], [*ONE, 5, "a"], [*TWO, 6, ""]]
    found = raw(book(rows))
    assert [(r.written, r.count) for r in found.readings] == [
        ("Anggaran", 2), ("G (tanpa judul)", 1), ("Kosong", 0),
    ]  # fmt: skip


def test_rows_above_the_headings_are_told():
    rows = [["REKAP KEGIATAN"], [], ["BBPOM di Padang"], ACTIVITIES,
            ["ADV-1", "A", 2026, "BBPOM-PDG", "Satu", 40]]  # fmt: skip
    found = raw(book(rows, "Kegiatan"))
    assert found.told == ["Kegiatan: 2 baris (1, 3) di atas judul kolom tidak dibaca."]


# ------------------------------------------------------------------------ .ods

_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.3">
<office:automatic-styles>
<style:style style:name="ce1" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid"/></style:style>
<style:style style:name="ce2" style:family="table-cell"><style:text-properties
 style:text-line-through-style="none"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Langkah">
<table:table-column table:number-columns-repeated="2"/>
<table:table-column table:visibility="collapse"/>
<table:table-column table:default-cell-style-name="ce1"/>
<table:table-row>{headings}</table:table-row>
<table:table-row>
<table:table-cell office:value-type="string" table:style-name="ce2"><text:p>ADV-1</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1" table:style-name="ce1"><text:p>1</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-03-02"><office:annotation><text:p>ragu</text:p></office:annotation><text:p>02/03/26</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-03-04"><text:p>04/03/26</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>
"""


def document() -> bytes:
    heads = "".join(
        f'<table:table-cell office:value-type="string" table:style-name="ce2"><text:p>{name}</text:p></table:table-cell>'
        for name in STEPS[:4]
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods(""))) as old, zipfile.ZipFile(out, "w") as made:
        for entry in old.infolist():
            # LibreOffice breaks no lines either, and calamine reads none.
            said = _ODS.replace("\n", "").format(headings=heads).encode()
            made.writestr(entry, said if entry.filename == "content.xml" else old.read(entry))
    return out.getvalue()


def test_a_libreoffice_document_is_told_alike():
    found = raw(document(), "uji.ods")
    assert cells(found) == [["ADV-1", 1.0, D(2026, 3, 2), D(2026, 3, 4)]]
    assert found.told == [
        "Langkah: 1 kolom tersembunyi (C “Tanggal Mulai”) ikut dibaca.",
        "Langkah: 2 sel dicoret (B2, D2); dibaca seperti biasa.",
        "Langkah: 1 sel berkomentar (C2); komentarnya tidak dibaca.",
    ]


@pytest.mark.parametrize("broken", [b"<styleSheet", b"<!DOCTYPE x><styleSheet/>"])
def test_styles_that_cannot_be_read_are_a_refusal_in_words(broken):
    out = io.BytesIO()
    content = dressed(book([STEPS, ONE]), struck=["C2"])
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(
                entry, broken + b"<strike/>" if entry.filename == "xl/styles.xml" else data
            )
    with pytest.raises(ImportRefused, match="Berkas uji"):
        raw(out.getvalue())
