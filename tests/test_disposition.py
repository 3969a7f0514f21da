"""The PPTM's decisions, and the plan against what became of it."""

import datetime as dt

import pytest

from sop_core import disposition
from sop_core.disposition import decide
from sop_core.errors import DecisionRefused
from sop_core.recommendations import recommend
from sop_core.store import Store
from tests.builders import load

pytestmark = pytest.mark.slow

D = dt.date
END = D(2024, 12, 31)


@pytest.fixture
def short(store: Store) -> Store:
    """Ende held 2 of 10 activities in 2024 and 6 in 2025; others kept their targets."""

    def held(unit: str, year: int, number: int) -> tuple[list, list]:
        ids = [f"KIE-{unit}-{year}-{i}" for i in range(number)]
        return (
            [[i, "C", year, unit, "KIE Kosmetik aman"] for i in ids],
            [[i, 3, D(year, 5, 5), D(year, 5, 8)] for i in ids],
        )

    kept = [held("BPOM-END", 2024, 2), held("BPOM-END", 2025, 6), held("BBPOM-PDG", 2024, 10)]
    load(
        store,
        Kegiatan=[row for rows, _ in kept for row in rows],
        Langkah=[row for _, rows in kept for row in rows],
        Target=[[2024, "BPOM-END", "C", 10], [2024, "BBPOM-PDG", "C", 10], [2025, "BPOM-END", "C", 6]],
    )  # fmt: skip
    return store


def proposal(store: Store):
    (found,) = recommend(store, 2024, END, only="target_kegiatan")
    assert (found.unit, found.target) == ("BPOM-END", 6)
    return found


def test_accepted_becomes_next_years_plan_against_actual(short):
    decide(short, proposal(short), 2024, "terima", "Setuju", "Deputi (rekaan)")
    plan = disposition.plan(short, 2024, D(2025, 12, 31))
    assert plan[["unit_code", "target", "actual", "state"]].values.tolist() == [
        ["BPOM-END", 6.0, 6.0, "Tercapai"]
    ]
    halfway = disposition.plan(short, 2024, D(2025, 5, 7))
    assert halfway["state"].tolist() == ["Belum tercapai"], "none was done by 7 May"
    early = disposition.plan(short, 2024, END)
    assert early["actual_text"].tolist() == ["belum terukur"]


def test_amended_takes_the_new_target(short):
    decide(short, proposal(short), 2024, "ubah", "Naikkan", "Deputi (rekaan)", target=8)
    plan = disposition.plan(short, 2024, D(2025, 12, 31))
    assert plan[["target", "state", "note"]].values.tolist() == [[8.0, "Belum tercapai", "Naikkan"]]


def test_declined_is_kept_but_not_planned(short):
    found = proposal(short)
    decide(short, found, 2024, "tolak", "Anggaran tidak ada", "Deputi (rekaan)")
    assert disposition.plan(short, 2024, END).empty
    kept = disposition.decisions(short, 2024)[found.id]
    assert (kept["decision"], kept["note"], kept["decided_by"]) == (
        "tolak", "Anggaran tidak ada", "Deputi (rekaan)",
    )  # fmt: skip
    assert kept["decided_at"] is not None


def test_a_change_of_mind_is_added_not_overwritten(short):
    found = proposal(short)
    decide(short, found, 2024, "tolak", "Belum", "Deputi (rekaan)")
    decide(short, found, 2024, "terima", "Jadi", "Deputi (rekaan)")
    assert [h["decision"] for h in disposition.history(short, found.id)] == ["terima", "tolak"]
    assert disposition.decisions(short, 2024)[found.id]["decision"] == "terima"
    assert disposition.years(short) == [2024]


@pytest.mark.parametrize(
    ("decision", "note", "who", "target", "reason"),
    [
        ("terima", " ", "Deputi", None, "wajib diisi"),
        ("terima", "Setuju", "", None, "wajib diisi"),
        ("ubah", "Ubah", "Deputi", None, "berbeda dari usulan"),
        ("ubah", "Ubah", "Deputi", 6, "berbeda dari usulan"),
        ("ubah", "Ubah", "Deputi", -1, "negatif"),
        ("mungkin", "Nanti", "Deputi", None, "tidak dikenal"),
    ],
)
def test_a_decision_without_note_name_or_sense_is_refused(
    short, decision, note, who, target, reason
):
    with pytest.raises(DecisionRefused, match=reason):
        decide(short, proposal(short), 2024, decision, note, who, target)
    assert disposition.decisions(short, 2024) == {}


def test_the_plan_is_limited_to_an_office(short):
    decide(short, proposal(short), 2024, "terima", "Setuju", "Deputi (rekaan)")
    assert disposition.plan(short, 2024, END, units=("BBPOM-PDG",)).empty
