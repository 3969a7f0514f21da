"""The store as it was known on a day: what had been entered by then, and nothing that came later.

Every row knows when it was entered: records by their upload, corrections of the calendar,
revisions, opened years, statements, decisions, hindrances and remarks by their own time; what is
taken back keeps its row and the time at which it was. So the past can be made again: the uploads that counted
on that day, folded as they were then, and everything counted from them. It is a store of its
own in memory, from which pages, reports and recommendations are read as from the present one.

What a deployment ships (the register of offices, shipped revisions and holidays) is as it is
today. Rows of uploads that were undone before schema 9 are gone, and calendar corrections that
were taken back before it: of days when they counted, the past is without them.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass

import duckdb

from sop_core import counting, facts, reference
from sop_core.importing import vouching
from sop_core.importing.contract import SHEETS
from sop_core.indonesian import format_date, format_number
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, bump_version
from sop_core.store.database import Database

_KEPT = 3
"""Pasts that a store keeps at hand; a page asks for one, seldom two."""
_ENTERED: dict[str, tuple[str, str | None, str | None]] = {
    "import_batch": ("imported_at", "undone_at", "undone_by"),
    "sop_document": ("entered_at", "withdrawn_at", "withdrawn_by"),
    "calendar_override": ("entered_at", "withdrawn_at", "withdrawn_by"),
    "opened_year": ("entered_at", "withdrawn_at", "withdrawn_by"),
    "office_statement": ("stated_at", "withdrawn_at", "withdrawn_by"),
    "approving_office": ("entered_at", "withdrawn_at", "withdrawn_by"),
    "approval": ("said_at", None, None),
    "evidence": ("added_at", "withdrawn_at", "withdrawn_by"),
    "report_template": ("kept_at", "withdrawn_at", "withdrawn_by"),
    "kept_mapping": ("kept_at", "withdrawn_at", "withdrawn_by"),
    "disposition": ("decided_at", None, None),
    "hindrance": ("said_at", "withdrawn_at", "withdrawn_by"),
    "hindrance_reason": ("entered_at", None, None),
    "case_remark": ("said_at", None, None),
}
"""When a row was entered, and when and by whom it was taken back."""
_OF_BATCH = (
    *(f"{s.table}_vouched" for s in SHEETS),
    "import_sheet",
    "import_part",
    "import_rejection",
)
_making = threading.Lock()


@dataclass(frozen=True)
class Since:
    """What was entered after a day that bears on dates by then; all counts.

    ``records``: rows of uploads, new or changed, whose dates lie on or before the as-of date;
    ``undone``: uploads taken back; ``days``: corrections of the calendar entered or taken back;
    ``years``: flows' years opened or closed by hand; ``revisions``: of the SOP, likewise;
    ``statements``: offices that spoke. ``first`` is the day of the first of them.
    """

    records: int
    undone: int
    days: int
    years: int
    revisions: int
    statements: int
    first: dt.date | None

    @property
    def anything(self) -> bool:
        """Whether a figure can have changed."""
        return self.first is not None


def known_on(store: Store, day: dt.date | None, confirmed: bool = False) -> Store:
    """The same viewer's store as it was at the end of a day in Jakarta; today's for today.

    ``confirmed`` without the uploads that wait for the head of their office or that were sent
    back (approvals.py), as if nobody had brought them yet. Cannot be written to. Made once a day asked for (about as long as counting all facts) and
    kept at hand.
    """
    day = min(day or jakarta_today(), jakarta_today())
    if day == jakarta_today() and not confirmed:
        return store
    present = store.database
    with _making:
        kept: OrderedDict[tuple[dt.date, bool, str], Store] = present.pasts
        key = (day, confirmed, _signature(store, day))
        if key not in kept:
            kept[key] = _made(store, day, confirmed)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key].as_viewer(store.viewer)


def known_day(store: Store) -> dt.date:
    """The day as known on which a store speaks: that of a past one, else today in Jakarta."""
    return store.database.known_on or jakarta_today()


def since(
    store: Store, day: dt.date, as_of: dt.date, units: tuple[str, ...] | None = None
) -> Since:
    """What was entered after ``day`` that can change a figure of some offices as of a date.

    Of no office in particular: of all that the viewer sees.
    """
    units = store.viewer.units if units is None else units
    row = store.nationwide().rows(
        """
        WITH told AS (
            -- By the upload that last changed it: one that is sent again unchanged did not come in.
            SELECT r.batch_id, coalesce(r.started, r.finished) AS day, c.unit_code
            FROM step_record r JOIN sop_case c USING (case_id)
            UNION ALL SELECT batch_id, make_date(year, 1, 1), unit_code FROM activity
            UNION ALL SELECT f.batch_id, least(f.target_on, f.finished_on), coalesce(f.unit_code, c.unit_code)
            FROM follow_up f JOIN sop_case c USING (case_id)
            UNION ALL SELECT batch_id, least(trained_on, competence_on, applied_on, endorsed_on), unit_code
            FROM facilitator
            UNION ALL SELECT batch_id, make_date(year, 1, 1), unit_code FROM target
        ), batch AS (
            SELECT batch_id, imported_at, undone_at FROM import_batch
        ), change AS (
            SELECT 'records' AS what, b.imported_at AS moment FROM told t JOIN batch b USING (batch_id)
            WHERE b.imported_at >= $after AND coalesce(t.day <= $as_of, true)
                AND ($units::VARCHAR[] IS NULL OR list_contains($units, t.unit_code))
            UNION ALL SELECT 'undone', undone_at FROM batch
            WHERE undone_at >= $after AND imported_at < $after
            UNION ALL SELECT 'days', unnest([entered_at, withdrawn_at]) FROM calendar_override
            UNION ALL SELECT 'years', unnest([entered_at, withdrawn_at]) FROM opened_year
            UNION ALL SELECT 'revisions', unnest([entered_at, withdrawn_at]) FROM sop_document
            UNION ALL SELECT 'statements', unnest([stated_at, withdrawn_at]) FROM office_statement
            WHERE $units::VARCHAR[] IS NULL OR list_contains($units, unit_code)
        )
        SELECT count(*) FILTER (what = 'records') AS records,
            count(*) FILTER (what = 'undone') AS undone, count(*) FILTER (what = 'days') AS days,
            count(*) FILTER (what = 'years') AS years,
            count(*) FILTER (what = 'revisions') AS revisions,
            count(*) FILTER (what = 'statements') AS statements, min(moment)::DATE AS first
        FROM change WHERE moment >= $after
        """,
        after=_end(day),
        as_of=as_of,
        units=list(units) if units is not None else None,
    )[0]
    return Since(**row)


def _signature(store: Store, day: dt.date) -> str:
    """What had been entered by then, and taken back: a past is the same while this is."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}' AS t, count(*) AS entered,"  # noqa: S608 - our own tables
        f" count(*) FILTER ({back or 'NULL'} < $until) AS back FROM {table} WHERE {at} < $until"
        for table, (at, back, _) in _ENTERED.items()
    )
    return str(store.nationwide().rows(f"{parts} ORDER BY t", until=_end(day)))


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time())


