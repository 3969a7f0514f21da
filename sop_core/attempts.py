"""Sign-ins that were refused: counted, so that guessing ends, and kept without filling the audit.

Wrong guesses count by login and address, so that nobody locks another out from elsewhere, and
by address, so that nobody tries one password on every login. The counts that decide are in
memory, where a login stands as a digest with a key that dies with the process; the store keeps
counts too, of logins that exist, which outlive a restart and are shown on Administrasi.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import secrets
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sop_core.access import stranger
from sop_core.errors import SignInTooOften
from sop_core.store import Store, Trace
from sop_core.store.database import Database

MOST_FAILURES = 5
"""Wrong guesses of one login from one address within FAILURE_MINUTES before it has to wait."""
MOST_OF_ADDRESS = 50
"""The same of all logins from one address: an office behind one address has many people."""
FAILURE_MINUTES = 15
MOST_ENTRIES = 20
"""Entries of one kind of refusal in the audit within ENTRY_MINUTES; the others are counted."""
ENTRY_MINUTES = 60
MOST_ROWS = 1000
"""Counts that the store keeps, the newest."""
KEEP = dt.timedelta(days=30)
"""How long the store keeps a count after its last refusal."""
_MOST_COUNTED = 50_000
"""Guesses counted in memory: more than two workers can check in FAILURE_MINUTES."""
_MOST_COOKIES = 200
"""Addresses of which cookies are counted apart; those of others are counted together."""
NOBODY = "-"
"""Stands for a login that does not exist, and for an address that is not known."""

# Kinds of refusal, as the store keeps them.
PASSWORD = "kata sandi"
ADDRESS = "alamat"
COOKIE = "kuki"

_WINDOW = dt.timedelta(minutes=FAILURE_MINUTES)
_WAIT = f"Terlalu banyak percobaan. Coba lagi sesudah {FAILURE_MINUTES} menit."
_REST = "selebihnya dihitung saja"


def place(address: str | None) -> str:
    """An address as it is counted: an IPv6 network of 64 bits is one, for one person has as many."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return NOBODY
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


@dataclass(frozen=True)
class _Count:
    refused: int
    first: dt.datetime
    last: dt.datetime

    def over(self, most: int, now: dt.datetime) -> bool:
        """Whether it no longer counts: a limit holds from the last, lesser counts from the first."""
        return now - (self.last if self.refused >= most else self.first) > _WINDOW


