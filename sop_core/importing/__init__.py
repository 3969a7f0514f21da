"""The import that loses nothing: read, check, preview, keep, undo."""

from sop_core.importing.history import (
    Batch,
    StoredFile,
    file_list,
    history,
    rejections,
    rejections_counted,
    stored_file,
    stored_files,
    warnings,
    warnings_counted,
)
from sop_core.importing.keeping import commit, import_files, speaks
from sop_core.importing.outdated import Older
from sop_core.importing.parsing import Parsed, Problem, ProblemCount
from sop_core.importing.reading import SourceFile
from sop_core.importing.staging import Change, Counts, Preview, preview, read
from sop_core.importing.undoing import undo

__all__ = [
    "Batch",
    "Change",
    "Counts",
    "Older",
    "Parsed",
    "Preview",
    "Problem",
    "ProblemCount",
    "SourceFile",
    "StoredFile",
    "commit",
    "file_list",
    "history",
    "import_files",
    "preview",
    "read",
    "rejections",
    "rejections_counted",
    "speaks",
    "stored_file",
    "stored_files",
    "undo",
    "warnings",
    "warnings_counted",
]
