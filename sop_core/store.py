"""The store: one DuckDB file, its migrations and the reference data synced into it.

One process owns the file. Reads take a connection limited to what the viewer may see;
writes take the lock, a transaction, the viewer's permission, and leave a trace.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from pydantic import ValidationError

from sop_core import calendar, facts, reference
from sop_core.access import ACTION_NAMES, OPERATOR, Viewer, covers
from sop_core.calendar import Override, WorkingCalendar
from sop_core.definition import Revision, faults, in_force, load_revisions, merged
from sop_core.errors import AccessDenied, StoreBusy, StoreDamaged
from sop_core.indonesian import now
from sop_core.units import NATIONAL, Unit, UnitFinder, read_units

_ENTERED_REVISIONS = "SELECT document FROM sop_document_in_use"


@dataclass
class Trace:
    """What one change leaves in the audit: what was done, to what, before and after.

    Filled while the change is made; ``before`` and ``after`` are plain values.
    """

    action: str
    subject: str = ""
    before: Any = None
    after: Any = None


class Store:
    """An open store. ``Store(":memory:")`` keeps nothing.

    A store is always somebody's: opened, it is the operator's, without limits; ``as_viewer``
    gives the same store as another person sees it.
    Raises StoreBusy if another process has the file, StoreDamaged if it is not ours.
    """

    viewer: Viewer = OPERATOR

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self._connection = _connect(self.path)
        self._readers: dict[Viewer, list[duckdb.DuckDBPyConnection]] = {}
        self.shipped_revisions = load_revisions()
        self._migrate()
        for views in ("views", "people_views"):
            self._connection.execute(facts.sql(views))
        self._sync_reference()

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            for connections in self._readers.values():
                for connection in connections:
                    connection.close()
            self._readers.clear()
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------- viewers

    def as_viewer(self, viewer: Viewer) -> Store:
        """The same store as a person sees it; closing it is the first one's business."""
        seen = copy.copy(self)
        seen.viewer = viewer
        return seen

    def nationwide(self) -> Store:
        """Without limits, for comparisons with the nation inside sop_core.

        Whatever comes of it passes ``viewer.sees`` before it is handed on.
        """
        return self.as_viewer(OPERATOR)

    @contextmanager
    def _reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if self.viewer.unlimited:
            with self.cursor() as cursor:
                yield cursor
            return
        with self._lock:
            idle = self._readers.setdefault(self.viewer, [])
            connection = idle.pop() if idle else None
        if connection is None:
            connection = self._limited(self.viewer)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            idle.append(connection)

    def _limited(self, viewer: Viewer) -> duckdb.DuckDBPyConnection:
        connection = self._connection.cursor()
        row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        connection.execute("CREATE TEMP TABLE viewer_unit (code VARCHAR)")
        if viewer.units:
            codes = [*viewer.units, NATIONAL]
            connection.execute("INSERT INTO viewer_unit SELECT unnest($codes)", {"codes": codes})
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = $name", {"name": row[0]}
        ).fetchall()
        for statement in covers(viewer, f'"{row[0]}".main', [t for (t,) in tables]):
            connection.execute(statement)
        return connection

    # ------------------------------------------------------------- reading

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor without limits: for writing, checking and upkeep inside sop_core."""
        return self._connection.cursor()

    def frame(self, query: str, **parameters: Any) -> pd.DataFrame:
        """The answer to one query, parameters bound by name."""
        with self._reader() as cursor:
            return cursor.execute(query, _used(query, parameters)).df()

    def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """The answer as one dict a row, with plain Python values."""
        with self._reader() as cursor:
            cursor.execute(query, _used(query, parameters))
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, query: str, **parameters: Any) -> Any:
        """The single value a query gives, or None."""
        with self._reader() as cursor:
            row = cursor.execute(query, _used(query, parameters)).fetchone()
            return row[0] if row else None

    @property
    def version(self) -> int:
        """Goes up with every change of the records, so that a cache can tell."""
        return int(self.one("SELECT value FROM meta WHERE key = 'data_version'") or 0)

    @property
    def empty(self) -> bool:
        """Whether the store holds no activity and no step record."""
        return not self.nationwide().one(
            "SELECT EXISTS (FROM activity) OR EXISTS (FROM step_record)"
            " OR EXISTS (FROM facilitator) OR EXISTS (FROM target)"
        )

    @property
    def has_demo_data(self) -> bool:
        """Whether a batch of demo data is in the store and not undone."""
        return bool(
            self.nationwide().one(
                "SELECT EXISTS (FROM import_batch WHERE demo AND undone_at IS NULL)"
            )
        )

    @property
    def has_real_data(self) -> bool:
        """Whether a batch that is not demo data is in the store and not undone."""
        return bool(
            self.nationwide().one(
                "SELECT EXISTS (FROM import_batch WHERE NOT demo AND undone_at IS NULL)"
            )
        )

    def units(self, as_of: dt.date) -> list[Unit]:
        """The register as it stood on a day."""
        return [
            Unit(**row)
            for row in self.rows(
                "SELECT * FROM unit_as_of($as_of) ORDER BY array_position("
                "['balai_besar', 'balai', 'loka', 'pusat', 'nasional'], kind), name",
                as_of=as_of,
            )
        ]

    def register(self, as_of: dt.date) -> list[Unit]:
        """Every office's name, which is public, whoever reads."""
        return self.nationwide().units(as_of)

    def unit_finder(self) -> UnitFinder:
        """Finds an office by any spelling."""
        return UnitFinder(read_units())

    @property
    def revisions(self) -> list[Revision]:
        """The SOP's revisions, the oldest first: files of data/sop/ and those entered by staff."""
        entered = self.rows(_ENTERED_REVISIONS)
        return merged(self.shipped_revisions, [_revision(row["document"]) for row in entered])

    def sop(self, day: dt.date) -> Revision:
        """The revision in force on a day."""
        return in_force(self.revisions, day)

    def revision(self, number: str) -> Revision:
        """The revision of that number, as ``sop_case`` names it. Raises KeyError."""
        return {r.revision: r for r in self.revisions}[number]

    def stakeholders(self) -> dict[str, str]:
        """Letters of stakeholder kinds (A.1) and their names, of every revision."""
        return {letter: name for r in self.revisions for letter, name in r.stakeholders.items()}

    def calendar(self) -> WorkingCalendar:
        """The working-day calendar with the store's overrides."""
        return WorkingCalendar(calendar.build(self.overrides()))

    def overrides(self) -> list[Override]:
        """Shipped corrections, then those entered by staff, which win."""
        return [*calendar.read_overrides(), *self.entered_overrides()]

    def entered_overrides(self) -> list[Override]:
        """Corrections entered by staff, in order of day."""
        rows = self.rows(
            "SELECT day, working, reason, legal_basis FROM calendar_override ORDER BY day"
        )
        return [Override(**row) for row in rows]

    def years(self) -> list[int]:
        """Years that have cases, the newest first."""
        rows = self.rows("SELECT DISTINCT year FROM sop_case ORDER BY year DESC")
        return [row["year"] for row in rows]

    # ------------------------------------------------------------- writing

    @contextmanager
    def write(self, trace: Trace) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction that the viewer's role must allow; it leaves ``trace`` in the audit.

        Committed at the end, rolled back on any error. Raises AccessDenied.
        """
        self.require(trace.action, trace.subject)
        with self._transaction() as cursor:
            yield cursor
            self._leave(cursor, trace, "ok")

    def record(self, trace: Trace, outcome: str = "ok") -> None:
        """Leave a trace of something that changed no record: a sign-in, an export of names."""
        with self._transaction() as cursor:
            self._leave(cursor, trace, outcome)

    def require(self, action: str, subject: str) -> None:
        """Raises AccessDenied, kept in the audit, unless the viewer's role allows the action."""
        if not self.viewer.may(action):
            raise self.refusal(action, subject)

    def refusal(self, action: str, subject: str, message: str | None = None) -> AccessDenied:
        """An error to raise for what a viewer may not do; it is in the audit already."""
        self.record(Trace(action, subject), "ditolak")
        what = ACTION_NAMES[action]
        return AccessDenied(message or f"Peran Anda tidak berwenang {what}.")

    def _leave(self, cursor: duckdb.DuckDBPyConnection, trace: Trace, outcome: str) -> None:
        who = self.viewer
        cursor.execute(
            "INSERT INTO audit VALUES (nextval('audit_number'), $now, $login,"
            " $role, $unit, $action, $subject, $before, $after, $outcome)",
            {
                "now": now(),
                "login": who.login,
                "role": who.role,
                "unit": who.unit,
                "action": trace.action,
                "subject": trace.subject,
                "before": _plain(trace.before),
                "after": _plain(trace.after),
                "outcome": outcome,
            },
        )

    @contextmanager
    def rehearse(self, stored: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction that is always rolled back: what a change would do, with nothing kept.

        With ``stored`` it may change stored rows, and writers wait for it: DuckDB would refuse
        a second transaction on the same rows.
        """
        with self._lock if stored else nullcontext(), self.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            finally:
                cursor.rollback()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock, self.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()

    def set_override(
        self, day: dt.date, working: bool, reason: str, legal_basis: str, who: str
    ) -> None:
        """Correct one day of the calendar and count everything again.

        Raises ValueError without a reason and a legal basis.
        """
        if not reason.strip() or not legal_basis.strip():
            raise ValueError("Alasan dan dasar hukum wajib diisi.")
        trace = Trace("kalender", str(day), after={"hari_kerja": working, "alasan": reason, "dasar": legal_basis})  # fmt: skip
        with self.write(trace) as cursor:
            trace.before = self._entered(cursor, day)
            cursor.execute("DELETE FROM calendar_override WHERE day = $day", {"day": day})
            cursor.execute(
                "INSERT INTO calendar_override VALUES ($day, $working, $reason, $basis, $who, $now)",
                {
                    "day": day,
                    "working": working,
                    "reason": reason,
                    "basis": legal_basis,
                    "who": who,
                    "now": now(),
                },
            )
            self._after_override(cursor)

    def remove_override(self, day: dt.date) -> None:
        """Drop a correction entered by staff and count everything again."""
        trace = Trace("kalender", str(day))
        with self.write(trace) as cursor:
            trace.before = self._entered(cursor, day)
            cursor.execute("DELETE FROM calendar_override WHERE day = $day", {"day": day})
            self._after_override(cursor)

    def _entered(self, cursor: duckdb.DuckDBPyConnection, day: dt.date) -> Any:
        row = cursor.execute(
            "SELECT {'hari_kerja': working, 'alasan': reason, 'dasar': legal_basis}"
            " FROM calendar_override WHERE day = $day",
            {"day": day},
        ).fetchone()
        return row[0] if row else None

    def _after_override(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("SELECT day, working, reason, legal_basis FROM calendar_override")
        entered = [Override(*row) for row in cursor.fetchall()]
        reference.load_calendar(cursor, [*calendar.read_overrides(), *entered])
        facts.rebuild(cursor)
        bump_version(cursor)

    def adopt_revisions(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Judge every case anew by the revisions that count now, inside the caller's transaction."""
        reference.load_sop(cursor, self.revisions_in(cursor))
        facts.rebuild(cursor)
        bump_version(cursor)

    def revisions_in(self, cursor: duckdb.DuckDBPyConnection) -> list[Revision]:
        """The revisions that count, as a transaction that is still open has made them."""
        entered = cursor.execute(_ENTERED_REVISIONS).fetchall()
        return merged(self.shipped_revisions, [_revision(document) for (document,) in entered])

    # ------------------------------------------------------------- start-up

    def _migrate(self) -> None:
        with self._transaction() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER, applied_at TIMESTAMP)"
            )
            row = cursor.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
            current = row[0] if row else 0
            known = migrations()
            if current > max(known):
                raise StoreDamaged(
                    f"{self.path} ditulis versi yang lebih baru (skema {current});"
                    " perbarui aplikasi ini"
                )
            for number, script in known.items():
                if number > current:
                    cursor.execute(script)
                    cursor.execute(
                        "INSERT INTO schema_version VALUES ($number, $now)",
                        {"number": number, "now": now()},
                    )

    def _sync_reference(self) -> None:
        fingerprint = reference.fingerprint()
        stored = self.one("SELECT value FROM meta WHERE key = 'reference'")
        if stored == fingerprint:
            return
        overrides = self.overrides()
        with self._transaction() as cursor:
            reference.load_units(cursor)
            reference.load_sop(cursor, self.revisions_in(cursor))
            reference.load_calendar(cursor, overrides)
            facts.rebuild(cursor)
            cursor.execute("DELETE FROM meta WHERE key = 'reference'")
            cursor.execute("INSERT INTO meta VALUES ('reference', $f)", {"f": fingerprint})
            bump_version(cursor)


