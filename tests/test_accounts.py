"""Accounts, passwords, and sessions that end."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from sop_core import accounts, audit, sessions
from sop_core.access import Viewer
from sop_core.errors import AccessDenied, AccountRefused, SignInRefused
from sop_core.indonesian import now
from sop_core.sessions import FAILURE_MINUTES, LONGEST_SESSION, MOST_FAILURES, idle_time
from sop_core.store import Store

GOOD = "kata sandi contoh 1"
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())


@pytest.fixture
def people(store: Store) -> Store:
    """An admin, a leader, a head of Kupang and data staff of Padang; invented, all of them."""
    accounts.add(store, "admin", "Admin contoh", "admin", password=GOOD)
    accounts.add(store, "deputi", "Pimpinan contoh", "pimpinan", password=GOOD)
    accounts.add(store, "kepala.kupang", "Kepala contoh", "kepala_balai", "BBPOM-KPG", GOOD)
    accounts.add(store, "staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", GOOD)
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
    assert audit.entries(people, login=login).iloc[0]["outcome"] == "ditolak"


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


def test_many_guesses_at_once_are_counted_one_by_one(people):
    def guess(_):
        try:
            sessions.check_password(people, "deputi", "salah sekali ini")
        except SignInRefused as error:
            return "Terlalu" in str(error)

    with ThreadPoolExecutor(8) as pool:
        waited = list(pool.map(guess, range(12)))
    assert waited.count(False) == MOST_FAILURES


def test_a_stale_cookie_is_no_failed_password(people):
    token = sessions.open_session(people, accounts.viewer_of(people, "deputi"))
    sessions.end_session(people, token)
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(SignInRefused):
            sessions.viewer_of_session(people, token)
    assert sessions.check_password(people, "deputi", GOOD).role == "pimpinan"
