"""What a Word template may say: the few words of Jinja that filling a report needs.

Everything is an allow-list. A template is looked at word by word before any of it runs: only
the parts of speech below, no call of anything, no import, no macro. What runs then reaches
keys of dicts, places of lists and the counters of a loop, and no attribute of any object.
"""

from __future__ import annotations

import re
from typing import Any

# Loaded while files can still be opened: Jinja takes it only once a template is at fault.
import jinja2.debug  # noqa: F401
from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from sop_core.errors import Refused

_FILTERS = (
    "upper", "lower", "title", "capitalize", "trim", "default", "d", "length", "count", "first",
    "last", "join", "escape", "e",
)  # fmt: skip
_TESTS = ("defined", "undefined", "none", "even", "odd", "string", "number", "true", "false")
_LOOP = (
    "index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0",
    "previtem", "nextitem",
)  # fmt: skip
_SPEECH = {
    "Template", "Output", "TemplateData", "Name", "Const", "Getattr", "Getitem", "Slice", "For",
    "If", "CondExpr", "Filter", "Test", "Keyword", "Compare", "Operand", "And", "Or", "Not",
    "Concat", "Tuple", "List", "Add", "Sub", "Mul", "Neg", "Pos",
}  # fmt: skip
# How a template's author would call what is not allowed.
_NAMES = {
    "Call": "pemanggilan fungsi", "Macro": "macro", "CallBlock": "call", "FilterBlock": "filter",
    "Include": "include", "Import": "import", "FromImport": "import", "Extends": "extends",
    "Block": "block", "Assign": "set", "AssignBlock": "set", "With": "with",
    "Div": "pembagian", "FloorDiv": "pembagian", "Mod": "tanda %", "Pow": "pangkat",
    "Scope": "autoescape", "ScopedEvalContextModifier": "autoescape", "Dict": "kamus { }",
}  # fmt: skip
MOST_NESTED = 4
"""Loops inside loops; the shipped template has three (sections, rows, cells)."""
_LARGEST_NUMBER = 10**9
_SHOWN = 70
"""Characters of a place at fault that are repeated in its refusal."""
_NOT_FILLED = "Templat tidak dapat diisi"


class _Missing(StrictUndefined):
    """A name that the report does not have: said, not left blank."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return f"{str(self._undefined_name)[:_SHOWN]} tidak ada dalam laporan"


class Language(ImmutableSandboxedEnvironment):
    """The environment of a report's template. Raises Refused for a template that says more."""

    intercepted_binops = frozenset({"+", "-", "*"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=_Missing, optimized=False, cache_size=0)
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in _FILTERS}
        self.tests = {name: TESTS[name] for name in _TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # The one gate that body, headers, footnotes and properties all pass, before it runs.
        try:
            tree = super()._parse(source, name, filename)
        except TemplateSyntaxError as error:
            near = _near(source, error.lineno)
            raise Refused(f"{_NOT_FILLED}: tanda kurung kurawal salah tulis{near}.") from error
        _check(tree, source)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a dict or a counter of a loop; never an attribute."""
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a dict or a place of a list or text."""
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, (list, str)) and type(argument) is int and -len(obj) <= argument < len(obj):  # fmt: skip
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """No attribute is."""
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is."""
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Sums of small numbers: neither a text a thousand million times nor endless digits."""
        if any(type(v) not in (int, float) or abs(v) > _LARGEST_NUMBER for v in (left, right)):
            raise SecurityError(f"tanda {operator} hanya untuk bilangan sampai satu miliar")
        return super().call_binop(context, operator, left, right)


def _check(tree: nodes.Template, source: str) -> None:
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, loops = waiting.pop()
        loops += isinstance(node, nodes.For)
        what = _not_allowed(node, loops)
        if what:
            near = _near(source, node.lineno)
            raise Refused(f"{_NOT_FILLED}: {what} tidak boleh dipakai dalam templat{near}.")
        waiting += [(child, loops) for child in node.iter_child_nodes()]


def _not_allowed(node: nodes.Node, loops: int) -> str | None:
    """What a node says that a template may not, or None."""
    kind = type(node).__name__
    if kind not in _SPEECH:
        return _NAMES.get(kind, f"perintah {kind}")
    if isinstance(node, nodes.For) and (node.recursive or loops > MOST_NESTED):
        return f"perulangan berulang diri atau lebih dari {MOST_NESTED} tingkat"
    if isinstance(node, nodes.Name) and node.name == "self":
        return "self"
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        return f"saringan {node.name[:_SHOWN]}"
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        return f"uji {node.name[:_SHOWN]}"
    if isinstance(node, (nodes.Filter, nodes.Test)) and (node.dyn_args or node.dyn_kwargs):
        return "tanda * pada isian saringan"
    return None


def _near(source: str, line: int | None) -> str:
    lines = source.split("\n")
    text = re.sub(r"<[^>]*>", "", lines[line - 1] if line and line <= len(lines) else "").strip()
    cut = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    return f", di dekat “{cut}”" if cut else ""


def in_words(error: Exception) -> str:
    """Why filling broke off, for the template's author."""
    # Of Jinja's errors these two carry words of ours; the others are in English.
    if isinstance(error, (SecurityError, UndefinedError)):
        return f"{_NOT_FILLED}: {error.message}."
    if isinstance(error, RecursionError):
        return f"{_NOT_FILLED}: isian di dalam isian terlalu dalam."
    return f"{_NOT_FILLED}: ada isian yang tidak cocok dengan isi laporan."
