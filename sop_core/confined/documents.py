"""The job that tells what a stranger's document is: a PDF, a JPEG or a PNG, by its content.

The name of the file says nothing here. What is not one of these from its first byte to its
last, does something when it is opened, hides another file or cannot be opened, is refused.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import warnings
import zipfile
import zlib
from typing import Any

# Loaded while files can still be opened: Pillow and pypdf take many of these only once needed.
import pypdf._codecs
import pypdf._configuration
import pypdf.filters
import pypdf.generic._image_xobject
import pypdf.xmp  # noqa: F401
from PIL import (
    Image,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
)
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from sop_core import confined
from sop_core.errors import Refused

Image.preinit()
Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and said in our words
for _encoding in ("cp437", "latin-1", "utf-16", "utf-16-be", "ascii", "unicode_escape"):
    codecs.lookup(_encoding)

MOST_PIXELS = 60_000_000
"""Of a picture; a page scanned at 600 dpi has 35 million."""
LONGEST_SIDE = 30_000
MOST_OBJECTS = 200_000
"""Of a PDF; one of a thousand pages has some ten thousand."""
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of all packed objects of a PDF, unpacked."""
_HEAD = 1024
"""Bytes in which a reader that looks for its own kind finds it."""

_PDF, _JPEG, _PNG = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_OTHER_KINDS = re.compile(
    rb"<\s*(?:html|head|body|script|svg|iframe|\?php|!doctype)", re.IGNORECASE
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"\bstream\r?\n")
_ENDING = re.compile(rb"%%EOF[\s\x00]*\Z")
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
"""Stands in the clear in what says how the rest is locked."""
_ACTIVE = {
    "/JavaScript": "berisi skrip (JavaScript)",
    "/JS": "berisi skrip (JavaScript)",
    "/Launch": "berisi perintah yang menjalankan program",
    "/EmbeddedFile": "berisi berkas tersemat",
    "/EmbeddedFiles": "berisi berkas tersemat",
    "/EF": "berisi berkas tersemat",
    "/RichMedia": "berisi media tersemat",
    "/XFA": "berisi formulir XFA",
    "/SubmitForm": "mengirim isian ke luar",
    "/ImportData": "mengambil isian dari luar",
    "/GoToE": "menunjuk ke berkas tersemat",
}
"""Names in a PDF by which it does something, or holds another file."""
# Found in the bytes too, where no list of objects leads; shorter ones stand there by chance.
_LONG = {name.encode(): why for name, why in _ACTIVE.items() if len(name) >= len("/Launch")}


def look(name: str, content: bytes) -> str:
    """``pdf``, ``jpg`` or ``png``. Raises Refused, in Indonesian, for anything else."""
    if content.startswith(_PDF):
        kind = "pdf"
    elif content.startswith(_JPEG):
        kind = "jpg"
    elif content.startswith(_PNG):
        kind = "png"
    else:
        raise Refused(
            f"Berkas {name} bukan PDF, JPG, atau PNG menurut isinya. Simpan ulang sebagai PDF,"
            " lalu unggah lagi."
        )
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused(f"Berkas {name} menyembunyikan arsip di dalamnya.")
    if _OTHER_KINDS.search(content[:_HEAD]):
        raise Refused(f"Berkas {name} menyamar: isinya juga sebuah halaman web.")
    if kind == "pdf":
        _look_at_pdf(name, content)
    else:
        _look_at_picture(name, content, kind)
    return kind


# -------------------------------------------------------------------- pictures


def _look_at_picture(name: str, content: bytes, kind: str) -> None:
    warnings.simplefilter("ignore")
    try:
        picture = Image.open(io.BytesIO(content), formats=["PNG" if kind == "png" else "JPEG"])
        width, height = picture.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise Refused(
                f"Gambar {name} terlalu besar: {width} x {height} piksel; paling besar"
                f" {MOST_PIXELS // 10**6} megapiksel. Perkecil dahulu."
            )
        picture.load()
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Whatever the decoder stumbles over: the file is at fault.
        raise Refused(f"Gambar {name} rusak atau terpotong. Simpan ulang, lalu unggah lagi.") from error  # fmt: skip
    if kind == "png" and _after_the_end(content):
        raise Refused(f"Gambar {name} memuat isi lain sesudah gambarnya. Simpan ulang dahulu.")


