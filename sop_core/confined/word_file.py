"""What a Word file may hold: looked at before it is opened, and again once it is filled.

A .docx is a zip of XML parts that point at each other. What is not listed here is refused:
kinds of parts, kinds of links between them, fields that Word runs. One limit is one name.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Iterator

from docx.exceptions import InvalidXmlError
from docx.image.exceptions import UnrecognizedImageError
from docx.image.image import Image
from lxml import etree

from sop_core.errors import Refused

_MIB = 1024 * 1024
MOST_ENTRIES = 300
LARGEST_CONTENT = 48 * _MIB
"""Bytes of all entries, unpacked."""
LARGEST_XML = 6 * _MIB
"""Bytes of one XML part, unpacked; the shipped template's largest has 0.4 MiB."""
HIGHEST_RATIO, _RATIO_FROM = 150, 256 * 1024
"""How many times larger an entry may be unpacked, from this many bytes on; styles reach 32."""
MOST_PIXELS = 40_000_000
MOST_COLUMNS = 63
"""Columns that a cell goes over: Word knows no wider table."""

_NOT_WORD = "Templat bukan berkas Word (.docx)"
_REFUSED = "Templat ditolak"
_LOCKED = f"{_REFUSED}: berkasnya terkunci sandi atau berbentuk .doc lama; simpan sebagai .docx tanpa sandi."
_BOMB = f"{_REFUSED}: isinya terlalu besar setelah dibuka."
_OLE = b"\xd0\xcf\x11\xe0"
"""How a .doc begins, and a .docx that is locked by a password."""

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/",
    "http://schemas.microsoft.com/",
)
_OTHERS = {
    "spreadsheetml": "ini berkas Excel", "presentationml": "ini berkas PowerPoint",
    "template.main": "ini templat Word (.dotx); simpan sebagai .docx",
}  # fmt: skip
# By the last word of their type: what links a part to another.
_LINKS = {
    "officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail",
    "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "font", "theme",
    "numbering", "header", "footer", "footnotes", "endnotes", "comments", "commentsExtended",
    "commentsIds", "commentsExtensible", "people", "image", "hyperlink", "customXml",
    "customXmlProps", "glossaryDocument", "diagramData", "diagramLayout", "diagramQuickStyle",
    "diagramStyle", "diagramColors", "diagramDrawing",
}  # fmt: skip
_PICTURES = {"image/png", "image/jpeg", "image/jpg", "image/gif", "image/bmp", "image/tiff"}
_FONTS = {"application/vnd.openxmlformats-officedocument.obfuscatedFont", "application/x-fontdata"}
_ALLOWED = "hanya tautan web dan surel yang boleh"
_SCHEMES = ("http://", "https://", "mailto:")
_FIELD_TAGS = ("fldSimple", "fldChar", "instrText", "delInstrText")
# What Word works out on opening. Not among them: whatever fetches, starts or quotes something.
_FIELDS = {
    "=", "AUTHOR", "COMMENTS", "CREATEDATE", "DATE", "DOCPROPERTY", "EDITTIME", "FILENAME",
    "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT", "HYPERLINK", "INDEX", "KEYWORDS", "LASTSAVEDBY",
    "NOTEREF", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "PRINTDATE", "REF", "REVNUM", "SAVEDATE",
    "SECTION", "SECTIONPAGES", "SEQ", "STYLEREF", "SUBJECT", "SYMBOL", "TC", "TIME", "TITLE", "TOC",
    "XE",
}  # fmt: skip


