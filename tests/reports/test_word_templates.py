"""What a Word template may say and hold, and what every hostile one is told."""

import contextlib
import io
import os
import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import docx
import msgpack
import pytest
from docx.oxml.ns import qn
from docx.shared import Inches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core.confined import Limits, word_file
from sop_core.confined.word import fill
from sop_core.confined.word_language import _FILTERS, Language
from sop_core.errors import Refused, ReportRefused
from sop_core.reports import drawing, word
from sop_core.reports.sample import sample
from sop_core.reports.word import TEMPLATE
from tests.confined.measuring import allowed, largest_child
from tests.conftest import need
from tests.reports import hostile
from tests.reports.hostile import changed, footer_saying, linked, pictured, png, saying
from tests.reports.test_reports import words

pytestmark = pytest.mark.slow

SAMPLE = sample()
PICTURE = drawing.png(next(s.chart for s in SAMPLE.sections if s.chart))
FUZZ = int(os.environ.get("PANTAU_FUZZ") or 60)
"""Examples of each fuzzing test; 60 take some ten seconds in all."""
EVERY = int(os.environ.get("PANTAU_HOSTILE_EVERY") or 5)
"""Each how-manieth hostile template goes through the real process; 1 takes them all, in 40 s."""
PEAK = 800
"""MiB of memory that no child went over, whatever it was given; the limit is 768."""


def said(template: bytes) -> str:
    """The sample in this template, as text."""
    return words(word.write(SAMPLE, template))


def refusal(content: bytes) -> str:
    """What a hostile template is told; plain words and nothing of Python's."""
    begun = time.monotonic()
    with pytest.raises(ReportRefused) as refused:
        word.write(SAMPLE, content)
    text = str(refused.value)
    assert text.startswith("Templat "), text
    assert not re.search(r"Error|Traceback|unexpected|undefined|expected|object", text), text
    assert time.monotonic() - begun < 10
    return text


@pytest.fixture
def in_here(monkeypatch) -> None:
    """The job without its process, and so without its limits: the same rules, ten times as fast."""

    def run(job: str, arguments: list[object], _: Limits) -> bytes:
        assert job == "sop_core.confined.word"
        return fill(*msgpack.unpackb(msgpack.packb(arguments)))

    monkeypatch.setattr(word.confined, "run", run)
    monkeypatch.setattr(word.drawing, "png", lambda chart: PICTURE)


@pytest.mark.parametrize("name", list(hostile.ALL))
def test_a_hostile_template_is_refused_in_words(name, in_here, tmp_path, monkeypatch):
    make, says = hostile.ALL[name]
    content = make()
    monkeypatch.chdir(tmp_path)
    text = refusal(content)
    assert re.search(says, text), text
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", list(hostile.ALL)[::EVERY])
def test_so_it_is_in_its_own_process(name, tmp_path, monkeypatch):
    make, says = hostile.ALL[name]
    content, largest = make(), largest_child()
    monkeypatch.chdir(tmp_path)
    text = refusal(content)
    assert re.search(says, text), text
    assert os.listdir(tmp_path) == []
    assert largest_child() < allowed(largest, PEAK)


SLOW = {
    "perulangan atas huruf": (
        saying("".join(f"{{% for {a} in notes[0] ~ notes[0] ~ notes[0] %}}" for a in "abcd") + "{% endfor %}" * 4),
        "melewati 3 detik",
    ),
    "perulangan yang menulis": (
        saying("{% for a in notes[0] %}{% for b in notes[0] %}{% for c in notes[0] %}"
               "{% for d in notes[0] %}{{ notes }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"),
        "melewati 3 detik|memori terlalu besar",
    ),
    "kurung buka tanpa tutup": (
        saying("".join(f"{{{{ {n:x}" for n in range(60_000))), "melewati 3 detik|salah tulis",
    ),
    "sel tanpa batas": (
        changed(document=hostile.xml_into_body("<w:p/>" * 400_000)),
        "melewati 3 detik|memori terlalu besar|terlalu besar setelah dibuka",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SLOW))
def test_time_and_memory_have_an_end(name, monkeypatch):
    content, says = SLOW[name]
    monkeypatch.setattr(word, "LIMITS", Limits(memory=768, seconds=3, answer=48))
    begun, largest = time.monotonic(), largest_child()
    with pytest.raises(ReportRefused, match=says):
        word.write(SAMPLE, content)
    assert time.monotonic() - begun < 9
    assert largest_child() < allowed(largest, PEAK)


def test_enough_of_them():
    assert len(hostile.ALL) > 130


