"""Remarks on a case: by whom, of which case, only ever added."""

import datetime as dt

import pandas as pd
import pytest

from sop_core import hindrances, indonesian, past, remarks
from sop_core.access import PENDING, VISITOR, Viewer
from sop_core.errors import AccessDenied, Refused
from sop_core.store import Store
from tests.builders import TODAY, load

PADANG = Viewer("staf.padang", "Staf Padang", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
KUPANG = Viewer("staf.kupang", "Staf Kupang", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
HEAD = Viewer("kepala", "Kepala Padang", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG", "LOKA-SJJ"))
LEADER = Viewer("pimpinan", "Pimpinan contoh", "pimpinan")
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())


@pytest.fixture
def cases(store: Store, monkeypatch) -> Store:
    """A case of Padang's, one of its Loka's; noon of TODAY."""
    moment = dt.datetime.combine(TODAY, dt.time(12), indonesian.JAKARTA)
    monkeypatch.setattr(indonesian, "clock", lambda: moment)
    load(
        store,
        Kegiatan=[
            ["ADV-P", "A", 2026, "BBPOM-PDG", "Advokasi"],
            ["ADV-L", "A", 2026, "LOKA-SJJ", "Advokasi"],
        ],
        Langkah=[["ADV-P", 1, dt.date(2025, 12, 1), dt.date(2025, 12, 8)]],
    )
    return store


def told(store: Store, case: str = "ADV-P", **on) -> list[tuple]:
    rows = remarks.listed(store, case, **on).to_dict("records")
    return [(r["remark"], r["said_by"], None if pd.isna(r["unit"]) else r["unit"]) for r in rows]


def test_whoever_sees_a_case_remarks_on_it_with_name_office_and_time(cases):
    for n, viewer in enumerate((PADANG, HEAD, CENTRE, LEADER), 1):
        assert remarks.may_add(cases.as_viewer(viewer), "ADV-P")
        assert remarks.add(cases.as_viewer(viewer), "ADV-P", f"Catatan {n}") == n
    assert told(cases) == [
        ("Catatan 4", "Pimpinan contoh", None),
        ("Catatan 3", "Pusat contoh", "Direktorat Pemberdayaan Masyarakat dan Pelaku Usaha Pangan Olahan"),
        ("Catatan 2", "Kepala Padang", "Balai Besar POM di Padang"),
        ("Catatan 1", "Staf Padang", "Balai Besar POM di Padang"),
    ]  # fmt: skip
    assert remarks.listed(cases, "ADV-P")["said_at"].iloc[0] == dt.datetime(2026, 11, 24, 12)
    for viewer in (PADANG, HEAD, CENTRE, LEADER):
        assert told(cases.as_viewer(viewer)) == told(cases)
    assert remarks.add(cases.as_viewer(HEAD), "ADV-L", "Loka yang dikoordinasikan") == 5


def test_nobody_else_reads_or_writes_one(cases):
    remarks.add(cases, "ADV-P", "Rahasia unit")
    remarks.add(cases, "ADV-L", "Rahasia Loka")
    said = set()
    for viewer, case in ((KUPANG, "ADV-P"), (PADANG, "ADV-L"), (PADANG, "ADV-TIDAK-ADA")):
        mine = cases.as_viewer(viewer)
        assert told(mine, case) == []
        assert not remarks.may_add(mine, case)
        with pytest.raises(AccessDenied) as error:
            remarks.add(mine, case, "x")
        said.add(str(error.value))
    assert said == {"Kasus itu tidak ada atau di luar kewenangan Anda."}
    for viewer in (ADMIN, Viewer("baru", "Baru", PENDING, "BBPOM-PDG")):
        assert told(cases.as_viewer(viewer)) == []
        with pytest.raises(AccessDenied, match="tidak berwenang"):
            remarks.add(cases.as_viewer(viewer), "ADV-P", "x")
    assert len(told(cases)) == 1


@pytest.mark.slow
def test_the_national_cycle_is_remarked_on_by_everyone(cases):
    load(cases, Langkah=[["A-2025-NASIONAL", 8, dt.date(2026, 3, 2)]])
    case = "A-2025-NASIONAL"
    remarks.add(cases.as_viewer(KUPANG), case, "Laporan kami sudah masuk")
    assert [r[1] for r in told(cases.as_viewer(PADANG), case)] == ["Staf Kupang"]
    with pytest.raises(AccessDenied, match="bukan kewenangan unit Anda"):
        hindrances.say(cases.as_viewer(KUPANG), case, 8, "sdm", "x", TODAY)
    assert hindrances.say(cases.as_viewer(CENTRE), case, 8, "sdm", "Tambah penilai", TODAY) == 1


def test_a_remark_is_bounded_text_that_keeps_its_lines(cases):
    remarks.add(cases, "ADV-P", " Baris  satu \r\n\n baris dua\n")
    assert told(cases)[0][0] == "Baris satu\nbaris dua"
    for text, why in (("", "kosong"), (" \n\t", "kosong"), ("x" * 2001, "paling panjang 2.000")):
        with pytest.raises(Refused, match=why):
            remarks.add(cases, "ADV-P", text)
    remarks.add(cases, "ADV-P", "x" * 2000)
    assert len(told(cases)) == 2


def test_it_is_in_the_audit_without_its_text_and_there_is_no_way_to_take_it_away(cases):
    remarks.add(cases.as_viewer(PADANG), "ADV-P", "Isi yang panjang")
    (entry,) = cases.rows("SELECT * FROM audit WHERE action = 'catatan'")
    assert (entry["login"], entry["subject"], entry["before"]) == ("staf.padang", "ADV-P", None)
    assert "panjang" not in entry["after"]
    public = {name for name in vars(remarks) if callable(vars(remarks)[name]) and vars(remarks)[name].__module__ == remarks.__name__}  # fmt: skip
    assert public == {"add", "may_add", "listed"}


@pytest.mark.slow
def test_without_accounts_only_on_demo_cases(store):
    load(store, Kegiatan=[["DEMO-ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi demo"]])
    visitor = store.as_viewer(VISITOR)
    remarks.add(visitor, "A-2026-BBPOM-PDG" if store.one("SELECT count(*) FROM sop_case WHERE case_id = 'A-2026-BBPOM-PDG'") else "DEMO-ADV-1", "x")  # fmt: skip
    load(store, Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]])
    remarks.add(visitor, "DEMO-ADV-1", "x")
    assert not remarks.may_add(visitor, "ADV-1")
    with pytest.raises(AccessDenied, match="pantau user add"):
        remarks.add(visitor, "ADV-1", "x")


@pytest.mark.slow
def test_as_known_on_a_past_day(cases, monkeypatch):
    remarks.add(cases, "ADV-P", "Dahulu")
    for days in (1, 2):
        moment = dt.datetime.combine(TODAY + dt.timedelta(days), dt.time(12), indonesian.JAKARTA)
        monkeypatch.setattr(indonesian, "clock", lambda moment=moment: moment)
        if days == 1:
            remarks.add(cases, "ADV-P", "Kemudian")
    known = past.known_on(cases, TODAY)
    assert [r[0] for r in told(known)] == ["Dahulu"]
    assert [r[0] for r in told(cases, as_of=TODAY)] == ["Dahulu"]
    assert [r[0] for r in told(cases)] == ["Kemudian", "Dahulu"]
    past.close(cases.database)