def _made(store: Store, day: dt.date, confirmed: bool) -> Store:
    past = Store(":memory:")
    past.database.known_on, past.database.present = day, store.database
    past.database.confirmed = confirmed
    with past.database.transaction() as cursor:
        for table in _ENTERED:
            _copy_entered(store, cursor, table, day)
        for table in _OF_BATCH:
            _copy(
                store, cursor, table,
                f"SELECT * FROM {table} WHERE batch_id IN"  # noqa: S608 - our own tables
                " (SELECT batch_id FROM import_batch WHERE imported_at < $until)", day,
            )  # fmt: skip
        _copy(
            store, cursor, "import_file",
            "SELECT * REPLACE (''::BLOB AS content, 0 AS size) FROM import_file WHERE batch_id IN"
            " (SELECT batch_id FROM import_batch WHERE imported_at < $until)", day,
        )  # fmt: skip
        if confirmed:
            _leave_out_unconfirmed(cursor)
        for sheet in SHEETS:
            # What only an unconfirmed upload said of a record may be what makes it one.
            whole = " AND ".join(f"{c.field} IS NOT NULL" for c in sheet.required)
            cursor.execute(
                f"INSERT INTO {sheet.table} BY NAME"
                f" FROM ({vouching.all_folded(sheet)}) {f'WHERE {whole}' if confirmed else ''}"
            )
        if confirmed:
            _leave_out_orphans(cursor)
        reference.load_sop(cursor, counting.revisions(cursor, store.shipped_revisions))
        reference.load_calendar(cursor, counting.overrides(cursor))
        facts.rebuild(cursor)
        bump_version(cursor)
    return past


