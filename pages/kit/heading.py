"""Of whom the figures on a page are: said under its title, in the same words on every page."""

from __future__ import annotations

import streamlit as st

from pages.kit import approving, words
from pages.kit.filters import NATION
from sop_core.evaluation import Scope
from sop_core.store import Store
from sop_core.units import NATIONAL, UPT_KINDS, Unit


def draw(store: Store, scope: Scope, *sentences: str) -> None:
    """Head the figures of a scope: of which offices they are, and what else there is to say."""
    whose = words.say("**{}**", offices(store, scope))
    st.caption(words.join(" · ", (whose, words.join(" ", sentences))))
    approving.mark(store, scope.units)


def offices(store: Store, scope: Scope) -> str:
    """``Seluruh Indonesia``, an office with or without its Lokas, or ``3 dari 76 unit``.

    A reader who sees only some offices has these in the nation's place, and the national cycle.
    """
    if scope.units is not None:
        return _named(store, scope, scope.units)
    if store.viewer.units is None:
        return NATION
    return f"{_named(store, scope, store.viewer.units)}, ditambah siklus nasional"


def _named(store: Store, scope: Scope, chosen: tuple[str, ...]) -> str:
    if set(chosen) == {NATIONAL}:
        return "Siklus nasional"
    register = [u for u in store.register(scope.as_of) if u.code != NATIONAL]
    mine = [u for u in register if u.code in chosen]
    head = _head(mine)
    if head is None:
        return _share(mine, register)
    lokas = sum(u.coordinator_code == head.code for u in register)
    if not lokas:
        return head.name
    added = len(mine) - 1
    return f"{head.name} beserta {added} Loka" if added else f"{head.name} tanpa Lokanya"


def _head(mine: list[Unit]) -> Unit | None:
    """The one office that coordinates all the others; none where they are not one region."""
    return next(
        (h for h in mine if all(u is h or u.coordinator_code == h.code for u in mine)), None
    )


def _share(mine: list[Unit], register: list[Unit]) -> str:
    """How many of how many; central units count only beside central units."""
    upt = [u for u in register if u.kind in UPT_KINDS]
    of = upt if all(u.kind in UPT_KINDS for u in mine) else register
    return f"{len(mine)} dari {len(of)} unit"
