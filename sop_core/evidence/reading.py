"""Evidence listed and opened.

A document may hold people's names. Who is not shown names sees that there is one, and not what
it is called or what is in it; who opens one leaves a trace (UU 27/2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd

from sop_core import blobs
from sop_core.errors import Refused
from sop_core.store import Store, Trace

LINK = "tautan"
KINDS = {"pdf": "PDF", "jpg": "JPG", "png": "PNG", LINK: "Tautan"}
MEDIA = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
"""How a document is handed out, whatever it was called."""
CURRENT = """(
    SELECT e.* FROM evidence e JOIN sop_case c USING (case_id)
    LEFT JOIN follow_up f
        ON f.case_id = e.case_id AND f.recommendation_no = e.recommendation_no
    WHERE e.withdrawn_at IS NULL AND CASE WHEN e.recommendation_no IS NULL
        THEN e.unit_code = c.unit_code
        ELSE f.case_id IS NOT NULL AND e.unit_code = coalesce(f.unit_code, c.unit_code) END
)"""
"""Evidence that stands. Where an id was undone and another office took it, theirs is not the old."""


@dataclass(frozen=True)
class Document:
    """A document as it is handed out; ``name`` ends as its kind does."""

    name: str
    media: str
    content: bytes


def file_name(name: str, kind: str) -> str:
    """How a document is called when it is handed out: it ends as its content is."""
    return f"{PurePath(name).stem or 'dokumen'}.{kind}"


def listed(store: Store, case_id: str) -> pd.DataFrame:
    """Evidence of one case's steps and follow-ups that stands and that the viewer sees.

    One row a document or link, by step, follow-up and number: ``evidence_no``, ``step_no`` or
    ``recommendation_no``, ``unit_code``, ``kind``, ``size`` in bytes, ``name``, ``link``,
    ``note``, ``added_by``, ``added_at``. Who is not shown names gets no name, link or note.
    """
    return store.frame(
        f"""
        SELECT evidence_no, case_id, step_no, recommendation_no, unit_code, kind, size, name, link,
            note, added_by, added_at
        FROM {CURRENT} WHERE case_id = $case
        ORDER BY step_no NULLS LAST, recommendation_no, evidence_no
        """,  # noqa: S608 - our own query
        case=case_id,
    )


def content(store: Store, evidence_no: int) -> Document:
    """Open one document; that it was opened is in the audit.

    Raises Refused where there is none or its file is lost, AccessDenied for who sees no names.
    """
    found = store.rows(
        f"SELECT * FROM {CURRENT} WHERE evidence_no = $n",  # noqa: S608 - our own query
        n=evidence_no,
    )
    if not found:
        raise Refused(f"Bukti {evidence_no} tidak ada atau sudah ditarik.")
    row = found[0]
    if row["kind"] == LINK:
        raise Refused(f"Bukti {evidence_no} sebuah tautan, bukan dokumen.")
    if not store.viewer.sees_names:
        raise store.refusal(
            "ekspor_nama", f"bukti {evidence_no}",
            "Dokumen bukti dapat memuat nama orang, yang tidak ditampilkan bagi peran Anda.",
        )  # fmt: skip
    kept = blobs.read(blobs.of(store), row["sha256"])
    if kept is None:
        raise Refused(
            f"Berkas bukti {evidence_no} hilang atau berubah di server. Unggah lagi berkas yang"
            " sama, atau minta pengelola menjalankan pantau doctor."
        )
    store.record(Trace("ekspor_nama", f"bukti {evidence_no}: {row['case_id']}"))
    return Document(file_name(row["name"], row["kind"]), MEDIA[row["kind"]], kept)
