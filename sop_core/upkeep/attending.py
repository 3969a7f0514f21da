"""What the app's process does for its store beside serving pages."""

from __future__ import annotations

from sop_core.store import Store
from sop_core.upkeep import desk
from sop_core.upkeep.schedule import Daily


class Attendance:
    """The desk and the daily backups, until ``stop``."""

    def __init__(self, store: Store) -> None:
        self.desk = desk.serve(store)
        self.daily = None if store.path == ":memory:" else Daily(store)

    def stop(self) -> None:
        """End both, each with what it is at."""
        if self.desk is not None:
            self.desk.stop()
        if self.daily is not None:
            self.daily.stop()

    def __enter__(self) -> Attendance:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
