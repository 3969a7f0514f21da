"""Foreign text is text: no call in pages/ takes markdown from a value, and no payload becomes any."""

from __future__ import annotations

import ast
import html
import json
import re
import textwrap
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages.kit import charts, words
from sop_core import followups
from sop_core.facilitators import STATE_NAMES
from tests.foreign.payloads import SHAPES, TEXTS
from tests.foreign.reading import Read, in_chart, read

ROOT = Path(__file__).parent.parent.parent
# The doors draw nothing: they read what Streamlit is about to send.
SOURCES = sorted(p for p in (ROOT / "pages").rglob("*.py") if p.parent.name != "doors")

FIRST = {"body": 0, "label": None, "help": None}
TAKES = {
    **{name: {**FIRST} for name in (
        "markdown", "caption", "title", "header", "subheader", "error", "warning", "info",
        "success", "expander", "button", "download_button", "form_submit_button", "link_button",
        "popover", "checkbox", "toggle", "selectbox", "multiselect", "segmented_control", "pills",
        "feedback", "text_input", "text_area", "number_input", "date_input", "time_input",
        "slider", "select_slider", "color_picker", "file_uploader", "camera_input", "chat_input",
        "audio_input", "toast", "dialog", "status", "badge", "write", "html", "latex",
    )},
    "metric": {**FIRST, "value": 1, "delta": 2, "delta_description": None},
    "radio": {**FIRST, "options": 1, "captions": None},
    "progress": {"value": None, "text": 1},
    "spinner": {"text": 0},
    "tabs": {"tabs": 0},
    "page_link": {"label": None, "help": None},
}  # fmt: skip
"""What takes markdown (or HTML), by name: its arguments that do, and their places."""
OTHERS = {"re", "reports", "handing"}
"""What has functions of the same names and is not Streamlit; ``handing`` escapes its labels."""
OF_OURS = {
    "format_date",
    "format_number",
    "format_percent",
    "format_month",
    "len",
    "int",
    "float",
    "escape",
}
"""Their answers are figures and dates."""
METHODS_OF_OURS = {"filters.describe", "KINDS.values"}


def unescaped(tree: ast.Module) -> list[ast.expr]:
    """Arguments that are drawn as markdown and hold something that is not ours."""
    found = []
    drawn = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        drawn.add(node.func)
        takes = TAKES.get(node.func.attr)
        if takes is None or is_words(node.func) or ast.unparse(node.func.value) in OTHERS:
            continue
        given = {k.arg: k.value for k in node.keywords}
        for name, place in takes.items():
            if name in given:
                found.append(given[name])
            elif place is not None and place < len(node.args):
                found.append(node.args[place])
    read_from = {n.value for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    passed_on = [
        n for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and n.attr in TAKES and n not in drawn | read_from
        and n.attr not in ("title", "status", "html")  # columns of frames
    ]  # fmt: skip
    return [node for node in found if not is_ours(node)] + [
        node for node in passed_on if not is_progress_of_words(tree, node)
    ]


def is_words(func: ast.expr) -> bool:
    """A function of pages.kit.words."""
    return isinstance(func, ast.Attribute) and ast.unparse(func.value) == "words"


def is_progress_of_words(tree: ast.Module, node: ast.Attribute) -> bool:
    return any(
        isinstance(call, ast.Call) and is_words(call.func) and node in call.args
        for call in ast.walk(tree)
    )


def is_ours(node: ast.expr) -> bool:
    """Literal, a constant of the module, a figure or date, or gone through words."""
    match node:
        case ast.Constant():
            return True
        case ast.Name():
            return node.id.isupper()
        case ast.JoinedStr():
            before = ["", *(p.value if isinstance(p, ast.Constant) else "" for p in node.values)]
            return all(
                isinstance(part, ast.Constant)
                or (
                    isinstance(part, ast.FormattedValue)
                    and is_ours(part.value)
                    and not str(left).endswith(":")
                )
                for left, part in zip(before, node.values, strict=False)
            )
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
            return is_ours(node.left) and is_ours(node.right)
        case ast.UnaryOp():
            return is_ours(node.operand)
        case ast.IfExp():
            return is_ours(node.body) and is_ours(node.orelse)
        case ast.BoolOp():
            return all(map(is_ours, node.values))
        case ast.List() | ast.Tuple():
            return all(map(is_ours, node.elts))
        case ast.ListComp():
            return is_ours(node.elt)
        case ast.Subscript():
            return is_ours(node.value)
        case ast.Call(func=ast.Name(id=name)) if name == "list":
            return is_ours(node.args[0])
        case ast.Call(func=ast.Name(id=name)):
            return name in OF_OURS
        case ast.Call(func=ast.Attribute()):
            return is_words(node.func) or ast.unparse(node.func) in METHODS_OF_OURS
    return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "pages")))
