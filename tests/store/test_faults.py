"""What is wrong with the file, in its own plain sentence; what was kept stays."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sop_core.errors import StoreBusy, StoreDamaged, StoreUnreachable
from sop_core.store import Store
from tests.builders import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.duckdb"
    with Store(made) as store:
        load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    return made


def other_program(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE pesanan (no INTEGER)")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:120] = bytes(b ^ 0xFF for b in content[100:120])
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda p: p.write_bytes(b""), "bukan basis data Pantau SOP"),
        (lambda p: p.write_text("halo"), "bukan basis data Pantau SOP"),
        (cut, "rusak"),
        (flipped, "rusak"),
        (lambda p: (p.unlink(), other_program(p)), "program lain"),
    ],
)
def test_a_damaged_store_is_not_called_busy(path: Path, damage, said):
    damage(path)
    with pytest.raises(StoreDamaged, match=said) as caught:
        Store(path)
    assert "sedang dipakai" not in str(caught.value)


def test_a_folder_for_a_file(tmp_path: Path):
    with pytest.raises(StoreUnreachable, match="sebuah folder, bukan berkas"):
        Store(tmp_path)


def test_a_file_for_a_folder(path: Path):
    with pytest.raises(StoreUnreachable, match="bukan di dalam sebuah folder"):
        Store(path / "b.duckdb")


def test_a_place_that_cannot_be(tmp_path: Path):
    with pytest.raises(StoreUnreachable, match="terlalu panjang"):
        Store(tmp_path / ("x" * 300))
    with pytest.raises(StoreUnreachable, match=r"foldernya tidak ada|tidak diizinkan"):
        Store("/proc/tidak/ada.duckdb")


def test_busy_is_said_of_a_busy_one(path: Path):
    code = f"from sop_core.store import Store; s = Store({str(path)!r}); print('siap', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "siap\n"
        with pytest.raises(StoreBusy, match="sedang dipakai proses lain"):
            Store(path)
        owner.communicate("\n")


FULL = """
import resource, sys
from pathlib import Path
from sop_core.errors import StoreUnreachable
from sop_core.store import Store, Trace
from tests.builders import load
path = Path(sys.argv[1])
with Store(path) as store:
    room = path.stat().st_size + 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        with store.write(Trace("impor", "besar")) as cursor:
            cursor.execute("INSERT INTO import_file SELECT 1, 'x', 'x', repeat('x', 4000000 + n::INT)::BLOB || n::VARCHAR::BLOB, 1 FROM range(5) t(n)")
        print("tersimpan")
    except StoreUnreachable as error:
        print(error)
    print(store.one("SELECT count(*) FROM activity"), store.one("SELECT count(*) FROM import_file"))
    load(store, Kegiatan=[["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    print(store.one("SELECT count(*) FROM activity"))
"""


@pytest.mark.slow
def test_a_full_disk_is_said_and_the_store_goes_on(path: Path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert "penuh" in lines[0], done.stderr
    assert "tidak disimpan" in lines[0]
    assert lines[1:] == ["1 1", "2"], done.stderr
    with Store(path) as store:
        assert store.one("SELECT count(*) FROM activity") == 2


def test_the_file_is_its_owners_alone(path: Path):
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with Store(path) as store:
        load(store, Kegiatan=[["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_of_somebody_else(path: Path):
    code = f"""
import os
from sop_core.store import Store

os.seteuid(65534)
Store({str(path)!r})
"""
    os.chmod(path.parent, 0o755)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "tidak diizinkan" in done.stderr, done.stderr[-500:]
