"""Evidence (bukti) that a step was done or a follow-up was seen to: a document, or a link.

place     the step or follow-up it is for, and who may add to it
keeping   added and withdrawn
reading   listed and opened
missing   finished steps whose output is a document, and which have none
"""

from sop_core.evidence.keeping import (
    LARGEST,
    LONGEST_LINK,
    LONGEST_NOTE,
    add_document,
    add_link,
    withdraw,
)
from sop_core.evidence.missing import finished_without_document
from sop_core.evidence.place import Place, may_add
from sop_core.evidence.reading import KINDS, LINK, MEDIA, Document, content, file_name, listed

__all__ = [
    "KINDS", "LARGEST", "LINK", "LONGEST_LINK", "LONGEST_NOTE", "MEDIA", "Document", "Place",
    "add_document", "add_link", "content", "file_name", "finished_without_document", "listed",
    "may_add", "withdraw",
]  # fmt: skip
