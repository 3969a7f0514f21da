"""Mappings that an office keeps: whose they are, replaced, renamed, taken back, and used again."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from sop_core import upkeep
from sop_core.access import OPERATOR, VISITOR, Viewer
from sop_core.errors import AccessDenied, ImportRefused
from sop_core.importing.mapping import Mapping, kept
from sop_core.store import Store
from tests.importing.test_mapping import MAPPING, NAMES

PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
HEAD = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))
KUPANG = Viewer("staf.kupang", "Staf lain", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
LEADER = Viewer("pimpinan", "Pimpinan contoh", "pimpinan")
MAP = Mapping.model_validate(MAPPING)


def names(store: Store, unit: str | None = "BBPOM-PDG") -> list[str]:
    return [k.name for k in kept.in_force(store, unit)]


def test_it_is_the_offices_own_whoever_looks(store: Store):
    padang = store.as_viewer(PADANG)
    assert kept.keep(padang, " Rekap  advokasi ", MAP, NAMES, "Staf contoh") == 1
    assert names(padang) == names(store.as_viewer(HEAD)) == names(store) == ["Rekap advokasi"]
    for other in (KUPANG, CENTRE, LEADER, VISITOR):
        assert names(store.as_viewer(other)) == []
        assert kept.listed(store.as_viewer(other)).empty
    with pytest.raises(AccessDenied):
        kept.keep(padang, "Lain", MAP, NAMES, "Staf contoh", "BBPOM-KPG")
    for other in (HEAD, LEADER, VISITOR):
        with pytest.raises(AccessDenied):
            kept.keep(store.as_viewer(other), "Lain", MAP, NAMES, "x")
    for other in (KUPANG, CENTRE):
        with pytest.raises(ImportRefused, match="tidak ada"):
            kept.withdraw(store.as_viewer(other), 1, "x")
        with pytest.raises(ImportRefused, match="belum ada"):
            kept.fetch(store.as_viewer(other), "Rekap advokasi")
    with pytest.raises(AccessDenied):
        kept.withdraw(store.as_viewer(HEAD), 1, "x")
    assert names(padang) == ["Rekap advokasi"]


def test_what_is_of_one_file_is_not_kept(store: Store):
    one = MAP.model_copy(update={"same": ["REKAP-1"], "new": ["REKAP-2"], "doubts": {"a": "b"}})
    kept.keep(store, "Rekap", one, [*NAMES, "", ""], "uji")
    (found,) = kept.in_force(store, None)
    assert found.mapping == MAP
    assert found.headings == tuple(NAMES)


def test_one_of_the_same_name_is_replaced_and_stays_in_the_history(store: Store):
    first = kept.keep(store, "Rekap", MAP, NAMES, "uji")
    assert kept.keep(store, "Rekap", MAP, NAMES, "lain") == first, "nothing new to keep"
    other = MAP.model_copy(update={"constants": {"flow": "A", "year": "2027"}})
    assert kept.keep(store, "REKAP", other, NAMES, "uji") == 2
    assert [(k.number, k.mapping.constants["year"]) for k in kept.in_force(store, None)] == [
        (2, "2027")
    ]
    frame = kept.listed(store)
    assert frame["withdrawn_by"].notna().tolist() == [False, True]
    assert frame[["sheet", "headings"]].values.tolist() == [["Kegiatan", 7]] * 2
    told = store.rows(
        "SELECT subject, before, after FROM audit WHERE action = 'pemetaan' ORDER BY 1"
    )
    assert [t["subject"] for t in told] == ["pemetaan 1", "pemetaan 2 menggantikan 1"]
    assert json.loads(told[1]["before"])["pemetaan"] != json.loads(told[1]["after"])["pemetaan"]
    assert upkeep.doctor(store) == []


def test_it_is_renamed_changed_and_taken_back(store: Store):
    kept.keep(store, "Satu", MAP, NAMES, "uji")
    kept.keep(store, "Dua", MAP, NAMES, "uji")
    with pytest.raises(ImportRefused, match="sudah dipakai"):
        kept.change(store, 1, "uji", "dua")
    assert kept.change(store, 1, "uji", "satu") == 3, "only written otherwise"
    assert kept.change(store, 3, "uji", "Tiga") == 4
    other = MAP.model_copy(update={"key": None})
    assert kept.change(store, 4, "uji", mapping=other) == 5
    assert names(store, None) == ["Tiga", "Dua"]
    assert kept.fetch(store, "tiga").mapping == other
    with pytest.raises(ImportRefused, match="kolom Entah tidak ada"):
        kept.change(store, 5, "uji", mapping=MAP.model_copy(update={"columns": {"Entah": "title"}}))
    kept.withdraw(store, 5, "uji")
    with pytest.raises(ImportRefused, match="sudah dicabut"):
        kept.withdraw(store, 5, "uji")
    with pytest.raises(ImportRefused, match="Pemetaan Tiga tidak ada; yang tersimpan: Dua"):
        kept.fetch(store, "Tiga")
    assert len(kept.listed(store)) == 5
    assert upkeep.doctor(store) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\u202eb", "a\x00"])
def test_a_name_that_will_not_do_is_refused(store: Store, name):
    with pytest.raises(ImportRefused, match="Nama pemetaan"):
        kept.keep(store, name, MAP, NAMES, "uji")


def test_the_operator_finds_those_of_offices_too(store: Store):
    kept.keep(store, "Rekap", MAP, NAMES, "uji", "BBPOM-PDG")
    assert kept.fetch(store, "Rekap").unit == "BBPOM-PDG"
    kept.keep(store, "Rekap", MAP, NAMES, "uji", "BBPOM-KPG")
    with pytest.raises(ImportRefused, match=r"beberapa unit: BBPOM-..., BBPOM-"):
        kept.fetch(store, "Rekap")
    kept.keep(store, "Rekap", MAP, NAMES, "uji")
    assert kept.fetch(store.as_viewer(OPERATOR), "Rekap").unit is None


@pytest.mark.parametrize("damage", [
    "mapping = '{'", "mapping = '{\"sheet\": \"Gaji\"}'", "headings = ['x']",
    "name = (SELECT min(name) FROM kept_mapping)", "withdrawn_by = 'x'", "mapping_no = mapping_no + 7",
    "unit_code = 'HILANG'",
])  # fmt: skip
def test_damage_is_named(store: Store, damage):
    kept.keep(store, "Satu", MAP, NAMES, "uji", "BBPOM-PDG")
    kept.keep(store, "Dua", MAP, NAMES, "uji", "BBPOM-PDG")
    assert upkeep.doctor(store) == []
    with store.database.transaction() as cursor:
        cursor.execute(f"UPDATE kept_mapping SET {damage}")
    checks = {f.check for f in upkeep.doctor(store)}
    assert checks & {"pemetaan", "unit"}, checks


def test_a_row_put_in_by_hand_has_no_trace(store: Store):
    kept.keep(store, "Satu", MAP, NAMES, "uji")
    with store.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO kept_mapping SELECT * REPLACE (2 AS mapping_no, 'Dua' AS name, $d AS"
            " kept_at) FROM kept_mapping", {"d": dt.datetime(2030, 1, 1)},
        )  # fmt: skip
    assert {f.check for f in upkeep.doctor(store)} == {"jejak"}
