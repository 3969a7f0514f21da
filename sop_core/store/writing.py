"""Changes of the store: permitted, one after the other, and traced in the audit."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import duckdb

from sop_core.access import ACTION_NAMES
from sop_core.errors import AccessDenied, Refused
from sop_core.indonesian import now
from sop_core.store import chain
from sop_core.store.reading import Reading

PAST = "Yang diketahui pada hari lampau tidak dapat diubah; kembali ke hari ini."


@dataclass
class Trace:
    """What one change leaves in the audit: what was done, to what, before and after.

    Filled while the change is made; ``before`` and ``after`` are plain values.
    """

    action: str
    subject: str = ""
    before: Any = None
    after: Any = None


class Writing(Reading):
    """What a viewer may change."""

    @contextmanager
    def write(
        self, trace: Trace, sessions: bool = False, rows: int | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction that the viewer's role must allow; it leaves ``trace`` in the audit.

        Committed at the end, rolled back on any error. ``sessions`` for one that ends sign-ins
        too; ``rows`` that it is about, where that is known. Raises AccessDenied, and
        StoreUnreachable where the file can take no more: then nothing of it is kept.
        """
        if self.database.known_on is not None:
            raise Refused(PAST)
        self.require(trace.action, trace.subject)
        database, locks = self.database, self.database.locks
        with (
            locks.turn(),
            locks.sessions if sessions else nullcontext(),
            database.giving_way(rows),
        ):
            self._move_on()  # what is read on the way must be what is changed
            with self._traced(trace, "ok") as cursor:
                yield cursor
        self._move_on()

    @contextmanager
    def sessions(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction of sign-ins, beside the records': nobody who reads waits for an import.

        Leaves no audit; for the tables of sign-ins alone.
        """
        with self.database.locks.sessions, self.database.transaction() as cursor:
            yield cursor

    def record(self, trace: Trace, outcome: str = "ok") -> None:
        """Leave a trace of something that changed no record: a sign-in, an export of names."""
        if self.database.present is not None:
            self._at_present().record(trace, outcome)
            return
        with self._traced(trace, outcome):
            pass

    def require(self, action: str, subject: str) -> None:
        """Raises AccessDenied, kept in the audit, unless the viewer's role allows the action."""
        if not self.viewer.may(action):
            raise self.refusal(action, subject)

    def refusal(self, action: str, subject: str, message: str | None = None) -> AccessDenied:
        """An error to raise for what a viewer may not do; it is in the audit already.

        Unless the person has filled it with others (see ``refusals``).
        """
        if self.database.present is not None:
            return self._at_present().refusal(action, subject, message)
        said = self.database.refusals.words(self.viewer.login, subject, now())
        if said is not None:
            self.record(Trace(action, said), "ditolak")
        what = ACTION_NAMES[action]
        return AccessDenied(message or f"Peran Anda tidak berwenang {what}.")

    def _at_present(self) -> Writing:
        """Who reads the past reads it now: the trace is kept there."""
        present = copy.copy(self)
        assert self.database.present is not None
        present.database, present._moment = self.database.present, None
        return present

    @contextmanager
    def rehearse(self, stored: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction that is always rolled back: what a change would do, with nothing kept.

        With ``stored`` it may change stored rows, and writers wait for it: DuckDB would refuse
        a second transaction on the same rows. Readers do not.
        """
        locked = self.database.locks.turn() if stored else nullcontext()
        with locked, self.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            finally:
                cursor.rollback()

    @contextmanager
    def _traced(self, trace: Trace, outcome: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction whose last word is its entry in the audit.

        The audit's lock is taken only for that word and the commit, so that a sign-in waits
        for no import; the digest goes on only once the commit is done.
        """
        database = self.database
        entered = False
        try:
            with database.transaction() as cursor:
                yield cursor
                database.locks.audit.acquire()
                entered = True
                tail = self._leave(cursor, trace, outcome)
            database.audit_tail = tail
        finally:
            if entered:
                database.locks.audit.release()

    def _leave(self, cursor: duckdb.DuckDBPyConnection, trace: Trace, outcome: str) -> str:
        """Write the entry; returns its digest."""
        who = self.viewer
        number = cursor.execute("SELECT nextval('audit_number')").fetchone()
        assert number is not None
        entry = {
            "entry_no": number[0],
            "happened_at": now(),
            "login": who.login,
            "role": who.role,
            "unit_code": who.unit,
            "action": trace.action,
            "subject": trace.subject,
            "before": _plain(trace.before),
            "after": _plain(trace.after),
            "outcome": outcome,
        }
        entry["chain"] = chain.digest(self.database.audit_tail, entry)
        names = ", ".join(entry)
        places = ", ".join(f"${name}" for name in entry)
        cursor.execute(f"INSERT INTO audit ({names}) VALUES ({places})", entry)  # noqa: S608
        return str(entry["chain"])

    def _move_on(self) -> None:
        if self._moment is not None:
            self._moment.begin()


def _plain(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
