"""Revisions of the SOP that staff enter: read, compared, rehearsed, kept, withdrawn."""

from sop_core.revisions.comparing import Difference, differences
from sop_core.revisions.form import Draft, form, read
from sop_core.revisions.keeping import (
    Document,
    Preview,
    RevisionRefused,
    add,
    history,
    preview,
    stored_file,
    withdraw,
)

__all__ = [
    "Difference",
    "Document",
    "Draft",
    "Preview",
    "RevisionRefused",
    "add",
    "differences",
    "form",
    "history",
    "preview",
    "read",
    "stored_file",
    "withdraw",
]
