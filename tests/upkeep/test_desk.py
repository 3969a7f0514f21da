"""The command line asks the app that has the store open; nobody else is served."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sop_core import upkeep
from sop_core.errors import BackupRefused, StoreBusy
from sop_core.store import Store
from sop_core.upkeep import desk, manifest
from tests.builders import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def open_store(small):
    with Store(small) as store:
        served = desk.serve(store)
        yield store
        served.stop()


def pantau(*words: object) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as an operator gives it."""
    return subprocess.run(
        [sys.executable, "-m", "sop_core", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_backup_and_doctor_while_the_app_runs(open_store, small, tmp_path):
    load(open_store, Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    done = pantau("backup", tmp_path / "a.zip", "--db", small)
    assert (done.returncode, done.stderr) == (0, "")
    assert manifest.read(tmp_path / "a.zip").rows["import_batch"] == 8
    again = pantau("backup", tmp_path / "a.zip", "--db", small)
    assert (again.returncode, "sudah ada" in again.stderr) == (1, True)
    assert pantau("doctor", "--db", small).stdout == "Basis data utuh.\n"
    restored = pantau("restore", tmp_path / "a.zip", "--db", small)
    assert (restored.returncode, "sedang dipakai" in restored.stderr) == (1, True)


def test_a_writer_and_a_backup_do_not_wait_for_each_other(open_store, small, tmp_path):
    with open_store.database.locks.records:  # as an import holds it
        desk.ask(small, "backup", str(tmp_path / "a.zip"))
    assert manifest.read(tmp_path / "a.zip").rows["activity"] > 0


def test_the_works_own_errors_come_back(open_store, small, tmp_path):
    (tmp_path / "a.zip").touch()
    with pytest.raises(BackupRefused, match="sudah ada"):
        desk.ask(small, "backup", str(tmp_path / "a.zip"))


def test_where_nobody_serves_the_words_say_what_to_do(small):
    with Store(small), pytest.raises(StoreBusy, match="hentikan dulu"):
        desk.ask(small, "doctor")


def socket_of(small: Path) -> Path:
    return next(small.parent.glob(".pantau-*.sock"))


def test_the_socket_is_the_owners_and_goes_with_the_app(small):
    with Store(small) as store:
        served = desk.serve(store)
        assert socket_of(small).stat().st_mode & 0o777 == 0o600
        served.stop()
        assert list(small.parent.glob(".pantau-*")) == []


def test_what_a_killed_app_left_is_no_obstacle(small):
    left = socket.socket(socket.AF_UNIX)
    with Store(small) as store:
        served = desk.serve(store)
        place = socket_of(small)
        served.stop()
        left.bind(str(place))
        left.close()
        served = desk.serve(store)
        assert desk.ask(small, "doctor") == []
        served.stop()


def test_a_long_path(small, tmp_path):
    folder = tmp_path / ("a" * 120) / ("b" * 120)
    folder.mkdir(parents=True)
    path = folder / "toko.duckdb"
    os.rename(small, path)
    with Store(path) as store:
        served = desk.serve(store)
        assert desk.ask(path, "doctor") == []
        served.stop()


def test_no_desk_in_memory(store):
    assert desk.serve(store) is None


@pytest.mark.parametrize(
    "said",
    [b"", b"\n", b"halo\n", b"[]\n", b'"x"\n', b"{}\n", b'{"act": "hapus"}\n', b'{"act": []}\n',
     b'{"act": "backup"}\n' * 2, b"\xff\xfe\n", b"x" * 200_000],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_request_is_refused_and_the_next_is_served(open_store, small, said):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(socket_of(small)))
        try:
            caller.sendall(said)
            caller.shutdown(socket.SHUT_WR)
            answer = caller.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""  # hung up on one who says too much
    assert answer == b"" or "error" in json.loads(answer)
    assert desk.ask(small, "doctor") == []


def test_a_caller_who_says_nothing_holds_it_up_no_longer_than_allowed(
    open_store, small, monkeypatch
):
    monkeypatch.setattr(desk, "_PATIENCE", 0.5)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(socket_of(small)))
        assert desk.ask(small, "doctor") == []


def test_another_user_is_not_served(open_store, small, monkeypatch):
    monkeypatch.setattr(desk, "_uid_of", lambda peer: 4242)
    with pytest.raises(StoreBusy):
        desk.ask(small, "doctor")
    place = str(socket_of(small))
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(place)
        try:
            caller.sendall(b'{"act": "doctor"}\n')
            answer = caller.recv(10)
        except ConnectionError:
            answer = b""
    assert answer == b"", "hung up on, without a word"


def test_the_app_attends_to_both_and_stops(small, monkeypatch, tmp_path):
    monkeypatch.setenv("PANTAU_BACKUPS", str(tmp_path / "c"))
    with Store(small) as store:
        attendance = upkeep.Attendance(store)
        assert desk.ask(small, "doctor") == []
        attendance.stop()
    assert not [t.name for t in threading.enumerate() if t.name.startswith("pantau-")]
