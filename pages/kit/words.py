"""Foreign text stays text: cells, titles, names, file names and links shown as they are written.

Streamlit takes markdown nearly everywhere it takes text. What a person outside this code may have
typed goes through ``say`` or ``text``; tests/pages/test_foreign_text.py fails for a call in
pages/ that goes past them. ``chart`` does the same for figures.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable

_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Characters that turn the direction of the text after them, ours included."""
_MARKUP = frozenset("\\`*_{}[]<>#|~$&!")
_OPERATORS = frozenset({"->", "<-", "--", ">=", "<=", "~="})
"""Streamlit draws these as arrows, a dash and signs."""
_NO_VALUE = "–"


class Markdown(str):
    """Markdown in which every foreign value is escaped already; it is not escaped again."""

    __slots__ = ()


def say(template: str, *values: object) -> Markdown:
    """Our own markdown with ``{}`` for each value, which comes out as written.

    ``say("Oleh **{}**", name)``. A value of Markdown goes in as it is; an empty one is a dash.
    Raises ValueError for another number of values than places, and where a colon stands right
    before a value: both together could make an emoji.
    """
    pieces = list(string.Formatter().parse(template))
    places = [form for _, field, form, _ in pieces if field is not None]
    if len(places) != len(values):
        raise ValueError(f"{len(values)} values for {len(places)} places: {template!r}")
    parts: list[str] = []
    left = iter(values)
    for literal, field, form, _ in pieces:
        parts.append(literal)
        if field is not None:
            if literal.endswith(":"):
                raise ValueError(f"a colon right before a value: {template!r}")
            value = next(left)
            # A value with a form, as {:%H.%M}, is formatted before it is escaped.
            parts.append(text(format(value, form) if form else value) or _NO_VALUE)
    return Markdown("".join(parts))


def text(value: object) -> Markdown:
    """A value as markdown that shows it as it is written, on one line."""
    return value if isinstance(value, Markdown) else Markdown(_escaped(folded(value)))


def code(value: object) -> Markdown:
    """A password or a hash as code, where markdown knows no escape.

    The fence is longer than any inside. Streamlit alters ``:material/`` even there.
    """
    plain = folded(value)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    return Markdown(f"{fence} {plain} {fence}" if "`" in plain else f"`{plain or _NO_VALUE}`")


def join(separator: str, parts: Iterable[object]) -> Markdown:
    """Values and markdown one after another, with our own separator between them."""
    return Markdown(separator.join(text(part) for part in parts))


def bullets(lines: Iterable[object]) -> Markdown:
    """A list, a line each."""
    return Markdown("\n".join(f"- {text(line)}" for line in lines))


def refused(error: Exception) -> Markdown:
    """What an error of ours says; it may carry a cell's value or a file's name."""
    return text(error)


def progress(show: Callable[[float, str], object]) -> Callable[[float, str], None]:
    """The ``progress`` of a bar for sop_core to call, whose words may name a file."""

    def shown(share: float, what: str) -> None:
        show(share, text(what))

    return shown


def chart(value: object) -> str:
    """A value for a figure: plotly reads tags and entities in labels, ``%{...}`` in templates."""
    plain = folded(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("%{", "%&#123;")


def folded(value: object) -> str:
    """A value on one line; what cannot be shown, or turns the text around it, is a mark."""
    return "".join(_shown(c) for c in " ".join(str(value).split()))


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cs") or ord(character) in _BIDI
    return "\ufffd" if hidden else character


def _escaped(value: str) -> str:
    return "".join(
        _apart(c) if _made_later(value, i) else f"\\{c}" if _is_markup(value, i) else c
        for i, c in enumerate(value)
    )


def _apart(character: str) -> str:
    # Links without brackets, emoji, icons and arrows are made from finished text, where a
    # backslash is gone. They are not looked for across elements: the character gets a span of
    # its own, a :color[] without a colour, which leaves nothing to see or to copy.
    escape = "\\" if character in _MARKUP or character == "-" else ""
    return f":color[{escape}{character}]"


def _made_later(value: str, at: int) -> bool:
    """Whether the character takes part in what Streamlit makes of finished text.

    ``:name:`` (emoji, icons, logo), ``http://``, ``www.``, ``a@b.c``, ``->``. At the end of a
    value our own text might complete it.
    """
    character, after = value[at], value[at + 1 : at + 2]
    if character == ":":
        return after != " "
    if character == ".":
        # The value before it may end in the rest of the word.
        before = value[max(0, at - 3) : at].lower()
        return before == "www" or (at < 3 and before == "www"[:at])
    if character in "wW" and not after:
        return value[-3:].lower() == "www"
    if character in "<>-~":
        return not after or character + after in _OPERATORS
    return character == "@"


def _is_markup(value: str, at: int) -> bool:
    """Whether markdown would read the character; some only at the start of a line."""
    character = value[at]
    if character in _MARKUP:
        return True
    if character in ".)":
        return re.fullmatch(r"\d{1,9}", value[:at]) is not None
    return at == 0 and character in "-+="
