"""What the app's process does for its store beside serving pages."""

from __future__ import annotations

from sop_core.store import Store
from sop_core.upkeep import desk
from sop_core.upkeep.checkpoint import Checkpoints
from sop_core.upkeep.schedule import Daily


class Attendance:
    """The desk, the daily backups and the checkpoints, until ``stop``."""

    def __init__(self, store: Store) -> None:
        self.desk = desk.serve(store)
        kept = store.path != ":memory:"
        self.daily = Daily(store) if kept else None
        self.checkpoints = Checkpoints(store) if kept else None

    def stop(self) -> None:
        """End them, each with what it is at."""
        if self.desk is not None:
            self.desk.stop()
        if self.daily is not None:
            self.daily.stop()
        if self.checkpoints is not None:
            self.checkpoints.stop()

    def __enter__(self) -> Attendance:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
