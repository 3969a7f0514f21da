"""The letter of a flow before the number of a step: ``B.2`` is step 2 of a case of flow B only.

Our own template writes the steps so. Which flow a case is of, only the store and the sheet
Kegiatan together know; so the letter is kept beside the number until both are at hand.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import duckdb
import pyarrow as pa

from sop_core import facts
from sop_core.errors import CellError
from sop_core.importing.contract import FLOW_NAMES, LANGKAH, Column
from sop_core.importing.numbers import parse_integer
from sop_core.importing.temporary import make
from sop_core.importing.texts import clean_text

_FIELD = LANGKAH.column("step_no").field
_STEP = re.compile(
    r"(?:langkah|step|no\.?)?\s*(?:ke-?)?\s*([a-z](?=[\s.\-]*\d))?[\s.\-]*(\d{1,2})[.)]?",
    re.IGNORECASE,
)


def keeps_letter(column: Column) -> bool:
    """Whether a letter may stand in this column: only where ``contradictions`` looks at it.

    The form of an SOP's revision has a column of steps as well, and its flow beside it.
    """
    return column.field == _FIELD


def read_step(value: Any, with_letter: bool = False) -> tuple[int, str | None]:
    """The number of a step in its flow and the flow's letter if one is written.

    This is the one place that lets a letter in.
    """
    match = _STEP.fullmatch(clean_text(value)) if isinstance(value, str) else None
    if match is None:
        return parse_integer(value, 1, 99), None
    number = parse_integer(match[2], 1, 99)
    if not match[1]:
        return number, None
    letter = match[1].upper()
    if not with_letter:
        raise CellError(f"tulis nomornya saja, tanpa huruf alur: {number}")
    if letter not in FLOW_NAMES:
        raise CellError(f"alur {letter} tidak dikenal; harus A, B, C, atau D")
    return number, letter


def stage(cursor: duckdb.DuckDBPyConnection, written: pa.Table | None) -> None:
    """Keep the letters of the sheet Langkah beside its staged rows.

    ``written`` is ParsedSheet.written_steps; None where no letter is written.
    """
    make(cursor, "written_step", "SELECT 0 AS row_no, '' AS written, '' AS written_flow LIMIT 0")
    if written is not None and len(written):
        cursor.register("incoming", written)
        cursor.execute("INSERT INTO written_step BY NAME FROM incoming")
        cursor.unregister("incoming")


def contradictions(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """A step of another flow than the case's: number or case is wrong, and which is not known.

    To be asked, and its rows refused, before equal rows are folded into one: of A.1 and B.1 only
    one is this case's, and folding would keep the other.
    """
    if not facts.holds(cursor, "EXISTS (FROM written_step)"):
        return
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Langkah', s.row_no, 'No Langkah', w.written,
            'langkah alur ' || w.written_flow || ', padahal kegiatannya alur ' || c.flow
        FROM staged_step_record s JOIN written_step w USING (row_no)
        -- A case that two rows give two flows is refused elsewhere.
        JOIN (SELECT case_id, list(flow) AS flows, min(flow) AS flow FROM known_case GROUP BY case_id) c
            USING (case_id)
        WHERE NOT s.refused AND NOT list_contains(c.flows, w.written_flow)
        """
    )
