"""The import that loses nothing: read, check, preview, keep, undo."""

from sop_core.importing.batches import (
    Batch,
    Change,
    Counts,
    Preview,
    UndoRefused,
    commit,
    history,
    import_files,
    preview,
    read,
    rejections,
    stored_files,
    undo,
)
from sop_core.importing.parsing import Parsed, Problem
from sop_core.importing.reading import ImportRefused, SourceFile

__all__ = [
    "Batch",
    "Change",
    "Counts",
    "ImportRefused",
    "Parsed",
    "Preview",
    "Problem",
    "SourceFile",
    "UndoRefused",
    "commit",
    "history",
    "import_files",
    "preview",
    "read",
    "rejections",
    "stored_files",
    "undo",
]
