"""The least .ods and .xls that Excel, LibreOffice and we open, written by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from html import escape

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


# -------------------------------------------------------------------------- .ods


def ods_row(cells: list[str], repeated: int = 1, columns: int = 1) -> str:
    """A row so many times, its last cell so many times."""
    said = [f"<text:p>{escape(text)}</text:p>" for text in cells]
    times = [""] * (len(cells) - 1) + [f' table:number-columns-repeated="{columns}"']
    inside = "".join(
        f'<table:table-cell office:value-type="string"{n}>{t}</table:table-cell>'
        for n, t in zip(times, said, strict=True)
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'


def ods(rows: str, sheet: str = "Kegiatan", prolog: str = "", entry: str = "") -> bytes:
    """An OpenDocument spreadsheet of one sheet with these rows."""
    spaces = " ".join(f'xmlns:{n}="{_OASIS}:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {spaces}'
        f' office:version="1.2"><office:body><office:spreadsheet><table:table table:name="{sheet}">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"'
        f' manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        f"{entry}</manifest:file-entry></manifest:manifest>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


ENCRYPTED = '<manifest:encryption-data manifest:checksum="x"/>'
"""What the manifest of an .ods with a password says of its content."""

# -------------------------------------------------------------------------- .xls


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of BIFF8."""
    return struct.pack("<HH", kind, len(content)) + content


def label(row: int, column: int, text: str) -> bytes:
    """A cell of text (LABEL)."""
    said = text.encode("utf-16-le")
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(said) // 2, 1) + said)


def number(row: int, column: int, value: float) -> bytes:
    """A cell of a number (NUMBER)."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def labels(rows: list[list[str]]) -> bytes:
    return b"".join(label(r, c, t) for r, row in enumerate(rows) for c, t in enumerate(row))


def biff(cells: bytes, sheet: str = "Kegiatan", at: int | None = None) -> bytes:
    """The stream of a workbook of one sheet; ``at`` lies about where the sheet begins."""

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))

    name = sheet.encode("latin-1")

    def head(offset: int) -> bytes:
        bound = struct.pack("<IBBBB", offset, 0, 0, len(name), 0) + name
        return begin(0x0005) + record(0x0042, b"\xb0\x04") + record(0x0085, bound) + record(0x000A)

    offset = len(head(0)) if at is None else at
    size = record(0x0200, struct.pack("<IIHHH", 0, 2, 0, 5, 0))
    return head(offset) + begin(0x0010) + size + cells + record(0x000A)


def ole(stream: bytes, name: str = "Workbook", loop: bool = False) -> bytes:
    """An OLE2 file with one stream; with ``loop`` its chain of sectors bites its own tail."""
    # Streams of less than 4,096 bytes would live in a mini stream of their own.
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * 128 < sectors + 1 + tables:
        tables += 1
    assert tables <= 109, "more would need a DIFAT"
    first = tables + 1
    chain = [*range(first + 1, first + sectors), first if loop else _END]
    fat = [_FAT] * tables + [_END] + chain
    fat += [_FREE] * (tables * 128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, _END, 0, _END, 0)  # fmt: skip
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        said = title.encode("utf-16-le") + b"\0\0" if title else b""
        return said.ljust(64, b"\0") + struct.pack(
            "<HBBIII16xI8x8xIII", len(said), kind, 1, _FREE, _FREE, child, 0, start, size, 0
        )

    folder = entry("Root Entry", 5, 1, _END, 0) + entry(name, 2, _FREE, first, len(stream))
    folder += 2 * entry("", 0, _FREE, 0, 0)
    return (
        header
        + struct.pack(f"<{len(fat)}I", *fat)
        + folder
        + stream.ljust(sectors * _SECTOR, b"\0")
    )


def xls(cells: bytes, sheet: str = "Kegiatan", at: int | None = None, loop: bool = False) -> bytes:
    """An Excel 97 workbook of one sheet with these cells."""
    return ole(biff(cells, sheet, at), loop=loop)
