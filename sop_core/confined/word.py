"""Filling a Word template with a report: a job of sop_core.confined.

Jinja sees texts, numbers, lists and dicts of these. A picture is one private character while
Jinja runs, so that no object of ours is within its reach, and is put in its place afterwards.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu
from docx.table import Table, _Cell
from docxtpl import DocxTemplate
from lxml import etree

from sop_core import confined
from sop_core.confined import word_file
from sop_core.confined.word_language import Language, in_words
from sop_core.errors import Refused

# Codecs are files of Python's that nobody can open any more once the job runs: Jinja reads
# quoted texts by the first two, zipfile old entry names by the third.
for _codec in ("ascii", "unicode_escape", "cp437"):
    codecs.lookup(_codec)

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ZIP_DATE = (2022, 4, 7, 0, 0, 0)
_FIRST_MARK, _LAST_MARK = 0x10F000, 0x10FFFD
"""Characters of a private plane that stand for pictures; no text of a report keeps one."""
_MARKS = re.compile(f"([{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}])")
# Neither may stand in XML; docxtpl would also begin a paragraph or a page at two of them.
_NO_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\ufffe\uffff{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")
MOST_PICTURES = 200
"""Pictures in a filled document; a loop could place one without end."""

Picture = tuple[bytes, int]


def fill(template: bytes, context: dict[str, Any], tables: list[list[Any]]) -> bytes:
    """The filled .docx.

    ``context`` holds texts, numbers, lists and dicts; ``{"png": bytes, "width": EMU}`` is a
    picture. ``tables`` names tables by their headings: headings, shares of the page's width,
    whether each column is set flush right. Raises Refused.
    """
    word_file.look(template)
    pictures: list[Picture] = []
    plain = _plain(context, pictures)
    try:
        document = _Document(io.BytesIO(template))
        document.render(plain, Language())
        _place(document, pictures)
        _lay_out(document, tables)
        buffer = io.BytesIO()
        document.save(buffer)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Whatever a library stumbles over in a stranger's template: the template is at fault.
        raise Refused(in_words(error)) from error
    content = _without_dates(buffer.getvalue())
    word_file.look_again(content)
    _check_marks(content)
    return content


def _plain(value: Any, pictures: list[Picture]) -> Any:
    """The value as Jinja may see it; its pictures go to the list and leave a mark."""
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, list):
        return [_plain(item, pictures) for item in value]
    if isinstance(value, dict):
        if "png" in value:
            pictures.append((value["png"], value["width"]))
            return chr(_FIRST_MARK + len(pictures) - 1)
        return {key: _plain(item, pictures) for key, item in value.items()}
    return value


class _Document(DocxTemplate):  # type: ignore[misc]
    """docxtpl's, in which {{r name }} and {{p name }} take plain text: no run comes with it."""

    def fix_tables(self, xml: str) -> Any:
        """The body's tree, tables mended, each loose text in a run of its own."""
        tree = super().fix_tables(xml)
        for parent in list(tree.iter(qn("w:body"), qn("w:tc"), qn("w:p"))):
            for child in list(parent):
                if child.tail and child.tail.strip():
                    child.addnext(_run(parent, child.tail))
                    child.tail = None
            if parent.text and parent.text.strip():
                parent.insert(0, _run(parent, parent.text))
                parent.text = None
        return tree


def _run(parent: Any, text: str) -> Any:
    run = etree.Element(qn("w:r"))
    etree.SubElement(run, qn("w:t"), {_SPACE: "preserve"}).text = text.strip("\n")
    if parent.tag == qn("w:p"):
        return run
    paragraph = etree.Element(qn("w:p"))
    paragraph.append(run)
    return paragraph


def _place(document: DocxTemplate, pictures: list[Picture]) -> None:
    placed = 0
    for text in list(document.docx.element.body.iter(qn("w:t"))):
        pieces = _MARKS.split(text.text or "")
        placed += len(pieces) // 2
        if placed > MOST_PICTURES:
            raise Refused(
                f"Templat tidak dapat diisi: lebih dari {MOST_PICTURES} bagan ditempatkan."
            )
        if len(pieces) == 1 or text.getparent().tag != qn("w:r"):
            continue
        text.text = pieces[0]
        text.set(_SPACE, "preserve")
        last = text
        for mark, after in zip(pieces[1::2], pieces[2::2], strict=True):
            png, width = pictures[ord(mark) - _FIRST_MARK]
            drawing = OxmlElement("w:drawing")
            drawing.append(document.docx.part.new_pic_inline(io.BytesIO(png), width=Emu(width)))
            last.addnext(drawing)
            last = drawing
            if after:
                last = OxmlElement("w:t", {_SPACE: "preserve"})
                last.text = after
                drawing.addnext(last)


def _check_marks(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml") and _MARKS.search(archive.read(name).decode("utf-8")):
                raise Refused(
                    "Templat tidak dapat diisi: bagan hanya dapat ditempatkan dalam paragraf isi laporan."
                )


def _lay_out(document: DocxTemplate, tables: list[list[Any]]) -> None:
    # The template sets one width for every column; numbers and long texts need their own.
    known = {tuple(_plain(headings, [])): (shares, right) for headings, shares, right in tables}
    page = document.docx.sections[0]
    width = int(page.page_width - page.left_margin - page.right_margin)
    for table in document.docx.tables:
        rows = [_cells(row, table) for row in table.rows]
        found = known.get(tuple(cell.text for cell in rows[0])) if rows else None
        if found is None or len(table.columns) != len(found[0]):
            continue
        shares, right = found
        table.autofit = False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Emu(int(width * share))
        for row in rows:
            for cell, share, number in zip(row, shares, right, strict=False):
                cell.width = Emu(int(width * share))
                if number:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _cells(row: Any, table: Table) -> list[_Cell]:
    """A row's cells; none where one goes over several columns, which python-docx repeats."""
    cells = row._tr.tc_lst
    return [_Cell(tc, table) for tc in cells] if all(tc.grid_span == 1 for tc in cells) else []


def _without_dates(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()


if __name__ == "__main__":
    confined.serve(fill)
