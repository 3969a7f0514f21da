"""Follow-ups of activities, by hand."""

import datetime as dt

import pytest

from sop_core import followups
from sop_core.evaluation import Scope
from sop_core.store import Store
from tests.builders import TODAY, load

D = dt.date


@pytest.fixture
def followed(store: Store) -> Store:
    """One activity of each flow A-C, held on 10 March 2025, with what it recommended."""
    load(
        store,
        Kegiatan=[
            ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman Padang"],
            ["PDP-1", "B", 2025, "BBPOM-PDG", "Pendampingan UMKM Padang"],
            ["PBM-1", "C", 2025, "BBPOM-PDG", "KIE Kosmetik aman Padang"],
        ],
        Langkah=[[c, 3, D(2025, 3, 10), D(2025, 3, 10)] for c in ("ADV-1", "PDP-1", "PBM-1")],
        Tindak_Lanjut=[
            ["ADV-1", "1", "Rencana aksi daerah", "LOKA-SJJ", D(2025, 4, 14), D(2025, 4, 10), "belum optimal"],
            ["ADV-1", "2", "Petugas penghubung", None, D(2025, 4, 14), None, None],
            ["PDP-1", "1", "Perbaikan sanitasi", None, D(2025, 4, 14), D(2025, 5, 5), "belum optimal"],
            ["PBM-1", "1", "Materi edukasi", None, D(2025, 6, 2), D(2025, 5, 5), "optimal"],
        ],
    )  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (D(2025, 3, 9), {}),  # not held yet
        (D(2025, 4, 14), {"terbuka": 3, "belum_optimal": 1, "escort": 1}),
        (D(2025, 4, 15), {"terbuka": 1, "terlambat": 2, "belum_optimal": 1, "escort": 1}),
        # B.10 does not speak of escorting, A.10 and C.8 do.
        (TODAY, {"terlambat": 1, "belum_optimal": 2, "selesai": 1, "escort": 1}),
    ],
)
def test_what_is_open_late_or_not_optimal(followed, day, expected):
    found = followups.totals(followed, Scope(day))
    assert {k: v for k, v in found.items() if v} == expected


def test_rows_name_the_office_in_charge_the_step_that_escorts_and_hk_late(followed):
    frame = followups.rows(followed, Scope(D(2025, 4, 30)))
    first = frame.set_index(["case_id", "recommendation_no"]).loc[("ADV-1", "1")]
    assert (first["unit_code"], first["escort"]) == ("LOKA-SJJ", "A.10")
    late = frame[frame["status"] == "terlambat"]
    # 15, 16, 17, 21 ... 30 April; 18 April 2025 is Wafat Yesus Kristus.
    assert set(late["days_late"]) == {11}


def test_counts_by_office_and_stakeholder(followed):
    by_unit = followups.counts_by(followed, Scope(TODAY), "unit").set_index("group")
    assert by_unit.loc["Balai Besar POM di Padang", "total"] == 3
    assert by_unit.loc["Loka POM di Kabupaten Sijunjung", "escort"] == 1
    assert followups.counts_by(followed, Scope(TODAY), "stakeholder")["total"].sum() == 4


def test_scope_limits_by_office_in_charge(followed):
    assert followups.totals(followed, Scope(TODAY, units=("LOKA-SJJ",)))["belum_optimal"] == 1
