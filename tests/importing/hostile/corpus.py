"""Hostile and careless files, each with what must come of it.

``cases()`` gives (name of the file, content, words of the refusal, or None where it is read).
ANY stands for a file whose content is chance, or of which readers may differ: read or refused.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from html import escape

from tests.builders import workbook
from tests.importing.hostile import others
from tests.importing.hostile.others import ENCRYPTED, labels, ods, ods_row, ole, record, xls

ANY = "*"
Case = tuple[str, bytes, str | None]
HEAD = ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul"]
ROW = ["ADV-1", "A", "2025", "BBPOM-PDG", "Advokasi Pasar Aman"]
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PKG = "http://schemas.openxmlformats.org/package/2006"
_DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def row(number: int, texts: list[str]) -> str:
    cells = "".join(cell(f"{chr(65 + i)}{number}", text) for i, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


GOOD = row(1, HEAD) + row(2, ROW)


def xlsx(
    rows: str = GOOD,
    names: tuple[str, ...] = ("Kegiatan",),
    before: str = "",
    after: str = "",
    prolog: str = "",
    **more: bytes,
) -> bytes:
    """The least .xlsx that Excel opens, its sheets all with these rows; more parts by path."""
    sheet = (
        f"{prolog}<worksheet {_NS} {_REL}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )
    tabs = "".join(
        f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_DOC}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    if "xl/sharedStrings.xml" in more:
        links += f'<Relationship Id="rIdS" Type="{_DOC}/sharedStrings" Target="sharedStrings.xml"/>'
    parts: dict[str, bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PKG}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PKG}/relationships"><Relationship Id="rId1"'
            f' Type="{_DOC}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": f"<workbook {_NS} {_REL}><sheets>{tabs}</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PKG}/relationships">{links}</Relationships>'.encode(),
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": sheet.encode() for i in range(1, len(names) + 1)}
    return zipped(parts | more)


def farthest(sheet: str = "Langkah", heading: str = "ID Kegiatan") -> bytes:
    """The 1,460 bytes that once killed the server: a heading, and the last cell of the sheet."""
    prolog = '<?xml version="1.0"?>'
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    rows = f'<row r="1">{cell("A1", heading)}</row><row r="1048576">{cell("XFD1048576", "x")}</row>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PKG}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PKG}/relationships"><Relationship Id="rId1" Type="{_DOC}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_NS} {_REL}><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PKG}/relationships"><Relationship Id="rId1" Type="{_DOC}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {_NS}><sheetData>{rows}</sheetData></worksheet>",
    }  # fmt: skip
    return zipped({path: (prolog + text).encode() for path, text in parts.items()})


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def stuffed(
    path: str, head: bytes, block: bytes, times: int, tail: bytes, told: int | None = None
) -> bytes:
    """A workbook with one part of ``head``, so many times ``block`` and ``tail``.

    Packed block by block, so that gigabytes are made in no time. ``told`` is the size that the
    zip gives instead of the true one; the checksum is right for so many bytes, else it is wrong,
    which nobody finds who has not unpacked all of it.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = first + again * times + packer.compress(tail) + packer.flush()
    size = told if told is not None else len(head) + len(block) * times + len(tail)
    checksum = zlib.crc32((head + block)[: told or 0])
    # Stored as a part that is not compressed; then its two headers are corrected.
    base = xlsx() if "sheet1" in path else xlsx(**{path: b"<sst/>"})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, packed if name == path else old.read(name))
        at = new.getinfo(path).header_offset
    made = bytearray(out.getvalue())
    central = made.rindex(b"PK\x01\x02", 0, made.rindex(path.encode()))
    for method in (at + 8, central + 10):
        struct.pack_into("<H4xIII", made, method, zipfile.ZIP_DEFLATED, checksum, len(packed), size)
    return bytes(made)


def big(path: str, mebibytes: int) -> bytes:
    """A workbook with one entry of so many MiB of one letter (a thousandth of that when packed)."""
    return stuffed(path, b"", b"a" * (1 << 20), mebibytes, b"")


