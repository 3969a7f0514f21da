"""The mapping step: an office's own table brought into the sheets of the contract.

``model`` says what a mapping is, ``proposing`` guesses one from headings, titles and content,
``applying`` makes the sheets, ``mapper`` chooses. One column a step (a wide recap) becomes one
row a step.
"""

from sop_core.importing.mapping.applying import MADE, Around
from sop_core.importing.mapping.mapper import Mapper, NeedsMapping, Unmapped
from sop_core.importing.mapping.model import Mapping, checked, fingerprint, from_json
from sop_core.importing.mapping.proposing import Hints, Proposal

__all__ = [
    "MADE",
    "Around",
    "Hints",
    "Mapper",
    "Mapping",
    "NeedsMapping",
    "Proposal",
    "Unmapped",
    "checked",
    "fingerprint",
    "from_json",
]
