"""Nothing takes a store's place that is not whole, ours and sound; the old store is kept."""

from __future__ import annotations

import fcntl
import os
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from sop_core import upkeep
from sop_core.errors import BackupRefused, PantauError, StoreBusy
from sop_core.indonesian import now
from sop_core.store import Store, migrations
from sop_core.upkeep import looking, manifest
from tests.builders import earlier_store, load
from tests.upkeep.fingerprint import fingerprint

pytestmark = pytest.mark.slow


@pytest.fixture
def target(small, tmp_path) -> Path:
    """The store that is to be replaced, other than the backup."""
    path = tmp_path / "toko" / "toko.duckdb"
    path.parent.mkdir()
    with Store(path) as store:
        load(store, Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    return path


@pytest.fixture
def whole(small, tmp_path) -> Path:
    upkeep.backup_file(small, tmp_path / "salinan.zip")
    return tmp_path / "salinan.zip"


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


def repacked(
    whole: Path,
    out: Path,
    database: bytes | None = None,
    manifest: str | None = None,
    **changed: object,
) -> Path:
    """The same container with another database or another manifest."""
    import json

    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        said = json.loads(old.read("manifest.json")) | changed
        new.writestr("pantau.duckdb", database or old.read("pantau.duckdb"))
        new.writestr("manifest.json", manifest or json.dumps(said))
    return out


def foreign(folder: Path, *statements: str) -> Path:
    path = folder / "lain.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def old_style(small: Path, folder: Path, rows: bool = True) -> Path:
    """A copy as it was made before there were manifests; without rows, as a kill left it."""
    path = folder / "lama.duckdb"
    with duckdb.connect(str(small)) as connection:
        connection.execute(f"ATTACH '{path}' AS t")
        if rows:
            connection.execute("COPY FROM DATABASE uji TO t")
        else:
            connection.execute("COPY FROM DATABASE uji TO t (SCHEMA)")
    return path


def broken_store(small: Path, folder: Path) -> Path:
    with Store(small) as store, store.database.transaction() as cursor:
        cursor.execute("UPDATE step_fact SET sla_days = 77 WHERE step_no = 3")
    upkeep.backup_file(small, folder / "rusak.zip")
    return folder / "rusak.zip"


def with_log(small: Path, folder: Path, log: bytes) -> Path:
    path = folder / "berlog.duckdb"
    shutil.copyfile(small, path)
    looking.wal_of(path).write_bytes(log)
    return path


def newer(small: Path, folder: Path) -> Path:
    path = old_style(small, folder)
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, now())")
    return path


