"""Product groups: what an activity's Komoditas names, one product or several, by which B.3-B.5 route."""

from __future__ import annotations

import re

from sop_core.definition import PRODUCT_GROUPS
from sop_core.importing.contract import COMMODITIES

_NAMED = {word.lower(): name for name, words in COMMODITIES.items() for word in (name, *words)}
_BETWEEN = re.compile(r"\s*(?:[;,/&+\n]|\bdan\b|\bserta\b)\s*", re.IGNORECASE)


def named(commodity: str | None) -> list[str]:
    """The products that a Komoditas names, in its order; beside them a word that is none, as it is.

    ``OT, SK dan Kos`` names three; ``Obat Bahan Alam`` one, Obat Tradisional. A text that names no
    product stays whole.
    """
    text = " ".join((commodity or "").split())
    if not text:
        return []
    whole = _NAMED.get(text.lower())
    if whole:
        return [whole]
    parts = [part for part in _BETWEEN.split(text) if part]
    if not any(part.lower() in _NAMED for part in parts):
        return [text]
    return list(dict.fromkeys(_NAMED.get(part.lower(), part) for part in parts))


def groups(products: list[str]) -> set[str]:
    """The groups of routing rules (definition.PRODUCT_GROUPS) that any of these products is in."""
    return {group for product in products for group in PRODUCT_GROUPS.get(product, ())}
