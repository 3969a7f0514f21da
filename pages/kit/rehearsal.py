"""A change that is looked at before it is kept: what was asked and its effects, in the tab's state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from sop_core.store import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Rehearsal:
    """The changes of one kind; ``name`` is theirs alone in the tab's state."""

    name: str

    @property
    def asked(self) -> Any:
        """The change that is being looked at, None without one."""
        return st.session_state.get(f"{self.name}_diminta")

    @property
    def form(self) -> int:
        """The number of the form, so that it comes back empty once a change was made."""
        return int(st.session_state.get(f"{self.name}_ke", 0))

    def ask(self, change: Hashable) -> None:
        """Look at a change from the next run on."""
        st.session_state[f"{self.name}_diminta"] = change

    def effects(self, store: Store, change: Hashable, as_of: dt.date, count: Callable[[], T]) -> T:
        """What the change does, counted once for each state of the store. Raises as ``count``."""
        key, state = f"{self.name}_pratinjau", (change, store.version, as_of)
        known = st.session_state.get(key)
        if known is None or known[0] != state:
            with st.spinner("Menghitung akibatnya pada kegiatan yang tercatat"):
                found = count()
            known = st.session_state[key] = (state, found)
        kept: T = known[1]
        return kept

    def forget(self) -> None:
        """Look at nothing any more."""
        st.session_state.pop(f"{self.name}_diminta", None)
        st.session_state.pop(f"{self.name}_pratinjau", None)

    def start_over(self) -> None:
        """Draw the page again without a change to look at."""
        self.forget()
        st.rerun()

    def done(self) -> None:
        """The change is made: the same, with an empty form."""
        st.session_state[f"{self.name}_ke"] = self.form + 1
        self.start_over()
