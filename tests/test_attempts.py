"""Guessing passwords: who waits for whom, what is counted, and what of it is kept."""

import datetime as dt
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core import accounts, attempts, audit, passwords, sessions
from sop_core.access import Viewer
from sop_core.attempts import (
    ENTRY_MINUTES,
    FAILURE_MINUTES,
    MOST_ENTRIES,
    MOST_FAILURES,
    MOST_OF_ADDRESS,
    MOST_ROWS,
)
from sop_core.errors import (
    AccessDenied,
    AccountRefused,
    SignInBusy,
    SignInRefused,
)
from sop_core.indonesian import now
from sop_core.passwords import Turns
from sop_core.store import Store

pytestmark = pytest.mark.slow

GOOD = "kata sandi contoh 1"
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())
TABLES = ("audit", "sign_in_refusal", "sign_in", "app_user")
HOME, AWAY = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def quick(monkeypatch):
    """A hasher that costs nothing, where many guesses are made and its time is not the matter."""

    class Quick:
        def hash(self, password):
            return f"$argon2id$contoh${password}"

        def verify(self, known, password):
            if known != self.hash(password):
                raise passwords.VerifyMismatchError

    monkeypatch.setattr(passwords, "hasher", Quick())


@pytest.fixture
def people(quick, store: Store) -> Store:
    """The only admin, and data staff of Padang."""
    accounts.add(store, "admin", "Admin contoh", "admin", password=GOOD, first=False)
    accounts.add(store, "staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", GOOD, first=False)
    return store


def guess(store: Store, login: str, address: str | None, password: str = "salah sekali ini") -> str:
    """What becomes of a try: the class of its refusal, or nothing."""
    try:
        sessions.sign_in(store, login, password, address)
    except SignInRefused as error:
        return type(error).__name__
    return ""


def entries(store: Store) -> list[tuple[str, str]]:
    frame = audit.entries(store)
    frame = frame[frame["outcome"] == "ditolak"].iloc[::-1]
    return list(frame[["login", "subject"]].itertuples(index=False, name=None))


# ---------------------------------------------------------------------- turns


class Slow:
    """A hasher whose turns are counted and last until they are let go."""

    def __init__(self):
        self.begun, self.go = [], threading.Semaphore(0)
        self.lock, self.at_once, self.most = threading.Lock(), 0, 0

    def hash(self, password):
        return f"$argon2id$contoh${password}"

    def verify(self, known, password):
        with self.lock:
            self.begun.append(password)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.go.acquire(timeout=20)
        with self.lock:
            self.at_once -= 1
        if known != self.hash(password):
            raise passwords.VerifyMismatchError


def until(true) -> None:
    give_up = threading.Event()
    for _ in range(2000):
        if true():
            return
        give_up.wait(0.005)
    pytest.fail("it never came to that")


@pytest.mark.parametrize("addresses", [1, 15], ids=["one place", "fifteen places"])
def test_a_right_sign_in_waits_at_most_three_turns_behind_fifteen_wrong_ones(
    people, monkeypatch, addresses
):
    """15 guesses at once slowed a right sign-in 22 times: each waited for all before it."""
    sessions.sign_in(people, "admin", GOOD, HOME)  # an address known to be theirs
    slow = Slow()
    monkeypatch.setattr(passwords, "hasher", slow)
    monkeypatch.setattr(passwords, "turns", Turns())
    with ThreadPoolExecutor(20) as pool:
        wrong = [
            pool.submit(guess, people, f"siapa{n}", f"198.51.100.{n % addresses}", f"salah {n}")
            for n in range(15)
        ]
        until(lambda: len(passwords.turns) + len(slow.begun) + sum(w.done() for w in wrong) >= 15)
        ahead = len(slow.begun)
        right = pool.submit(guess, people, "admin", HOME, GOOD)
        until(lambda: GOOD in slow.begun or passwords.turns._known)
        while not right.done():
            slow.go.release()
            until(lambda: right.done() or slow.at_once > 0)
        assert right.result() == ""
        assert slow.begun.index(GOOD) - ahead <= 1, "nobody who came before waits before it"
        for _ in range(20):
            slow.go.release()
        outcomes = [w.result() for w in wrong]
    assert slow.most <= 2, "two processors' worth at most"
    assert set(outcomes) <= {"SignInRefused", "SignInBusy"}


