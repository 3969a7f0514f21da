"""Administrasi: who may sign in as what, and the trace of every change."""

import datetime as dt
import secrets

import pandas as pd
import streamlit as st

from pages.kit import shell, tables, templates, words
from sop_core import accounts, audit
from sop_core.access import ACTION_NAMES, GIVEN, ROLES, decided
from sop_core.accounts import Account
from sop_core.errors import AccountRefused
from sop_core.evaluation import Scope
from sop_core.indonesian import today
from sop_core.passwords import LEAST_PASSWORD
from sop_core.store import Store

USER_COLUMNS = {"login": "Nama masuk", "name": "Nama", "role_name": "Peran", "unit": "Unit", "active": "Aktif", "password": "Kata sandi", "last": "Terakhir masuk (WIB)", "locked": "Terkunci sampai (WIB)"}  # fmt: skip
AUDIT_COLUMNS = {"entry_no": "No", "happened_at": "Waktu (WIB)", "login": "Oleh", "role_name": "Peran", "unit_code": "Unit", "action_name": "Tindakan", "subject": "Perihal", "before": "Sebelum", "after": "Sesudah", "outcome": "Hasil"}  # fmt: skip
ALL = "Semua"


def offices_for(store: Store, role: str) -> dict[str, str]:
    """The offices that a role can belong to, by name."""
    return {u.name: u.code for u in store.register(today()) if u.kind in GIVEN[role].of}


def choose_role(store: Store, key: str, account: Account | None = None) -> tuple[str, str | None]:
    """A role, and the office where the role needs one."""
    roles = list(GIVEN)
    role = st.selectbox(
        "Peran", roles, index=roles.index(account.role) if account and account.role in roles else 0,
        format_func=ROLES.__getitem__, key=f"peran_{key}", placeholder="Pilih",
    )  # fmt: skip
    offices = offices_for(store, str(role))
    if not offices:
        return str(role), None
    codes = list(offices.values())
    known = account is not None and account.unit_code in codes
    name = st.selectbox(
        "Unit", list(offices), key=f"unit_{key}_{role}",
        placeholder="Pilih unit",
        index=codes.index(str(account.unit_code)) if account and known else None,
    )  # fmt: skip
    return str(role), offices.get(str(name))


def new_password() -> str:
    """A password to hand over once."""
    return secrets.token_urlsafe(max(12, LEAST_PASSWORD))


def add_account(store: Store) -> None:
    """The form for somebody new."""
    st.markdown("**Akun baru**")
    role, unit = choose_role(store, "baru")
    with st.form("akun_baru", clear_on_submit=True):
        login = st.text_input(
            "Nama masuk", placeholder="mis. staf.padang atau alamat surel untuk OIDC"
        )
        name = st.text_input("Nama", placeholder="Nama orang")
        local = st.checkbox("Beri kata sandi (tanpa ini hanya lewat OIDC)", value=True)
        sent = st.form_submit_button("Buat akun", type="primary")
    if sent:
        password = new_password() if local else None
        try:
            accounts.add(store, login, name, role, unit, password)
        except AccountRefused as error:
            st.error(words.refused(error))
            return
        said = (
            words.say(
                "Kata sandi awal (tampil sekali ini, diganti saat pertama masuk): {}",
                words.code(password),
            )
            if password
            else "Masuk lewat OIDC."
        )
        st.session_state["kabar_akun"] = words.say(
            "Akun **{}** dibuat. {}", login.strip().lower(), said
        )
        st.rerun()


