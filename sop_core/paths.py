"""Where the reference data and the default database live."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def default_database() -> Path:
    """Path of the store: ``PANTAU_DB`` if set, else ``data/pantau.duckdb``."""
    return Path(os.environ.get("PANTAU_DB") or DATA / "pantau.duckdb")
