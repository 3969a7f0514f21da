"""Two people of one office over the same rows: the second is told what the first has put there."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from sop_core import importing
from sop_core.access import Viewer
from sop_core.importing import Preview, SourceFile, overwriting
from sop_core.importing.parsing import Parsed
from sop_core.store import Store, Trace
from tests.builders import TODAY, workbook

pytestmark = pytest.mark.slow

D = dt.date
PDG = ("BBPOM-PDG", ("BBPOM-PDG",))
SARI = Viewer("sari", "Sari Contoh", "data_staf", *PDG)
BUDI = Viewer("budi", "Budi Contoh", "data_staf", *PDG)
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]
OPEN = ["ADV-1", 1, D(2025, 3, 3)]
DONE = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]
LATER = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]


def parsed(store: Store, clears: bool = False, **sheets: Any) -> Parsed:
    return importing.read(store, [SourceFile("b.xlsx", workbook(**sheets))], TODAY, clears=clears)


def keep(store: Store, who: Viewer, **sheets: Any) -> Preview:
    mine = store.as_viewer(who)
    return importing.commit(mine, parsed(mine, **sheets), who.name, today=TODAY)


def look(store: Store, who: Viewer, clears: bool = False, **sheets: Any) -> Preview:
    mine = store.as_viewer(who)
    return importing.preview(mine, parsed(mine, clears, **sheets), TODAY)


def told(found: Preview) -> list[tuple[Any, ...]]:
    return [(c.row, c.column, c.before, c.batch_id, c.by) for c in found.changes if c.by]


def test_the_second_is_told_who_put_the_value_there_and_when(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[OPEN])
    keep(store, SARI, Langkah=[DONE])
    found = look(store, BUDI, Langkah=[LATER])
    assert told(found) == [(2, "Tanggal Selesai", "2025-03-14", 2, "Sari Contoh")]
    change = found.changes[0]
    assert change.since == store.one("SELECT imported_at FROM import_batch WHERE batch_id = 2")
    assert re.fullmatch(
        r"1 isian diisi oleh Sari Contoh \(unggahan 2, \d+ [A-Z][a-z]+ \d{4}\)", *found.others
    )
    assert found.others_total == 1


def test_one_s_own_values_are_no_news(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[DONE])
    found = look(store, SARI, Langkah=[LATER])
    assert (told(found), found.others, found.others_total, found.change_total) == ([], [], 0, 1)


def test_the_cell_counts_not_the_row(store: Store):
    """Budi wrote the finish; Sari has since touched the row's remark alone, and says it again."""
    keep(store, BUDI, Kegiatan=[ADV], Langkah=[DONE])
    keep(store, SARI, Langkah=[[*DONE, None, None, None, "lengkap"]])
    assert told(look(store, BUDI, Langkah=[LATER])) == []
    found = look(store, BUDI, Langkah=[[*LATER, None, None, None, "kurang"]])
    assert told(found) == [(2, "Keterangan", "lengkap", 2, "Sari Contoh")]
    assert found.change_total == 2


def test_what_was_blank_is_nobody_s_value(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[OPEN])
    assert told(look(store, BUDI, Langkah=[DONE])) == []


def test_an_undone_upload_has_put_nothing(store: Store):
    keep(store, BUDI, Kegiatan=[ADV], Langkah=[DONE])
    keep(store, SARI, Langkah=[LATER])
    importing.undo(store, 2, "uji")
    assert told(look(store, BUDI, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 17)]])) == []


def test_a_value_that_has_stood_for_long_is_no_news(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[DONE])
    age(store, overwriting.RECENT + dt.timedelta(minutes=1))
    assert told(look(store, BUDI, Langkah=[LATER])) == []


def age(store: Store, by: dt.timedelta) -> None:
    with store.write(Trace("impor", "uji")) as cursor:
        cursor.execute("UPDATE import_batch SET imported_at = imported_at - $by", {"by": by})


def test_a_cell_that_blanks_would_empty_says_so_too_and_stands_once(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[DONE])
    found = look(store, BUDI, clears=True, Langkah=[["ADV-1", 1, D(2025, 3, 4), None]])
    assert [(c.column, c.before, c.after, c.by) for c in found.emptied] == [
        ("Tanggal Selesai", "2025-03-14", "", "Sari Contoh")
    ]
    assert [(c.column, c.by) for c in found.changes] == [("Tanggal Mulai", "Sari Contoh")]
    assert (found.emptied_total, found.change_total, found.others_total) == (1, 1, 2)


def test_those_of_others_are_told_first(store: Store):
    many = [[f"M-{i:03}", "A", 2025, "BBPOM-PDG", "Lama"] for i in range(300)]
    keep(store, BUDI, Kegiatan=many)
    keep(store, SARI, Kegiatan=[[*many[299][:4], "Judul Sari"]])
    found = look(store, BUDI, Kegiatan=[[*row[:4], "Baru"] for row in many])
    assert (found.change_total, len(found.changes), found.others_total) == (300, 200, 1)
    assert told(found) == [(301, "Judul", "Judul Sari", 2, "Sari Contoh")]


def test_a_name_is_told_to_those_who_may_see_the_upload(store: Store):
    """Padang's step came with an upload of the operator's, of which Padang sees no more."""
    keep(store, SARI, Kegiatan=[ADV])
    keep(store, store.viewer, Langkah=[DONE])
    found = look(store, BUDI, Langkah=[LATER])
    assert told(found) == [(2, "Tanggal Selesai", "2025-03-14", 2, "akun lain")]


# ------------------------------------------------------------- between looking and keeping


def test_what_changed_since_the_preview_is_named_and_nothing_is_kept(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[OPEN])
    mine = store.as_viewer(BUDI)
    given = parsed(mine, Langkah=[LATER])
    seen = importing.preview(mine, given, TODAY)
    keep(store, SARI, Langkah=[DONE])
    result = importing.commit(mine, given, "Budi Contoh", today=TODAY, seen=seen)
    assert not result.kept
    assert result.between == ["unggahan 2 oleh Sari Contoh"]
    assert store.one("SELECT finished FROM step_record") == D(2025, 3, 14)
    again = importing.commit(mine, given, "Budi Contoh", today=TODAY, seen=result)
    assert (again.kept, again.between) == (True, [])


def test_an_upload_of_other_rows_is_in_nobody_s_way(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[OPEN])
    mine = store.as_viewer(BUDI)
    given = parsed(mine, Langkah=[LATER])
    seen = importing.preview(mine, given, TODAY)
    keep(store, SARI, Langkah=[["ADV-1", 2, D(2025, 3, 24)]])
    assert importing.commit(mine, given, "Budi Contoh", today=TODAY, seen=seen).kept


def test_an_undo_since_the_preview_is_named_too(store: Store):
    keep(store, SARI, Kegiatan=[ADV], Langkah=[OPEN])
    keep(store, SARI, Langkah=[DONE])
    mine = store.as_viewer(BUDI)
    given = parsed(mine, Langkah=[LATER])
    seen = importing.preview(mine, given, TODAY)
    importing.undo(store.as_viewer(SARI), 2, "Sari Contoh")
    result = importing.commit(mine, given, "Budi Contoh", today=TODAY, seen=seen)
    assert result.between == ["pembatalan unggahan 2 oleh Sari Contoh"]