def change_account(store: Store, found: list[Account]) -> None:
    """Another role, office, state or password for somebody."""
    st.markdown("**Ubah akun**")
    login = st.selectbox(
        "Akun", [a.login for a in found], index=None, key="akun", placeholder="Pilih akun"
    )
    account = next((a for a in found if a.login == login), None)
    if account is None:
        return
    role, unit = choose_role(store, account.login, account)
    active = st.toggle("Boleh masuk", value=account.active, key=f"aktif_{account.login}")
    with st.container(horizontal=True):
        keep = st.button("Simpan perubahan", type="primary")
        reset = st.button("Beri kata sandi baru")
        unlock = account.locked_until is not None and st.button(
            "Buka kunci", icon=":material/lock_open:"
        )
    try:
        if keep:
            accounts.change(store, account.login, role, unit, active)
            st.session_state["kabar_akun"] = words.say(
                "Akun **{}** diubah; sesinya berakhir.", account.login
            )
            st.rerun()
        if unlock:
            accounts.unlock(store, account.login)
            st.session_state["kabar_akun"] = words.say("Kunci **{}** dibuka.", account.login)
            st.rerun()
        if reset:
            password = new_password()
            accounts.set_password(store, account.login, password)
            st.session_state["kabar_akun"] = words.say(
                "Kata sandi baru **{}** (tampil sekali ini): {}",
                account.login, words.code(password),
            )  # fmt: skip
            st.rerun()
    except AccountRefused as error:
        st.error(words.refused(error))


def password_state(account: Account) -> str:
    """Whether there is a password, and whether it is still the first one."""
    if not account.has_password:
        return "tidak ada"
    return "awal, belum diganti" if account.must_change else "ada"


def people(store: Store) -> None:
    """Everyone, and the two forms."""
    st.subheader("Pengguna")
    found = accounts.accounts(store)
    names = {u.code: u.name for u in store.register(today())}
    frame = pd.DataFrame([vars(a) for a in found])
    frame["role_name"] = frame["role"].map(ROLES)
    frame["unit"] = frame["unit_code"].map(names)
    frame["password"] = [password_state(a) for a in found]
    for column, moment in (("last", "last_sign_in"), ("locked", "locked_until")):
        frame[column] = pd.to_datetime(frame[moment]).dt.strftime("%Y-%m-%d %H:%M")
    tables.plain(frame, USER_COLUMNS, alt="Pengguna", height=320)
    tables.export(frame, USER_COLUMNS, "Pengguna", Scope(today()), False, "Daftar pengguna")
    left, right = st.columns(2, gap="large")
    with left:
        add_account(store)
    with right:
        change_account(store, found)


def trace(store: Store) -> None:
    """What was done, by whom and when; refusals too."""
    st.subheader("Jejak audit")
    columns = st.columns(4)
    first = columns[0].date_input("Sejak", today() - dt.timedelta(days=30), format="DD/MM/YYYY")
    last = columns[1].date_input("Sampai", today(), format="DD/MM/YYYY")
    action = columns[2].selectbox(
        "Tindakan",
        [ALL, *ACTION_NAMES],
        format_func=lambda a: ACTION_NAMES.get(a, a),
        placeholder="Pilih",
    )
    refused = columns[3].selectbox("Hasil", [ALL, "ok", "ditolak"], placeholder="Pilih")
    frame = audit.entries(store, first, last, None if action == ALL else str(action))
    if refused != ALL:
        frame = frame[frame["outcome"] == refused]
    frame["role_name"] = [decided(role).label for role in frame["role"]]
    frame["action_name"] = frame["action"].map(ACTION_NAMES)
    frame["happened_at"] = frame["happened_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    if frame.empty:
        st.info("Tidak ada jejak pada pilihan ini.")
        return
    tables.plain(frame, AUDIT_COLUMNS, alt="Jejak audit", height=460)
    tables.export(frame, AUDIT_COLUMNS, "Jejak audit", Scope(today()), False, "Jejak audit")


def page() -> None:
    """Draw the page."""
    store = shell.store("administrasi")
    st.caption(
        "Peran menentukan apa yang terlihat dan boleh dilakukan. Setiap perubahan tercatat dan"
        " jejaknya tidak dapat dihapus."
    )
    if "kabar_akun" in st.session_state:
        st.success(words.text(st.session_state.pop("kabar_akun")))
    people(store)
    templates.manage(store)
    trace(store)


page()
