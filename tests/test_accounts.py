"""Accounts, passwords, and sessions that end."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from sop_core import accounts, audit, passwords, sessions
from sop_core.access import ACTIONS, PENDING, VISITOR, Viewer, stranger
from sop_core.attempts import FAILURE_MINUTES, MOST_FAILURES
from sop_core.errors import AccessDenied, AccountRefused, SignInRefused, SignInTooOften
from sop_core.indonesian import now
from sop_core.sessions import LONGEST_SESSION, MOST_SESSIONS, idle_time
from sop_core.store import Store, Trace

GOOD = "kata sandi contoh 1"
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())


@pytest.fixture
def people(store: Store) -> Store:
    """An admin, a leader, a head of Kupang and data staff of Padang; invented, all of them."""
    for login, name, role, unit in (
        ("admin", "Admin contoh", "admin", None),
        ("deputi", "Pimpinan contoh", "pimpinan", None),
        ("kepala.kupang", "Kepala contoh", "kepala_balai", "BBPOM-KPG"),
        ("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG"),
    ):
        accounts.add(store, login, name, role, unit, GOOD, first=False)
    return store


def test_a_viewer_is_the_role_and_the_office_with_its_lokas(people):
    assert accounts.viewer_of(people, "deputi").units is None
    assert accounts.viewer_of(people, "staf.padang").units == ("BBPOM-PDG",)
    head = accounts.viewer_of(people, "kepala.kupang")
    lokas = {u.code for u in people.units(dt.date.today()) if u.coordinator_code == "BBPOM-KPG"}
    assert lokas
    assert set(head.units) == {"BBPOM-KPG", *lokas}
    assert accounts.viewer_of(people, "admin").units == ()


@pytest.mark.parametrize(
    ("login", "name", "role", "unit", "password", "reason"),
    [
        ("Ada Spasi", "X", "pimpinan", None, GOOD, "huruf kecil"),
        ("x1", " ", "pimpinan", None, GOOD, "Nama wajib"),
        ("x1", "X", "raja", None, GOOD, "Peran raja"),
        ("x1", "X", "kepala_balai", None, GOOD, "memerlukan sebuah UPT"),
        ("x1", "X", "data_staf", "PST-PMPUPO", GOOD, "memerlukan sebuah UPT"),
        ("x1", "X", "pusat", "BBPOM-PDG", GOOD, "Unit Kerja Pusat"),
        ("x1", "X", "admin", "BBPOM-PDG", GOOD, "tidak terikat"),
        ("x1", "X", "pimpinan", None, "pendek", "paling sedikit 12"),
        ("deputi", "X", "pimpinan", None, GOOD, "sudah dipakai"),
    ],
)
def test_accounts_that_cannot_be(people, login, name, role, unit, password, reason):
    with pytest.raises(AccountRefused, match=reason):
        accounts.add(people, login, name, role, unit, password)


def test_only_admins_manage_people(people):
    for login in ("deputi", "kepala.kupang", "staf.padang"):
        seen = people.as_viewer(accounts.viewer_of(people, login))
        assert accounts.accounts(seen) == []
        with pytest.raises(AccessDenied):
            accounts.add(seen, "baru", "X", "pimpinan", password=GOOD)
        with pytest.raises(AccessDenied):
            accounts.change(seen, login, "admin")
        with pytest.raises(AccessDenied):
            accounts.set_password(seen, "admin", GOOD)
    mine = people.as_viewer(ADMIN)
    assert [a.login for a in accounts.accounts(mine)] == ["admin", "deputi", "kepala.kupang", "staf.padang"]  # fmt: skip
    assert all(a.has_password for a in accounts.accounts(mine))
    assert "argon2" not in str(mine.rows("SELECT * FROM app_user"))


def test_the_password_is_kept_as_an_argon2_hash(people):
    kept = people.one("SELECT password_hash FROM app_user WHERE login = 'deputi'")
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    traces = audit.entries(people)
    assert GOOD not in traces.to_string()
    assert "argon2" not in traces.to_string()


def test_signing_in_and_out(people):
    viewer = sessions.check_password(people, " Deputi ", GOOD)
    token = sessions.open_session(people, viewer)
    assert sessions.viewer_of_session(people, token) == viewer
    assert token not in str(people.rows("SELECT * FROM sign_in")), "the digest alone"
    sessions.end_session(people, token)
    with pytest.raises(SignInRefused, match="sudah berakhir"):
        sessions.viewer_of_session(people, token)
    kept = audit.entries(people, login="deputi").iloc[::-1]
    assert kept["action"].tolist() == ["masuk", "keluar", "masuk"]
    assert kept["outcome"].tolist() == ["ok", "ok", "ditolak"]


@pytest.mark.parametrize(("login", "password"), [("deputi", "salah sekali ini"), ("siapa", GOOD)])
def test_a_wrong_pair_is_refused_in_the_same_words(people, login, password):
    with pytest.raises(SignInRefused, match=r"^Nama masuk atau kata sandi salah\.$"):
        sessions.check_password(people, login, password)
    kept = login if login == "deputi" else "-"
    assert audit.entries(people, login=kept).iloc[0]["outcome"] == "ditolak"


@pytest.mark.parametrize("login", ["deputi", "siapa"])
def test_too_many_failures_have_to_wait(people, monkeypatch, login):
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefused, match="salah"):
            sessions.check_password(people, login, "salah sekali ini")
    with pytest.raises(SignInRefused, match="Terlalu banyak"):
        sessions.check_password(people, login, GOOD)
    later = now() + dt.timedelta(minutes=FAILURE_MINUTES + 1)
    monkeypatch.setattr(sessions, "clock", lambda: later)
    if login == "deputi":
        assert sessions.check_password(people, login, GOOD).role == "pimpinan"


def test_a_success_forgives_earlier_failures(people):
    for _ in range(MOST_FAILURES - 1):
        with pytest.raises(SignInRefused):
            sessions.check_password(people, "deputi", "salah sekali ini")
    sessions.open_session(people, sessions.check_password(people, "deputi", GOOD))
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefused, match="salah"):
            sessions.check_password(people, "deputi", "salah sekali ini")


def test_an_account_without_a_password_signs_in_through_a_provider_alone(people):
    accounts.add(people, "oidc@contoh.test", "Lewat OIDC", "pimpinan")
    for password in ("", "None", GOOD):
        with pytest.raises(SignInRefused):
            sessions.check_password(people, "oidc@contoh.test", password)
    assert accounts.viewer_of(people, "OIDC@contoh.test").role == "pimpinan"


def test_a_session_that_rests_too_long_ends_and_stays_ended(people, monkeypatch):
    monkeypatch.setenv("PANTAU_IDLE_MINUTES", "10")
    assert idle_time() == dt.timedelta(minutes=10)
    token = sessions.open_session(people, accounts.viewer_of(people, "deputi"))
    start = now()
    sessions.viewer_of_session(people, token, start + dt.timedelta(minutes=9))
    sessions.viewer_of_session(people, token, start + dt.timedelta(minutes=18))
    with pytest.raises(SignInRefused, match="lama tidak dipakai"):
        sessions.viewer_of_session(people, token, start + dt.timedelta(minutes=29))
    with pytest.raises(SignInRefused):
        sessions.viewer_of_session(people, token, start + dt.timedelta(minutes=18))


def test_no_session_lasts_longer_than_a_working_day(people, monkeypatch):
    monkeypatch.setenv("PANTAU_IDLE_MINUTES", "100000")
    token = sessions.open_session(people, accounts.viewer_of(people, "deputi"))
    with pytest.raises(SignInRefused):
        sessions.viewer_of_session(people, token, now() + LONGEST_SESSION + dt.timedelta(minutes=1))


def test_a_forged_token_is_refused_and_kept(people):
    with pytest.raises(SignInRefused, match="tidak sah"):
        sessions.viewer_of_session(people, "palsu")
    assert audit.entries(people).iloc[0][["action", "subject", "outcome"]].tolist() == [
        "masuk", "kuki palsu", "ditolak",
    ]  # fmt: skip


def test_a_changed_account_has_to_sign_in_again(people):
    for alter in (
        lambda: accounts.change(people, "deputi", "pusat", "PST-PMPUPO"),
        lambda: accounts.set_password(people, "deputi", GOOD + "2"),
    ):
        token = sessions.open_session(people, accounts.viewer_of(people, "deputi"))
        alter()
        with pytest.raises(SignInRefused):
            sessions.viewer_of_session(people, token)


def test_someone_no_longer_active_is_refused(people):
    accounts.change(people, "deputi", "pimpinan", active=False)
    with pytest.raises(SignInRefused, match="tidak aktif"):
        accounts.viewer_of(people, "deputi")
    with pytest.raises(SignInRefused):
        sessions.check_password(people, "deputi", GOOD)


def test_the_last_admin_stays(people):
    with pytest.raises(AccountRefused, match="sedikitnya satu administrator"):
        accounts.change(people, "admin", "pimpinan")
    with pytest.raises(AccountRefused, match="sedikitnya satu administrator"):
        accounts.change(people, "admin", "admin", active=False)
    assert accounts.viewer_of(people, "admin").role == "admin"


def test_a_role_change_is_kept_before_and_after(people):
    accounts.change(people.as_viewer(ADMIN), "deputi", "pusat", "PST-PMPUPO")
    last = audit.entries(people).iloc[0]
    assert (last["login"], last["action"], last["subject"]) == ("admin", "pengguna", "deputi")
    assert '"peran": "pimpinan"' in last["before"]
    assert '"peran": "pusat"' in last["after"]


def test_a_stale_cookie_is_no_failed_password(people):
    token = sessions.open_session(people, accounts.viewer_of(people, "deputi"))
    sessions.end_session(people, token)
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(SignInRefused):
            sessions.viewer_of_session(people, token)
    assert sessions.check_password(people, "deputi", GOOD).role == "pimpinan"


# ------------------------------------------------------- first and own passwords

NEW = "pilihan sendiri 7 kata"


@pytest.fixture
def newcomer(people: Store) -> Store:
    """A newcomer with a password that the admin chose, as the admin's store sees it."""
    accounts.add(people.as_viewer(ADMIN), "baru", "Orang baru", "pusat", "PST-PMPUPO", GOOD)
    return people


