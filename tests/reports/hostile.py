"""Templates that a careless or hostile hand could give, and what each is told.

``python -m tests.reports.hostile FOLDER`` writes them as files, to try by hand.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from sop_core.exporting import Table, to_xlsx
from sop_core.reports.word import LARGEST_TEMPLATE, TEMPLATE

BODY = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

FILLED = "tidak dapat diisi"
OUTSIDE = "menunjuk ke luar berkas"
NOT_WORD = "bukan berkas Word"
BOMB = "terlalu besar setelah dibuka"
ODD = "ada isian yang tidak cocok dengan isi laporan"


def parts_of(content: bytes) -> dict[str, bytes]:
    """Entries of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(**parts: Callable[[bytes], bytes]) -> bytes:
    """The shipped template with entries changed; names by their last word (``document``)."""
    found = parts_of(TEMPLATE.read_bytes())
    for word, change in parts.items():
        name = {"document": BODY, "rels": RELS, "types": TYPES}.get(word) or f"word/{word}.xml"
        found[name] = change(found[name])
    return packed(found)


def added(name: str, content: bytes, **parts: Callable[[bytes], bytes]) -> bytes:
    """The shipped template with an entry more."""
    return packed(parts_of(changed(**parts)) | {name: content})


def escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def xml_into_body(xml: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(b"<w:sectPr", xml.encode() + b"<w:sectPr", 1)


def saying(*lines: str) -> bytes:
    """The shipped template with these paragraphs at its end."""
    text = "".join(f"<w:p><w:r><w:t>{escaped(line)}</w:t></w:r></w:p>" for line in lines)
    return changed(document=xml_into_body(text))


def footer_saying(text: str) -> bytes:
    return changed(footer1=lambda old: old.replace(b"</w:ftr>", f"<w:p><w:r><w:t>{escaped(text)}</w:t></w:r></w:p></w:ftr>".encode()))  # fmt: skip


def title_saying(text: str) -> bytes:
    parts = parts_of(TEMPLATE.read_bytes())
    parts["docProps/core.xml"] = parts["docProps/core.xml"].replace(b"Templat laporan Pantau SOP", escaped(text).encode())  # fmt: skip
    return packed(parts)


def linked(kind: str, target: str, mode: str = "External") -> bytes:
    """The shipped template with a link more."""
    link = (
        f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    )
    return changed(rels=lambda old: old.replace(b"</Relationships>", f"{link}</Relationships>".encode()))  # fmt: skip


def typed(name: str, kind: str) -> Callable[[bytes], bytes]:
    entry = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()
    return lambda old: old.replace(b"</Types>", entry)


def field(instruction: str) -> bytes:
    """A complex field, its instruction cut into two runs."""
    half = len(instruction) // 2
    runs = "".join(f"<w:r><w:instrText>{escaped(t)}</w:instrText></w:r>" for t in (instruction[:half], instruction[half:]))  # fmt: skip
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return changed(document=xml_into_body(f"<w:p>{mark.format('begin')}{runs}{mark.format('end')}</w:p>"))  # fmt: skip


def png(width: int, height: int) -> bytes:
    """A PNG that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # fmt: skip

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")  # fmt: skip


def pictured(content: bytes, ending: str = "png", kind: str = "image/png") -> bytes:
    name = f"word/media/logo.{ending}"
    link = f'<Relationship Id="rId99" Type="{OFFICE}/image" Target="media/logo.{ending}"/></Relationships>'
    return added(name, content, types=typed(name, kind), rels=lambda old: old.replace(b"</Relationships>", link.encode()))  # fmt: skip


def with_dtd(definition: str, use: str = "") -> bytes:
    head, end = b"<w:document", f"<!DOCTYPE a [{definition}]>".encode()
    text = f"<w:p><w:r><w:t>{use}</w:t></w:r></w:p>"
    return changed(document=lambda old: xml_into_body(text)(old.replace(head, end + head, 1)))


def laughs() -> bytes:
    """Entities of entities: ten thousand million letters."""
    more = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    return with_dtd('<!ENTITY b0 "aaaaaaaaaa">' + more, "&b9;")


def in_part(kind: str, xml: str) -> bytes:
    """The shipped template with a header, footnotes or the like besides."""
    name = f"word/{kind}9.xml"
    typ = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
    link = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{kind}9.xml"/></Relationships>'
    root = {"header": "hdr"}.get(kind, kind)
    content = f'<w:{root} xmlns:w="{W}">{xml}</w:{root}>'.encode()
    return added(name, content, types=typed(name, typ), rels=lambda old: old.replace(b"</Relationships>", link.encode()))  # fmt: skip


def bomb() -> bytes:
    """100 MB in a hundred thousand bytes."""
    return added("word/media/a.bin", bytes(100_000_000))


def many_bombs() -> bytes:
    """Each entry within its limit, all together not."""
    parts = parts_of(TEMPLATE.read_bytes())
    return packed(parts | {f"word/tema{n}.xml": b"<a/>" + b" " * 250_000 for n in range(250)})


def lying_sizes() -> bytes:
    """An entry that says it is small and unpacks to 50 MB."""
    content = bytearray(added("word/zzz.xml", bytes(50_000_000)))
    for place in (content.find(b"word/zzz.xml") - 30, content.rfind(b"word/zzz.xml") - 46):
        at = place + (22 if content[place : place + 4] == b"PK\x03\x04" else 24)
        content[at : at + 4] = struct.pack("<I", 100)
    return bytes(content)


def zip_locked() -> bytes:
    content = bytearray(TEMPLATE.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def renamed(old: str, new: str) -> bytes:
    return packed({new if n == old else n: c for n, c in parts_of(TEMPLATE.read_bytes()).items()})


def without(name: str) -> bytes:
    return packed({n: c for n, c in parts_of(TEMPLATE.read_bytes()).items() if n != name})


def kind_of_body(kind: str) -> bytes:
    old = b"wordprocessingml.document.main+xml"
    return changed(types=lambda types: types.replace(b"application/vnd.openxmlformats-officedocument." + old, kind.encode()))  # fmt: skip


def twice() -> bytes:
    """Two entries of one name: which one is looked at, and which one is used?"""
    buffer = io.BytesIO(TEMPLATE.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("Word/Document.xml", "<a/>")
    return buffer.getvalue()


def table_of(row: str) -> bytes:
    grid = '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="100"/></w:tblGrid>'
    return changed(document=xml_into_body(f"{grid}<w:tr>{row}</w:tr></w:tbl><w:p/>"))


def nested(depth: int, over: str = "sections") -> str:
    return f"{{% for a in {over} %}}" * depth + "x" + "{% endfor %}" * depth


VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'

# Name, how it is made, and what its refusal says.
LANGUAGE: dict[str, tuple[Callable[[], bytes], str]] = {
    # out of the sandbox
    "kelas dari teks": (lambda: saying("{{ ''.__class__.__mro__[1].__subclasses__() }}"), "pemanggilan fungsi"),
    "kelas tanpa panggilan": (lambda: saying("{{ ''.__class__ }}"), "__class__ tidak ada"),
    "kelas lewat kurung": (lambda: saying("{{ title['__class__'] }}"), "__class__ tidak ada"),
    "kelas lewat attr": (lambda: saying("{{ title|attr('__class__') }}"), "saringan attr"),
    "map attribute": (lambda: saying("{{ sections|map(attribute='__class__')|list }}"), "saringan (map|list)"),
    "selectattr": (lambda: saying("{{ sections|selectattr('__class__') }}"), "saringan selectattr"),
    "groupby": (lambda: saying("{{ sections|groupby('__class__') }}"), "saringan groupby"),
    "sort attribute": (lambda: saying("{{ sections|sort(attribute='__class__') }}"), "saringan sort"),
    "join attribute": (lambda: saying("{{ sections|join(',', attribute='heading.__class__') }}"), "__class__ tidak ada"),
    "xmlattr": (lambda: saying("{{ {'a': 1}|xmlattr }}"), "saringan xmlattr|kamus"),
    "format": (lambda: saying("{{ '%s'|format(title) }}"), "saringan format"),
    "format lebar": (lambda: saying("{{ '%999999999d' % 1 }}"), "tanda %"),
    "str.format": (lambda: saying("{{ '{0.__class__}'.format(title) }}"), "pemanggilan fungsi"),
    "str.format tanpa panggilan": (lambda: saying("{{ title.format }}"), "format tidak ada"),
    "safe": (lambda: saying("{{ '<w:br/>'|safe }}"), "saringan safe"),
    "pprint": (lambda: saying("{{ sections|pprint }}"), "saringan pprint"),
    "tojson": (lambda: saying("{{ sections|tojson }}"), "saringan tojson"),
    "isi bagan": (lambda: saying("{% for s in sections %}{{ s.chart.tpl }}{% endfor %}"), "tpl tidak ada"),
    "tulis berkas lewat bagan": (lambda: saying("{% for s in sections %}{{ s.chart.tpl.docx.save('/tmp/x') }}{% endfor %}"), "pemanggilan fungsi"),
    "baca berkas lewat bagan": (lambda: saying("{% for s in sections %}{% if s.chart %}{{ s.chart.tpl.replace_zipname('word/a', '/etc/passwd') }}{% endif %}{% endfor %}"), "pemanggilan fungsi"),
    "subdoc": (lambda: saying("{{p new_subdoc('/etc/passwd') }}"), "pemanggilan fungsi"),
    "richtext": (lambda: saying("{{r title.add('x') }}"), "pemanggilan fungsi"),
    "self": (lambda: saying("{{ self._TemplateReference__context }}"), "self"),
    "cycler": (lambda: saying("{{ cycler.__init__.__globals__ }}"), "cycler tidak ada"),
    "namespace": (lambda: saying("{% set ns = namespace(a=1) %}"), "set"),
    "range": (lambda: saying("{% for i in range(10**9) %}x{% endfor %}"), "pemanggilan fungsi|pangkat"),
    "lipsum": (lambda: saying("{{ lipsum.__globals__ }}"), "lipsum tidak ada"),
    "joiner": (lambda: saying("{{ joiner }}"), "joiner tidak ada"),
    "dict": (lambda: saying("{{ dict.mro }}"), "dict tidak ada"),
    "kunci kamus sebagai panggilan": (lambda: saying("{{ sections[0].items() }}"), "pemanggilan fungsi"),
    "items": (lambda: saying("{{ sections[0].items }}"), "items tidak ada"),
    "ubah daftar": (lambda: saying("{{ summary.append('x') }}"), "pemanggilan fungsi"),
    "loop dalam": (lambda: saying("{% for a in summary %}{{ loop._iterable }}{% endfor %}"), "_iterable tidak ada"),
    "loop kelas": (lambda: saying("{% for a in summary %}{{ loop['__class__'] }}{% endfor %}"), "__class__ tidak ada"),
    "loop berulang diri": (lambda: saying("{% for a in sections recursive %}{{ loop(sections) }}{% endfor %}"), "pemanggilan fungsi|perulangan"),
    "uji sendiri": (lambda: saying("{{ title is callable }}"), "uji callable"),
    "uji filter": (lambda: saying("{{ 'attr' is filter }}"), "uji filter"),
    "isian bintang": (lambda: saying("{{ title|default(*summary) }}"), "tanda \\*"),
    "macro tanpa akhir": (lambda: saying("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"), "macro|pemanggilan"),
    "include": (lambda: saying("{% include '/etc/passwd' %}"), "include"),
    "import": (lambda: saying("{% import 'x' as y %}"), "import"),
    "from import": (lambda: saying("{% from 'x' import y %}"), "import"),
    "extends": (lambda: saying("{% extends 'x' %}"), "extends"),
    "block": (lambda: saying("{% block a %}{% endblock %}"), "block"),
    "autoescape": (lambda: saying("{% autoescape false %}{{ title }}{% endautoescape %}"), "autoescape"),
    "with": (lambda: saying("{% with a = title %}{{ a }}{% endwith %}"), "with"),
    "call": (lambda: saying("{% call title %}{% endcall %}"), "salah tulis|call|pemanggilan"),
    "filter blok": (lambda: saying("{% filter upper %}a{% endfilter %}"), "filter"),
    "do": (lambda: saying("{% do title %}"), "salah tulis"),
    "debug": (lambda: saying("{% debug %}"), "salah tulis"),
    # in other places than the body
    "di kaki halaman": (lambda: footer_saying("{{ ''.__class__ }}"), "__class__ tidak ada"),
    "di judul berkas": (lambda: title_saying("{{ ''.__class__ }}"), "__class__ tidak ada"),
    "di kepala halaman": (lambda: in_part("header", "<w:p><w:r><w:t>{{ ''.__class__ }}</w:t></w:r></w:p>"), "__class__ tidak ada"),
    "di catatan kaki": (lambda: in_part("footnotes", "<w:footnote><w:p><w:r><w:t>{{ ''.__class__ }}</w:t></w:r></w:p></w:footnote>"), "__class__ tidak ada"),
    "bagan di catatan kaki": (lambda: in_part("footnotes", "<w:footnote><w:p><w:r><w:t>{% for s in sections %}{{ s.chart }}{% endfor %}</w:t></w:r></w:p></w:footnote>"), "bagan hanya dapat ditempatkan"),
    "bidang di kepala halaman": (lambda: in_part("header", '<w:p><w:fldSimple w:instr="DDE cmd"/></w:p>'), "bidang Word DDE"),
    "tanda bagan sendiri": (lambda: saying("\U0010f0ff"), ODD),
    "bagan sebagai kunci": (lambda: saying("{% for s in sections %}{{ sections[s.chart] }}{% endfor %}"), "tidak ada dalam laporan"),
    "bagan sebagai lambang": (lambda: saying("{% for s in sections %}{{ s.chart.png }}{% endfor %}"), "png tidak ada"),
    "kelas dari loop": (lambda: saying("{% for a in summary %}{{ loop.previtem.__class__ }}{% endfor %}"), "tidak ada dalam laporan"),
    "kelas dari saringan": (lambda: saying("{{ (title|upper|e).__class__ }}"), "__class__ tidak ada"),
    "Markup.format": (lambda: saying("{{ (title|e).format }}"), "format tidak ada"),
    "__html__": (lambda: saying("{{ (title|e)['__html__'] }}"), "__html__ tidak ada"),
    "kelas dari yang tiada": (lambda: saying("{{ (title if not title).__class__.__init__.__globals__ or judul.__globals__ }}"), "judul tidak ada"),
    "nama dalam Python": (lambda: saying("{{ __builtins__ }}"), "__builtins__ tidak ada"),
    "nama dalam Jinja": (lambda: saying("{{ environment }}{{ context }}"), "environment tidak ada"),
    "saringan bawaan docxtpl": (lambda: saying("{{ title|xml }}"), "saringan xml"),
    "irisan pada yang bukan daftar": (lambda: saying("{{ demo[1:2] }}"), ODD),
    "for di atas loop": (lambda: saying("{% for loop in summary %}{{ loop }}{% endfor %}"), ODD),
    "set": (lambda: saying("{% set a = title %}{{ a }}"), "set tidak boleh"),
    "set blok": (lambda: saying("{% set a %}x{% endset %}"), "set tidak boleh"),
    "gambar sebaris docxtpl": (lambda: saying("{{ InlineImage }}"), "InlineImage tidak ada"),
    "bagan di kaki halaman": (lambda: footer_saying("{% for s in sections %}{{ s.chart }}{% endfor %}"), "bagan hanya dapat ditempatkan"),
    "bagan di judul": (lambda: title_saying("{% for s in sections %}{{ s.chart }}{% endfor %}"), "bagan hanya dapat ditempatkan"),
    # time and memory
    "bagi nol": (lambda: saying("{{ 1/0 }}"), "pembagian"),
    "sisa bagi nol": (lambda: saying("{{ 1%0 }}"), "tanda %"),
    "teks kali semiliar": (lambda: saying("{{ 'a' * 1000000000 }}"), "tanda \\* hanya untuk bilangan"),
    "daftar kali semiliar": (lambda: saying("{{ summary * 1000000000 }}"), "tanda \\* hanya untuk bilangan"),
    "teks tambah teks": (lambda: saying("{{ title + title }}"), "tanda \\+ hanya untuk bilangan"),
    "bilangan raksasa": (lambda: saying("{{ 999999999999 * 999999999999 }}"), "hanya untuk bilangan"),
    "pangkat": (lambda: saying("{{ 9 ** 9 ** 9 }}"), "pangkat"),
    "angka panjang": (lambda: saying("{{ " + "9" * 5_000 + " }}"), "tidak cocok|salah tulis"),
    "perulangan lima tingkat": (lambda: saying(nested(5)), "perulangan"),
    "perulangan seratus tingkat": (lambda: saying(nested(100)), "perulangan"),
    "kurung sangat dalam": (lambda: saying("{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}"), "terlalu dalam"),
    "not sangat dalam": (lambda: saying("{{ " + "not " * 20_000 + "1 }}"), "terlalu dalam"),
    "if sangat dalam": (lambda: saying("{% if 1 %}" * 5_000 + "{% endif %}" * 5_000), "terlalu dalam|tidak cocok"),
    "jumlah sangat panjang": (lambda: saying("{{ 1" + "+1" * 50_000 + " }}"), "terlalu dalam|hanya untuk"),
    "bagan tanpa batas": (lambda: saying("{% for s in sections %}{% for t in sections %}{% for u in sections %}" + "{{ s.chart }}" * 60 + "{% endfor %}" * 3), "lebih dari 200 bagan"),
    # mistakes
    "nama salah": (lambda: saying("{{ judul }}"), "judul tidak ada dalam laporan"),
    "nama dalam salah": (lambda: saying("{{ a.b.c.d.e }}"), "a tidak ada dalam laporan"),
    "kurung tidak ditutup": (lambda: saying("{{ title"), "salah tulis"),
    "for kosong": (lambda: saying("{% for %}"), "salah tulis"),
    "for tanpa akhir": (lambda: saying("{% for a in summary %}"), "salah tulis"),
    "baris dari angka": (lambda: saying("{% for a in demo %}{% endfor %}"), ODD),
    "pecah terlalu banyak": (lambda: saying("{% for a, b in sections %}{% endfor %}"), ODD),
    "banding teks dan angka": (lambda: saying("{{ title < 1 }}"), ODD),
    "irisan nol": (lambda: saying("{{ title[::0] }}"), ODD),
    "saringan salah isi": (lambda: saying("{{ title|join(1, 2, 3, 4) }}"), ODD),
    "DDE lewat Jinja": (lambda: changed(document=xml_into_body('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE {{ "x" }}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:fldChar w:fldCharType="{% if title %}begin{% endif %}"/></w:r><w:p/></w:p>')), "tidak cocok|bidang Word"),
    "alamat lewat Jinja": (lambda: changed(document=xml_into_body(f"<w:p><w:r><w:pict><v:rect {VML} {{{{ 'x' }}}}=''/></w:pict></w:r></w:p>")), "rusak|tidak cocok"),
}  # fmt: skip

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # no Word file
    "kosong": (lambda: b"", "berkasnya kosong"),
    "teks biasa": (lambda: b"bukan", NOT_WORD),
    "hanya awal zip": (lambda: b"PK\x03\x04", "berkasnya rusak"),
    "zip kosong": (lambda: packed({"a.txt": b"a"}), NOT_WORD),
    "excel diganti nama": (lambda: to_xlsx([Table("A", ["a"], [["b"]])]), "berkas Excel"),
    "terpotong": (lambda: TEMPLATE.read_bytes()[:20_000], "berkasnya rusak"),
    "terbalik": (lambda: TEMPLATE.read_bytes()[::-1], NOT_WORD),
    "doc lama atau terkunci": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), "terkunci sandi"),
    "zip terkunci": (zip_locked, "terkunci sandi"),
    "isi tertukar": (lambda: TEMPLATE.read_bytes().replace(b"\x50\x4b\x01\x02", b"\x50\x4b\x01\x03"), "rusak"),
    "berkas raksasa": (lambda: added("word/media/a.png", zlib.compress(bytes(1)) + bytes(LARGEST_TEMPLATE)) + bytes(LARGEST_TEMPLATE), "lebih besar dari 5 MB"),
    "templat dotx": (lambda: kind_of_body("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"), "dotx"),
    "dokumen bermakro": (lambda: kind_of_body("application/vnd.ms-word.document.macroEnabled.main+xml"), "makro"),
    "presentasi": (lambda: kind_of_body("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"), "PowerPoint"),
    "tanpa isi": (lambda: without(BODY), NOT_WORD),
    "tanpa jenis": (lambda: without(TYPES), NOT_WORD),
    "tanpa tautan": (lambda: without("_rels/.rels"), NOT_WORD),
    "bagian hilang": (lambda: without("word/styles.xml"), "tidak cocok|rusak"),
    # zips that grow
    "bom zip": (bomb, BOMB),
    "banyak bom kecil": (many_bombs, BOMB),
    "ukuran bohong": (lying_sizes, "rusak"),
    "terlalu banyak bagian": (lambda: packed(parts_of(TEMPLATE.read_bytes()) | {f"word/a{n}.xml": b"<a/>" for n in range(400)}), "lebih dari 300 bagian"),
    "gaya raksasa": (lambda: changed(styles=lambda old: old.replace(b"</w:styles>", b"".join(b'<w:style w:styleId="s%d"/>' % n for n in range(300_000)) + b"</w:styles>")), BOMB),
    # names in the zip
    "nama keluar folder": (lambda: added("../../a.xml", b"<a/>"), "tidak wajar"),
    "nama mutlak": (lambda: added("/etc/a.xml", b"<a/>"), "tidak wajar"),
    "nama garis balik": (lambda: added("..\\a.xml", b"<a/>"), "tidak wajar"),
    "nama kembar": (twice, "namanya sama"),
    # macros, objects, the outside
    "vbaProject": (lambda: added("word/vbaProject.bin", b"x", types=typed("word/vbaProject.bin", "application/vnd.ms-office.vbaProject")), "makro"),
    "objek OLE": (lambda: added("word/embeddings/oleObject1.bin", b"x", types=typed("word/embeddings/oleObject1.bin", "application/vnd.openxmlformats-officedocument.oleObject")), "objek tersemat"),
    "activeX": (lambda: added("word/activeX/activeX1.xml", b"<a/>", types=typed("word/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml"), rels=lambda old: old.replace(b"</Relationships>", f'<Relationship Id="rId99" Type="{OFFICE}/control" Target="activeX/activeX1.xml"/></Relationships>'.encode())), "jenis control"),
    "program tersemat": (lambda: added("word/media/a.exe", b"MZ"), "objek tersemat"),
    "html tersemat": (lambda: added("word/a.html", b"<html/>", types=typed("word/a.html", "text/html")), "objek tersemat"),
    "altChunk": (lambda: linked("aFChunk", "a.xml", "Internal"), "jenis aFChunk"),
    "templat jauh": (lambda: linked("attachedTemplate", "http://contoh.invalid/a.dotm"), "jenis attachedTemplate"),
    "gambar jauh": (lambda: linked("image", "http://contoh.invalid/a.png"), OUTSIDE),
    "gambar di server lain": (lambda: linked("image", "file:////server.invalid/a.png"), OUTSIDE),
    "kepala halaman jauh": (lambda: linked("header", "http://contoh.invalid/a.xml"), OUTSIDE),
    "objek jauh": (lambda: linked("oleObject", "http://contoh.invalid/a"), "jenis oleObject"),
    "tautan ke berkas": (lambda: linked("hyperlink", "file:///etc/passwd"), OUTSIDE),
    "tautan javascript": (lambda: linked("hyperlink", "javascript:alert(1)"), OUTSIDE),
    "cara tautan lain": (lambda: linked("image", "media/a.png", "external"), OUTSIDE),
    "jenis tautan palsu": (lambda: changed(rels=lambda old: old.replace(b"</Relationships>", b'<Relationship Id="r9" Type="http://contoh.invalid/image" Target="a"/></Relationships>')), "tautan jenis"),
    "gambar VML jauh": (lambda: changed(document=xml_into_body(f'<w:p><w:r><w:pict><v:shape {VML}><v:imagedata src="http://contoh.invalid/a.png"/></v:shape></w:pict></w:r></w:p>')), OUTSIDE),
    "video web": (lambda: changed(document=xml_into_body('<w:p><w:r><wp15:webVideoPr xmlns:wp15="http://schemas.microsoft.com/office/word/2012/wordprocessingDrawing" embeddedHtml="&lt;iframe src=http://contoh.invalid&gt;"/></w:r></w:p>')), OUTSIDE),
    "surat massal": (lambda: changed(settings=lambda old: old.replace(b"</w:settings>", b'<w:mailMerge><w:connectString w:val="Data Source=contoh.invalid"/></w:mailMerge></w:settings>')), OUTSIDE),
    "panel web": (lambda: linked("webextensiontaskpanes", "a.xml", "Internal"), "tautan jenis"),
    "bilah sendiri": (lambda: linked("extensibility", "customUI/a.xml", "Internal"), "tautan jenis"),
    "bidang terhapus": (lambda: changed(document=xml_into_body('<w:p><w:del><w:r><w:fldChar w:fldCharType="begin"/><w:delInstrText>DDE cmd</w:delInstrText></w:r></w:del></w:p>')), "bidang Word DDE"),
    "bidang ruang nama lain": (lambda: changed(document=xml_into_body('<w:p><x:fldSimple xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main" x:instr="DDE cmd"/></w:p>')), "bidang Word DDE"),
    "bidang DDEAUTO": (lambda: field(' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" '), "bidang Word DDEAUTO"),
    "bidang INCLUDEPICTURE": (lambda: field(' INCLUDEPICTURE "http://contoh.invalid/a.png" \\d'), "bidang Word INCLUDEPICTURE"),
    "bidang INCLUDETEXT": (lambda: field(' IncludeText "file:///etc/passwd"'), "bidang Word INCLUDETEXT"),
    "bidang LINK": (lambda: field(" LINK Excel.Sheet.8 a.xls"), "bidang Word LINK"),
    "bidang QUOTE": (lambda: field(" QUOTE 68 68 69"), "bidang Word QUOTE"),
    "bidang tautan ke server": (lambda: field(' HYPERLINK "\\\\\\\\server.invalid\\\\a"'), OUTSIDE),
    "bidang sederhana": (lambda: changed(document=xml_into_body('<w:p><w:fldSimple w:instr="DDE cmd"/></w:p>')), "bidang Word DDE"),
    "bidang tanpa akhir": (lambda: changed(document=xml_into_body('<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE cmd</w:instrText></w:r></w:p>')), "bidang Word DDE"),
    # XML
    "DTD": (lambda: with_dtd(""), "DTD atau entitas"),
    "entitas luar": (lambda: with_dtd('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), "DTD atau entitas"),
    "seribu tawa": (laughs, "DTD atau entitas"),
    "UTF-16": (lambda: changed(document=lambda old: old.decode().replace("UTF-8", "UTF-16").encode("utf-16")), "UTF-8"),
    "UTF-7": (lambda: changed(document=lambda old: old.replace(b"encoding='UTF-8'", b"encoding='UTF-7'")), "UTF-8"),
    "XML putus": (lambda: changed(document=lambda old: old[:3_000]), "rusak"),
    "XML sangat dalam": (lambda: changed(document=xml_into_body("<w:p>" * 3_000 + "</w:p>" * 3_000)), "rusak"),
    "kotor di gaya": (lambda: changed(styles=lambda old: b"\xff\xfe\x00"), "UTF-8|rusak"),
    # pictures
    "gambar raksasa": (lambda: pictured(png(100_000, 100_000)), "megapiksel"),
    "gambar rusak": (lambda: pictured(b"bukan gambar"), "gambar .* rusak"),
    "gambar EMF": (lambda: pictured(b"x", "emf", "image/x-emf"), "simpan ulang sebagai PNG"),
    "gambar SVG": (lambda: pictured(b"<svg/>", "svg", "image/svg+xml"), "simpan ulang sebagai PNG"),
    # tables
    "lebar kolom semiliar": (lambda: table_of('<w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr><w:p/></w:tc>'), "lebih dari 63 kolom"),
    "lebar kolom dari Jinja": (lambda: table_of("<w:tc><w:tcPr><w:tcW/></w:tcPr><w:p><w:r><w:t>{% colspan 999999999 %}</w:t></w:r></w:p></w:tc>"), "lebih dari 63 kolom"),
    "tabel tanpa kisi": (lambda: changed(document=xml_into_body("<w:tbl><w:tr/></w:tbl>")), ODD),
}  # fmt: skip
ALL = LANGUAGE | FILES


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for title, (make, _) in ALL.items():
        (folder / f"{title.replace('/', ' ')}.docx").write_bytes(make())
