"""Evidence added and withdrawn.

A document is looked at in a process of its own (confined/documents.py) and is on the disk
before the row that names it is committed. Withdrawn, its file stays: what was known stays known.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

import duckdb

from sop_core import blobs, confined
from sop_core.access import DEMO
from sop_core.confined import Limits
from sop_core.errors import Refused, WorkFailed
from sop_core.evidence.place import ACTION, Place, require, require_office
from sop_core.evidence.reading import LINK
from sop_core.indonesian import now
from sop_core.store import Store, Trace, bump_version, faults

MIB = 1024 * 1024
LARGEST = 10 * MIB
"""Bytes of a document."""
LONGEST_NAME = 150
LONGEST_LINK = 2_000
LONGEST_NOTE = 500
MOST_AT_A_PLACE = 20
"""Documents and links of one step or follow-up that are not withdrawn."""
MOST_OF_DEMO = 50 * MIB
"""Bytes of documents that visitors without an account may have brought in all, withdrawn ones too."""
JOB = Limits(memory=768, seconds=30, answer=1)
"""Of the process that looks at one document."""


def add_document(store: Store, place: Place, name: str, content: bytes, note: str = "") -> int:
    """Keep a document for a step or a follow-up; returns the number it goes by.

    ``name`` is the file's, for who downloads it; what it is, its content says: PDF, JPEG or PNG
    of at most LARGEST bytes. Raises Refused, and AccessDenied outside one's office or role.
    """
    office = require(store, place)
    name, note = _name(name), _note(note)
    if not content:
        raise Refused(f"Berkas {name} kosong.")
    if len(content) > LARGEST:
        raise Refused(f"Berkas {name} terlalu besar; paling besar {LARGEST // MIB} MB.")
    try:
        kind = str(confined.run("sop_core.confined.documents", [name, content], JOB))
    except WorkFailed as error:
        raise Refused(
            f"Berkas {name} tidak dapat diperiksa ({error}). Simpan ulang, lalu unggah lagi."
        ) from error
    row = {
        "kind": kind, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
        "name": name, "link": None, "note": note,
    }  # fmt: skip
    return _add(store, place, office, row, content)


def add_link(store: Store, place: Place, link: str, note: str = "") -> int:
    """Keep a web address (http, https) for a step or a follow-up; returns its number.

    Nothing is fetched from it. Raises Refused, and AccessDenied outside one's office or role.
    """
    office = require(store, place)
    link = link.strip()
    _check_link(link)
    row = {
        "kind": LINK, "sha256": None, "size": None, "name": "", "link": link, "note": _note(note),
    }  # fmt: skip
    return _add(store, place, office, row, None)


def withdraw(store: Store, evidence_no: int) -> None:
    """Take evidence back; its row and its file stay. Raises Refused and AccessDenied."""
    trace = Trace(ACTION, f"tarik bukti {evidence_no}")
    store.require(ACTION, trace.subject)
    found = store.nationwide().rows(
        "SELECT * FROM evidence WHERE evidence_no = $n AND withdrawn_at IS NULL", n=evidence_no
    )
    # Another office's is as unknown as one that is not there.
    if found and not store.one(
        "SELECT EXISTS (FROM evidence WHERE evidence_no = $n)", n=evidence_no
    ):
        found = []
    if not found:
        raise Refused(f"Bukti {evidence_no} tidak ada atau sudah ditarik.")
    row = found[0]
    require_office(store, row["case_id"], row["unit_code"], trace.subject)
    trace.before = _told(row)
    with store.write(trace) as cursor:
        done = cursor.execute(
            "UPDATE evidence SET withdrawn_by = $who, withdrawn_at = $now"
            " WHERE evidence_no = $n AND withdrawn_at IS NULL",
            {"who": store.viewer.name, "now": now(), "n": evidence_no},
        ).fetchone()
        if done != (1,):
            raise Refused(f"Bukti {evidence_no} tidak ada atau sudah ditarik.")
        bump_version(cursor)


def _add(
    store: Store, place: Place, office: str, row: dict[str, Any], content: bytes | None
) -> int:
    row = {
        "case_id": place.case_id, "step_no": place.step_no,
        "recommendation_no": place.recommendation, "unit_code": office, **row,
        "added_by": store.viewer.name, "added_login": store.viewer.login, "added_at": now(),
    }  # fmt: skip
    trace = Trace(ACTION, str(place)[:200], after=_told(row))
    with store.write(trace) as cursor:
        _check_room(cursor, store, row)
        first = cursor.execute("SELECT coalesce(max(evidence_no), 0) + 1 FROM evidence").fetchone()
        number = int(first[0]) if first else 1
        trace.subject = f"bukti {number}: {trace.subject}"
        if content is not None:
            folder = blobs.of(store)
            with faults.translated(str(folder), "ditulis"):
                blobs.keep(folder, content)
        row["evidence_no"] = number
        names, places = ", ".join(row), ", ".join(f"${name}" for name in row)
        cursor.execute(f"INSERT INTO evidence ({names}) VALUES ({places})", row)  # noqa: S608 - our own names
        bump_version(cursor)
    return number


def _check_room(cursor: duckdb.DuckDBPyConnection, store: Store, row: dict[str, Any]) -> None:
    """Raises Refused where the same is there already, or there is no room for more."""
    told = cursor.execute(
        "SELECT count(*), count(*) FILTER (sha256 = $sha256 OR link = $link) FROM evidence"
        " WHERE case_id = $case_id AND step_no IS NOT DISTINCT FROM $step_no"
        " AND recommendation_no IS NOT DISTINCT FROM $recommendation_no"
        " AND unit_code = $unit_code AND withdrawn_at IS NULL",
        {name: row[name] for name in ("sha256", "link", "case_id", "step_no", "recommendation_no",
                                      "unit_code")},
    ).fetchone()  # fmt: skip
    here, same = told or (0, 0)
    if same:
        raise Refused("Bukti yang sama sudah ada di sini.")
    if here >= MOST_AT_A_PLACE:
        raise Refused(f"Sudah ada {MOST_AT_A_PLACE} bukti di sini; tarik dahulu yang tidak perlu.")
    if store.viewer.role != DEMO or not row["size"]:
        return
    held = cursor.execute(
        "SELECT coalesce(sum(size), 0) FROM evidence WHERE added_login = $login", {"login": DEMO}
    ).fetchone()
    if held and held[0] + row["size"] > MOST_OF_DEMO:
        raise Refused(f"Mode demo menyimpan paling banyak {MOST_OF_DEMO // MIB} MB dokumen bukti.")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What the audit tells of it: not what it is called, nor its note, which may name people."""
    names = {
        "case_id": "kasus", "step_no": "langkah", "recommendation_no": "tindak_lanjut",
        "unit_code": "unit", "kind": "jenis", "sha256": "sha256", "size": "ukuran",
    }  # fmt: skip
    return {ours: row[name] for name, ours in names.items() if row[name] is not None}