class _Counts(OrderedDict[tuple[str, str], _Count]):
    """At most so many; the longest not touched goes first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def full(self, key: tuple[str, str], limit: int, now: dt.datetime) -> bool:
        count = self.get(key)
        return count is not None and count.refused >= limit and not count.over(limit, now)

    def add(self, key: tuple[str, str], limit: int, now: dt.datetime) -> _Count:
        count = self.get(key)
        if count is None or count.over(limit, now):
            count = _Count(0, now, now)
        self[key] = count = _Count(count.refused + 1, count.first, now)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)
        return count


@dataclass(frozen=True)
class Guess:
    """A password tried for a login from an address; ``known``: they signed in there before."""

    login: str
    address: str
    exists: bool
    known: bool

    @property
    def kept(self) -> str:
        """The login as it may be kept."""
        return self.login if self.exists else NOBODY


class Attempts:
    """The counts of one open store. Calls may come from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._counts = _Counts(_MOST_COUNTED)
        self._cookies = _Counts(2 * _MOST_COOKIES)
        self._entries: dict[str, list[dt.datetime]] = {}
        self._said: OrderedDict[tuple[str, str, str], dt.datetime] = OrderedDict()
        self._read = False

    # ------------------------------------------------------------ passwords

    def check(self, store: Store, guess: Guess, now: dt.datetime) -> None:
        """Raises SignInTooOften where a guess has to wait; it is not looked at then."""
        with self._lock:
            self._remember(store)
            waits = self._counts.full(self._pair(guess), MOST_FAILURES, now) or (
                not guess.known
                and self._counts.full((ADDRESS, guess.address), MOST_OF_ADDRESS, now)
            )
        if waits:
            raise SignInTooOften(_WAIT)

    def wrong(self, store: Store, guess: Guess, now: dt.datetime) -> None:
        """Count a wrong guess; the first and the one at a limit are in the audit."""
        with self._lock:
            self._remember(store)
            pair = self._counts.add(self._pair(guess), MOST_FAILURES, now)
            # Written for every guess alike, so that time does not tell which logins exist.
            typed = self._counts.add((NOBODY, guess.address), MOST_OF_ADDRESS, now)
            there = self._counts.add((ADDRESS, guess.address), MOST_OF_ADDRESS, now)
        own = pair if guess.exists else typed
        _keep(store, [(PASSWORD, guess.kept, own), (ADDRESS, NOBODY, there)], guess.address, now)
        kind = f"{PASSWORD} {'ada' if guess.exists else 'tidak ada'}"
        self.tell(store, kind, guess.kept, guess.address, "nama masuk atau kata sandi salah", now)
        if pair.refused == MOST_FAILURES:
            self.tell(store, kind, guess.kept, guess.address, "terlalu banyak percobaan", now)
        if there.refused == MOST_OF_ADDRESS:
            self.tell(store, ADDRESS, NOBODY, guess.address, "terlalu banyak percobaan", now)

    def right(self, store: Store, guess: Guess) -> None:
        """Forgive the login at that address; what else was tried there still counts."""
        with self._lock:
            forgiven = self._counts.pop(self._pair(guess), None)
        if forgiven:
            with store.sessions() as cursor:
                cursor.execute(
                    "DELETE FROM sign_in_refusal"
                    " WHERE kind = $kind AND login = $login AND address = $address",
                    {"kind": PASSWORD, "login": guess.login, "address": guess.address},
                )

    def forget(self, login: str) -> None:
        """Forgive a login everywhere, after its counts in the store are gone."""
        digest = self._digest(login)
        with self._lock:
            for key in [k for k in self._counts if k[0] == digest]:
                del self._counts[key]

    # -------------------------------------------------------------- the audit

    def tell(
        self, store: Store, kind: str, login: str, address: str, subject: str, now: dt.datetime
    ) -> None:
        """Leave a refusal in the audit, unless it stands there or its kind filled its share."""
        rest = self._share(kind, (subject, login, address), now)
        if rest is None:
            return
        outside = store.as_viewer(stranger(login))
        said = f"{subject}; {_REST}" if rest else subject
        outside.record(Trace("masuk", said, after={"alamat": address}), "ditolak")

    def _share(self, kind: str, what: tuple[str, str, str], now: dt.datetime) -> bool | None:
        """None where there is nothing to write; else whether it is the last of its kind."""
        since = now - dt.timedelta(minutes=ENTRY_MINUTES)
        with self._lock:
            while self._said and next(iter(self._said.values())) <= since:
                self._said.popitem(last=False)
            entries = [t for t in self._entries.get(kind, []) if t > since]
            if what in self._said or len(entries) >= MOST_ENTRIES:
                return None
            self._said[what] = now
            self._entries[kind] = [*entries, now]
            return len(entries) + 1 == MOST_ENTRIES

    def cookie(
        self, store: Store, login: str, address: str, subject: str, now: dt.datetime
    ) -> None:
        """Count a cookie that is no good; the first of an address is in the audit."""
        with self._lock:
            known = (login, address) in self._cookies or len(self._cookies) < _MOST_COOKIES
            where = address if known else NOBODY
            count = self._cookies.add((login, where), MOST_OF_ADDRESS, now)
        # Each is a request of a stranger's that costs nothing: the store hears of the 1st, 10th, ...
        if str(count.refused).strip("0") == "1":
            _keep(store, [(COOKIE, login, count)], where, now)
        self.tell(store, subject, login, address, subject, now)

    # ------------------------------------------------------------- in memory

    def _digest(self, login: str) -> str:
        return hashlib.blake2b(login.encode("utf-8", "replace"), key=self._key).hexdigest()

    def _pair(self, guess: Guess) -> tuple[str, str]:
        return self._digest(guess.login), guess.address

    def _remember(self, store: Store) -> None:
        """Counts from before a restart, once."""
        if self._read:
            return
        self._read = True
        for row in store.nationwide().rows(
            "SELECT * FROM sign_in_refusal WHERE kind <> $cookie AND (login <> $nobody OR kind = $address)",
            cookie=COOKIE, nobody=NOBODY, address=ADDRESS,
        ):  # fmt: skip
            first = ADDRESS if row["kind"] == ADDRESS else self._digest(row["login"])
            count = _Count(row["refused"], row["first_at"], row["last_at"])
            self._counts[first, row["address"]] = count


def _keep(
    store: Store, counts: list[tuple[str, str, _Count]], address: str, now: dt.datetime
) -> None:
    with store.sessions() as cursor:
        for kind, login, count in counts:
            _upsert(cursor, kind, login, address, count)
        cursor.execute("DELETE FROM sign_in_refusal WHERE last_at < $old", {"old": now - KEEP})
        cursor.execute(
            "DELETE FROM sign_in_refusal WHERE last_at < (SELECT last_at FROM sign_in_refusal"
            " ORDER BY last_at DESC LIMIT 1 OFFSET $most)",
            {"most": MOST_ROWS - 1},
        )


def _upsert(cursor: Any, kind: str, login: str, address: str, count: _Count) -> None:
    row = {
        "kind": kind, "login": login, "address": address,
        "refused": count.refused, "first": count.first, "last": count.last,
    }  # fmt: skip
    found = cursor.execute(
        "UPDATE sign_in_refusal SET refused = $refused, first_at = $first, last_at = $last"
        " WHERE kind = $kind AND login = $login AND address = $address RETURNING 1",
        row,
    ).fetchone()
    if found is None:
        cursor.execute(
            "INSERT INTO sign_in_refusal VALUES ($kind, $login, $address, $refused, $first, $last)",
            row,
        )


_lock = threading.Lock()
_of: weakref.WeakKeyDictionary[Database, Attempts] = weakref.WeakKeyDictionary()


def of(store: Store) -> Attempts:
    """The counts of a store, whoever looks at it."""
    with _lock:
        return _of.setdefault(store.database, Attempts())
