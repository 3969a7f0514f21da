"""An import is one transaction: idempotent, all-or-nothing on request, undone."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import facts, importing
from sop_core.errors import UndoRefused
from sop_core.importing import SourceFile
from sop_core.importing.returning import rejected_workbook
from sop_core.importing.template import generated_ids, template
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman Padang"]
TABLES = ("activity", "step_record", "facilitator", "follow_up", "target", "sop_case", "step_fact")


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that the store holds, facts included."""
    return {
        t: [tuple(r.values()) for r in store.rows(f"SELECT * FROM {t} ORDER BY ALL")]
        for t in TABLES
    }


@pytest.mark.slow
def test_the_same_file_twice_changes_nothing(demo_bytes: bytes):
    with Store() as store:
        file = SourceFile("demo.xlsx", demo_bytes)
        first = importing.import_files(store, [file], "uji", today=TODAY)
        before, version = contents(store), store.version
        second = importing.import_files(store, [file], "uji", today=TODAY)
        assert (first.kept, second.kept) == (True, False)
        assert second.rows.new == second.rows.changed == 0
        assert second.rows.unchanged == first.rows.new
        assert second.batch_id == first.batch_id
        assert contents(store) == before
        assert store.version == version


def test_preview_keeps_nothing(store: Store):
    before = contents(store)
    parsed = importing.read(store, [SourceFile("a.xlsx", workbook(Kegiatan=[ADV]))], TODAY)
    assert importing.preview(store, parsed, TODAY).rows.new == 1
    assert contents(store) == before
    assert importing.history(store) == []


def test_all_or_nothing(store: Store):
    bad = ["ADV-2", "A", 2025, "entah", "Judul"]
    file = SourceFile("a.xlsx", workbook(Kegiatan=[ADV, bad]))
    result = importing.import_files(store, [file], "uji", all_or_nothing=True, today=TODAY)
    assert not result.kept
    assert store.empty
    assert importing.import_files(store, [file], "uji", today=TODAY).kept
    assert store.one("SELECT count(*) FROM activity") == 1


def test_file_digest_who_and_rejections_are_kept(store: Store):
    file = SourceFile("padang.xlsx", workbook(Kegiatan=[ADV, ["X", "A", 2025, "entah", "Judul"]]))
    importing.import_files(store, [file], "Staf Padang", today=TODAY)
    batch = importing.history(store)[0]
    assert (batch.files, batch.sha256, batch.imported_by) == (
        "padang.xlsx",
        file.sha256,
        "Staf Padang",
    )
    assert importing.stored_files(store, batch.batch_id) == [file]
    assert [p.value for p in importing.rejections(store, batch.batch_id)] == ["entah"]


def test_changes_show_what_is_replaced(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    result = load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]])
    assert result.rows.changed == 1
    change = result.changes[0]
    assert (change.key, change.column, change.before, change.after) == (
        "ADV-1 / 1", "Tanggal Selesai", "", "2025-03-14",
    )  # fmt: skip


def test_a_column_the_file_lacks_keeps_what_is_stored(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14), "LAP.01"]])
    names = {"Langkah": ["ID Kegiatan", "No Langkah", "Keterangan"]}
    file = SourceFile("b.xlsx", workbook(names, Langkah=[["ADV-1", 1, "sudah dicek"]]))
    importing.import_files(store, [file], "uji", today=TODAY)
    row = store.rows("SELECT * FROM step_record")[0]
    assert (row["finished"], row["document_no"], row["remarks"]) == (
        D(2025, 3, 14),
        "LAP.01",
        "sudah dicek",
    )


@pytest.mark.slow
def test_undo_is_refused_while_a_later_batch_builds_on_it(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]])
    with pytest.raises(UndoRefused, match="batalkan unggahan 2 lebih dahulu"):
        importing.undo(store, 1, "uji")
    load(store, Langkah=[["ADV-1", 2, D(2025, 3, 17)]])
    importing.undo(store, 2, "uji")
    with pytest.raises(UndoRefused, match="Unggahan 3 mencatat langkah"):
        importing.undo(store, 1, "uji")
    importing.undo(store, 3, "uji")
    importing.undo(store, 1, "uji")
    assert store.empty
    with pytest.raises(UndoRefused, match="sudah dibatalkan"):
        importing.undo(store, 1, "uji")
    with pytest.raises(UndoRefused, match="tidak ada"):
        importing.undo(store, 99, "uji")


ROW = st.tuples(
    st.integers(1, 6),
    st.dates(D(2025, 1, 6), D(2025, 6, 30)),
    st.one_of(st.none(), st.integers(0, 60)),
)
FILES = st.lists(
    st.lists(ROW, min_size=1, max_size=6, unique_by=lambda r: r[0]), min_size=1, max_size=4
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILES)
def test_undoing_every_batch_walks_back_through_every_state(files):
    with Store() as store:
        load(store, Kegiatan=[ADV])
        states, batches = [contents(store)], []
        for rows in files:
            steps = [
                ["ADV-1", n, start, None if days is None else start + dt.timedelta(days=days)]
                for n, start, days in rows
            ]
            result = load(store, Langkah=steps)
            again = load(store, Langkah=steps)
            assert again.rows.new + again.rows.changed == 0, "importing twice changes nothing"
            if result.kept:
                batches.append(result.batch_id)
                states.append(contents(store))
        for batch in reversed(batches):
            assert contents(store) == states.pop()
            importing.undo(store, batch, "uji")
        assert contents(store) == states.pop()


