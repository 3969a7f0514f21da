"""Revisions of the SOP that staff enter: read, compared, rehearsed, kept, withdrawn."""

from sop_core.revisions.comparing import Difference, differences
from sop_core.revisions.form import form
from sop_core.revisions.keeping import (
    Document,
    Preview,
    add,
    history,
    preview,
    stored_file,
    withdraw,
)
from sop_core.revisions.reading import Draft, read

__all__ = [
    "Difference",
    "Document",
    "Draft",
    "Preview",
    "add",
    "differences",
    "form",
    "history",
    "preview",
    "read",
    "stored_file",
    "withdraw",
]
