"""Documents beside the store: in its backup, put back with it, and looked at by the doctor."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from sop_core import blobs, evidence, upkeep
from sop_core.errors import BackupRefused
from sop_core.evidence import Place
from sop_core.store import Store
from sop_core.upkeep import manifest
from tests.evidence.conftest import fill
from tests.evidence.papers import pdf, picture

pytestmark = pytest.mark.slow

REPORT = Place("ADV-1", 4)


def store_with(path: Path, *texts: str) -> Path:
    with Store(path) as store:
        fill(store)
        for text in texts:
            evidence.add_document(store, REPORT, f"{text}.pdf", pdf(text))
    return path


def texts_in(path: Path) -> list[bytes]:
    """What the store at that place hands out, by number."""
    with Store(path) as store:
        numbers = evidence.listed(store, "ADV-1")["evidence_no"]
        return [evidence.content(store, int(n)).content for n in numbers]


def held(path: Path) -> set[str]:
    return set(blobs.names(blobs.folder_of(path)))


@pytest.fixture
def source(tmp_path) -> Path:
    return store_with(tmp_path / "asal" / "asal.duckdb", "satu", "dua")


@pytest.fixture
def container(source, tmp_path) -> Path:
    upkeep.backup_file(source, tmp_path / "salinan.zip")
    return tmp_path / "salinan.zip"


def repacked(container: Path, out: Path, change) -> Path:
    """The same container after ``change(entries, manifest)``."""
    with zipfile.ZipFile(container) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    said = json.loads(entries.pop("manifest.json"))
    change(entries, said)
    with zipfile.ZipFile(out, "w") as new:
        for name, content in entries.items():
            new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(said))
    return out


def test_a_backup_holds_each_document_once_and_a_restore_puts_it_back(source, container, tmp_path):
    said = manifest.read(container)
    assert said.documents == 2
    with zipfile.ZipFile(container) as packed:
        assert {n.removeprefix("bukti/") for n in packed.namelist() if n.startswith("bukti/")} == held(source)  # fmt: skip
    target = tmp_path / "baru" / "toko.duckdb"
    assert upkeep.restore(container, target).notes == []
    assert texts_in(target) == [pdf("satu"), pdf("dua")]
    files = [p for p in blobs.folder_of(target).rglob("*") if p.is_file()]
    assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
    assert upkeep.doctor_file(target) == []
    assert [p for p in target.parent.iterdir() if p.name.startswith(".")] == []


def test_of_an_open_store_and_withdrawn_documents_too(source, tmp_path):
    with Store(source) as store:
        evidence.withdraw(store, 1)
        assert upkeep.backup(store, tmp_path / "a.zip").documents == 2
        assert upkeep.doctor(store) == []


def test_the_replaced_store_keeps_its_documents_and_can_be_put_back(container, tmp_path):
    target = store_with(tmp_path / "toko" / "toko.duckdb", "dua", "tiga")
    before = held(target)
    kept = upkeep.restore(container, target).kept
    assert texts_in(target) == [pdf("satu"), pdf("dua")]
    assert held(kept) == before
    assert held(target) >= before, "nothing was taken away"
    assert [upkeep.doctor_file(path) for path in (target, kept)] == [[], []]
    assert upkeep.restore(kept, target).notes == [
        "Salinan ini tanpa manifes: jumlah barisnya tidak dapat dicocokkan."
    ]
    assert texts_in(target) == [pdf("dua"), pdf("tiga")]
    assert upkeep.doctor_file(target) == []
    for old in (*target.parent.glob("*.sebelum-*.bukti"),):
        shutil.rmtree(old)
    assert [f.check for f in upkeep.doctor_file(target)] == ["sisa bukti"], "nobody's any more"


def test_a_container_from_before_there_was_evidence_is_taken(tmp_path):
    path = tmp_path / "a.duckdb"
    with Store(path) as store:
        fill(store)
    upkeep.backup_file(path, tmp_path / "a.zip")

    def older(entries, said):
        assert (said.pop("documents"), said.pop("documents_sha256")) == (0, "")

    old = repacked(tmp_path / "a.zip", tmp_path / "lama.zip", older)
    target = store_with(tmp_path / "toko" / "toko.duckdb", "satu")
    kept = upkeep.restore(old, target).kept
    assert texts_in(target) == []
    assert texts_in(kept) == [pdf("satu")]


def first(entries) -> str:
    return next(name for name in entries if name.startswith("bukti/"))


BROKEN = {
    "a document gone": lambda e, m: e.pop(first(e)),
    "a document more": lambda e, m: e.update({f"bukti/{'0' * 64}": b"x"}),
    "a document exchanged": lambda e, m: e.update({f"bukti/{'0' * 64}": e.pop(first(e))}),
    "a document's bytes changed": lambda e, m: e.update({first(e): b"<html>"}),
    "a document cut off": lambda e, m: e.update({first(e): e[first(e)][:-1]}),
    "a document that climbs": lambda e, m: e.update({"bukti/../../x": b"x"}),
    "a document of another name": lambda e, m: e.update({"bukti/foto.jpg": b"x"}),
    "a document beside": lambda e, m: e.update({"f" * 64: b"x"}),
    "a document of capitals": lambda e, m: e.update({first(e).upper(): e.pop(first(e))}),
    "a count too small": lambda e, m: m.update(documents=1),
    "a count in words": lambda e, m: m.update(documents="2"),
    "a digest of no names": lambda e, m: m.update(documents_sha256=""),
    "a digest of a number": lambda e, m: m.update(documents_sha256=5),
    "a manifest of before": lambda e, m: [m.pop("documents"), m.pop("documents_sha256")],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_container_whose_documents_are_not_its_own_replaces_nothing(container, tmp_path, kind):
    broken = repacked(container, tmp_path / "rusak.zip", BROKEN[kind])
    target = store_with(tmp_path / "toko" / "toko.duckdb", "tiga")
    with pytest.raises(BackupRefused):
        upkeep.restore(broken, target)
    assert texts_in(target) == [pdf("tiga")]
    assert sorted(p.name for p in target.parent.iterdir()) == ["toko.bukti", "toko.duckdb"]
    assert upkeep.doctor_file(target) == []


def test_what_was_lost_before_the_backup_does_not_keep_the_rest_from_coming_back(source, tmp_path):
    one, two = sorted(held(source))
    blobs.place(blobs.folder_of(source), one).unlink()
    blobs.place(blobs.folder_of(source), two).write_bytes(b"<html>")
    checks = [(f.check, f.message[:24]) for f in upkeep.doctor_file(source)]
    assert checks == [
        ("berkas bukti", "1 dokumen bukti hilang: "), ("berkas bukti", "1 dokumen bukti berubah:"),
    ]  # fmt: skip
    assert upkeep.backup_file(source, tmp_path / "a.zip").documents == 0
    target = tmp_path / "toko" / "toko.duckdb"
    assert upkeep.restore(tmp_path / "a.zip", target).notes == [
        "2 berkas bukti tidak ada dalam salinan ini."
    ]
    assert {f.check for f in upkeep.doctor_file(target)} == {"berkas bukti"}


def test_a_present_document_heals_what_the_backup_lacks(source, tmp_path):
    target = store_with(tmp_path / "toko" / "toko.duckdb", "satu", "dua")
    shutil.rmtree(blobs.folder_of(source))
    upkeep.backup_file(source, tmp_path / "a.zip")
    assert upkeep.restore(tmp_path / "a.zip", target).notes == []
    assert texts_in(target) == [pdf("satu"), pdf("dua")]


def test_a_rotten_document_is_replaced_by_the_backups(source, container):
    (digest, _) = sorted(held(source))
    blobs.place(blobs.folder_of(source), digest).write_bytes(b"busuk")
    upkeep.restore(container, source)
    assert texts_in(source) == [pdf("satu"), pdf("dua")]
    assert upkeep.doctor_file(source) == []


def test_a_bare_copy_brings_the_documents_beside_it(source, tmp_path):
    target = tmp_path / "toko" / "toko.duckdb"
    upkeep.restore(source, target)
    assert texts_in(target) == [pdf("satu"), pdf("dua")]
    assert texts_in(source) == [pdf("satu"), pdf("dua")], "a copy, not a move"


def test_a_file_without_a_row_is_told_and_is_no_obstacle(source):
    folder = blobs.folder_of(source)
    blobs.keep(folder, picture())
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / ".baru-1234").write_bytes(b"separuh")  # as a kill leaves it
    (finding,) = upkeep.doctor_file(source)
    assert finding.check == "sisa bukti"
    assert "tanpa catatan" in finding.message
    with Store(source) as store:
        evidence.add_document(store, REPORT, "foto.png", picture())
        assert upkeep.doctor(store) == []
        evidence.add_document(store, REPORT, "tiga.pdf", pdf("tiga"))
    assert not (folder / "ab" / ".baru-1234").exists()


def test_a_restore_that_died_before_the_exchange_leaves_nothing_once_it_is_done(
    container, tmp_path
):
    """The second names of the old store and of its documents are taken up again."""
    import os

    target = store_with(tmp_path / "toko" / "toko.duckdb", "tiga")
    child = os.fork()
    if child == 0:
        from sop_core.upkeep import attachments

        attachments.bring = lambda *_: os._exit(9)
        upkeep.restore(container, target)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert texts_in(target) == [pdf("tiga")]
    assert upkeep.doctor_file(target) == []
    kept = upkeep.restore(container, target).kept
    assert texts_in(target) == [pdf("satu"), pdf("dua")]
    assert texts_in(kept) == [pdf("tiga")]
    assert sorted(p.name for p in target.parent.iterdir()) == sorted(
        ["toko.bukti", "toko.duckdb", kept.name, f"{kept.stem}.bukti"]
    )


def test_an_older_versions_check_up_looks_beside_the_file_itself(source):
    """Judged by a copy elsewhere, its documents are not."""
    with Store(source) as store, store.database.transaction() as cursor:
        cursor.execute("UPDATE meta SET value = repeat('0', 64) WHERE key = 'reference'")
    assert upkeep.doctor_file(source) == []
    shutil.rmtree(blobs.folder_of(source))
    assert {f.check for f in upkeep.doctor_file(source)} == {"berkas bukti"}
