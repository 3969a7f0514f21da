"""A backup is whole or not there, says what it holds, and is made of nothing but a store."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from sop_core import upkeep
from sop_core.cli import main
from sop_core.errors import AccessDenied, BackupRefused, StoreDamaged, StoreUnreachable
from sop_core.store import Store
from sop_core.upkeep import looking, manifest
from tests.builders import load
from tests.upkeep.fingerprint import fingerprint

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


def unpacked(container: Path, folder: Path) -> Path:
    database = folder / "isi.duckdb"
    manifest.unpack(container, database)
    return database


def test_a_backup_holds_the_store_and_says_so(small, tmp_path):
    target = tmp_path / "salinan.zip"
    said = upkeep.backup_file(small, target)
    assert manifest.read(target) == said
    assert said.rows["activity"] > 20
    assert said.schema == max(upkeep.checkup.migrations())
    assert zipfile.ZipFile(target).testzip() is None
    assert fingerprint(unpacked(target, tmp_path)) == fingerprint(small)
    assert target.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_of_an_open_store_with_changes_in_its_log(small, tmp_path):
    with Store(small) as store:
        load(store, Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        upkeep.backup(store, tmp_path / "a.zip")
        load(store, Kegiatan=[["ADV-10", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    with looking.looked_at(unpacked(tmp_path / "a.zip", tmp_path)) as connection:
        found = connection.execute(
            "SELECT case_id FROM activity WHERE case_id IN ('ADV-9', 'ADV-10')"
        )
        assert found.fetchall() == [("ADV-9",)]


def test_numbers_go_on_after_a_restore(small, tmp_path):
    upkeep.backup_file(small, tmp_path / "a.zip")
    upkeep.restore(tmp_path / "a.zip", small)
    with Store(small) as store:
        kept = load(store, Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        assert kept.batch_id == 8
        assert upkeep.doctor(store) == []


def test_nothing_is_overwritten(small, tmp_path):
    target = tmp_path / "a.zip"
    target.write_bytes(b"milik orang lain")
    with pytest.raises(BackupRefused, match="sudah ada"):
        upkeep.backup_file(small, target)
    assert target.read_bytes() == b"milik orang lain"


@pytest.mark.parametrize(
    "words",
    [("backup", "a.zip"), ("backup", "--daily"), ("doctor",), ("doctor", "--as", "siapa")],
    ids=" ".join,
)
def test_nothing_is_made_of_a_store_that_is_not_there(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--db", str(tmp_path / "ada" / "tidak.duckdb")]) == 1
    assert "tidak ada" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_store_itself_is_only_read(small, tmp_path):
    before = (small.read_bytes(), small.stat().st_mtime_ns)
    upkeep.backup_file(small, tmp_path / "a.zip")
    assert upkeep.doctor_file(small) == []
    assert (small.read_bytes(), small.stat().st_mtime_ns) == before


def test_another_programs_file_gives_no_backup(tmp_path):
    foreign = tmp_path / "lain.duckdb"
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("CREATE TABLE x (a INTEGER)")
    with pytest.raises(StoreDamaged, match="bukan basis data Pantau"):
        upkeep.backup_file(foreign, tmp_path / "a.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["lain.duckdb"]


def test_only_the_operator(store, tmp_path):
    from sop_core.access import VISITOR

    with pytest.raises(AccessDenied):
        upkeep.backup(store.as_viewer(VISITOR), tmp_path / "a.zip")


@pytest.mark.slow
def test_no_room_is_said_and_leaves_nothing(small, tmp_path):
    """A file may grow to 300 kB here, as on a full disk."""
    code = (
        "import resource, sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000));"
        "from sop_core.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "backup", str(tmp_path / "a.zip"), "--db", str(small)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "penuh" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["uji.duckdb"]


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_no_permission_is_said(small, tmp_path):
    closed = tmp_path / "tertutup"
    closed.mkdir(mode=0o700)
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    small.chmod(0o644)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            upkeep.backup_file(small, closed / "a.zip")
        except StoreUnreachable as error:
            os._exit(0 if "tidak diizinkan" in str(error) else 2)
        except BaseException:
            os._exit(3)
        os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
