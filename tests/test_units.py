"""The register, and every spelling an import must recognise."""

import pytest

from sop_core.units import UnitFinder, read_units

UNITS = read_units()
FINDER = UnitFinder(UNITS)


def test_the_register_has_76_upt_each_loka_with_its_coordinator():
    kinds = [u.kind for u in UNITS]
    assert [kinds.count(k) for k in ("balai_besar", "balai", "loka", "pusat")] == [25, 29, 22, 7]
    by_code = {u.code: u for u in UNITS}
    for loka in (u for u in UNITS if u.kind == "loka"):
        assert by_code[loka.coordinator_code].kind in ("balai_besar", "balai")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("BBPOM-PDG", "BBPOM-PDG"),
        ("BB PADANG", "BBPOM-PDG"),
        ("PALANGKARAYA", "BBPOM-PKY"),
        ("BAU-BAU", "BPOM-BAU"),
        ("TULANGBAWANG", "BPOM-TLB"),
        ("Tanjung Pinang", "LOKA-TPI"),
        ("BALAI BESAR POM DI PADANG ", "BBPOM-PDG"),
        ("Loka POM di Kab. Aceh Tengah", "LOKA-ATG"),
        ("KABUPATENSAMBAS", "LOKA-SBS"),
        ("Kotawaringin Barat", "LOKA-KWB"),
        ("Balai\u00a0POM di Sofifi", "BPOM-SFF"),
        ("Loka POM di Kabupaten Bima", "BPOM-BIM"),
        ("Dit. PMPU PO", "PST-PMPUPO"),
        ("Dit. Pengawasan OT dan SK", "PST-WASOTSK"),
        ("PPSDM", "PST-PPSDM"),
    ],
)
def test_spellings(written, code):
    assert FINDER.find(written) == code


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda s: s + " ", lambda s: s.replace(" ", "  ")]
)
def test_every_name_in_every_case(change):
    for unit in UNITS:
        assert FINDER.find(change(unit.name)) == unit.code
        if unit.city:
            assert FINDER.find(change(unit.city)) == unit.code


def test_an_unknown_office_gets_the_nearest_name():
    assert FINDER.find("BPOM Padnag") is None
    assert FINDER.suggest("BPOM Padnag") == "Balai Besar POM di Padang"
    assert FINDER.suggest("zzz") is None