FINE = {
    "huruf besar": (saying("{{ title|upper }}"), "LAPORAN CONTOH"),
    "isi pengganti": (saying("{{ judul|default('tanpa judul') }}"), "tanpa judul"),
    "isi pengganti yang dalam": (saying("{{ a.b.c|d('-x-') }}"), "-x-"),
    "gabungan": (saying("{{ summary|join(' / ') }}"), "terlambat. / Satu"),
    "hitungan": (saying("Jumlah bagian {{ sections|length + 1 }}"), "Jumlah bagian 5"),
    "nomor baris": (saying("{% for s in sections %}{{ loop.index }}. {{ s.heading }}; {% endfor %}"), "2. Bagian dengan tabel;"),
    "sebagian": (saying("{{ summary[:1]|join }}|{{ sections[-1].heading }}"), "terlambat.|Bagian dengan kalimat"),
    "pilihan": (saying("{{ 'demo' if demo else 'asli' }} {{ 'x' if not demo }}"), "demo "),
    "saringan dalam for": (saying("{% for s in sections if s.chart %}[{{ s.heading }}]{% endfor %}"), "[Bagian dengan semuanya][Bagian dengan bagan]"),
    "paragraf bersyarat": (saying("{%p if demo %}", "Ini contoh", "{%p endif %}"), "Ini contoh"),
    "catatan templat": (saying("A{# tidak terlihat #}B"), "AB"),
    "run tersendiri": (saying("sebelum {{r title }} sesudah"), "sebelum Laporan Contoh sesudah"),
    "paragraf tersendiri": (saying("{{p title }}"), "Laporan Contoh"),
    "tanda baca": (saying("{{ '<b> “x”' }}"), '<b> "x"'),
    "kutip Word": (saying("{{ summary|join(‘; ’) }}"), "terlambat.; Satu"),
    "bidang halaman": (hostile.field(" PAGE "), "Laporan Contoh"),
    "bidang tautan": (hostile.field(' HYPERLINK "https://contoh.invalid/a" '), "Laporan Contoh"),
    "tautan web": (linked("hyperlink", "https://contoh.invalid/"), "Laporan Contoh"),
    "tautan surel": (linked("hyperlink", "mailto:a@contoh.invalid"), "Laporan Contoh"),
    "logo": (pictured(png(200, 100)), "Laporan Contoh"),
    "warna sel": (hostile.table_of("<w:tc><w:tcPr><w:tcW/></w:tcPr><w:p><w:r><w:t>{% cellbg 'FF0000' %}{{ title }}</w:t></w:r></w:p></w:tc>"), "Laporan Contoh"),
    "sel gabung": (hostile.table_of("<w:tc><w:tcPr><w:tcW/></w:tcPr><w:p><w:r><w:t>{% colspan 1 %}{{ title }}</w:t></w:r></w:p></w:tc>"), "Laporan Contoh"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FINE))
def test_what_an_office_may_say(name, in_here):
    content, text = FINE[name]
    assert text in said(content)


def test_a_footer_and_the_properties_are_filled():
    filled = docx.Document(
        io.BytesIO(word.write(SAMPLE, footer_saying("{{ subtitle }} {{ as_of }}")))
    )
    assert "Balai contoh 2026 7 April 2026" in [
        p.text for p in filled.sections[0].footer.paragraphs
    ]
    titled = docx.Document(io.BytesIO(word.write(SAMPLE, hostile.title_saying("{{ title }}"))))
    assert titled.core_properties.title == "Laporan Contoh"


def test_each_chart_is_one_picture_of_its_width_where_its_section_is():
    filled = docx.Document(io.BytesIO(word.write(SAMPLE)))
    widths = [s.width for s in filled.inline_shapes]
    assert widths == [Inches(6.5)] * 2
    ids = [e.get("id") for e in filled.element.body.iter(qn("wp:docPr"))]
    assert len(set(ids)) == 2
    around = [p.text for p in filled.paragraphs if p.text in ("Bagian dengan bagan", "Contoh bagan")
              or p._p.findall(f".//{qn('w:drawing')}")]  # fmt: skip
    assert around == ["Contoh bagan", "", "Bagian dengan bagan", "Contoh bagan", ""]


def test_a_chart_may_stand_in_a_sentence():
    template = saying("{% for s in sections %}{% if s.chart %}kiri {{ s.chart }} kanan{{ s.chart }}{% endif %}{% endfor %}")  # fmt: skip
    filled = docx.Document(io.BytesIO(word.write(SAMPLE, template)))
    assert len(filled.inline_shapes) == 2 + 4
    assert filled.paragraphs[-1].text == "kiri  kanankiri  kanan"


def test_columns_keep_their_widths_and_numbers_stand_right():
    filled = docx.Document(io.BytesIO(word.write(SAMPLE)))
    table = next(
        t for t in filled.tables if t.rows[0].cells[0].text == "Unit" and len(t.columns) == 3
    )
    page = filled.sections[0]
    whole = page.page_width - page.left_margin - page.right_margin
    assert abs(sum(c.width for c in table.rows[1].cells) - whole) < 2_000
    assert [c.paragraphs[0].alignment for c in table.rows[1].cells][2] == 2
    assert table.rows[1].cells[0].paragraphs[0].alignment is None


