"""Documents as people bring them, and as they should not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas


def pdf(text: str = "Laporan contoh", pages: int = 1) -> bytes:
    """A plain PDF."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for page in range(pages):
        canvas.drawString(72, 720, f"{text} {page + 1}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def written(change, **options: object) -> bytes:
    """A plain PDF after ``change(writer)``."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())), **options)
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _action(**keys: str) -> DictionaryObject:
    return DictionaryObject(
        {NameObject(f"/{k}"): NameObject(v) if v.startswith("/") else TextStringObject(v) for k, v in keys.items()}
    )  # fmt: skip


def _opens(writer: PdfWriter, action: DictionaryObject) -> None:
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at)
    return bytes(out)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"


def hidden_in_a_stream(word: bytes) -> bytes:
    """A name in a packed object that no list of objects leads to."""
    packed = zlib.compress(b"9 0 << /S %s >>" % word)
    stream = b"<< /Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    content = raw_pdf(CATALOG % b"", PAGES, PAGE, stream % (len(packed), packed))
    # Listed as free: only who looks at the bytes finds it.
    lines = content.split(b"\n")
    last = max(i for i, line in enumerate(lines) if line.endswith(b" 00000 n "))
    lines[last] = b"0000000000 00001 f "
    return b"\n".join(lines)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:  # fmt: skip
    """A plain picture."""
    buffer = io.BytesIO()
    Image.new(mode, size, 120 if mode in "L1P" else None).save(buffer, kind, **options)
    return buffer.getvalue()


def photo() -> bytes:
    """A JPEG as telephones make them: with EXIF, and two pictures in one file."""
    exif = Image.Exif()
    exif[0x010F] = "Contoh"
    exif[0x011A] = 72.0
    exif[0x0128] = 2
    buffer = io.BytesIO()
    one, two = Image.new("RGB", (64, 48), "navy"), Image.new("RGB", (32, 24), "teal")
    one.save(buffer, "MPO", save_all=True, append_images=[two], exif=exif)
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, of a few bytes."""

    def part(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"")) + part(b"IEND", b"")  # fmt: skip


def archive() -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("jahat.exe", b"MZ")
    return buffer.getvalue()


GOOD = {
    "a PDF": (pdf(), "pdf"),
    "a PDF of many pages": (pdf(pages=40), "pdf"),
    "a PDF with its objects packed": (
        written(lambda w: w.add_metadata({"/Title": "Contoh"})), "pdf"),
    "a PDF of a picture": (picture("PDF"), "pdf"),
    "a PDF with a web link": (
        raw_pdf(CATALOG % b"/OpenAction [3 0 R /Fit]", PAGES,
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [<< /Type /Annot"
                b" /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (https://contoh.go.id) >> >>] >>"),
        "pdf"),
    "a PDF that ends in blanks": (pdf() + b"\r\n\0\0", "pdf"),
    "a PNG": (picture(), "png"),
    "a PNG of a palette": (picture(mode="P"), "png"),
    "a PNG of 16 bits": (picture(mode="I;16"), "png"),
    "a JPEG": (picture("JPEG"), "jpg"),
    "a grey progressive JPEG": (picture("JPEG", mode="L", progressive=True), "jpg"),
    "a JPEG for print": (picture("JPEG", mode="CMYK"), "jpg"),
    "a photo": (photo(), "jpg"),
    "a JPEG with a telephone's trailer": (picture("JPEG") + b"SEFT" * 20, "jpg"),
}  # fmt: skip

BAD = {
    "nothing that is known": (b"sebuah catatan", "bukan PDF"),
    "a page of the web": (b"<!DOCTYPE html><html>%PDF-1.4", "bukan PDF"),
    "a page of the web with a PDF in it": (b"<html><!--\n" + pdf() + b"--></html>", "bukan PDF"),
    "a PDF with a page of the web in its head": (
        b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + pdf(), "menyamar"),
    "a PDF after some bytes": (b"GIF89a" + pdf(), "bukan PDF"),
    "a PDF and more": (pdf() + b"MZ\x90\0" * 300, "terpotong, atau memuat isi lain"),
    "a PDF and an archive": (pdf() + archive(), "menyembunyikan arsip"),
    "a PDF and an archive with its ending": (
        pdf() + archive()[:-2] + b"\x06\0%%EOF\n", "menyembunyikan arsip"),
    "a PDF cut off": (pdf()[:-40], "terpotong"),
    "a PDF of its head alone": (b"%PDF-1.7\n%%EOF", "rusak"),
    "a PDF of noise": (b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF", "rusak"),
    "a PDF without a page": (
        raw_pdf(CATALOG % b"", b"<< /Type /Pages /Kids [] /Count 0 >>"), "tidak mempunyai halaman"),
    "a PDF with a password": (written(lambda w: w.encrypt("rahasia", algorithm="RC4-128")), "terkunci sandi"),
    "a PDF that anybody opens but may not print": (
        written(lambda w: w.encrypt("", "pemilik", algorithm="RC4-128")), "terkunci sandi"),
    "a PDF with a script": (written(lambda w: _opens(w, _action(S="/JavaScript", JS="app.alert(1)"))), "JavaScript"),
    "a PDF with a script under another name": (
        raw_pdf(CATALOG % b"/OpenAction << /S /J#61vaScript /J#53 (app.alert) >>", PAGES, PAGE),
        "JavaScript"),
    "a PDF with a short script": (
        raw_pdf(CATALOG % b"/AA << /WC 4 0 R >>", PAGES, PAGE, b"<< /JS (app.alert) >>"), "JavaScript"),
    "a PDF that starts a program": (
        written(lambda w: _opens(w, _action(S="/Launch", F="cmd.exe"))), "menjalankan program"),
    "a PDF with a file": (written(lambda w: w.add_attachment("a.exe", b"MZ")), "tersemat"),
    "a PDF with a form of another kind": (
        raw_pdf(CATALOG % b"/AcroForm << /XFA (x) >>", PAGES, PAGE), "XFA"),
    "a PDF that sends what is filled in": (
        raw_pdf(CATALOG % b"/OpenAction << /S /SubmitForm /F (http://x) >>", PAGES, PAGE), "ke luar"),
    "a PDF with a script that is packed and in no list": (hidden_in_a_stream(b"/JavaScript"), "JavaScript"),
    "a PDF that turns in circles": (
        raw_pdf(CATALOG % b"", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), "rusak|halaman"),
    "a PNG cut off": (picture(size=(400, 300), mode="RGB")[:-30], "rusak"),
    "a PNG of its head alone": (b"\x89PNG\r\n\x1a\n", "rusak"),
    "a PNG and more": (picture() + b"#!/bin/sh", "isi lain"),
    "a PNG and an archive": (picture() + archive(), "menyembunyikan arsip"),
    "a PNG wider than a house": (png_of(40_000, 10), "terlalu besar"),
    "a PNG of a milliard pixels": (png_of(29_999, 29_999), "terlalu besar"),
    "a PNG that is less than it says": (png_of(2_000, 2_000), "rusak"),
    "a JPEG cut off": (picture("JPEG", size=(400, 300))[:300], "rusak"),
    "a JPEG of a page of the web": (
        picture("JPEG", comment=b"<html><script>alert(1)</script>"), "menyamar"),
    "a GIF": (picture("GIF", mode="P"), "bukan PDF"),
    "a BMP": (picture("BMP"), "bukan PDF"),
    "a program": (b"MZ" + bytes(200), "bukan PDF"),
    "an archive": (archive(), "bukan PDF"),
}  # fmt: skip