def own(store: Store, token: str) -> Store:
    return store.as_viewer(sessions.viewer_of_session(store, token))


def test_with_a_first_password_nothing_is_open_but_the_way_to_another(newcomer):
    token = sessions.sign_in(newcomer, "baru", GOOD)
    viewer = sessions.viewer_of_session(newcomer, token)
    assert (viewer.role, viewer.units, viewer.sees_names) == (PENDING, (), False)
    assert [a for a in ACTIONS if viewer.may(a)] == ["sandi"]
    assert sessions.holder(newcomer, token) == viewer
    sessions.change_own_password(own(newcomer, token), GOOD, NEW, token)
    assert sessions.viewer_of_session(newcomer, token).role == "pusat"
    with pytest.raises(SignInRefused):
        sessions.sign_in(newcomer, "baru", GOOD)
    again = sessions.sign_in(newcomer, "baru", NEW)
    assert sessions.viewer_of_session(newcomer, again).role == "pusat"


def test_a_password_the_admin_gives_anew_is_a_first_one(newcomer):
    accounts.set_password(newcomer.as_viewer(ADMIN), "deputi", NEW)
    assert {a.login for a in accounts.accounts(newcomer.as_viewer(ADMIN)) if a.must_change} == {
        "baru", "deputi",
    }  # fmt: skip
    token = sessions.sign_in(newcomer, "deputi", NEW)
    assert sessions.viewer_of_session(newcomer, token).role == PENDING