def _leave_out_unconfirmed(cursor: duckdb.DuckDBPyConnection) -> None:
    """As if these uploads had been undone as soon as they came, and what they said with them."""
    cursor.execute("CREATE TEMP TABLE unconfirmed AS SELECT batch_id FROM awaiting_batch")
    cursor.execute(
        "UPDATE import_batch SET undone_at = imported_at, undone_by = imported_by"
        " WHERE batch_id IN (FROM unconfirmed)"
    )
    cursor.execute("DELETE FROM office_statement WHERE batch_id IN (FROM unconfirmed)")
    cursor.execute("DROP TABLE unconfirmed")


def _leave_out_orphans(cursor: duckdb.DuckDBPyConnection) -> None:
    """A confirmed upload may build on an activity of one that is not: its rows wait with that."""
    cursor.execute(
        "CREATE TEMP TABLE gone AS SELECT DISTINCT case_id FROM activity_vouched"
        " ANTI JOIN activity USING (case_id)"
    )
    for table in ("step_record", "follow_up"):
        cursor.execute(f"DELETE FROM {table} WHERE case_id IN (FROM gone)")  # noqa: S608 - our own tables
    cursor.execute("UPDATE facilitator SET case_id = NULL WHERE case_id IN (FROM gone)")
    cursor.execute("DROP TABLE gone")


def _copy_entered(
    store: Store, cursor: duckdb.DuckDBPyConnection, table: str, day: dt.date
) -> None:
    at, back, who = _ENTERED[table]
    forgotten = (
        f"* REPLACE (CASE WHEN {back} < $until THEN {back} END AS {back},"
        f" CASE WHEN {back} < $until THEN {who} END AS {who})"
        if back
        else "*"
    )
    _copy(store, cursor, table, f"SELECT {forgotten} FROM {table} WHERE {at} < $until", day)  # noqa: S608


def _copy(
    store: Store, cursor: duckdb.DuckDBPyConnection, table: str, query: str, day: dt.date
) -> None:
    with store.database.cursor() as reader:
        rows = reader.execute(query, {"until": _end(day)}).to_arrow_table()
    cursor.register("incoming", rows)
    cursor.execute(f"INSERT INTO {table} BY NAME FROM incoming")
    cursor.unregister("incoming")


def close(database: Database) -> None:
    """Let go of the pasts of a store."""
    while database.pasts:
        database.pasts.popitem()[1].close()


def said(what: Since) -> str:
    """``12 catatan masuk kemudian, kalender dikoreksi 1 hari``; empty where nothing came."""
    parts = (
        (what.records, "{} catatan masuk kemudian"),
        (what.undone, "{} unggahan dibatalkan"),
        (what.days, "kalender dikoreksi {} kali"),
        (what.years, "tahun alur dibuka atau ditutup {} kali"),
        (what.revisions, "revisi SOP berubah {} kali"),
        (what.statements, "{} pernyataan data s.d. masuk"),
    )
    return ", ".join(text.format(format_number(count)) for count, text in parts if count)


def came_since(store: Store, as_of: dt.date, units: tuple[str, ...] | None = None) -> str:
    """The sentence below figures of a past day that something came in after; empty without."""
    if known_day(store) <= as_of:
        return ""
    told = said(since(store, as_of, as_of, units))
    until = f" sampai {format_date(known_day(store))}" if store.database.known_on else ""
    return told and (
        f"Sejak {format_date(as_of)}{until}: {told}. Angka per tanggal itu dapat berbeda dari yang"
        " dilaporkan waktu itu."
    )