def test_nothing_foreign_is_drawn_as_markdown(path):
    found = unescaped(ast.parse(path.read_text(encoding="utf-8")))
    said = [f"{path.name}:{node.lineno}: {ast.unparse(node)}" for node in found]
    assert not said, "put it through pages.kit.words:\n" + "\n".join(said)


FRAGMENTS = [
    *TEXTS, ":", ":smile", "red[", "]", "[", "(", "http", "//", "www", ".", "@", "a.b", "-", ">", "<",
    "=", "~", "*", "_", "`", "$", "\\", "#", "|", "!", "&lt;", "1.", " ", "\n", "\t", "{", "}",
]  # fmt: skip
any_text_at_all = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join),
    st.text(alphabet=":smile@.wwhtp/->=<~*_`[](){}!$\\|#&+1 \n", max_size=20),
)


@settings(max_examples=600, deadline=None)
@given(any_text_at_all)
def test_any_text_comes_out_as_it_is_written(text):
    for label in (False, True):
        assert read(words.text(text), label) == Read(words.folded(text), ())
        written = words.folded(text).replace(":material/", ":material_")  # Streamlit's, in code too
        assert read(words.code(text), label).plain == (written or "–")


@settings(max_examples=400, deadline=None)
@given(any_text_at_all, any_text_at_all)
@example(".", "WWW")
@example("w.a.b", "ww")
def test_any_texts_come_out_within_our_own_words(one, two):
    first, second = words.folded(one) or "–", words.folded(two) or "–"
    said = words.say("Oleh **{}**, _({})_: {}{}.", one, two, two, one)
    assert read(said) == Read(f"Oleh {first}, ({second}): {second}{first}.", ())
    assert read(words.bullets([one, two])).made == ()
    assert read(words.join(" · ", [one, two])).made == ()
    assert words.text(said) is said, "escaped once"


@given(any_text_at_all)
def test_what_turns_or_hides_text_is_shown_as_a_mark(text):
    assert not {unicodedata.bidirectional(c) for c in words.folded(text)} & {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # fmt: skip
    assert "\n" not in words.chart(text)
    assert not re.search(r"<|%\{", words.chart(text))
    assert html.unescape(words.chart(text)) == words.folded(text)


def test_say_wants_its_values_told_apart():
    for template, values in (("{}{}", ("a",)), ("{}", ("a", "b"))):
        with pytest.raises(ValueError, match="places"):
            words.say(template, *values)
    with pytest.raises(ValueError, match="colon"):
        words.say("Unit:{}", "smile:")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_oracle_sees_each_payload_that_is_not_escaped(shape):
    """A payload that markdown leaves alone is not looked for in vain: it is text either way."""
    harmless = {"=== {m}", "@SUM({m})", "+62 {m}", "＝1+1 {m}", "--- {m} ---", "../../etc/{m}", "{m}:", ":{m}",
                "\u202e{m} terbalik", "\u200b\ufeff{m}\u00a0spasi", "{{{{ {m} }}}} {{% for x in y %}}", "| {m} | b |"}  # fmt: skip
    raw = shape.format(m="jahat")
    seen = read(raw)
    assert (seen.made == () and seen.plain == " ".join(raw.split())) is (shape in harmless), seen


def frame(text: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame([{**dict.fromkeys(("name", "unit", "group", "step", "activity", "flow"), text), **columns}])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_no_figure_reads_a_label_as_tags(text):
    figures = (
        charts.office_map(frame(text, lat=-6.2, lon=106.8, kind="balai", overdue=3, on_time_share=0.5, code="X")),
        charts.late_heatmap(
            frame("A.1", unit_code="X", flow="A", step_no=1, late_share=0.5, late=1, judged=2), {"X": text}, ["X"]
        ),
        charts.report_rate(frame(text, year=2026, on_time=1, received=2, overdue=0, unknown=0, expected=3)),
        charts.pipeline(frame(text, overdue=1, due_soon=0, running=0, unknown=0, waiting=0, cases=1)),
        charts.funnel(frame(text, people=1, reached=2)),
        charts.people_by(frame(text, **dict.fromkeys(STATE_NAMES, 1)), STATE_NAMES),
        charts.follow_ups(frame(text, total=6, **dict.fromkeys(followups.STATUSES, 1))),
    )  # fmt: skip
    for figure in figures:
        assert not in_chart(json.loads(figure.to_json()))
    label = figures[-1].data[0].y[0].replace("<br>", " ")
    if " ".join(textwrap.wrap(text, 26)) == words.folded(text):
        assert html.unescape(label) == words.folded(text)
