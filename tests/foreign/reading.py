"""Markdown read as Streamlit 1.67 reads it, to see what a text becomes.

GFM by markdown-it-py; what Streamlit adds by rules of our own, after its front end: directives
(``:red[x]``), mathematics, and what it looks for in finished text (links without brackets, emoji,
icons, arrows). tests/browser/test_foreign_text.py holds these rules against the real front end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_DIRECTIVE = re.compile(r":([A-Za-z][\w-]*)(?=[\[{])")
_APART = re.compile(r":color\[(\\?)(.)\]", re.DOTALL)
LATER = {
    "link": re.compile(r"https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.I | re.A),
    "emoji": re.compile(r":\+1:|:-1:|:[\w-]+:", re.A),
    "icon": re.compile(r":material[_/]\w+:|:streamlit:", re.A),
    "operator": re.compile(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)"),
}
"""What is made from finished text, an element's own at a time."""
OURS = {"strong", "em", "code_inline", "softbreak", "hardbreak", "text", "apart"}
BLOCKS = {"paragraph", "inline", "bullet_list", "list_item"}
"""What our own markdown is made of; all else is somebody else's."""


@dataclass(frozen=True)
class Read:
    """What a text becomes: its words, and what it holds besides those of OURS and BLOCKS."""

    plain: str
    made: tuple[str, ...]


_SIGNS = {"$": "mathematics", "[": "bracket", "~": "struck"}


def _directive(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":" or (state.pos and state.src[state.pos - 1] == ":"):
        return False
    found = _APART.match(state.src, state.pos)
    if found and (found[1] or found[2] not in "\\]["):
        if not silent:
            state.push("apart", "", 0).content = found[2]
        state.pos = found.end()
        return True
    found = _DIRECTIVE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("directive", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _sign(state: StateInline, silent: bool) -> bool:
    character = state.src[state.pos]
    if character not in _SIGNS:
        return False
    if not silent:
        state.push(_SIGNS[character], "", 0).content = character
    state.pos += 1
    return True


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.inline.ruler.before("link", "directive", _directive)
_MARKDOWN.inline.ruler.after("image", "sign", _sign)
_LABEL = (
    (re.compile(r"^(\s*)((?:[+\-*]|#+)(?=\s|$)|>)", re.M), r"\1\\\2"),
    (re.compile(r"^(\s*)(\d+)([.)])(?=\s|$)", re.M), r"\1\2\\\3"),
)
"""What Streamlit does to labels before it reads them."""


def read(source: str, label: bool = False) -> Read:
    """What Streamlit would draw of this markdown."""
    source = source.replace(":material/", ":material_")
    for pattern, by in _LABEL if label else ():
        source = pattern.sub(by, source)
    made: list[str] = []
    lines: list[str] = []
    for token in _MARKDOWN.parse(source):
        name = re.sub(r"_(open|close)$", "", token.type)
        if name not in BLOCKS:
            made.append(name)
        if token.type == "inline":
            lines.append(_inline(token.children or [], made))
        elif token.content:
            lines.append(token.content)
    return Read(" ".join(" ".join(lines).split()), tuple(made))


def _inline(tokens: list[Token], made: list[str]) -> str:
    runs = [""]
    plain = ""
    for token in tokens:
        name = re.sub(r"_(open|close)$", "", token.type)
        if name not in OURS:
            made.append(name)
        drawn = " " if name in ("softbreak", "hardbreak") else token.content
        if name == "image":
            drawn = f"({token.attrs['src']})"
        plain += drawn
        if name == "text":
            runs[-1] += token.content
        else:
            runs.append("")
    for run in runs:
        made += [name for name, pattern in LATER.items() if pattern.search(run)]
    return plain


def in_chart(value: Any, at: str = "") -> list[str]:
    """Texts of a figure that plotly would read as tags; our own templates aside."""
    if isinstance(value, dict):
        return [w for k, v in value.items() for w in in_chart(v, k)]
    if isinstance(value, list):
        return [w for v in value for w in in_chart(v, at)]
    if not isinstance(value, str) or "jahat" not in value:
        return []
    ours = re.sub(r"<br>|</?b>|<extra></extra>", "", value)
    return [value] if re.search(r"[<>]|%\{(?!x|y|z|customdata)", ours) else []
