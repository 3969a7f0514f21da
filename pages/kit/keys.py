"""Keys of widgets that belong to foreign ids: a key becomes part of the page's markup."""

from __future__ import annotations

import hashlib


def of(value: object) -> str:
    """A short key for a value, the same each time, in which nothing of the value stands."""
    return hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()[:16]
