"""Days and moments are Jakarta's: one place asks the clock which day it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sop_core import reference
from sop_core.paths import DATA

ROOT = DATA.parent

SOURCES = sorted([ROOT / "app.py", *(ROOT / "sop_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])  # fmt: skip
SCRIPTS = sorted((ROOT / "sop_core").rglob("*.sql"))
ONLY = {Path("sop_core/indonesian.py"): {"now"}}
"""Who may ask the machine's clock for a day, and by what."""
# The clock as Python asks it: with a zone named, fromtimestamp and now give a moment.
_PYTHON = {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "localtime", "gmtime", "ctime"}  # fmt: skip
_MODULES = {"dt", "datetime", "date", "time", "pd", "Timestamp"}
_SQL = re.compile(
    r"\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\b"
    r"|\b(today|now|get_current_time|get_current_timestamp|transaction_timestamp)\s*\(\s*\)",
    re.IGNORECASE,
)


def asked_in_python(text: str) -> set[str]:
    """Calls that ask the machine which day it is, in its own zone; and SQL in strings that does."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).split(".")[-1]
            if node.func.attr in _PYTHON and owner in _MODULES and not _in_utc(node):
                found.add(node.func.attr)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {match[0].lower() for match in _SQL.finditer(node.value)}
    return found


def _in_utc(call: ast.Call) -> bool:
    """A moment of the log, with its zone written beside it."""
    return any(ast.unparse(argument).endswith("UTC") for argument in call.args)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_asks_the_machine_for_its_own_day(path: Path):
    allowed = ONLY.get(path.relative_to(ROOT), set())
    assert asked_in_python(path.read_text(encoding="utf-8")) <= allowed


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_asks_the_server_for_its_day(path: Path):
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    assert not _SQL.search(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dt.date.today()", {"today"}),
        ("datetime.datetime.now()", {"now"}),
        ("dt.datetime.now(dt.UTC)", set()),
        ("time.localtime()", {"localtime"}),
        ("pd.Timestamp.today()", {"today"}),
        ("today()", set()),
        ("query('SELECT year(current_date)')", {"current_date"}),
        ("query(f'WHERE day < {x} AND now() > 1')", {"now()"}),
        ("query('WITH now AS (SELECT 1) SELECT now.working_no FROM now')", set()),
    ],
)
def test_the_search_finds_each_way_of_asking(text, found):
    assert asked_in_python(text) == found


@pytest.mark.parametrize("module", reference._CODE)
def test_the_reference_is_made_again_when_the_code_that_makes_it_changes(module, monkeypatch):
    """A holiday rule corrected in calendar.py would otherwise not reach a store that is there."""
    before = reference.fingerprint()
    read = Path.read_bytes

    def changed(path: Path) -> bytes:
        return read(path) + (b"# lain" if path.name == f"{module}.py" else b"")

    monkeypatch.setattr(Path, "read_bytes", changed)
    assert reference.fingerprint() != before


def test_the_calendars_code_is_part_of_the_reference():
    assert "calendar" in reference._CODE


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda p: p.name)
def test_every_field_for_a_day_begins_with_ours(path: Path):
    """Streamlit's own default is the server's day, which lags Jakarta's for seven hours."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "date_input":
            named = {k.arg for k in node.keywords}
            assert "value" in named or len(node.args) > 1, f"{path.name}:{node.lineno}"