def _after_the_end(content: bytes) -> bool:
    """Whether something follows the last part of a PNG (IEND)."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        last = content[at + 4 : at + 8] == b"IEND"
        at += 12 + length
        if last:
            return bool(content[at:].strip(b"\0"))
    return True


# ------------------------------------------------------------------------- PDF


def _look_at_pdf(name: str, content: bytes) -> None:
    if not _ENDING.search(content):
        raise Refused(f"PDF {name} terpotong, atau memuat isi lain sesudah akhirnya.")
    if _LOCKED.search(_plain(content)):
        raise Refused(f"PDF {name} terkunci sandi. Simpan tanpa sandi, lalu unggah lagi.")
    _refuse_active(name, _names_in(name, content))
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if not len(reader.pages):
            raise Refused(f"PDF {name} tidak mempunyai halaman.")
        _refuse_active(name, _reachable(name, reader))
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Whatever the reader stumbles over: the file is at fault.
        raise Refused(f"PDF {name} rusak dan tidak dapat dibuka. Simpan ulang, lalu unggah lagi.") from error  # fmt: skip


def _refuse_active(name: str, found: set[str]) -> None:
    for word, why in _ACTIVE.items():
        if word in found:
            raise Refused(
                f"PDF {name} {why}. Cetak ke PDF yang baru (tanpa skrip dan lampiran), lalu unggah lagi."
            )


def _names_in(name: str, content: bytes) -> set[str]:
    """Active names anywhere in the bytes and in packed objects, also where no list leads."""
    found = _long_names(content)
    room = MOST_UNPACKED
    for start in _STREAM.finditer(content):
        before = content[max(0, start.start() - 512) : start.start()]
        if b"ObjStm" not in _plain(before[before.rfind(b" obj") + 1 :]):
            continue
        end = content.find(b"endstream", start.end())
        try:
            unpacked = zlib.decompressobj().decompress(content[start.end() : end], room)
        except zlib.error:
            continue  # packed in another way, or not at all: the reader says what it is
        found |= _long_names(unpacked)
        room -= len(unpacked)
        if room <= 0:
            raise Refused(f"Isi PDF {name} terlalu besar setelah dibuka.")
    return found


def _long_names(content: bytes) -> set[str]:
    plain = _plain(content)
    return {name.decode() for name in _LONG if re.search(re.escape(name) + rb"(?![A-Za-z])", plain)}


def _plain(content: bytes) -> bytes:
    """Without the escapes by which a name can be written in other letters."""
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), content)


def _reachable(name: str, reader: PdfReader) -> set[str]:
    """Names of keys and values of every object that the file lists."""
    numbers = {(n, g) for g, table in reader.xref.items() for n in table}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise Refused(
            f"PDF {name} terlalu rumit: {len(numbers)} bagian, paling banyak {MOST_OBJECTS}."
        )
    waiting: list[Any] = [reader.trailer]
    for number, generation in sorted(numbers):
        # One that is listed and cannot be read shows nothing; its bytes were looked at.
        with contextlib.suppress(PyPdfError):
            waiting.append(reader.get_object(IndirectObject(number, generation, reader)))
    found: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, NameObject):
            found.add(str(value))
        elif isinstance(value, DictionaryObject):
            found.update(map(str, value))
            waiting += [v for v in value.values() if not isinstance(v, IndirectObject)]
        elif isinstance(value, ArrayObject):
            waiting += [v for v in value if not isinstance(v, IndirectObject)]
    return found


if __name__ == "__main__":
    confined.serve(look)