def look(content: bytes) -> None:
    """Refuse a file that is no plain Word document. Raises Refused."""
    if not content:
        raise Refused(f"{_NOT_WORD}: berkasnya kosong.")
    if content.startswith(_OLE):
        raise Refused(_LOCKED)
    if not content.startswith(b"PK\x03\x04"):
        raise Refused(f"{_NOT_WORD}.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            _check_parts(archive)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Whatever a library stumbles over in a stranger's file: the file is at fault.
        raise Refused(f"{_NOT_WORD}: berkasnya rusak.") from error


def look_again(content: bytes) -> None:
    """The same of a filled document, which may be larger. Raises Refused."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_parts(archive)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"{_REFUSED}: berisi lebih dari {MOST_ENTRIES} bagian.")
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise Refused(f"{_REFUSED}: ada bagian yang namanya sama.")
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise Refused(_BOMB)
    for entry in entries:
        if not re.fullmatch(r"[\w\[\] ()+,=@~.-]+(/[\w\[\] ()+,=@~.-]+)*/?", entry.filename) or ".." in entry.filename:  # fmt: skip
            raise Refused(f"{_REFUSED}: nama bagian di dalamnya tidak wajar.")
        if entry.flag_bits & 1:
            raise Refused(_LOCKED)
        if entry.file_size > max(_RATIO_FROM, HIGHEST_RATIO * entry.compress_size):
            raise Refused(_BOMB)
        if entry.filename.lower().endswith((".xml", ".rels")) and entry.file_size > LARGEST_XML:
            raise Refused(_BOMB)


def _check_parts(archive: zipfile.ZipFile) -> None:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if "[Content_Types].xml" not in names or "_rels/.rels" not in names:
        raise Refused(f"{_NOT_WORD}.")
    kinds = _kinds(archive, names)
    if not any(kind == _MAIN for kind in kinds.values()):
        other = next(
            (text for mark, text in _OTHERS.items() for k in kinds.values() if mark in k), ""
        )
        if not other:
            _check_kinds(kinds)
        raise Refused(f"{_NOT_WORD}{f': {other}' if other else ''}.")
    _check_kinds(kinds)
    for name, kind in kinds.items():
        if kind in _PICTURES:
            _check_picture(name, archive.read(name))
        elif kind not in _FONTS:
            root = _xml(name, archive.read(name))
            if name.endswith(".rels"):
                _check_links(root)
            _check_addresses(root)
            _check_fields(root)
            _check_spans(root)


def _kinds(archive: zipfile.ZipFile, names: list[str]) -> dict[str, str]:
    """Each part's content type, as python-docx and Word find it."""
    root = _xml("[Content_Types].xml", archive.read("[Content_Types].xml"))
    overrides = {(e.get("PartName") or "").lower(): e.get("ContentType") or "" for e in root.iter(f"{_TYPES}Override")}  # fmt: skip
    defaults = {(e.get("Extension") or "").lower(): e.get("ContentType") or "" for e in root.iter(f"{_TYPES}Default")}  # fmt: skip
    return {
        name: overrides.get(f"/{name}".lower(), defaults.get(name.rpartition(".")[2].lower(), ""))
        for name in names
        if name != "[Content_Types].xml"
    }


def _check_kinds(kinds: dict[str, str]) -> None:
    for name, kind in kinds.items():
        if "macro" in kind.lower() or "vba" in f"{name}{kind}".lower():
            raise Refused(f"{_REFUSED}: berisi makro.")
        if kind.startswith("image/"):
            if kind not in _PICTURES:
                raise Refused(
                    f"{_REFUSED}: gambar {name} berjenis lain; simpan ulang sebagai PNG atau JPEG."
                )
        elif kind not in _FONTS and not (name.endswith((".xml", ".rels")) and kind.endswith("xml")):
            raise Refused(f"{_REFUSED}: berisi objek tersemat ({name}).")


def _xml(name: str, content: bytes) -> etree._Element:
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{_REFUSED}: {name} tidak ditulis dalam UTF-8.") from error
    declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)", text)
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(f"{_REFUSED}: {name} tidak ditulis dalam UTF-8.")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused(f"{_REFUSED}: {name} berisi DTD atau entitas XML.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _check_links(root: etree._Element) -> None:
    for link in root.iter("{*}Relationship"):
        kind, target = link.get("Type") or "", link.get("Target") or ""
        word = kind.rpartition("/")[2]
        if word not in _LINKS or not kind.startswith(_OFFICE):
            raise Refused(
                f"{_REFUSED}: berisi tautan jenis {word[:40]}, misalnya objek, makro, atau berkas lain."
            )
        if link.get("TargetMode", "Internal") != "Internal" and (
            word != "hyperlink" or not target.lower().startswith(_SCHEMES)
        ):
            raise Refused(f"{_REFUSED}: menunjuk ke luar berkas ({word[:40]}); {_ALLOWED}.")


def _check_addresses(root: etree._Element) -> None:
    """What names the outside without a link of its own: old drawings, web videos, mail merge."""
    for element in root.iter("{*}*"):
        drawing = element.tag.startswith("{urn:schemas-microsoft-com:")
        for name, value in element.attrib.items():
            word = _local(str(name)).lower()
            address = drawing and word in ("src", "href", "althref") and not str(value).startswith("#")  # fmt: skip
            if value and (address or word == "embeddedhtml"):
                raise Refused(
                    f"{_REFUSED}: menunjuk ke luar berkas (gambar atau video); {_ALLOWED}."
                )
        if _local(element.tag) == "mailMerge":
            raise Refused(f"{_REFUSED}: menunjuk ke luar berkas (sumber surat massal); {_ALLOWED}.")


def _check_fields(root: etree._Element) -> None:
    for instruction in _instructions(root):
        words = instruction.split()
        name = "=" if instruction.lstrip().startswith("=") else (words[0].upper() if words else "")
        if name not in _FIELDS:
            raise Refused(
                f"{_REFUSED}: berisi bidang Word {name[:40] or 'kosong'} yang tidak boleh dipakai."
            )
        if name != "HYPERLINK":
            continue
        address = next((w.strip('"').lower() for w in words[1:]), "")
        if not address.startswith((*_SCHEMES, "\\l")):
            raise Refused(f"{_REFUSED}: menunjuk ke luar berkas (hyperlink); {_ALLOWED}.")


def _instructions(root: etree._Element) -> Iterator[str]:
    """What each field tells Word to do; fields stand inside fields.

    By the last word of a tag, since Word takes more than one namespace for these.
    """
    fields: list[str] = []
    for element in root.iter(*(f"{{*}}{tag}" for tag in _FIELD_TAGS)):
        tag = _local(element.tag)
        said = {_local(str(name)): str(value) for name, value in element.attrib.items()}
        if tag == "fldSimple":
            yield said.get("instr", "")
        elif tag != "fldChar":
            if not fields:
                fields.append("")
            fields[-1] += element.text or ""
        elif said.get("fldCharType") == "begin":
            fields.append("")
        elif said.get("fldCharType") == "end" and fields:
            yield fields.pop()
    yield from fields


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _check_spans(root: etree._Element) -> None:
    for element in root.iter(*(f"{_WORD}{tag}" for tag in ("gridSpan", "gridBefore", "gridAfter"))):
        written = element.get(f"{_WORD}val") or ""
        if (
            not written.isascii()
            or not written.isdigit()
            or len(written) > 9
            or int(written) > MOST_COLUMNS
        ):
            raise Refused(f"{_REFUSED}: ada sel tabel selebar lebih dari {MOST_COLUMNS} kolom.")


def _check_picture(name: str, content: bytes) -> None:
    try:
        picture = Image.from_blob(content)
    except (UnrecognizedImageError, InvalidXmlError, ValueError, KeyError, EOFError) as error:
        raise Refused(
            f"{_REFUSED}: gambar {name} rusak; simpan ulang sebagai PNG atau JPEG."
        ) from error
    if picture.px_width * picture.px_height > MOST_PIXELS:
        raise Refused(f"{_REFUSED}: gambar {name} lebih dari {MOST_PIXELS // 10**6} megapiksel.")