def test_what_is_too_much_is_told_at_once_and_not_counted(people, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(passwords, "hasher", slow)
    monkeypatch.setattr(passwords, "turns", Turns())
    with ThreadPoolExecutor(120) as pool:
        tries = [pool.submit(guess, people, "admin", f"198.51.100.{n}") for n in range(100)]
        until(lambda: sum(t.done() for t in tries) == 100 - 2 - passwords.turns.waiting)
        assert {t.result() for t in tries if t.done()} == {"SignInBusy"}
        assert len(slow.begun) == 2
        for _ in range(100):
            slow.go.release()
        outcomes = [t.result() for t in tries]
    looked_at = outcomes.count("SignInRefused")
    assert looked_at == 2 + passwords.turns.waiting
    assert people.one("SELECT sum(refused) FROM sign_in_refusal WHERE login = 'admin'") == looked_at
    assert len(passwords.turns) == 0


def test_a_hundred_guesses_at_once_are_counted_one_by_one(people, monkeypatch):
    monkeypatch.setattr(passwords, "turns", Turns(workers=8, waiting=200, of_address=200))
    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda _: guess(people, "admin", AWAY), range(100)))
    assert outcomes.count("SignInRefused") == MOST_FAILURES
    assert outcomes.count("SignInTooOften") == 100 - MOST_FAILURES


def test_who_waits_too_long_is_told_so_and_leaves_the_queue():
    turns = Turns(workers=1, patience=0.05)
    release = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(turns.run, "a", False, lambda: release.wait(20))
        until(lambda: turns._running)
        with pytest.raises(SignInBusy):
            turns.run("b", False, lambda: pytest.fail("it was not their turn"))
        assert len(turns) == 0
        release.set()
        assert first.result()
    assert turns.run("b", False, lambda: 7) == 7


