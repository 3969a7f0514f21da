"""Fixtures shared by all tests. All names of people and activities are invented."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from argon2 import PasswordHasher

from sop_core import importing, passwords
from sop_core.demo import demo_workbook
from sop_core.importing import SourceFile
from sop_core.store import Store
from sop_core.store.database import Database
from tests.builders import TODAY, workbook

CI = bool(os.environ.get("CI"))


def need(program: str) -> str:
    """Path of a program; without it a test is skipped, but in CI it fails."""
    path = shutil.which(program)
    if path is None:
        if CI:
            pytest.fail(f"{program} is not installed; .ci/test installs it")
        pytest.skip(f"{program} is not installed")
    return path


REAL_HASHER, REAL_NOBODY = passwords.hasher, passwords._NOBODY
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
CHEAP_NOBODY = CHEAP_HASHER.hash("tidak ada")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: hundreds of accounts are made. test_passwords has the real ones."""
    monkeypatch.setattr(passwords, "hasher", CHEAP_HASHER)
    monkeypatch.setattr(passwords, "_NOBODY", CHEAP_NOBODY)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A file that the first worker to ask makes and all of them read."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            aside = folder / f"dibuat-{name}"
            make(aside)
            aside.rename(path)
    return path


@pytest.fixture(autouse=True, scope="session")
def new_stores_are_copies(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store in memory begins as a copy of a new one, at half the cost of making it: hundreds are.

    It is opened as any other, and what is shipped is held against it as ever. Stores in files
    are made in full: tests/test_store.py has them.
    """
    path = made_once(tmp_path_factory, "baru.duckdb", lambda path: Store(path).close())
    connect = duckdb.connect

    def copied(self: Database) -> duckdb.DuckDBPyConnection:
        if self.path != ":memory:":
            return opened(self)
        connection = connect(self.path)
        connection.execute(f"ATTACH '{path}' AS new_one (READ_ONLY)")
        connection.execute("COPY FROM DATABASE new_one TO memory")
        connection.execute("DETACH new_one")
        return connection

    opened = Database._open
    Database._open = copied  # type: ignore[method-assign]
    yield
    Database._open = opened  # type: ignore[method-assign]


@pytest.fixture
def store() -> Store:
    """An empty store that keeps nothing."""
    with Store() as opened:
        yield opened


@pytest.fixture(scope="module")
def unchanged() -> Store:
    """An empty store to hold files against (builders.look), never to write to."""
    with Store() as opened:
        yield opened
        assert opened.one("SELECT nextval('batch_number')") == 1, "nothing was ever kept"


@pytest.fixture(scope="session")
def demo_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The default demo workbook: 6,000 cases up to 24 November 2026."""
    return made_once(
        tmp_path_factory, "demo.xlsx", lambda path: path.write_bytes(demo_workbook(until=TODAY))
    ).read_bytes()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory, demo_bytes: bytes) -> Path:
    """A database file with the demo data imported; copy it before you write to it."""

    def make(path: Path) -> None:
        with Store(path) as opened:
            importing.import_files(
                opened, [SourceFile("demo.xlsx", demo_bytes)], "uji", today=TODAY
            )

    return made_once(tmp_path_factory, "demo.duckdb", make)


@pytest.fixture(scope="session")
def demo_store(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The demo data, to read only."""
    copy = tmp_path_factory.mktemp("read") / "demo.duckdb"
    shutil.copyfile(demo_file, copy)
    with Store(copy) as opened:
        yield opened


@pytest.fixture
def one_case(store: Store) -> Store:
    """A store with one advocacy of Padang, two steps of it done."""
    return with_one_case(store)


def with_one_case(store: Store) -> Store:
    """The store, with one advocacy of Padang, two steps of it done."""
    content = workbook(
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman Padang"]],
        Langkah=[
            ["ADV-1", 1, dt.date(2025, 3, 3), dt.date(2025, 3, 14)],
            ["ADV-1", 2, dt.date(2025, 3, 17), dt.date(2025, 4, 30)],
        ],
    )
    importing.import_files(store, [SourceFile("padang.xlsx", content)], "uji", today=TODAY)
    return store
