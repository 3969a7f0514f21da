"""Kept imports as the history shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sop_core.errors import AccessDenied
from sop_core.importing.parsing import Problem
from sop_core.importing.reading import SourceFile
from sop_core.store import Store


@dataclass(frozen=True)
class Batch:
    """A kept import, as the history shows it."""

    batch_id: int
    files: str
    sha256: str
    imported_at: dt.datetime
    imported_by: str
    demo: bool
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_rejected: int
    undone_at: dt.datetime | None
    undone_by: str | None
    undoable: bool
    """It counts, and who asks may undo it; what was built on it since is found when they do."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a batch without what is in it; ``size`` in bytes."""

    name: str
    sha256: str
    size: int


def history(store: Store) -> list[Batch]:
    """Kept imports, the newest first."""
    whose = {
        row["batch_id"]: (row["imported_login"], row["imported_unit"])
        for row in store.nationwide().rows(
            "SELECT batch_id, imported_login, imported_unit FROM import_batch"
        )
    }
    viewer = store.viewer
    return [
        Batch(
            **row,
            undoable=row["undone_at"] is None
            and viewer.may("batal_impor")
            and viewer.may_undo(*whose[row["batch_id"]]),
        )
        for row in store.rows(
            """
            SELECT b.batch_id, string_agg(f.name, ', ' ORDER BY f.name) AS files, b.sha256,
                b.imported_at, b.imported_by, b.demo, b.rows_new, b.rows_changed,
                b.rows_unchanged, b.rows_rejected, b.undone_at, b.undone_by
            FROM import_batch b JOIN import_file f USING (batch_id)
            GROUP BY ALL ORDER BY b.batch_id DESC
            """
        )
    ]


def rejections(store: Store, batch_id: int) -> list[Problem]:
    """Why rows of a kept batch were left out."""
    return _reasons(store, "import_rejection", batch_id)


def warnings(store: Store, batch_id: int) -> list[Problem]:
    """What is doubtful about rows that a batch brought and that were kept."""
    return _reasons(store, "import_warning", batch_id)


def _reasons(store: Store, table: str, batch_id: int) -> list[Problem]:
    rows = store.rows(
        f"SELECT * EXCLUDE (batch_id) FROM {table} WHERE batch_id = $batch_id"  # noqa: S608
        " AND row_no > 0 ORDER BY sheet, row_no",
        batch_id=batch_id,
    )
    return [Problem(*row.values()) for row in rows]


def rejections_counted(store: Store, batch_id: int) -> list[str]:
    """Reasons of a kept batch by kind, where it had more than are listed one by one."""
    return _counted(store, "import_rejection", batch_id)


def warnings_counted(store: Store, batch_id: int) -> list[str]:
    """Warnings of a kept batch by kind, where it had more than are listed one by one."""
    return _counted(store, "import_warning", batch_id)


def _counted(store: Store, table: str, batch_id: int) -> list[str]:
    rows = store.rows(
        f"SELECT sheet, column_name, message FROM {table}"  # noqa: S608
        " WHERE batch_id = $batch_id AND row_no = 0 ORDER BY ALL",
        batch_id=batch_id,
    )
    return [f"{row['sheet']}, {row['column_name']}: {row['message']}" for row in rows]


def file_list(store: Store, batch_id: int) -> list[StoredFile]:
    """The files of a batch that the viewer may have; none of them is read."""
    rows = store.rows(
        "SELECT name, sha256, size FROM import_file"
        " WHERE batch_id = $batch_id AND size IS NOT NULL ORDER BY name",
        batch_id=batch_id,
    )
    return [StoredFile(**row) for row in rows]


def stored_file(store: Store, batch_id: int, sha256: str) -> SourceFile:
    """One file of a batch as it was uploaded. Raises AccessDenied for what the viewer may not have."""
    rows = store.rows(
        "SELECT name, content FROM import_file"
        " WHERE batch_id = $batch_id AND sha256 = $digest AND content IS NOT NULL",
        batch_id=batch_id,
        digest=sha256,
    )
    if not rows:
        raise AccessDenied(f"Berkas unggahan {batch_id} itu tidak dapat diunduh oleh akun Anda.")
    return SourceFile(rows[0]["name"], bytes(rows[0]["content"]))


def stored_files(store: Store, batch_id: int) -> list[SourceFile]:
    """The files of a batch as they were uploaded, for those who may see all that is in them."""
    rows = store.rows(
        "SELECT name, content FROM import_file WHERE batch_id = $batch_id AND content IS NOT NULL",
        batch_id=batch_id,
    )
    return [SourceFile(row["name"], bytes(row["content"])) for row in rows]
