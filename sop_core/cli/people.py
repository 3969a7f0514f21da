"""Accounts, and the trace of what people did."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Any

from sop_core import accounts, audit
from sop_core.access import GIVEN, ROLES
from sop_core.cli.common import (
    Command,
    Parser,
    date,
    nothing,
    open_store,
    print_json,
    unit_code,
)
from sop_core.errors import AccountRefused


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    parent = command("user", nothing, "Kelola akun pengguna")
    actions = parent.add_subparsers(required=True, metavar="AKSI", parser_class=Parser)

    def action(name: str, run: Callable[[Any], int], text: str) -> Parser:
        sub = actions.add_parser(name, parents=[common], help=text)
        sub.set_defaults(run=run)
        return sub

    action("list", run_user_list, "semua akun")
    add = action("add", run_user_add, "akun baru")
    change = action("set", run_user_set, "peran, unit, atau keadaan lain")
    password = action(
        "password", run_user_password, "kata sandi baru, yang harus diganti pemiliknya"
    )
    unlock = action("unlock", run_user_unlock, "boleh mencoba lagi sesudah salah kata sandi")
    for sub in (add, change, password, unlock):
        sub.add_argument("account", metavar="NAMA_MASUK")
    for sub in (add, change):
        sub.add_argument("--role", choices=list(GIVEN), required=True)
        sub.add_argument("--unit", default=None, help="kode atau nama unit")
    add.add_argument("--name", required=True, help="nama orang")
    add.add_argument("--no-password", action="store_true", help="masuk lewat OIDC saja")
    change.add_argument("--inactive", action="store_true", help="tidak boleh masuk lagi")
    sub = command("audit", run_audit, "Jejak perubahan, masuk, dan penolakan")
    sub.add_argument("--from", dest="first", type=date, default=None)
    sub.add_argument("--until", type=date, default=None)


def run_user_list(options: Any) -> int:
    """Print every account."""
    with open_store(options) as store:
        found = accounts.accounts(store)
    if options.json:
        print_json([vars(a) for a in found])
        return 0
    for a in found:
        print(f"{a.login:30} {_label(a):20} {a.unit_code or '-':14} {_state(a):12} {a.name}")
    return 0


def _label(account: accounts.Account) -> str:
    return ROLES.get(account.role, account.role)


def _state(account: accounts.Account) -> str:
    if not account.active:
        return "tidak aktif"
    said = ["aktif"]
    if account.must_change:
        said.append("kata sandi awal")
    if account.locked_until:
        said.append(f"terkunci sampai {account.locked_until:%H.%M}")
    return ", ".join(said)


def run_user_add(options: Any) -> int:
    """Make an account; the password comes from the keyboard or from stdin."""
    password = None if options.no_password else _new_password()
    with open_store(options) as store:
        unit = unit_code(store, options.unit)
        accounts.add(store, options.account, options.name, options.role, unit, password)
    more = "" if options.no_password else " Kata sandinya harus diganti saat pertama kali masuk."
    print(f"Akun {options.account} dibuat.{more}")
    return 0


def run_user_set(options: Any) -> int:
    """Change an account; its sessions end."""
    with open_store(options) as store:
        unit = unit_code(store, options.unit)
        accounts.change(store, options.account, options.role, unit, not options.inactive)
    print(f"Akun {options.account} diubah; sesinya berakhir.")
    return 0


def run_user_password(options: Any) -> int:
    """Replace a password."""
    password = _new_password()
    with open_store(options) as store:
        accounts.set_password(store, options.account, password)
    print(
        f"Kata sandi {options.account} diganti; sesinya berakhir, dan kata sandi itu harus"
        " diganti saat berikutnya masuk."
    )
    return 0


def run_user_unlock(options: Any) -> int:
    """Let somebody try again who waits after wrong guesses."""
    with open_store(options) as store:
        accounts.unlock(store, options.account)
    print(f"Kunci {options.account} dibuka.")
    return 0


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Kata sandi: ")
    if getpass.getpass("Sekali lagi: ") != password:
        raise AccountRefused("Kedua isian tidak sama.")
    return password


def run_audit(options: Any) -> int:
    """Print the trace, the newest first."""
    with open_store(options) as store:
        rows = audit.entries(store, options.first, options.until).to_dict("records")
    if options.json:
        print_json(rows)
        return 0
    for r in rows:
        print(
            f"{r['happened_at']:%Y-%m-%d %H:%M} {r['login']:24} {r['action']:14} {r['outcome']:8} {r['subject']}"
        )
    return 0