def test_no_text_of_a_report_stands_for_a_picture_or_breaks_the_file():
    odd = "\U0010f000 A\x01B\x0cC\aDE {{ demo }} {%p if x %} <w:br/> &amp;"
    text = words(word.write(replace(SAMPLE, title=odd, notes=[odd])))
    assert text.count(" ABCDE {{ demo }} {%p if x %} <w:br/> &amp;") == 2
    assert (
        len(docx.Document(io.BytesIO(word.write(replace(SAMPLE, notes=[odd])))).inline_shapes) == 2
    )


def test_the_filled_file_is_looked_at_as_well():
    """What a template builds only while it is filled is held to the same rules."""

    def looked(xml: str) -> None:
        content = word.write(SAMPLE)
        parts = hostile.parts_of(content)
        parts["word/document.xml"] = hostile.xml_into_body(xml)(parts["word/document.xml"])
        word_file.look_again(hostile.packed(parts))

    looked("<w:p/>")
    with pytest.raises(Refused, match="bidang Word DDE"):
        looked('<w:p><w:fldSimple w:instr="DDE cmd"/></w:p>')
    # Through Jinja: the first word of the field is put together while it is filled.
    with pytest.raises(ReportRefused, match="bidang Word"):
        word.write(SAMPLE, hostile.field(" PAGE{{ 'X' }} "))


def test_the_shipped_template_and_its_look_agree():
    word_file.look(TEMPLATE.read_bytes())
    sizes = [len(part) for name, part in hostile.parts_of(TEMPLATE.read_bytes()).items() if name.endswith(".xml")]  # fmt: skip
    assert max(sizes) * 5 < word_file.LARGEST_XML


ATTEMPTS = st.recursive(
    st.sampled_from(["title", "sections", "summary", "loop", "self", "''", "1", "[]", "none", "demo"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["__class__", "__init__", "format", "items", "tpl", "_iterable", "mro", "append", "join", "heading", "x"])).map(lambda t: f"({t[0]}).{t[1]}"),
        st.tuples(inner, st.sampled_from(["'__class__'", "0", "'items'", "-1", "1:2"])).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.tuples(inner, st.sampled_from(["attr('__class__')", "map('upper')", "first", "last", "join", "default('')", "default(title, true)", "upper", "list", "safe"])).map(lambda t: f"({t[0]})|{t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) ~ ({t[1]})"),
        inner.map(lambda t: f"({t})()"),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(ATTEMPTS)
def test_no_expression_reaches_anything_but_plain_values(expression):
    seen: list[object] = []
    language = Language()
    language.finalize = lambda value: seen.append(value) or value
    context = {
        "title": "a",
        "sections": [{"heading": "b", "rows": [["c"]]}],
        "summary": ["d"],
        "demo": True,
    }
    try:
        language.from_string("{% for x in summary %}{{ " + expression + " }}{% endfor %}").render(
            context
        )
    except Refused:
        return
    except Exception as error:
        assert not isinstance(error, (OSError, MemoryError))  # noqa: PT017 - any of Jinja's own
    kinds = {type(v).__name__ for v in seen}
    assert kinds <= {"str", "Markup", "int", "float", "bool", "NoneType", "list", "dict", "LoopContext", "_Missing", "Undefined"}, kinds  # fmt: skip


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_template_is_filled_or_refused_and_nothing_else(in_here, flips):
    content = bytearray(TEMPLATE.read_bytes())
    for place, byte in flips:
        content[place % len(content)] = byte
    with contextlib.suppress(ReportRefused):
        assert word.write(SAMPLE, bytes(content)).startswith(b"PK")


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(
            [
                "{{",
                "}}",
                "{%",
                "%}",
                "{#",
                "#}",
                "{%p",
                "{{r",
                "{%tr",
                "{%tc",
                "{%-",
                "-%}",
                " title ",
                " for a in ",
                "sections",
                " endfor ",
                " if ",
                " endif ",
                "a.chart",
                " vm ",
                " hm ",
                " colspan 2",
                " cellbg 'x'",
                "|",
                "(",
                ")",
                "x",
            ]
        ),
        max_size=14,
    )
)
def test_any_mix_of_marks_is_filled_or_refused_and_nothing_else(in_here, pieces):
    with contextlib.suppress(ReportRefused):
        assert word.write(SAMPLE, saying("".join(pieces))).startswith(b"PK")


def test_filters_are_the_named_ones():
    language = Language()
    assert set(language.filters) == set(_FILTERS)
    assert language.globals == {}
    assert not {"attr", "map", "select", "selectattr", "groupby", "format", "safe", "tojson", "xmlattr", "sort"} & set(_FILTERS)  # fmt: skip


@pytest.mark.office
def test_a_template_that_libreoffice_saved_is_taken(tmp_path: Path):
    (tmp_path / "a").mkdir()
    subprocess.run(
        [need("soffice"), f"-env:UserInstallation=file://{tmp_path}/profil", "--headless",
         "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path / "a"), str(TEMPLATE)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = said((tmp_path / "a" / TEMPLATE.name).read_bytes())
    assert "Bagian dengan semuanya" in text
    assert "{%" not in text