def test_who_comes_through_a_provider_is_not_held_up_by_a_password(newcomer):
    token = sessions.open_session(newcomer, accounts.viewer_of(newcomer, "baru"), None, "OIDC")
    assert sessions.viewer_of_session(newcomer, token).role == "pusat"


def test_ones_own_password_wants_the_old_one_and_ends_the_other_sessions(people):
    here, there = (sessions.sign_in(people, "deputi", GOOD) for _ in range(2))
    mine = own(people, here)
    with pytest.raises(SignInRefused, match="salah"):
        sessions.change_own_password(mine, "salah sekali ini", NEW, here)
    for bad, why in (
        (GOOD, "lain dari"),
        ("pendek", "paling sedikit"),
        ("Password1234", "ditebak"),
    ):
        with pytest.raises(AccountRefused, match=why):
            sessions.change_own_password(mine, GOOD, bad, here)
    assert sessions.session_open(people, there)
    sessions.change_own_password(mine, GOOD, NEW, here)
    assert sessions.session_open(people, here)
    assert not sessions.session_open(people, there)
    last = audit.entries(people).iloc[0]
    assert (last["login"], last["action"], last["outcome"]) == ("deputi", "sandi", "ok")
    for word in (GOOD, NEW):
        assert word not in audit.entries(people).to_string()