def csv(*rows: list[str], by: str = ",", end: str = "\n") -> str:
    return end.join(by.join(r) for r in (HEAD, *rows)) + end


@cache  # two test files ask, each while tests are collected
def cases() -> list[Case]:
    """All of them, always the same."""
    return list(_cases())


def _cases() -> Iterator[Case]:
    yield from _wrong_content()
    yield from _far()
    yield from _bombs()
    yield from _xml()
    yield from _texts()
    yield from _csv()
    yield from _broken()
    yield from _ods()
    yield from _xls()


def _wrong_content() -> Iterator[Case]:
    good = xlsx()
    for suffix in ("xlsx", "xls", "ods", "xlsm"):
        yield f"kosong.{suffix}", b"", "kosong"
        yield f"satu.{suffix}", b"x", "bukan lembar kerja"
        yield f"pdf.{suffix}", b"%PDF-1.7\n1 0 obj", "bukan lembar kerja"
        yield (
            f"html.{suffix}",
            b"<html><table><tr><td>ID Kegiatan</td></tr></table>",
            "bukan lembar kerja",
        )
        yield f"teks.{suffix}", csv(ROW).encode(), "bukan lembar kerja"
        yield f"zip.{suffix}", zipped({"a.txt": b"a"}), "rusak"
    yield "kosong.csv", b"", "kosong"
    yield "satu.csv", b"x", "judul kolom"
    yield "pdf.csv", b"%PDF-1.7\n1 0 obj", "judul kolom"
    yield "foto.jpg", b"\xff\xd8\xff\xe0 JFIF", "bukan lembar kerja"
    yield "buku.csv", good, None
    yield "buku.pdf", good, None
    yield "makro.xlsm", zipped_more(good, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"}), None
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    yield "sandi.xlsx", ole + bytes(504) + "EncryptedPackage".encode("utf-16-le"), "sandi"
    yield "ole.xls", ole + bytes(504), "rusak"
    yield "ole-acak.xls", ole + random.Random(1).randbytes(4096), "tidak dapat|rusak"
    yield "hanya-judul.xlsx", xlsx(row(1, HEAD)), "Tidak ada baris data"
    yield "tanpa-isi.xlsx", xlsx(""), "kosong"
    yield "tanpa-lembar.xlsx", xlsx(names=()), "lembar"


def zipped_more(content: bytes, parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for path, more in parts.items():
            archive.writestr(path, more)
    return buffer.getvalue()


def _far() -> Iterator[Case]:
    for at, number in (
        ("XFD1048576", 1048576),
        ("ZZ1048576", 1048576),
        ("XFD1", 1),
        ("AAA90000", 90000),
        ("BZZ3", 3),
    ):
        far = f'<row r="{number}">{cell(at, "x")}</row>'
        yield f"jauh-{at}.xlsx", xlsx(GOOD + far), f"{at} pada lembar Kegiatan jauh di luar tabel"
        # The same with rows out of order, which the look does not see where the column is near.
        yield f"jauh-lebih-dahulu-{at}.xlsx", xlsx(far + GOOD), "di luar tabel|paling banyak"
    yield "sel-terjauh.xlsx", farthest(), "XFD1048576 pada lembar Langkah jauh di luar tabel"
    yield (
        "baris-jauh.xlsx",
        xlsx(GOOD + f'<row r="1048576">{cell("A1048576", "x")}</row>'),
        None,
    )
    for reference in ("A1:XFD1048576", "XFD1:A1", "bukan", "A0", "A1:A1"):
        yield (
            f"ukuran-{len(reference)}-{reference[0]}.xlsx",
            xlsx(before=f'<dimension ref="{reference}"/>'),
            ANY,
        )
    yield (
        "gabung.xlsx",
        xlsx(after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        ANY,
    )
    yield "sel-A0.xlsx", xlsx('<row r="0">' + cell("A0", "x") + "</row>" + GOOD), ANY
    yield (
        "sel-besar.xlsx",
        xlsx('<row r="99999999999">' + cell("ZZZZZZ99999999999", "x") + "</row>" + GOOD),
        ANY,
    )


def _bombs() -> Iterator[Case]:
    yield "bom-besar.xlsx", big("xl/media/a.bin", 700), "setelah dibuka"
    yield "bom-rasio.xlsx", big("xl/media/a.bin", 100), "kali ukurannya"
    yield from _gigabytes()
    inner = big("a", 20)
    yield "bom-bersarang.zip.xlsx", zipped({"xl/a.zip": inner, "b.zip": inner}), "rusak"
    yield (
        "bagian-banyak.xlsx",
        zipped_more(xlsx(), {f"x/{i}": b"" for i in range(5000)}),
        "5.003 bagian|bagian",
    )
    yield "lembar-banyak.xlsx", xlsx("", tuple(f"L{i}" for i in range(300))), "300 lembar"
    yield "lembar-10000.xlsx", xlsx("", tuple(f"L{i}" for i in range(10_000))), "bagian"


def _gigabytes() -> Iterator[Case]:
    """The bombs that killed the server, and what of them the sizes in a zip do not tell."""
    strings, sheet = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
    text = f"<sst {_NS}><si><t>".encode(), b"a" * 2**20
    end = b"</t></si></sst>"
    rows = f"<worksheet {_NS}><sheetData>{GOOD}".encode(), row(3, ROW).encode() * 1000
    close = b"</sheetData></worksheet>"
    times = 3 * 2**30 // len(rows[1])
    yield "teks-2gb.xlsx", stuffed(strings, *text, 2047, end), "setelah dibuka"
    yield "sel-3gb.xlsx", stuffed(sheet, *rows, times, close), "setelah dibuka"
    # Told to be small; whoever goes on reading after that much meets the limit of memory.
    yield "teks-2gb-bohong.xlsx", stuffed(strings, *text, 2047, end, told=1000), "rusak"
    yield "sel-3gb-bohong.xlsx", stuffed(sheet, *rows, times, close, told=1000), "rusak"  # fmt: skip
    # One text that many rows show: small in the file, large in whatever shows it.
    many = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(2, 20_002))
    shared = f"<sst {_NS}><si><t>{'a' * 32_000}</t></si></sst>".encode()
    yield "teks-berulang.xlsx", xlsx(row(1, HEAD) + many, **{strings: shared}), "640.000.0.. karakter; paling banyak"  # fmt: skip


def _xml() -> Iterator[Case]:
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
    entity = '<row r="3"><c r="A3" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    yield "entitas.xlsx", xlsx(GOOD + entity, prolog=f"<!DOCTYPE a [{lol}]>"), ANY
    outside = '<!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
    yield "entitas-luar.xlsx", xlsx(GOOD + entity, prolog=outside), ANY
    yield "dalam.xlsx", xlsx(GOOD + "<a>" * 50_000 + "</a>" * 50_000), ANY
    yield "tidak-ditutup.xlsx", xlsx(GOOD + "<row"), ANY
    for index in ("999999999", "-1", "x", "18446744073709551616"):
        yield (
            f"indeks-{index}.xlsx",
            xlsx(GOOD + f'<row r="3"><c r="A3" t="s"><v>{index}</v></c></row>'),
            ANY,
        )
    for value in ("1e308", "-1e308", "1e999", "nan", "inf", "-0", "", "x", "9" * 5000):
        yield (
            f"angka-{value[:6]}.xlsx",
            xlsx(GOOD + f'<row r="3">{cell("A3", "ADV-2")}<c r="C3"><v>{value}</v></c></row>'),
            ANY,
        )
    for kind, value in (
        ("b", "1"),
        ("b", "2"),
        ("e", "#REF!"),
        ("e", "#N/A"),
        ("d", "9999-12-31"),
        ("d", "1900-02-29"),
        ("str", "x"),
        ("zz", "x"),
    ):
        yield (
            f"jenis-{kind}-{value[:4].strip('#')}.xlsx".replace("/", ""),
            xlsx(
                GOOD
                + f'<row r="3">{cell("A3", "ADV-2")}<c r="C3" t="{kind}"><v>{value}</v></c></row>'
            ),
            ANY,
        )
    formula = (
        '<row r="3">' + cell("A3", "ADV-2") + "<c r=\"E3\"><f>'[1]Luar'!A1</f><v>5</v></c></row>"
    )
    yield "rumus-luar.xlsx", xlsx(GOOD + formula), None
    yield "nama-markup.xlsx", xlsx(names=("Kegiatan", "<b>![x](http://x)</b>")), ANY
    yield "lembar-dobel.xlsx", xlsx(names=("Kegiatan", "Kegiatan")), None
    yield "tautan-simbolis.xlsx", zipped_link(), None
    yield "folder.xlsx", zipped_more(xlsx(), {"xl/worksheets/": b"", "../../luar": b"x"}), None


def zipped_link() -> bytes:
    buffer = io.BytesIO(xlsx())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("xl/tautan")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


TEXTS = (
    "=cmd|' /C calc'!A0", "＝1+1", "\u202edrowssap", "a\u200bb", "<script>alert(1)</script>", "![x](http://x)",
    "_x0000_", "\x7f", "'; DROP TABLE activity; --", "x" * 32_767, "٢٠٢٥", "𝟚𝟘𝟚𝟝", "²", "\U0001f600", "0001", "$x$", "NaN",
)  # fmt: skip


def _texts() -> Iterator[Case]:
    for number, text in enumerate(TEXTS):
        yield f"teks-{number}.xlsx", xlsx(row(1, HEAD) + row(2, [*ROW[:4], text])), None
        yield f"tahun-{number}.csv", csv(ROW, ["ADV-2", "A", f'"{text}"', *ROW[3:]]).encode(), None


def _csv() -> Iterator[Case]:
    plain = csv(ROW)
    for by in ",;\t|":
        yield f"pemisah-{ord(by)}.csv", csv(ROW, by=by).encode(), None
    for end in ("\r", "\r\n", "\n"):
        yield f"baris-{len(end)}{ord(end[0])}.csv", csv(ROW, end=end).encode(), None
    yield "bom.csv", plain.encode("utf-8-sig"), None
    yield "utf-16.csv", plain.encode("utf-16"), None
    yield "utf-16-terpotong.csv", plain.encode("utf-16")[:-1], "UTF-16"
    for encoding in ("utf-32", "utf-16-le", "utf-32-be"):
        yield f"{encoding}.csv", plain.encode(encoding), "UTF-16"
    yield "cp1252.csv", plain.replace("Pasar", "Café").encode("cp1252"), None
    yield "campur.csv", plain.encode() + "ADV-2,A,2025,BBPOM-PDG,é".encode() + b"\xe9\n", None
    yield "surogat.csv", plain.encode() + b"ADV-2,A,2025,BBPOM-PDG,\xed\xa0\x80\n", None
    yield "nol.csv", plain.encode() + b"ADV-2\0\n", "bita nol"
    yield (
        "sel-panjang.csv",
        csv([*ROW[:4], "x" * 200_000]).encode(),
        "baris 2: satu sel lebih dari 131.072",
    )
    yield "kutip.csv", csv([*ROW[:4], '"terbuka'], *[ROW] * 20).encode(), "baris 2: tanda kutip"
    yield (
        "kutip-panjang.csv",
        csv([*ROW[:4], '"a' + "\n" * 500 + '"']).encode(),
        "baris 2: tanda kutip",
    )
    yield "kutip-tengah.csv", csv([*ROW[:4], 'pipa 5" besi']).encode(), None
    yield "kolom.csv", csv(["x"] * 100_000).encode(), "paling banyak 1.000 kolom"
    yield "lebar-dan-tinggi.csv", (csv(["x"] * 900) + "a\n" * 20_000).encode(), "sel; paling banyak"
    yield "baris-banyak.csv", (plain + "\n" * 1_100_000).encode(), "paling banyak 1.050.000 baris"


def _broken() -> Iterator[Case]:
    good = workbook(Kegiatan=[ROW, ["ADV-2", *ROW[1:]]])
    for tenth in range(1, 10):
        yield f"potong-{tenth}.xlsx", good[: len(good) * tenth // 10], "rusak"
    chance = random.Random(10)
    for number in range(15):
        flipped = bytearray(good)
        for _ in range(4):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        yield f"balik-{number}.xlsx", bytes(flipped), ANY
    # The size in the central directory says nothing; what is inside is what it is.
    at = good.rindex(b"PK\x01\x02") + 24
    yield (
        "ukuran-bohong.xlsx",
        good[:at] + struct.pack("<I", 2**32 - 2) + good[at + 4 :],
        "setelah dibuka",
    )


def _ods() -> Iterator[Case]:
    plain = ods_row(HEAD) + ods_row(ROW)
    good = ods(plain)
    yield "baik.ods", good, None
    yield "baik-lain-nama.csv", good, None
    # What LibreOffice writes below and beside every table, where no cell says anything.
    blank = '<table:table-cell table:number-columns-repeated="16379"/>'
    below = f'<table:table-row table:number-rows-repeated="1048574">{blank}</table:table-row>'
    yield "kosong-berulang.ods", ods(plain + below), None
    for rows, columns, words in (
        (1, 16_384, "sampai kolom ke-16.384; paling banyak 1.000"),
        (1, 2**31, "sampai kolom ke-16.384; paling banyak 1.000"),
        (1_048_574, 16_384, "yang dapat dibaca"),
        (2**31, 1, ANY),
        (2**32, 2**32, "yang dapat dibaca"),
    ):
        more = ods_row(["x"], rows, columns)
        yield f"berulang-{rows}-{columns}.ods", ods(plain + more), words
    yield "berulang-negatif.ods", ods(plain + ods_row(["x"], -1, -1)), ANY
    yield "banyak-lembar.ods", ods(plain + '</table:table><table:table table:name="x">' * 300), "paling banyak 200"  # fmt: skip
    yield "sandi.ods", ods(plain, entry=ENCRYPTED), "sandi"
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
    entity = ods_row(["ADV-2"]).replace("ADV-2", "&l9;")
    yield "entitas.ods", ods(plain + entity, prolog=f"<!DOCTYPE a [{lol}]>"), "yang dapat dibaca"
    yield "dalam.ods", ods(plain + "<a>" * 50_000 + "</a>" * 50_000), ANY
    yield "tidak-ditutup.ods", ods(plain + "<table:table-row"), "rusak"
    for tenth in (3, 6, 9):
        yield f"potong-{tenth}.ods", good[: len(good) * tenth // 10], "rusak"


def _xls() -> Iterator[Case]:
    cells = labels([HEAD, ROW])
    good = xls(cells)
    yield "baik.xls", good, None
    yield "baik.xlsx", good, None
    yield "angka.xls", xls(labels([HEAD, ["ADV-1", "A"]]) + others.number(1, 2, 2025.0)), None
    for row_no, column, words in (
        (65_535, 0, None),
        (65_535, 255, "meliputi 16.777.216 sel; paling banyak 16.000.000"),
        (2, 65_535, "sampai kolom ke-65.536; paling banyak 1.000"),
        (65_535, 65_535, "jauh di luar tabel"),
    ):
        far = others.label(row_no, column, "x")
        yield f"jauh-{row_no}-{column}.xls", xls(cells + far), words
    yield "lingkar.xls", xls(cells, loop=True), ANY
    for at in (0, 3, 10**6, 2**32 - 1):
        yield f"awal-{at}.xls", xls(cells, at=at), ANY
    long = struct.pack("<HHHHB", 2, 0, 0, 60_000, 1)
    yield "panjang-bohong.xls", xls(cells + record(0x0204, long)), ANY
    yield "bohong.xls", xls(cells + struct.pack("<HH", 0x0204, 65_535)), ANY
    yield "tanpa-buku.xls", ole(b"", name="Lain"), "rusak|tidak dapat"
    for tenth in (1, 3, 6, 9):
        yield f"potong-{tenth}.xls", good[: len(good) * tenth // 10], ANY
