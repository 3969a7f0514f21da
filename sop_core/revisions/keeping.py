"""A revision of the SOP rehearsed on the records, kept, and withdrawn again.

SOP files in data/sop/ come with a deployment; what is entered here stands beside them in the
store. A case is judged by the revision in force when it starts, so a new one changes nothing
before its day, and one entered for a day gone by is counted back to that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb

from sop_core import counting, effects, facts, reference
from sop_core.definition import Revision, in_force
from sop_core.effects import Effects
from sop_core.errors import RevisionRefused
from sop_core.importing import SourceFile
from sop_core.indonesian import format_date, format_number, now
from sop_core.revisions.comparing import Difference, differences
from sop_core.store import Store, Trace, bump_version

_MOST_NAMED = 5
"""Records named in a refusal; the rest are counted."""


@dataclass(frozen=True)
class Preview:
    """What keeping a revision would do, as of a date.

    ``before`` is what it is compared with: the revision of the same number where there is one,
    else the one in force until it. ``cases`` would be judged by this one; ``effects`` is what
    becomes of their steps. ``obstacles`` keep it from being kept.
    """

    revision: Revision
    before: Revision
    differences: list[Difference]
    cases: int
    effects: Effects
    obstacles: list[str]


@dataclass(frozen=True)
class Document:
    """An entered revision in the history; ``counts`` says that cases are judged by it."""

    document_no: int
    revision: str
    effective: dt.date
    file_name: str
    sha256: str
    entered_by: str
    entered_at: dt.datetime
    withdrawn_by: str | None
    withdrawn_at: dt.datetime | None
    counts: bool


def history(store: Store) -> list[Document]:
    """Entered revisions, the newest first, withdrawn ones too."""
    return [
        Document(**row)
        for row in store.rows(
            """
            SELECT * EXCLUDE (document, content),
                document_no IN (SELECT document_no FROM sop_document_in_use) AS counts
            FROM sop_document ORDER BY document_no DESC
            """
        )
    ]


def stored_file(store: Store, document_no: int) -> SourceFile:
    """The file of an entered revision as it came. Raises KeyError."""
    for row in store.rows(
        "SELECT file_name, content FROM sop_document WHERE document_no = $n", n=document_no
    ):
        return SourceFile(row["file_name"], bytes(row["content"]))
    raise KeyError(document_no)


def preview(store: Store, file: SourceFile, revision: Revision, as_of: dt.date) -> Preview:
    """What keeping a revision would do; nothing is kept. Raises AccessDenied."""
    store.require("sop", f"pratinjau revisi {revision.revision}")
    revision = _complete(store, revision)
    before = _predecessor(store.revisions, revision)
    obstacles = _obstacles(store, revision)
    with store.rehearse(stored=True) as cursor:
        facts.remember(cursor)
        effects.remember(cursor, as_of)
        _insert(cursor, file, revision, store.viewer.name)
        _judge_anew(store, cursor)
        obstacles += _displaced(cursor)
        cases = cursor.execute(
            "SELECT count(*) FROM sop_case WHERE revision = $revision",
            {"revision": revision.revision},
        ).fetchone()
        found = effects.measure(cursor, as_of)
    return Preview(
        revision,
        before,
        differences(before, revision),
        cases[0] if cases else 0,
        found,
        obstacles,
    )


def add(store: Store, file: SourceFile, revision: Revision, who: str) -> int:
    """Keep a revision and judge every case anew; returns the number it is kept under.

    Raises RevisionRefused where it is no other than what counts, takes another's day, or
    would leave recorded steps without a place, and AccessDenied.
    """
    revision = _complete(store, revision)
    trace = Trace("sop", f"revisi {revision.revision}: {file.name}")
    with store.write(trace) as cursor:
        obstacles = _obstacles(store, revision)
        if obstacles:
            raise RevisionRefused(obstacles[0])
        before = _predecessor(store.revisions, revision)
        trace.before = _summary(before)
        changes = [vars(d) for d in differences(before, revision)]
        trace.after = {**_summary(revision), "sha256": file.sha256, "perubahan": changes}
        facts.remember(cursor)
        number = _insert(cursor, file, revision, who)
        _adopt(store, cursor)
    return number


def withdraw(store: Store, number: str, who: str) -> None:
    """Take back the entered revision of that number; what counted before it counts again.

    Raises RevisionRefused where none is entered, where another has taken the day of what would
    count again, or where recorded steps would lose their place, and AccessDenied.
    """
    trace = Trace("sop", f"cabut revisi {number}")
    with store.write(trace) as cursor:
        kept = next((d for d in history(store) if d.revision == number and d.counts), None)
        if kept is None:
            raise RevisionRefused(f"Revisi {number} tidak ada di antara revisi yang dimasukkan.")
        trace.before = {"berkas": kept.file_name, "sha256": kept.sha256, "berlaku": kept.effective}
        facts.remember(cursor)
        cursor.execute(
            "UPDATE sop_document SET withdrawn_by = $who, withdrawn_at = $now WHERE document_no = $n",
            {"who": who, "now": now(), "n": kept.document_no},
        )
        shipped = [r for r in store.shipped_revisions if r.revision == number]
        again = [
            r for r in counting.revisions(cursor, store.shipped_revisions) if r.revision == number
        ] or shipped
        clashes = [c for r in again for c in _clashes(store.revisions, r)]
        if clashes:
            raise RevisionRefused(clashes[0])
        _adopt(store, cursor)


def _complete(store: Store, revision: Revision) -> Revision:
    """The revision with what a form of before it was asked leaves out (``with_counting``).

    Before it is kept: a stored document says everything, so that a default would look meant.
    """
    return counting.with_counting(revision, store.shipped_revisions)


def _judge_anew(store: Store, cursor: duckdb.DuckDBPyConnection) -> None:
    """Every case by the revisions that count now, inside the caller's transaction."""
    reference.load_sop(cursor, counting.revisions(cursor, store.shipped_revisions))
    facts.rebuild(cursor)
    bump_version(cursor)