def migrations() -> dict[int, str]:
    """Numbered migration scripts, in order."""
    folder = resources.files("sop_core") / "migrations"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        match = re.fullmatch(r"(\d{4})_\w+\.sql", entry.name)
        if match:
            found[int(match[1])] = entry.read_text(encoding="utf-8")
    return found


def bump_version(cursor: duckdb.DuckDBPyConnection) -> None:
    """Say that the records changed."""
    row = cursor.execute("SELECT value FROM meta WHERE key = 'data_version'").fetchone()
    cursor.execute("DELETE FROM meta WHERE key = 'data_version'")
    cursor.execute(
        "INSERT INTO meta VALUES ('data_version', $v)", {"v": str(int(row[0]) + 1 if row else 1)}
    )


@cache
def _revision(document: str) -> Revision:
    try:
        return Revision.model_validate_json(document)
    except ValidationError as error:
        first = faults(error)[0]
        at = ".".join(map(str, first.at))
        number = json.loads(document).get("revision")
        raise StoreDamaged(
            f"revisi SOP {number} yang dimasukkan tidak sah bagi versi ini: {at}: {first.message}"
        ) from error


def _plain(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _used(query: str, parameters: dict[str, Any]) -> dict[str, Any]:
    # DuckDB refuses a bound name that the query does not use; filters are passed whole.
    names = set(re.findall(r"\$([a-z_]+)", query))
    return {name: value for name, value in parameters.items() if name in names}


def _connect(path: str) -> duckdb.DuckDBPyConnection:
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        return duckdb.connect(path)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreBusy(
                f"{path} sedang dipakai proses lain (aplikasi yang berjalan?);"
                " hentikan dulu atau pilih berkas lain dengan --db"
            ) from error
        raise StoreDamaged(f"{path} bukan basis data Pantau SOP: {error}") from error
