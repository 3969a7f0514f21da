"""Which rows of a file are new, as the preview names them."""

from __future__ import annotations

import datetime as dt

from sop_core import importing
from sop_core.importing.staging import MOST_SHOWN, New
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

D = dt.date
CASE = ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi Pasar"]


def added(store: Store, **sheets: list[list[object]]) -> list[New]:
    file = importing.SourceFile("uji.xlsx", workbook(**sheets))
    return importing.preview(store, importing.read(store, [file], TODAY), TODAY).added


def test_new_rows_are_named_by_their_key_and_what_they_say(store: Store):
    load(store, Kegiatan=[CASE])
    found = added(
        store,
        Kegiatan=[CASE, ["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi Sekolah"]],
        Langkah=[["ADV-1", 1, D(2026, 3, 2)], ["ADV-2", 11, D(2026, 3, 2)]],
    )
    assert [(n.sheet, n.row, n.key) for n in found] == [
        ("Kegiatan", 3, "ADV-2"), ("Langkah", 2, "ADV-1 / 1"),
    ]  # fmt: skip
    assert "Judul: Advokasi Sekolah" in found[0].says
    assert found[1].says == "Tanggal Mulai: 2 Maret 2026"


def test_what_is_stored_already_is_not_new(store: Store):
    load(store, Kegiatan=[CASE])
    assert added(store, Kegiatan=[[*CASE[:4], "Advokasi Kampus"]]) == []


def test_of_very_many_the_first_are_named(store: Store):
    cases = [[f"ADV-{n:04d}", *CASE[1:]] for n in range(MOST_SHOWN + 5)]
    found = added(store, Kegiatan=cases)
    assert [n.key for n in found] == [case[0] for case in cases[:MOST_SHOWN]]