def _adopt(store: Store, cursor: duckdb.DuckDBPyConnection) -> None:
    _judge_anew(store, cursor)
    displaced = _displaced(cursor)
    if displaced:
        raise RevisionRefused(displaced[0])


def _predecessor(revisions: list[Revision], revision: Revision) -> Revision:
    same = [r for r in revisions if r.revision == revision.revision]
    return same[0] if same else in_force(revisions, revision.effective - dt.timedelta(days=1))


def _obstacles(store: Store, revision: Revision) -> list[str]:
    known = store.revisions
    if revision in known:
        return [f"Isi berkas sama dengan revisi {revision.revision} yang sudah dipakai."]
    return _clashes(known, revision)


def _clashes(known: list[Revision], revision: Revision) -> list[str]:
    """Revisions of another number that begin on the same day."""
    return [
        f"Revisi {other.revision} juga berlaku mulai {format_date(other.effective)};"
        " dua revisi tidak dapat mulai pada hari yang sama."
        for other in known
        if other.revision != revision.revision and other.effective == revision.effective
    ]


def _displaced(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Recorded steps whose number would stand for another step in their case's revision, or none."""
    lost = facts.displaced(cursor)
    if not lost:
        return []
    named = ", ".join(
        f"{flow}.{number} pada {case_id}" for case_id, flow, number in lost[:_MOST_NAMED]
    )
    more = (
        f", dan {format_number(len(lost) - _MOST_NAMED)} lainnya" if len(lost) > _MOST_NAMED else ""
    )
    return [
        f"{format_number(len(lost))} langkah yang sudah tercatat akan terbaca sebagai langkah lain atau"
        f" kehilangan tempat: {named}{more}. Pilih tanggal berlaku sesudah kegiatan itu mulai, atau"
        " batalkan unggahannya lebih dahulu dan unggah lagi dengan nomor yang baru."
    ]


def _insert(
    cursor: duckdb.DuckDBPyConnection, file: SourceFile, revision: Revision, who: str
) -> int:
    # Not a sequence: a rehearsal would use up its numbers.
    row = cursor.execute("SELECT coalesce(max(document_no), 0) + 1 FROM sop_document").fetchone()
    assert row is not None
    cursor.execute(
        "INSERT INTO sop_document VALUES ($n, $revision, $effective, $document, $name, $sha,"
        " $content, $who, $now, NULL, NULL)",
        {
            "n": row[0],
            "revision": revision.revision,
            "effective": revision.effective,
            "document": revision.model_dump_json(),
            "name": file.name,
            "sha": file.sha256,
            "content": file.content,
            "who": who,
            "now": now(),
        },
    )
    return int(row[0])


def _summary(revision: Revision) -> dict[str, Any]:
    return {"revisi": revision.revision, "berlaku": revision.effective}
