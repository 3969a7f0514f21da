"""Open data: each column explained, no names, the same rows as the store and both forms."""

import contextlib
import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter

import pyarrow.parquet as pq
import pytest

from sop_core import evaluation, facilitators, opendata
from sop_core.access import Viewer
from sop_core.cli import common, main
from sop_core.evaluation import Scope
from sop_core.store import Store
from tests.builders import TODAY, load

D = dt.date
PADANG = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))


def opened(store: Store, scope: Scope, form: str = "csv") -> zipfile.ZipFile:
    target = io.BytesIO()
    opendata.make(store, scope, target, form)
    return zipfile.ZipFile(target)


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def two(store: Store) -> Store:
    """An activity of Padang's with a person, and one of Kupang's; A.1 of 10 HK took 11."""
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "=Advokasi"], ["FKP-1", "D", 2025, "BBPOM-KPG", "Angkatan"]],
        Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 18), "RAHASIA-NOMOR"], ["ADV-1", 2, D(2025, 3, 19)]],
        Fasilitator=[["NIP-197001", "Siti Rahasia", "BBPOM-KPG", "FKP-1", "Keamanan Pangan", D(2025, 4, 1)]],
        Target=[[2025, "BBPOM-PDG", "A", 4]],
    )  # fmt: skip
    return store


def test_a_step_and_its_case_worked_by_hand(two):
    archive = opened(two, Scope(D(2025, 3, 31)))
    first, second = rows(archive, "langkah.csv")[:2]
    assert {k: first[k] for k in ("langkah", "norma_hk", "selesai", "terpakai_hk", "terlambat_hk", "status", "bernomor_dokumen")} == {
        "langkah": "A.1", "norma_hk": "10", "selesai": "2025-03-18", "terpakai_hk": "11", "terlambat_hk": "1",
        "status": "selesai_terlambat", "bernomor_dokumen": "true",
    }  # fmt: skip
    assert (second["selesai"], second["bernomor_dokumen"], second["status"]) == ("", "", "berjalan")
    (case,) = (r for r in rows(archive, "kasus.csv") if r["id_kasus"] == "ADV-1")
    assert (case["judul"], case["langkah_kini"], case["langkah_selesai"]) == (
        "'=Advokasi",
        "A.2",
        "1",
    )
    (target,) = rows(archive, "target.csv")
    assert (target["kode_unit"], target["kegiatan"], target["fasilitator"]) == (
        "BBPOM-PDG",
        "4",
        "",
    )
    assert rows(opened(two, Scope(D(2025, 4, 1))), "fasilitator.csv") == [{
        "kode_unit": "BBPOM-KPG", "id_kasus": "FKP-1", "jenis": "Keamanan Pangan", "dilatih": "2025-04-01",
        "bersertifikat": "", "berlaku_sampai": "", "diajukan": "", "disahkan": "",
        "keadaan": "dilatih", "aktif": "true",
    }]  # fmt: skip
    before = opened(two, Scope(D(2025, 3, 17)))
    assert rows(before, "langkah.csv")[0]["selesai"] == "", (
        "what came later is not known on the day"
    )


@pytest.mark.parametrize("form", list(opendata.FORMS))
def test_every_column_is_explained_and_nothing_else(two, form):
    archive = opened(two, Scope(TODAY), form)
    told: dict[str, list[str]] = {}
    for row in rows(archive, opendata.DICTIONARY):
        told.setdefault(row["berkas"], []).append(row["kolom"])
        assert row["arti"].strip()
        assert row["isi_berkas"].strip()
    for dataset in opendata.DATASETS:
        name = f"{dataset.name}.{form}"
        content = archive.read(name)
        found = (
            pq.read_schema(io.BytesIO(content)).names
            if form == "parquet"
            else next(csv.reader(io.StringIO(content.decode())))
        )
        assert found == told.pop(name)
    assert told == {}
    assert set(archive.namelist()) == {
        *(f"{d.name}.{form}" for d in opendata.DATASETS), opendata.DICTIONARY, opendata.STATEMENT,
    }  # fmt: skip


