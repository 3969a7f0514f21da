"""The store: one DuckDB file, which one process owns.

    database   the file: opening it, its locks, its transactions
    schema     numbered migrations, views and reference data, in one transaction
    pool       connections for readers, limited to what each may see
    reading    questions, and several of them of one moment
    writing    changes, each with the viewer's permission and its trace in the audit
    chain      the audit's own chain of digests

A reader never waits for a writer. Writers wait for each other: of records, of sign-ins and
of the audit, each under a lock of its own (``database.Locks``).
"""

from __future__ import annotations

import copy
from pathlib import Path

from sop_core.access import OPERATOR, Viewer
from sop_core.definition import Revision
from sop_core.store.database import Database
from sop_core.store.schema import bump_version, migrations
from sop_core.store.writing import Trace, Writing

__all__ = ["Store", "Trace", "bump_version", "migrations"]


class Store(Writing):
    """An open store. ``Store(":memory:")`` keeps nothing.

    A store is always somebody's: opened, it is the operator's, without limits; ``as_viewer``
    gives the same store as another person sees it.
    Raises StoreBusy if another process has the file, StoreDamaged if it is not ours or is
    damaged, StoreUnreachable where its place does not let us.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        super().__init__(Database(path), OPERATOR)

    @property
    def path(self) -> str:
        """Where the file is."""
        return self.database.path

    @property
    def shipped_revisions(self) -> list[Revision]:
        """The revisions of the SOP that came with the deployment."""
        return self.database.shipped_revisions

    def close(self) -> None:
        """Release the file."""
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
