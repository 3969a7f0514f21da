"""Which passwords are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import passwords
from sop_core.errors import AccountRefused
from tests.conftest import REAL_HASHER, REAL_NOBODY


@pytest.fixture(autouse=True)
def real_hasher(monkeypatch):
    """As the product hashes; the other tests do it cheaply."""
    monkeypatch.setattr(passwords, "hasher", REAL_HASHER)
    monkeypatch.setattr(passwords, "_NOBODY", REAL_NOBODY)


WHO = ("staf.padang@contoh.test", "Budi Contoh Rekaan")


@pytest.mark.parametrize(
    "password",
    [
        "", "pendek", "sebelas kar", "x" * 12, "abcabcabcabc", "abcabcabcabca", "1234567890123",
        "098765432109", "20261124000000", "Password1234", "p.a.s.s.w.o.r.d.", "PASSWORD PASSWORD",
        "passwordpassword", "Kata Sandi 2026", "rahasia123456", "2026indonesia2026",
        "Bismillah1234", "administrator", "selamat-datang", "qwertyuiopas", "poiuytrewq12",
        "!!!!!!!!!!!!", "staf.padang@contoh.test", "staf.padang1", "staf padang 2026",
        "Budi Contoh Rekaan", "budicontohrekaan1", "correct horse battery staple", "a" * 201,
    ],
)  # fmt: skip
def test_easy_passwords_are_refused(password):
    with pytest.raises(AccountRefused, match=r"paling|ditebak"):
        passwords.require_good(password, *WHO)


@pytest.mark.slow
@pytest.mark.parametrize(
    "password",
    [
        "kata sandi contoh 1",
        "pilihan sendiri 7 kata",
        "kucing-biru-naik-kereta",
        "gK3_x0-tqP9zLm4w",
    ],
)
def test_others_are_taken_and_fit_themselves_alone(password):
    passwords.require_good(password, *WHO)
    kept = passwords.hashed(password)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits(kept, password)
    assert not passwords.fits(kept, password + " ")
    assert not passwords.fits(None, password)


@given(st.text(max_size=250))
def test_any_text_is_taken_or_refused_in_words(password):
    taken = 12 <= len(password) <= 200
    try:
        passwords.require_good(password, *WHO)
    except AccountRefused as error:
        said = str(error)
        taken = taken and "ditebak" not in said
    else:
        said = ""
    assert taken is (said == "")


def test_a_password_handed_out_once_is_always_taken():
    import secrets

    for _ in range(200):
        passwords.require_good(secrets.token_urlsafe(12), *WHO)
