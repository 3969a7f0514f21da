"""Evidence (bukti) that a step was done or a follow-up was seen to: a document, or a link.

place     the step or follow-up it is for, and who may add to it
keeping   added and withdrawn
reading   listed and opened
missing   finished steps whose output is a document, and which have none
"""

from sop_core.evidence.keeping import LARGEST, LONGEST_LINK, add_document, add_link, withdraw
from sop_core.evidence.missing import finished_without_document
from sop_core.evidence.place import Place, may_add
from sop_core.evidence.reading import KINDS, LINK, Document, content, listed

__all__ = [
    "KINDS", "LARGEST", "LINK", "LONGEST_LINK", "Document", "Place", "add_document", "add_link",
    "content", "finished_without_document", "listed", "may_add", "withdraw",
]  # fmt: skip
