"""A small store with every kind of record in it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from sop_core import (
    accounts,
    approvals,
    corrections,
    evidence,
    hindrance_reasons,
    hindrances,
    importing,
    remarks,
    sessions,
    statements,
    years,
)
from sop_core.demo import demo_workbook
from sop_core.disposition import decide
from sop_core.evidence import Place
from sop_core.importing import SourceFile
from sop_core.importing.mapping import Mapping, kept
from sop_core.recommendations import recommend
from sop_core.store import Store
from tests.builders import TODAY, enter, load, revised


def fill(store: Store) -> None:
    """Seven uploads (one changes rows, one is undone, one is sent back), two revisions, a decision, a correction."""
    file = SourceFile("demo.xlsx", demo_workbook(cases=60, until=TODAY))
    importing.import_files(store, [file], "uji", today=TODAY)
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", 1, dt.date(2025, 3, 3), dt.date(2025, 3, 14)]],
    )
    load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi pasar"]])
    undone = load(store, Kegiatan=[["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    importing.undo(store, undone.batch_id, "uji")
    load(store, Kegiatan=[["ADV-3", "A", 2025, "BBPOM-PDG", "Baik"], ["ADV-4", "A", 2025, "entah", "Buruk"]])  # fmt: skip
    several = [SourceFile(f"{name}.csv", _csv(name)) for name in ("Kegiatan", "Target")]
    importing.import_files(store, several, "uji", today=TODAY)
    enter(store, revised())
    proposal = recommend(store, 2025, TODAY)[0]
    decide(store, proposal, 2025, "terima", "Setuju.", "Pimpinan contoh")
    corrections.correct(store, dt.date(2026, 3, 4), False, "Pilkada", "Keppres contoh", "uji")
    years.open_year(store, "A", 2024, "rapat contoh")
    years.open_year(store, "A", 2025, "rapat contoh")
    years.open_year(store, "C", 2024, "rapat contoh")
    years.close_year(store, "C", 2024)
    statements.state(store, "LOKA-TPI", dt.date(2026, 11, 1), TODAY)
    hindrance_reasons.add(store, "banjir", "Banjir di lokasi")
    hindrances.say(store, "ADV-5", 1, "banjir", "Tunggu surut", dt.date(2030, 1, 7))
    hindrances.say(store, "ADV-3", 1, "sdm", "Minta bantuan", dt.date(2030, 1, 7))
    hindrances.take_back(store, 2)
    remarks.add(store, "ADV-1", "Sudah dibahas.")
    for number in (1, 2):  # documents are in test_documents.py: most tests copy the file alone
        evidence.add_link(store, Place("ADV-1", 1), f"https://arsip.contoh.go.id/{number}")
    evidence.withdraw(store, 1)
    mapping = Mapping(sheet="Kegiatan", headings=(1, 1), columns={"Acara": "title"})
    kept.keep(store, "Rekap contoh", mapping, ["Acara"], "uji", "BBPOM-PDG")
    accounts.add(store, "admin", "Admin contoh", "admin", password="kata sandi contoh 1")
    accounts.add(store, "staf", "Staf contoh", "data_staf", "BBPOM-PDG")
    viewer = accounts.viewer_of(store, "staf")
    sessions.open_session(store, viewer)
    approvals.require(store, "BBPOM-PDG")
    own = load(store.as_viewer(viewer), Kegiatan=[["ADV-6", "A", 2025, "BBPOM-PDG", "Audiensi"]])
    assert own.batch_id is not None
    approvals.approve(store, own.batch_id, "kembali", "judulnya kurang lengkap")


def _csv(name: str) -> bytes:
    return {
        "Kegiatan": b"ID Kegiatan,Alur,Tahun,Kode Unit,Judul\nADV-5,A,2025,BBPOM-PDG,Advokasi\n",
        "Target": b"Tahun,Kode Unit,Alur,Jumlah Kegiatan\n2027,BBPOM-PDG,A,4\n",
    }[name]


@pytest.fixture(scope="session")
def small_file(tmp_path_factory) -> Path:
    """60 cases of the demo and one of everything else; copy it before you write to it."""
    path = tmp_path_factory.mktemp("kecil") / "kecil.duckdb"
    with Store(path) as store:
        fill(store)
    return path


@pytest.fixture
def small(small_file: Path, tmp_path: Path) -> Path:
    """The same, to write to."""
    path = tmp_path / "uji.duckdb"
    shutil.copyfile(small_file, path)
    return path


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A store with demo data alone."""
    path = tmp_path / "hanya-demo.duckdb"
    with Store(path) as store:
        file = SourceFile("demo.xlsx", demo_workbook(cases=60, until=TODAY))
        importing.import_files(store, [file], "uji", today=TODAY)
    return path
