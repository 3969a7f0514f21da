"""The table of the 37 steps in sop_core's README is what the SOP file says, every cell filled."""

from pathlib import Path

import sop_core
from sop_core.definition import load_revisions
from sop_core.traceability import HEADINGS, NOTHING, table

README = Path(sop_core.__file__).parent / "README.md"


def test_the_readme_holds_the_table_of_the_sop_file():
    """To make it anew: pantau sop --table."""
    assert table(load_revisions()[0]) in README.read_text("utf-8")


def test_every_step_has_a_row_and_every_cell_says_something():
    rows = [line.strip("|").split(" | ") for line in table(load_revisions()[0]).splitlines()[2:]]
    assert [r[0].strip() for r in rows] == [
        f"{flow}.{n}" for flow, last in zip("ABCD", (10, 10, 8, 9), strict=True) for n in range(1, last + 1)
    ]  # fmt: skip
    for row in rows:
        assert len(row) == len(HEADINGS)
        assert all(cell.strip() for cell in row), row[0]


def test_a_recipient_is_named_where_the_sop_names_one():
    named = {s.code for s in load_revisions()[0].steps if s.recipient}
    assert named == {"A.4", "A.7", "A.8", "B.3", "B.4", "B.7", "C.5", "C.6", "D.7", "D.8"}
    assert NOTHING in table(load_revisions()[0])