def _name(given: str) -> str:
    """The last part of a file's name, without what cannot be shown; never a place on our disk."""
    last = PurePosixPath(PureWindowsPath(given).name).name
    plain = " ".join("".join(c if c.isprintable() else " " for c in last).split()).strip(". ")
    if len(plain) > LONGEST_NAME:
        stem, dot, suffix = plain.rpartition(".")
        kept = f"{dot}{suffix}" if dot and len(suffix) <= 10 else ""
        plain = (stem if kept else plain)[: LONGEST_NAME - len(kept)] + kept
    return plain or "dokumen"


def _note(given: str) -> str:
    plain = " ".join(given.split())
    if len(plain) > LONGEST_NOTE:
        raise Refused(f"Catatan paling panjang {LONGEST_NOTE} huruf.")
    return plain


def _check_link(link: str) -> None:
    """Raises Refused for an address that is none of the web, or that leads astray."""
    if len(link) > LONGEST_LINK:
        raise Refused(f"Tautan paling panjang {LONGEST_LINK} huruf.")
    if not link.isprintable() or any(c.isspace() or c in '"<>\\^`{|}' for c in link):
        raise Refused("Tautan memuat spasi atau tanda yang tidak boleh ada dalam alamat.")
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError as error:
        raise Refused("Tautan bukan alamat web yang sah.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Refused("Tautan harus alamat web yang diawali http:// atau https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused("Tautan tidak boleh memuat nama atau kata sandi sebelum tanda @.")
