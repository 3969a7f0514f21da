"""Passwords: what they must be like, and checking them without holding anybody up."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sop_core.errors import AccountRefused, SignInBusy

LEAST_PASSWORD = 12
"""Characters."""
LONGEST_PASSWORD = 200
"""Characters."""
BUSY = "Terlalu ramai, coba lagi sebentar lagi."

_EASY = "Kata sandi ini mudah ditebak; pilih yang lain."
# Compared without digits around it, so that "Password1234" is found too.
_WORDS = """
    password passwords passwordku passwordsaya mypassword passw0rd p4ssword p4ssw0rd katasandi
    katasandiku katasandisaya gantikatasandi rahasia rahasiaku rahasianegara sandirahasia sangatrahasia
    admin administrator adminadmin operator superadmin superuser supervisor pengguna changeme changethis
    letmein welcome welcomeback selamatdatang selamatpagi masuksini qwerty qwertyuiop asdfghjkl
    zxcvbnm iloveyou akucintakamu akusayangkamu sayang sayangku sayangkamu bismillah
    bismillahirrahmanirrahim alhamdulillah assalamualaikum insyaallah allahuakbar subhanallah
    indonesia indonesiaraya indonesiaku indonesiamerdeka merdeka pancasila bhinnekatunggalika
    garuda garudaindonesia jakarta surabaya bandung yogyakarta bpom bpomri badanpom bbpom balaipom
    pantausop obatdanmakanan correcthorsebatterystaple superman princess sunshine football
    liverpool manchesterunited barcelona realmadrid trustno dragon monkey starwars test testing
    percobaan cobacoba default guest tamu
"""
_COMMONEST = frozenset(_WORDS.split())
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "q1w2e3r4t5y6u7i8o9p0")  # fmt: skip
"""What hands type without thinking; backwards too."""
_SHORT_PIECE = 4
"""Characters; a password that only repeats a piece as short as this is easy."""

hasher = PasswordHasher()
# Checked for a login that does not exist, so that time does not tell who does.
_NOBODY = hasher.hash(secrets.token_hex())


def require_good(password: str, login: str, name: str) -> None:
    """Raises AccountRefused for a password that is too short, too long or easy to guess."""
    if len(password) < LEAST_PASSWORD:
        raise AccountRefused(f"Kata sandi paling sedikit {LEAST_PASSWORD} karakter.")
    if len(password) > LONGEST_PASSWORD:
        raise AccountRefused(f"Kata sandi paling banyak {LONGEST_PASSWORD} karakter.")
    plain = _plain(password)
    own = {_plain(login), _plain(login.partition("@")[0]), _plain(name)}
    for core in (plain, plain.strip("0123456789")):
        piece = _piece(core)
        typed = any(core in row or core in row[::-1] for row in _ROWS)
        if typed or len(piece) <= _SHORT_PIECE or {core, piece} & (_COMMONEST | own):
            raise AccountRefused(_EASY)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _piece(text: str) -> str:
    """The shortest piece that the text repeats, the last time perhaps not to its end."""
    return next((text[:n] for n in range(1, len(text)) if text.startswith(text[n:])), text)


def hashed(password: str) -> str:
    """As the store keeps it."""
    return hasher.hash(password)


def fits(known: str | None, password: str) -> bool:
    """Whether a password is the one of that hash; as slow where there is no hash."""
    try:
        hasher.verify(known or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return known is not None


# ------------------------------------------------------------------------ turns

T = TypeVar("T")


@dataclass(eq=False)
class _Ticket:
    address: str


class Turns:
    """Whose password is checked next: argon2 costs a processor 50 ms and 64 MiB each.

    ``workers`` at a time and one of an address, so that many guesses from one place take turns
    and are counted one after the other. Somebody at an address known to be theirs goes before
    strangers. At most ``waiting`` of each kind wait and ``of_address`` of one address; who
    comes then, or waits longer than ``patience`` seconds, is told so at once: SignInBusy.
    """

    def __init__(
        self, workers: int = 2, waiting: int = 12, of_address: int = 4, patience: float = 10.0
    ) -> None:
        self.workers, self.waiting = workers, waiting
        self.of_address, self.patience = of_address, patience
        self._changed = threading.Condition()
        self._running: set[str] = set()
        self._known: list[_Ticket] = []
        self._strangers: list[_Ticket] = []

    def run(self, address: str, known: bool, work: Callable[[], T]) -> T:
        """Do a piece of work when it is its turn."""
        ticket = _Ticket(address)
        queue = self._known if known else self._strangers
        with self._changed:
            mine = sum(t.address == address for t in (*self._known, *self._strangers))
            if len(queue) >= self.waiting or mine >= self.of_address:
                raise SignInBusy(BUSY)
            queue.append(ticket)
            came = self._changed.wait_for(lambda: self._next() is ticket, self.patience)
            queue.remove(ticket)
            if not came:
                self._changed.notify_all()
                raise SignInBusy(BUSY)
            self._running.add(address)
            self._changed.notify_all()
        try:
            return work()
        finally:
            with self._changed:
                self._running.remove(address)
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        if len(self._running) >= self.workers:
            return None
        queues = (*self._known, *self._strangers)
        return next((t for t in queues if t.address not in self._running), None)

    def __len__(self) -> int:
        """How many wait."""
        with self._changed:
            return len(self._known) + len(self._strangers)


turns = Turns()
"""Of this process."""
