"""When two spellings are the same word. Imports nothing of ours: a confined job asks it too."""

from __future__ import annotations

import re
import unicodedata


def heading(text: str) -> str:
    """Headings match without regard to case, spaces, NBSP, underscores or dots."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s_.*:\-]+", "", plain)
