"""Handing out files: the one place with a download button.

A button's file is made when it is pressed, which may be long after the page was drawn: after
its reader signed out, or lost their account or their role. So the session is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.kit import logs, session, shell, words
from sop_core import accounts, sessions
from sop_core.access import VISITOR, Viewer
from sop_core.errors import PantauError, SignInRefused
from sop_core.indonesian import format_number

_OVER = "Sesi sudah berakhir atau kewenangan berubah. Silakan masuk lagi."


@dataclass(frozen=True)
class Ticket:
    """Who a page was drawn for, and the token that their session goes by (None: no accounts)."""

    viewer: Viewer
    token: str | None

    def check(self) -> None:
        """Raises SignInRefused where the session is over, or its person may now see other things."""
        root = shell.root()
        if self.token is None:
            configured = session.provider_configured() or accounts.any_account(root)
            found = None if configured or root.has_real_data else VISITOR
        else:
            found = sessions.holder(root, self.token)
        if found != self.viewer:
            raise SignInRefused(_OVER)


def ticket() -> Ticket:
    """Of the reader for whom the page is being drawn."""
    root = shell.root()
    viewer: Viewer = st.session_state[shell.READER]
    if viewer == VISITOR:
        return Ticket(viewer, None)
    token = session.cookies().get(session.COOKIE)
    if token and sessions.session_open(root, token):
        return Ticket(viewer, token)
    claims = session._claims()
    return Ticket(viewer, session.provider_token(claims) if claims else "")


def handed(
    make: Callable[[], bytes], before: Callable[[], object] | None = None
) -> Callable[[], bytes]:
    """``make`` for a button: the session is asked first, then ``before`` runs, then it.

    What it raises is ours, in words; a fault of the program is logged with a number.
    """
    held = ticket()

    def run() -> bytes:
        try:
            held.check()
            if before is not None:
                before()
            return make()
        except PantauError:
            logs.event("unduhan ditolak")
            raise
        except Exception as error:
            raise PantauError(logs.told(logs.fault(error, "unduhan"))) from None

    return run


def button(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    mime: str | None = None,
    *,
    key: str | None = None,
    icon: str = ":material/download:",
    before: Callable[[], object] | None = None,
) -> None:
    """A button whose file is made, and its reader asked for again, when it is pressed."""
    st.download_button(
        words.text(label),
        handed(make, before),
        file_name,
        mime,
        key=key,
        icon=icon,
        on_click="ignore",
    )


def size(count: float) -> str:
    """How large a file is, of ``count`` bytes: ``12 KiB``."""
    return f"{format_number(-(-int(count) // 1024))} KiB"