def test_who_finds_a_screen_open_guesses_no_more_than_at_the_form(people):
    token = sessions.sign_in(people, "deputi", GOOD, "192.0.2.1")
    mine = own(people, token)
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefused, match="salah"):
            sessions.change_own_password(mine, "salah sekali ini", NEW, token, "192.0.2.1")
    with pytest.raises(SignInTooOften):
        sessions.change_own_password(mine, GOOD, NEW, token, "192.0.2.1")
    with pytest.raises(SignInTooOften):
        sessions.sign_in(people, "deputi", GOOD, "192.0.2.1")


def test_nobody_changes_anothers_own_password(people):
    token = sessions.sign_in(people, "deputi", GOOD)
    for viewer in (VISITOR, stranger("deputi"), Viewer("deputi", "X", "auditor")):
        with pytest.raises(AccessDenied):
            sessions.change_own_password(people.as_viewer(viewer), GOOD, NEW, token)
    assert sessions.sign_in(people, "deputi", GOOD)


@pytest.mark.parametrize("change", ["password", "inactive", "own"])
def test_a_sign_in_under_way_does_not_outlive_a_change(people, monkeypatch, change):
    """The old password is found right, and before the session is begun the account changes."""
    fits = passwords.fits
    token = sessions.sign_in(people, "deputi", GOOD)

    def slow(known, password):
        found = fits(known, password)
        monkeypatch.setattr(passwords, "fits", fits)
        if change == "password":
            accounts.set_password(people, "deputi", NEW)
        elif change == "inactive":
            accounts.change(people, "deputi", "pimpinan", active=False)
        else:
            sessions.change_own_password(own(people, token), GOOD, NEW, token, "192.0.2.9")
        return found

    monkeypatch.setattr(passwords, "fits", slow)
    with pytest.raises(SignInRefused):
        sessions.sign_in(people, "deputi", GOOD)
    if change != "own":
        assert people.one("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 0
    else:
        assert people.one("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 1


def test_two_changes_of_one_password_at_once_are_one(people, monkeypatch):
    token = sessions.sign_in(people, "deputi", GOOD)
    mine = own(people, token)
    hashed = passwords.hashed

    def slow(password):
        monkeypatch.setattr(passwords, "hashed", hashed)
        accounts.set_password(people, "deputi", "yang lain lagi 99")
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", slow)
    with pytest.raises(AccountRefused, match="berubah sementara itu"):
        sessions.change_own_password(mine, GOOD, NEW, token)
    assert sessions.check_password(people, "deputi", "yang lain lagi 99")


def test_no_more_sessions_than_ten_and_each_can_be_ended_by_its_person_alone(people):
    tokens = [sessions.sign_in(people, "deputi", GOOD) for _ in range(MOST_SESSIONS + 2)]
    assert [sessions.session_open(people, t) for t in tokens] == [False] * 2 + [True] * 10
    mine = own(people, tokens[-1])
    listed = sessions.own_sessions(mine, tokens[-1])
    assert len(listed) == MOST_SESSIONS
    assert [one.mine for one in listed] == [True] + [False] * 9
    other = own(people, sessions.sign_in(people, "staf.padang", GOOD))
    sessions.end_own(other, listed[3].number)
    assert len(sessions.own_sessions(mine, tokens[-1])) == MOST_SESSIONS
    sessions.end_own(mine, listed[3].number)
    assert listed[3].number not in {s.number for s in sessions.own_sessions(mine, tokens[-1])}
    assert len(sessions.own_sessions(mine, tokens[-1])) == MOST_SESSIONS - 1
    assert not {t for t in tokens if t in str(listed)}


def test_a_providers_sign_in_in_two_tabs_is_one_session(people):
    viewer = accounts.viewer_of(people, "deputi")
    for _ in range(2):
        sessions.open_session(people, viewer, "dari penyedia", "OIDC")
    assert people.one("SELECT count(*) FROM sign_in") == 1
    sessions.end_session(people, "dari penyedia")
    sessions.open_session(people, viewer, "dari penyedia", "OIDC")
    assert not sessions.session_open(people, "dari penyedia"), "ended is ended"


def test_a_session_does_not_wait_for_an_import(people):
    """Neither the reading of one, nor a sign-in, nor signing out, while records are written."""
    token = sessions.sign_in(people, "deputi", GOOD)
    later = now() + dt.timedelta(minutes=2)
    with people.write(Trace("impor", "lama")), ThreadPoolExecutor(1) as other:
        assert other.submit(sessions.viewer_of_session, people, token, later).result(5)
        again = other.submit(sessions.sign_in, people, "deputi", GOOD).result(5)
        other.submit(sessions.end_session, people, again).result(5)