@pytest.mark.slow
def test_no_name_no_number_of_a_person_and_nothing_written_freely(two, demo_store):
    whole = b"".join(
        opened(two, Scope(TODAY)).read(n) for n in opened(two, Scope(TODAY)).namelist()
    )
    for secret in (b"Siti Rahasia", b"NIP-197001", b"RAHASIA-NOMOR"):
        assert secret not in whole
    archive = opened(demo_store, Scope(TODAY))
    # Texts are looked through whole, cells by what they hold: millions of characters a name each
    # would take a quarter of a minute.
    texts = "\n".join(r["judul"] for r in rows(archive, "kasus.csv"))
    cells = {
        c for n in archive.namelist() for c in re.split(r'[,"\r\n]+', archive.read(n).decode())
    }
    people = demo_store.rows("SELECT DISTINCT name, competence_no, recognition_no FROM facilitator")
    assert len(people) > 100
    for person in people:
        for value in filter(None, person.values()):
            assert value not in cells
            assert value not in texts


@pytest.mark.slow
def test_it_is_what_the_pages_count_in_both_forms(demo_store):
    scope = Scope(D(2025, 6, 30), 2025)
    archive, other = (opened(demo_store, scope, form) for form in ("csv", "parquet"))
    head = evaluation.headline(demo_store, scope)
    steps = rows(archive, "langkah.csv")
    assert sum(r["status"] == "terlambat_berjalan" for r in steps) == head.overdue
    judged = [r for r in steps if r["selesai"] and r["dinilai"] == "true"]
    assert sum(r["terlambat"] == "false" for r in judged) == head.on_time
    counts = json.loads(archive.read(opendata.STATEMENT))["jumlah_baris"]
    for dataset in opendata.DATASETS:
        table = pq.read_table(io.BytesIO(other.read(f"{dataset.name}.parquet")))
        assert len(table) == counts[dataset.name] == len(rows(archive, f"{dataset.name}.csv"))
    assert counts["kasus"] == len({r["id_kasus"] for r in steps})
    assert opened(demo_store, scope).read("langkah.csv") == archive.read("langkah.csv")


@pytest.mark.slow
def test_people_are_those_of_the_page_whatever_the_year(demo_store):
    for scope in (Scope(TODAY), Scope(TODAY, 2025), Scope(D(2025, 6, 30), 2026)):
        found = rows(opened(demo_store, scope), "fasilitator.csv")
        assert len(found) == len(facilitators.people(demo_store, scope))
        funnel = facilitators.funnel(demo_store, scope).set_index("state")["people"]
        assert Counter(r["keadaan"] for r in found) == Counter(funnel[funnel > 0].to_dict())


def test_all_tables_are_of_one_moment(two):
    def another(_share: float, name: str) -> None:
        if name == "langkah":
            load(two, Kegiatan=[["NEW", "A", 2025, "BBPOM-PDG", "Baru"]], Langkah=[["NEW", 1, D(2025, 3, 3)]])  # fmt: skip

    target = io.BytesIO()
    opendata.make(two, Scope(TODAY), target, progress=another)
    archive = zipfile.ZipFile(target)
    assert {r["id_kasus"] for r in rows(archive, "langkah.csv")} == {r["id_kasus"] for r in rows(archive, "kasus.csv")}  # fmt: skip


def test_the_statement_says_of_what_the_zip_is(two):
    said = json.loads(opened(two.as_viewer(PADANG), Scope(TODAY, 2025, flow="A")).read(opendata.STATEMENT))  # fmt: skip
    assert (said["unit"], said["alur"], said["tahun"]) == (["BBPOM-PDG"], "A", 2025)
    assert said["hanya_yang_disahkan"] is False


def test_a_form_of_activity_that_was_typed_freely_stays(two):
    load(two, {"Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Bentuk Kegiatan"]},
         Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Judul", "oleh Siti Rahasia"]])  # fmt: skip
    archive = opened(two, Scope(TODAY))
    assert not [n for n in archive.namelist() if b"Siti Rahasia" in archive.read(n)]


def test_a_reader_gets_their_own_offices_alone(two):
    archive = opened(two.as_viewer(PADANG), Scope(TODAY))
    assert rows(archive, "fasilitator.csv") == []
    assert {r["kode_unit"] for r in rows(archive, "kasus.csv")} <= {"BBPOM-PDG", "NASIONAL"}


def test_from_the_command_line(two, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(common, "Store", lambda _: contextlib.nullcontext(two))
    file = tmp_path / "data.zip"
    words = [
        "opendata",
        "--out",
        str(file),
        "--form",
        "parquet",
        "--flow",
        "A",
        "--as-of",
        str(TODAY),
    ]
    assert main([*words, "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["rows"]
    assert (counts["target"], counts["fasilitator"]) == (1, 0)
    assert zipfile.ZipFile(file).testzip() is None
    assert main(words) == 1, "a file that is there is not written over"
