"""The import that loses nothing: read, check, preview, keep, undo."""

from sop_core.importing.batches import (
    Batch,
    Change,
    Counts,
    Preview,
    commit,
    history,
    import_files,
    preview,
    read,
    rejections,
    rejections_counted,
    stored_files,
    undo,
)
from sop_core.importing.parsing import Parsed, Problem, ProblemCount
from sop_core.importing.reading import SourceFile

__all__ = [
    "Batch",
    "Change",
    "Counts",
    "Parsed",
    "Preview",
    "Problem",
    "ProblemCount",
    "SourceFile",
    "commit",
    "history",
    "import_files",
    "preview",
    "read",
    "rejections",
    "rejections_counted",
    "stored_files",
    "undo",
]
