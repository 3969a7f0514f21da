"""A store with cases of Padang, one of them followed up by another office."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core.access import Viewer
from sop_core.store import Store
from tests.builders import load

D = dt.date
PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
SIJUNJUNG = Viewer("staf.sjj", "Staf lain", "data_staf", "LOKA-SJJ", ("LOKA-SJJ",))
KUPANG = Viewer("staf.kupang", "Staf jauh", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
HEAD = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG", "LOKA-SJJ"))
LEADER = Viewer("pimpinan", "Pimpinan contoh", "pimpinan")
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())


def fill(store: Store) -> Store:
    """One advocacy of Padang, four steps of it done, the report without its number."""
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman Padang"]],
        Langkah=[
            ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)],
            ["ADV-1", 2, D(2025, 3, 17), D(2025, 3, 28)],
            ["ADV-1", 3, D(2025, 4, 7), D(2025, 4, 8)],
            ["ADV-1", 4, D(2025, 4, 9), D(2025, 4, 15)],
        ],
        Tindak_Lanjut=[
            ["ADV-1", "1", "Rencana aksi daerah", "LOKA-SJJ", D(2025, 9, 1), None, None],
            ["ADV-1", "2", "Petugas penghubung", None, D(2025, 9, 1), None, None],
        ],
    )  # fmt: skip
    return store


@pytest.fixture
def cases(store: Store) -> Store:
    return fill(store)