def test_a_failure_in_the_middle_leaves_the_store_as_it_was(store: Store, monkeypatch):
    load(store, Kegiatan=[ADV])
    before = contents(store)

    def fail(*_):
        raise RuntimeError("listrik padam")

    monkeypatch.setattr(facts, "rebuild_of", fail)
    with pytest.raises(RuntimeError):
        load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    assert contents(store) == before
    assert len(importing.history(store)) == 1


def test_rejected_rows_go_back_as_the_user_wrote_them_and_can_be_corrected(store: Store):
    bad = ["ADV-2", "A", 2025, "entah", "Advokasi Pasar Aman"]
    file = SourceFile("a.xlsx", workbook(Kegiatan=[ADV, bad]))
    parsed = importing.read(store, [file], TODAY)
    found = importing.commit(store, parsed, "uji", today=TODAY)
    back = openpyxl.load_workbook(io.BytesIO(rejected_workbook(parsed, found.problems)))
    sheet = back["Kegiatan"]
    values = [[c.value for c in row] for row in sheet.iter_rows()]
    assert values[0][-2:] == ["Baris Asal", "Alasan Ditolak"]
    assert values[1][:5] == bad
    assert values[1][5] == 3
    assert "Kode Unit “entah”: unit tidak dikenal" in values[1][6]
    sheet.cell(2, 4).value = "BBPOM-PDG"
    corrected = io.BytesIO()
    back.save(corrected)
    result = importing.import_files(
        store, [SourceFile("b.xlsx", corrected.getvalue())], "uji", today=TODAY
    )
    assert (result.rows.new, result.rows.rejected) == (1, 0)
    assert not result.notes, "our own columns are not unknown to us"


def test_the_template_imports_once_it_is_filled(store: Store):
    book = openpyxl.load_workbook(
        io.BytesIO(template(store.units(TODAY), store.revisions[-1], TODAY))
    )
    assert book.sheetnames == ["Panduan", "Kegiatan", "Langkah", "Fasilitator", "Tindak Lanjut", "Target", "Daftar"]  # fmt: skip
    assert len(book["Kegiatan"].data_validations.dataValidation) >= 5
    lists = [c.value for c in book["Daftar"]["E"]]
    assert {"A-2026-BBPOM-PDG", "C-2025-NASIONAL", "D-2026-TW4"} <= set(lists)
    book["Kegiatan"].append(ADV)
    book["Langkah"].append(["A-2025-BBPOM-PDG", 7, None, D(2026, 1, 20)])
    filled = io.BytesIO()
    book.save(filled)
    result = importing.import_files(
        store, [SourceFile("t.xlsx", filled.getvalue())], "uji", today=TODAY
    )
    assert (result.rows.new, result.rows.rejected) == (2, 0)
    assert not result.notes


def test_generated_ids_are_all_accepted(store: Store):
    last_steps = {"A": 7, "B": 7, "C": 5}
    rows = []
    for case_id in generated_ids(store.units(TODAY), TODAY):
        if case_id.startswith("D") or case_id.endswith("NASIONAL"):
            rows.append([case_id, {"A": 8, "B": 8, "C": 6, "D": 8}[case_id[0]], D(2026, 5, 4)])
        else:
            rows.append([case_id, last_steps[case_id[0]], D(2026, 5, 4)])
    result = load(store, Langkah=rows)
    assert (result.rows.new, result.rows.rejected) == (len(rows), 0)
    assert len(rows) == 2 * (3 * 77 + 4)


def test_a_workbook_that_goes_round_has_its_reasons_once_and_the_newest(store: Store):
    """Each round something else is wrong, and the row stands elsewhere."""
    ours = ["Baris Asal", "Alasan Ditolak", "Peringatan"]
    content = workbook(Kegiatan=[ADV, ["ADV-2", "X", 2025, "entah", "Advokasi Pasar Aman"]])
    for corrected, reason, at in (
        ((2, "A"), "Alur “X”", 3),
        ((4, "BBPOM-PDG"), "Kode Unit “entah”", 2),
        (None, "Tahun “1999”", 3),
    ):
        parsed = importing.read(store, [SourceFile("a.xlsx", content)], TODAY)
        found = importing.preview(store, parsed, TODAY)
        back = openpyxl.load_workbook(io.BytesIO(rejected_workbook(parsed, found.problems)))
        sheet = back["Kegiatan"]
        headings, *rows = [[c.value for c in row] for row in sheet.iter_rows()]
        assert [h for h in headings if h in ours] == ["Baris Asal", "Alasan Ditolak"]
        assert len(rows) == 1
        assert rows[0][-2] == at
        assert rows[0][-1].split("; ")[0].startswith(reason)
        if corrected:
            sheet.cell(2, corrected[0]).value = corrected[1]
        if corrected and corrected[1] == "BBPOM-PDG":
            sheet.cell(2, 3).value = 1999
            sheet.insert_rows(2)
            sheet.cell(1, len(headings) + 1).value = "Peringatan"
        saved = io.BytesIO()
        back.save(saved)
        content = saved.getvalue()
        assert not found.notes


@pytest.mark.slow
def test_an_undo_says_what_it_took_back(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]])
    load(store, Kegiatan=[[*ADV[:4], "Judul lain"]])
    load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)], ["ADV-1", 2, D(2025, 3, 21)]])
    load(store, Kegiatan=[[*ADV[:4], "Judul ketiga"]])
    said = importing.undo(store, 3, "uji").said
    assert said.startswith("Unggahan 3 (uji.xlsx, ")
    assert said.endswith(
        ", oleh uji) dibatalkan: Langkah 1 baris dihapus, 1 baris kembali seperti sebelumnya."
    )
    assert importing.undo(store, 2, "uji").said.endswith(
        "dibatalkan: Kegiatan 1 baris tetap menurut unggahan lain."
    )