def bytes_of(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


REFUSED = {
    "not there": (lambda s, w, f: f / "tidak.zip", "tidak ada"),
    "a folder": (lambda s, w, f: f, "sebuah folder"),
    "no byte": (lambda s, w, f: bytes_of(f, "x", b""), "bukan basis data"),
    "a text": (lambda s, w, f: bytes_of(f, "x", b"halo" * 9999), "bukan basis data"),
    "half a backup": (
        lambda s, w, f: bytes_of(f, "x", w.read_bytes()[: w.stat().st_size // 2]), "tidak utuh"),
    "a backup without its last byte": (
        lambda s, w, f: bytes_of(f, "x", w.read_bytes()[:-1]), "tidak utuh"),
    "a byte of the database turned": (
        lambda s, w, f: bytes_of(f, "x", flipped(w.read_bytes(), 900_000)), "tidak cocok"),
    "a database of another digest": (
        lambda s, w, f: repacked(w, f / "x", size=10, database=b"0123456789"), "SHA-256"),
    "a manifest of another size": (lambda s, w, f: repacked(w, f / "x", size=10), "tidak cocok"),
    "a manifest with more rows": (
        lambda s, w, f: repacked(w, f / "x", rows={"activity": 10**6}), "menurut manifes"),
    "a manifest of another schema": (lambda s, w, f: repacked(w, f / "x", schema=2), "skema"),
    "a manifest of another program": (
        lambda s, w, f: repacked(w, f / "x", program="lain"), "tidak cocok"),
    "a manifest without end": (
        lambda s, w, f: repacked(w, f / "x", manifest="[" * 200_000), "manifesnya"),
    **{f"a manifest whose {name} is {value!r}": (
        lambda s, w, f, n=name, v=value: repacked(w, f / "x", **{n: v}), "manifesnya")
       for name, value in [("rows", "x"), ("rows", [1]), ("rows", None), ("rows", {"activity": "x"}),
                           ("schema", None), ("schema", "9"), ("sha256", 5), ("made_at", 5)]},
    "another zip": (
        lambda s, w, f: (zipfile.ZipFile(f / "x", "w").writestr("a", "b"), f / "x")[1],
        "bukan cadangan"),
    "another program's database": (
        lambda s, w, f: foreign(f, "CREATE TABLE x (a INTEGER)"), "bukan basis data Pantau"),
    "an empty database": (lambda s, w, f: foreign(f), "bukan basis data Pantau"),
    "an old backup killed before its rows": (
        lambda s, w, f: old_style(s, f, rows=False), "kosong"),
    "a newer schema": (lambda s, w, f: newer(s, f), "versi yang lebih baru"),
    "a log that is none": (lambda s, w, f: with_log(s, f, os.urandom(4000)), "WAL"),
    "what the doctor finds": (lambda s, w, f: broken_store(s, f), "step_fact"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_in_words_with_nothing_replaced(small, whole, target, tmp_path, kind):
    made, words = REFUSED[kind]
    folder = tmp_path / "bahan"
    folder.mkdir()
    source = made(small, whole, folder)
    before = target.read_bytes()
    with pytest.raises(PantauError, match=words) as refused:
        upkeep.restore(source, target)
    assert str(source) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert target.read_bytes() == before
    assert [p.name for p in target.parent.iterdir()] == [target.name]


def container(folder: Path) -> Path:
    """As small as one can be: what is turned in it is mostly the zip's own."""
    source = folder / "kecil"
    source.write_bytes(b"x" * 40)
    manifest.pack(source, folder / "kecil.zip", now(), 1, {"activity": 1})
    return folder / "kecil.zip"


def test_whatever_byte_of_a_container_is_wrong_it_is_refused_in_words(tmp_path):
    """Every byte in turn, in three ways: read, or refused, and nothing else."""
    content = container(tmp_path).read_bytes()
    broken, out = tmp_path / "rusak.zip", tmp_path / "isi"
    refused = 0
    for at in range(len(content)):
        for other in (content[at] ^ 255, content[at] ^ 1, content[at] ^ 32):
            broken.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
            out.unlink(missing_ok=True)
            try:
                manifest.unpack(broken, out)
            except BackupRefused:
                refused += 1
    assert refused > len(content)


def test_the_store_is_what_the_backup_was_and_the_old_one_is_kept(small, whole, target):
    old = fingerprint(target)
    done = upkeep.restore(whole, target)
    assert fingerprint(target) == fingerprint(small)
    assert fingerprint(done.kept) == old
    assert target.stat().st_mode & 0o777 == 0o600
    assert done.notes == []
    assert sorted(p.name for p in target.parent.iterdir()) == sorted([target.name, done.kept.name])


def test_restores_within_one_second_keep_every_old_store(whole, target):
    kept = [upkeep.restore(whole, target).kept for _ in range(3)]
    assert len({k.name for k in kept}) == 3
    assert all(k.exists() for k in kept)
    with looking.looked_at(kept[0]) as connection:
        assert connection.execute("SELECT case_id FROM activity").fetchall() == [("ADV-9",)]


def test_where_there_was_no_store(small, whole, tmp_path):
    target = tmp_path / "baru" / "toko.duckdb"
    assert upkeep.restore(whole, target).kept is None
    assert fingerprint(target) == fingerprint(small)


def test_a_log_without_its_store_is_not_taken_for_the_new_ones(small, whole, tmp_path):
    target = tmp_path / "baru.duckdb"
    looking.wal_of(target).write_bytes(b"sisa")
    upkeep.restore(whole, target)
    assert fingerprint(target) == fingerprint(small)
    assert not looking.wal_of(target).exists()


def killed_with_a_log(path: Path) -> None:
    """A store whose process died with a change in its log alone."""
    child = os.fork()
    if child == 0:
        store = Store(path)
        load(store, Kegiatan=[["ADV-LOG", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        os._exit(0)
    os.waitpid(child, 0)
    assert looking.wal_of(path).stat().st_size > 0


def test_what_the_replaced_stores_log_held_is_kept_with_it(small, whole, target):
    killed_with_a_log(target)
    done = upkeep.restore(whole, target)
    assert not looking.wal_of(target).exists()
    assert fingerprint(target) == fingerprint(small)
    with looking.looked_at(done.kept) as connection:
        found = connection.execute("SELECT count(*) FROM activity WHERE case_id = 'ADV-LOG'")
        assert found.fetchone() == (1,)


def test_a_store_too_damaged_to_open_is_replaced_and_kept_with_its_log(small, whole, target):
    target.write_bytes(b"rusak")
    looking.wal_of(target).write_bytes(b"rusak juga")
    done = upkeep.restore(whole, target)
    assert fingerprint(target) == fingerprint(small)
    assert (done.kept.read_bytes(), looking.wal_of(done.kept).read_bytes()) == (
        b"rusak",
        b"rusak juga",
    )


def test_a_plain_copy_with_its_log_is_taken_with_it_and_noted(target, tmp_path):
    source = tmp_path / "salinan.duckdb"
    shutil.copyfile(target, source)
    killed_with_a_log(source)
    done = upkeep.restore(source, target)
    with looking.looked_at(target) as connection:
        found = connection.execute("SELECT count(*) FROM activity WHERE case_id = 'ADV-LOG'")
        assert found.fetchone() == (1,)
    assert any("ikut dipulihkan" in note for note in done.notes)


def test_an_old_backup_without_a_manifest_is_taken_and_noted(small, target, tmp_path):
    done = upkeep.restore(old_style(small, tmp_path), target)
    assert fingerprint(target) == fingerprint(small)
    assert any("tanpa manifes" in note for note in done.notes)


@pytest.mark.parametrize("number", sorted(migrations())[:-1])
def test_a_backup_of_an_earlier_schema_is_brought_up_to_this_one(target, tmp_path, number):
    source = tmp_path / "lama.duckdb"
    earlier_store(source, number).close()
    assert upkeep.doctor_file(source) == []
    done = upkeep.restore(source, target)
    assert any(f"Skema {number} dimutakhirkan" in note for note in done.notes)
    assert upkeep.doctor_file(target) == []


def test_an_open_store_is_not_replaced(whole, target):
    with Store(target) as store:
        with pytest.raises(StoreBusy, match="sedang dipakai; hentikan dulu"):
            upkeep.restore(whole, target)
        load(store, Kegiatan=[["ADV-11", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    assert upkeep.doctor_file(target) == []


def test_a_store_in_use_is_no_backup(small, target):
    with Store(small), pytest.raises(StoreBusy, match="pantau backup"):
        upkeep.restore(small, target)


def test_one_restore_at_a_time(whole, target):
    folder = os.open(target.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        with pytest.raises(BackupRefused, match="pemulihan lain sedang berjalan"):
            upkeep.restore(whole, target)
    finally:
        os.close(folder)


def test_what_earlier_restores_left_lying_is_neither_read_nor_in_the_way(small, whole, target):
    older = target.with_name(target.name + ".pemulihan")
    shutil.copyfile(target, older)
    looking.wal_of(older).write_bytes(b"sisa")
    left = target.with_name(f".{target.name}.pemulihan-00000000")
    left.mkdir()
    (left / "kunci").touch()
    (left / "pantau.duckdb").write_bytes(b"sisa")
    os.link(target, target.with_name("toko.sebelum-20260101-000000.duckdb"))
    done = upkeep.restore(whole, target)
    assert fingerprint(target) == fingerprint(small)
    assert not left.exists()
    assert {p.name for p in target.parent.glob("*.sebelum-*")} == {done.kept.name}
