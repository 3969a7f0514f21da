# ruff: noqa: S608 - our own names
"""How a rule is written: a name, what is wrong in words, and a query for the keys that break it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sop_core.importing.contract import SHEETS

SHEET_KEYS = {s.table: s.key for s in SHEETS}
KEYS: dict[str, tuple[str, ...]] = {
    **SHEET_KEYS,
    **{f"{table}_vouched": ("batch_id", *key) for table, key in SHEET_KEYS.items()},
    "import_sheet": ("batch_id", "sheet"),
    "import_part": ("batch_id", "sheet", "part_no"),
    "report_template": ("template_no",),
    "kept_mapping": ("mapping_no",),
    "unit": ("code", "valid_from"),
    "flow_trait": ("flow",),
    "sop_revision": ("revision",),
    "sop_step": ("revision", "flow", "step_no"),
    "calendar_day": ("day",),
    "calendar_override": ("day", "entered_at"),
    "flow_year": ("flow", "year"),
    "opened_year": ("flow", "year", "entered_at"),
    "office_statement": ("statement_no",),
    "approving_office": ("unit_code", "entered_at"),
    "approval": ("approval_no",),
    "hindrance": ("hindrance_no",),
    "hindrance_reason": ("reason_no",),
    "case_remark": ("remark_no",),
    "evidence": ("evidence_no",),
    "import_batch": ("batch_id",),
    "sop_case": ("case_id",),
    "step_fact": ("case_id", "step_no", "holds_from"),
    "disposition": ("decision_no",),
    "app_user": ("login",),
    "sign_in": ("token_hash",),
    "sign_in_refusal": ("kind", "login", "address"),
    "audit": ("entry_no",),
    "sop_document": ("document_no",),
    "schema_version": ("version",),
    "meta": ("key",),
}
"""What makes a row of a table unique."""


@dataclass(frozen=True)
class Rule:
    """``query`` gives one text column, a row for each that breaks the rule."""

    check: str
    query: str
    message: str


def tables_with(field: str) -> list[str]:
    """The tables of records that have a column of that name, by the contract."""
    return [s.table for s in SHEETS if any(c.field == field for c in s.columns)]


def text(columns: Iterable[str]) -> str:
    """SQL for a key as a reader sees it."""
    return "concat_ws(' / ', " + ", ".join(f"{c}::VARCHAR" for c in columns) + ")"


def breaks(check: str, table: str, condition: str, message: str, show: str = "") -> Rule:
    """Rows of a table for which a condition holds, by their key or by ``show``."""
    what = show or text(KEYS[table])
    return Rule(check, f"SELECT {what} FROM {table} WHERE {condition}", message)


def refers(check: str, table: str, column: str, other: str, message: str, show: str = "") -> Rule:
    """Rows whose column names nothing in ``other`` (``table.column``)."""
    home, _, there = other.partition(".")
    lost = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {there} FROM {home})"
    return breaks(check, table, lost, message, show or f"{column}::VARCHAR")


def among(values: Iterable[str]) -> str:
    """SQL for a list of our own words."""
    return "(" + ", ".join("'" + v.replace("'", "''") + "'" for v in values) + ")"


SINCE = "(SELECT coalesce(min(applied_at), 'infinity') FROM schema_version WHERE version = 3)"
"""SQL: the moment since which there is an audit; what was changed before has no trace."""


def traced(table: str, key: str, moment: str, actions: str, subject: str, more: str = "") -> Rule:
    """Rows of a table, each of which an entry of the audit must tell of (``subject``: SQL LIKE), of
    one of these actions.
    """
    return Rule(
        "jejak",
        f"SELECT {key}::VARCHAR FROM {table} t WHERE t.{moment} > {SINCE} {more} AND NOT EXISTS"
        f" (FROM audit a WHERE a.action IN {among(actions.split())} AND a.outcome = 'ok' AND {subject})",
        f"{table} tanpa jejak",
    )


def gapless(check: str, table: str, number: str, message: str) -> Rule:
    """Numbers from 1 on that are missing: rows of the table are withdrawn, never taken away."""
    return Rule(
        check,
        f"SELECT n::VARCHAR FROM (SELECT unnest(range(1, max({number}) + 1)) AS n FROM {table})"
        f" WHERE n NOT IN (SELECT {number} FROM {table})",
        message,
    )


def half_taken_back(entered: str = "entered_at") -> str:
    """SQL: a withdrawal that lacks who or when, or came before what it takes back."""
    return f"(withdrawn_by IS NULL) <> (withdrawn_at IS NULL) OR withdrawn_at < {entered}"
