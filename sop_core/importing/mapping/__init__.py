"""The mapping step: an office's own table brought into the sheets of the contract.

``model`` says what a mapping is, ``proposing`` guesses one from headings, titles and content,
``kept`` are those that offices keep, ``applying`` makes the sheets, with IDs from ``identifying``,
``mapper`` chooses. One column a step (a wide recap) becomes one row a step.
"""

from sop_core.importing.mapping.applying import Around
from sop_core.importing.mapping.identifying import MADE, Stored
from sop_core.importing.mapping.kept import Kept
from sop_core.importing.mapping.mapper import Answers, How, Mapper, NeedsMapping, Unmapped
from sop_core.importing.mapping.model import Mapping, checked, fingerprint, from_json
from sop_core.importing.mapping.proposing import Hints, Proposal

__all__ = [
    "MADE",
    "Answers",
    "Around",
    "Hints",
    "How",
    "Kept",
    "Mapper",
    "Mapping",
    "NeedsMapping",
    "Proposal",
    "Stored",
    "Unmapped",
    "checked",
    "fingerprint",
    "from_json",
]