def test_work_that_fails_gives_its_turn_back():
    turns = Turns(workers=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            turns.run("a", True, lambda: 1 // 0)
    assert turns.run("a", False, lambda: 7) == 7


def test_no_lock_is_held_while_a_password_is_checked(people, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(passwords, "hasher", slow)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(guess, people, "admin", AWAY, GOOD)
        until(lambda: slow.begun)
        accounts.change(people, "staf.padang", "data_staf", "BBPOM-KPG")
        sessions.open_session(people, accounts.viewer_of(people, "staf.padang"))
        attempts.of(people).cookie(people, "-", AWAY, "kuki palsu", now())
        assert not waiting.done()
        slow.go.release()
        assert waiting.result() == ""


# --------------------------------------------------------------------- limits


def test_nobody_locks_out_the_only_admin_from_elsewhere(people):
    for n in range(40):
        for _ in range(MOST_FAILURES + 1):
            guess(people, "admin", f"198.51.100.{n}")
    assert guess(people, "admin", "198.51.100.1", GOOD) == "SignInTooOften"
    assert guess(people, "admin", HOME, GOOD) == ""


def test_one_password_is_not_tried_on_every_login_from_one_address(people):
    outcomes = [guess(people, f"orang{n}", AWAY) for n in range(MOST_OF_ADDRESS + 5)]
    assert outcomes[:MOST_OF_ADDRESS] == ["SignInRefused"] * MOST_OF_ADDRESS
    assert set(outcomes[MOST_OF_ADDRESS:]) == {"SignInTooOften"}
    assert guess(people, "admin", AWAY, GOOD) == "SignInTooOften"
    assert guess(people, "admin", HOME, GOOD) == ""


def test_a_colleague_who_guesses_does_not_hold_up_who_signed_in_there_before(people):
    assert guess(people, "admin", AWAY, GOOD) == ""
    for n in range(MOST_OF_ADDRESS):
        guess(people, f"orang{n}", AWAY)
    assert guess(people, "staf.padang", AWAY, GOOD) == "SignInTooOften"
    assert guess(people, "admin", AWAY, GOOD) == ""


def test_an_own_account_forgives_no_guesses_at_others(people):
    """Signing in rightly between two guesses does not begin the count anew."""
    outcomes = []
    for _ in range(MOST_FAILURES + 1):
        outcomes.append(guess(people, "admin", AWAY))
        assert guess(people, "staf.padang", AWAY, GOOD) == ""
    assert outcomes == ["SignInRefused"] * MOST_FAILURES + ["SignInTooOften"]


@pytest.mark.parametrize("login", ["admin", "siapa"])
def test_a_login_that_does_not_exist_waits_as_one_that_does(people, login, monkeypatch):
    outcomes = [guess(people, login, AWAY) for _ in range(MOST_FAILURES + 2)]
    assert outcomes == ["SignInRefused"] * MOST_FAILURES + ["SignInTooOften"] * 2
    later = now() + dt.timedelta(minutes=FAILURE_MINUTES + 1)
    monkeypatch.setattr(sessions, "clock", lambda: later)
    assert guess(people, login, AWAY) == "SignInRefused"


def test_a_login_that_does_not_exist_costs_as_much(people, monkeypatch):
    """As many looks at a hash, and as many questions and changes of the store."""
    seen: list[str] = []

    def counted(thing, name):
        real = getattr(thing, name)

        def spy(*given, **named):
            seen.append(name)
            return real(*given, **named)

        monkeypatch.setattr(thing, name, spy)

    counted(passwords.hasher, "verify")
    for thing, name in ((Store, "rows"), (Store, "one"), (Store, "record"), (attempts, "_upsert")):
        counted(thing, name)
    guess(people, "pertama", HOME)  # reads the counts of before
    costs = []
    for login in ("admin", "siapa"):
        seen.clear()
        guess(people, login, AWAY)
        costs.append(sorted(seen))
    assert costs[0] == costs[1]
    assert costs[0].count("verify") == 1


def test_a_wait_outlives_a_restart(quick, tmp_path):
    with Store(tmp_path / "a.duckdb") as store:
        accounts.add(store, "admin", "Admin contoh", "admin", password=GOOD, first=False)
        for _ in range(MOST_FAILURES):
            guess(store, "admin", AWAY)
    with Store(tmp_path / "a.duckdb") as store:
        assert guess(store, "admin", AWAY, GOOD) == "SignInTooOften"
        assert guess(store, "admin", HOME, GOOD) == ""


def test_an_admin_sees_who_waits_and_unlocks_them(people):
    for _ in range(MOST_FAILURES):
        guess(people, "staf.padang", AWAY)
    mine = people.as_viewer(ADMIN)
    found = {a.login: a for a in accounts.accounts(mine)}
    assert found["admin"].locked_until is None
    left = found["staf.padang"].locked_until - now()
    assert dt.timedelta(minutes=FAILURE_MINUTES - 1) < left <= dt.timedelta(minutes=FAILURE_MINUTES)
    with pytest.raises(AccessDenied):
        accounts.unlock(people.as_viewer(Viewer("x", "X", "pimpinan")), "staf.padang")
    with pytest.raises(AccountRefused):
        accounts.unlock(mine, "siapa")
    accounts.unlock(mine, "staf.padang")
    assert accounts.accounts(mine)[1].locked_until is None
    assert guess(people, "staf.padang", AWAY, GOOD) == ""
    last = audit.entries(people, action="pengguna").iloc[0]
    assert (last["login"], last["subject"]) == ("admin", "staf.padang")
    assert "dibuka" in last["after"]


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("bukan alamat", "-"),
        ("", "-"),
        (None, "-"),
        ("1" * 5000, "-"),
    ],
)
def test_an_address_is_counted_as_the_network_one_person_has(written, counted):
    assert attempts.place(written) == counted


# ------------------------------------------------------------- what is kept


@pytest.mark.slow
@pytest.mark.parametrize("attack", ["cookies", "cookies from everywhere", "logins", "logins from everywhere", "stale", "one login"])  # fmt: skip
def test_no_attack_fills_the_audit(people, attack):
    """10,000 forged cookies leave a few dozen entries; the others are counted."""
    stale = sessions.open_session(people, accounts.viewer_of(people, "admin"))
    sessions.end_session(people, stale)
    many = 10_000 if "cookies" in attack or attack == "stale" else 600
    before = people.one("SELECT count(*) FROM audit")
    for n in range(many):
        where = f"198.{n // 65536}.{n // 256 % 256}.{n % 256}" if "everywhere" in attack else AWAY
        if "cookies" in attack:
            with pytest.raises(SignInRefused, match="tidak sah"):
                sessions.viewer_of_session(people, f"palsu {n}", address=where)
        elif attack == "stale":
            with pytest.raises(SignInRefused, match="berakhir"):
                sessions.viewer_of_session(people, stale, address=where)
        else:
            guess(people, "admin" if attack == "one login" else f"orang{n}", where)
    left = people.one("SELECT count(*) FROM audit") - before
    assert 1 <= left <= 2 * MOST_ENTRIES
    assert people.one("SELECT count(*) FROM sign_in_refusal") <= MOST_ROWS
    if "everywhere" in attack:
        assert any("selebihnya dihitung" in subject for _, subject in entries(people))
    if attack == "cookies":
        assert people.one("SELECT refused FROM sign_in_refusal WHERE kind = 'kuki'") == many


@pytest.mark.slow
def test_one_attack_does_not_hide_another(people):
    for n in range(200):
        with pytest.raises(SignInRefused):
            sessions.viewer_of_session(people, "palsu", address=f"198.51.100.{n}")
        guess(people, f"orang{n}", f"203.0.113.{n}")
    for _ in range(MOST_FAILURES):
        guess(people, "admin", AWAY)
    assert [e for e in entries(people) if e[0] == "admin"] == [
        ("admin", "nama masuk atau kata sandi salah"), ("admin", "terlalu banyak percobaan"),
    ]  # fmt: skip


def test_after_an_hour_entries_begin_anew(people, monkeypatch):
    guess(people, "admin", AWAY)
    guess(people, "admin", AWAY)
    assert len(entries(people)) == 1
    later = now() + dt.timedelta(minutes=ENTRY_MINUTES + 1)
    monkeypatch.setattr(sessions, "clock", lambda: later)
    guess(people, "admin", AWAY)
    assert len(entries(people)) == 2


def test_counts_are_pruned(people, monkeypatch):
    monkeypatch.setattr(attempts, "MOST_ROWS", 10)
    for n in range(30):
        guess(people, f"orang{n}", f"198.51.100.{n}")
        assert people.one("SELECT count(*) FROM sign_in_refusal") <= 10 + 2
    later = now() + attempts.KEEP + dt.timedelta(days=1)
    monkeypatch.setattr(sessions, "clock", lambda: later)
    guess(people, "admin", AWAY)
    assert people.one("SELECT count(*) FROM sign_in_refusal") == 2


def test_what_was_typed_as_a_login_is_kept_nowhere(people):
    """People type their password there."""
    written: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record):
            written.append(record.getMessage())

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.text(max_size=60))
    def look(typed: str) -> None:
        with pytest.raises(SignInRefused) as told:
            sessions.sign_in(people, f"RaHaSiA-{typed}", GOOD, AWAY)
        held = [str(people.rows(f"FROM {table}")) for table in TABLES]
        for text in (*held, *written, repr(vars(attempts.of(people))), str(told.value)):
            assert "rahasia-" not in text.lower()

    logging.getLogger().addHandler(ear := Ear())
    try:
        look()
    finally:
        logging.getLogger().removeHandler(ear)
