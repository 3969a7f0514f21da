"""Impossible orders: told at import with their rows, which are kept."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest

from sop_core import importing
from sop_core.access import Viewer
from sop_core.cli import main
from sop_core.importing import Preview, SourceFile
from sop_core.importing.limits import LISTED
from sop_core.importing.returning import doubted_workbook
from sop_core.store import Store
from sop_core.upkeep import doctor
from tests.builders import TODAY, enter, load, revised, with_step, workbook
from tests.pages.test_pages import empty, fresh_store, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Padang"]
FKP = ["FKP-1", "D", 2025, "BPOM-BGR", "Angkatan 1"]


def told(result: Preview) -> list[tuple[str, int, str]]:
    assert not result.problems
    return [(w.sheet, w.row, w.message) for w in result.warnings]


def done(number: int, day: dt.date | None, start: dt.date | None = None) -> list[object]:
    return ["ADV-1", number, start or day, day]


def test_a_step_done_before_the_one_before_it_ended(store: Store):
    result = load(store, Kegiatan=[ADV], Langkah=[
        done(1, D(2025, 3, 3)), done(2, D(2025, 3, 10)), done(3, D(2025, 3, 20)),
        done(4, D(2025, 3, 18)),
    ])  # fmt: skip
    said = "A.4 selesai 18 Maret 2025, sebelum A.3 selesai (20 Maret 2025)"
    assert told(result) == [("Langkah", 5, said)]
    assert result.warnings[0].column == "Tanggal Selesai"
    assert result.warnings[0].value == "2025-03-18"
    assert result.rows.new == 5, "a warning refuses nothing"
    assert importing.warnings(store, 1) == result.warnings
    assert store.one("SELECT count(*) FROM import_warning") == 1
    assert doctor(store) == []


@pytest.mark.parametrize("third", [[], [done(3, None, D(2025, 3, 12))]], ids=["no row", "begun"])
def test_a_step_done_with_no_finish_of_the_one_before(store: Store, third):
    rows = [done(1, D(2025, 3, 3)), done(2, D(2025, 3, 10)), *third, done(4, D(2025, 3, 18))]
    result = load(store, Kegiatan=[ADV], Langkah=rows)
    said = "A.4 selesai 18 Maret 2025, padahal A.3 belum tercatat selesai"
    assert told(result) == [("Langkah", len(rows) + 1, said)]


def test_on_one_day_is_in_order(store: Store):
    result = load(store, Kegiatan=[ADV], Langkah=[done(1, D(2025, 3, 3)), done(2, D(2025, 3, 3))])
    assert told(result) == []


def test_the_row_of_the_file_that_brings_it_about_is_named(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[done(1, D(2025, 3, 3)), done(2, D(2025, 3, 10))])
    result = load(store, Langkah=[done(1, D(2025, 3, 14), D(2025, 3, 3))])
    said = "A.2 selesai 10 Maret 2025, sebelum A.1 selesai (14 Maret 2025)"
    assert told(result) == [("Langkah", 2, said)]
    assert told(load(store, Langkah=[["ADV-1", 3, D(2025, 3, 20)]])) == [], "that one is in order"


def test_optional_steps_that_were_not_taken_are_passed_over(store: Store):
    rows = [["FKP-1", n, D(2025, 3, n), D(2025, 3, n)] for n in (1, 2, 3)]
    skip = ["FKP-1", 4, None, None, None, "ya", "tidak dianggarkan"]
    result = load(
        store, Kegiatan=[FKP], Langkah=[*rows, skip, ["FKP-1", 7, D(2025, 4, 1), D(2025, 4, 9)]]
    )
    assert told(result) == []
    result = load(store, Langkah=[["FKP-1", 4, D(2025, 3, 20), D(2025, 4, 20), None, "tidak"]])
    said = "D.7 selesai 9 April 2025, sebelum D.4 selesai (20 April 2025)"
    assert told(result) == [("Langkah", 2, said)], "now it was taken"


def follow_up(number: str, finished: dt.date | None) -> list[object]:
    return ["ADV-1", number, "Melengkapi dokumen", None, D(2025, 5, 1), finished]


STEPS = [done(n, D(2025, 3, 3 + n)) for n in (1, 2, 3, 4)]


def test_follow_up_reported_as_done_while_recommendations_are_open(store: Store):
    result = load(
        store, Kegiatan=[ADV], Langkah=[*STEPS, done(5, D(2025, 4, 10)), done(6, D(2025, 4, 20))],
        Tindak_Lanjut=[follow_up("1", D(2025, 4, 10)), follow_up("2", D(2025, 4, 15)), follow_up("3", None)],
    )  # fmt: skip
    said = " rekomendasi kegiatan ini masih terbuka pada hari itu"
    assert told(result) == [
        ("Langkah", 6, f"A.5 selesai 10 April 2025, padahal 2{said}"),
        ("Langkah", 7, f"A.6 selesai 20 April 2025, padahal 1{said}"),
    ]


def test_a_recommendation_that_comes_open_after_the_step_was_done(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[*STEPS, done(5, D(2025, 4, 10))])
    result = load(store, Tindak_Lanjut=[follow_up("1", D(2025, 4, 9)), follow_up("2", None)])
    assert [(s, row) for s, row, _ in told(result)] == [("Tindak Lanjut", 3)]
    assert told(load(store, Tindak_Lanjut=[follow_up("2", D(2025, 4, 10))])) == []


def test_which_step_is_before_goes_by_the_revision_of_the_case(store: Store):
    """Revision 05 has a step more between A.3 and the report, from March 2026."""
    enter(store, with_step(revised("05", D(2026, 3, 2)), "A", 4))
    rows = [[f"{case}-1", n, D(year, 4, n), D(year, 4, n)] for case, year in (("OLD", 2025), ("NEW", 2026))
            for n in (1, 2, 3, 5)]  # fmt: skip
    result = load(
        store, Kegiatan=[["OLD-1", "A", 2025, "BBPOM-PDG", "x"], ["NEW-1", "A", 2026, "BBPOM-PDG", "y"]],
        Langkah=rows,
        Tindak_Lanjut=[[c, "1", "x"] for c in ("OLD-1", "NEW-1")],
    )  # fmt: skip
    # Old: A.5 follows up and A.4 is missing; new: A.5 is the report, and its A.4 is missing.
    assert sorted(m.split(", ")[1] for _, _, m in told(result)) == [
        "padahal 1 rekomendasi kegiatan ini masih terbuka pada hari itu",
        "padahal A.4 belum tercatat selesai",
        "padahal A.4 belum tercatat selesai",
    ]


def test_a_refused_row_is_no_reason_to_warn(store: Store):
    bad = ["ADV-1", 3, D(2025, 3, 20), D(2025, 3, 19)]
    result = load(store, Kegiatan=[ADV], Langkah=[*STEPS[:2], bad, STEPS[3]])
    assert [p.row for p in result.problems] == [4]
    assert [w.message for w in result.warnings] == [
        "A.4 selesai 7 Maret 2025, padahal A.3 belum tercatat selesai"
    ]


def test_the_command_line_tells_and_counts_them(tmp_path: Path, capsys):
    path, db = tmp_path / "a.xlsx", ["--db", str(tmp_path / "a.duckdb")]
    path.write_bytes(workbook(Kegiatan=[ADV], Langkah=[STEPS[0], STEPS[2]]))
    assert main(["import", str(path), "--dry-run", *db]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        "Peringatan: Langkah baris 3, Tanggal Selesai “2025-03-06”:"
        " A.3 selesai 6 Maret 2025, padahal A.2 belum tercatat selesai"
    )
    assert "1 peringatan; barisnya tidak ditolak karenanya." in said
    assert main(["import", str(path), "--json", *db]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["warnings_total"], answer["errors_total"]) == (1, 0)
    assert answer["warnings"][0]["row"] == 3
    assert answer["warnings_by_kind"] == [
        {"sheet": "Langkah", "column": "Tanggal Selesai", "count": 1,
         "kind": "A.… selesai …, padahal A.… belum tercatat selesai"}
    ]  # fmt: skip


@pytest.mark.slow
def test_more_than_are_listed_are_counted(store: Store):
    many = LISTED + 5
    result = load(
        store, Kegiatan=[[f"ADV-{i}", *ADV[1:]] for i in range(many)],
        Langkah=[[f"ADV-{i}", 2, D(2025, 3, 3), D(2025, 3, 4)] for i in range(many)],
    )  # fmt: skip
    assert (len(result.warnings), result.warning_total) == (LISTED, many)
    assert len(importing.warnings(store, 1)) == LISTED
    assert importing.warnings_counted(store, 1) == [
        "Langkah, Tanggal Selesai: A.… selesai …, padahal A.… belum tercatat selesai (seluruhnya 1.005)"
    ]
    assert importing.rejections_counted(store, 1) == []


def test_the_workbook_to_look_through_can_be_uploaded_again(store: Store):
    file = SourceFile("a.xlsx", workbook(Kegiatan=[ADV], Langkah=[STEPS[0], STEPS[2]]))
    parsed = importing.read(store, [file], TODAY)
    found = importing.preview(store, parsed, TODAY)
    content = doubted_workbook(parsed, found.warnings)
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["Langkah"].values)
    assert rows[0][-2:] == ("Baris Asal", "Peringatan")
    assert len(rows) == 2
    assert rows[1][-2] == 3
    assert "padahal A.2 belum tercatat selesai" in rows[1][-1]
    importing.commit(store, parsed, "uji", today=TODAY)
    again = importing.import_files(store, [SourceFile("b.xlsx", content)], "uji", today=TODAY)
    assert (again.rows.unchanged, again.rows.rejected, again.notes) == (1, 0, [])


def test_they_are_read_by_whom_the_reasons_are_read(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEPS[0], STEPS[2]])
    assert len(importing.warnings(store, 1)) == 1
    own = Viewer("staf", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
    assert importing.warnings(store.as_viewer(own), 1) == [], "the operator uploaded it"
    file = SourceFile("b.xlsx", workbook(Langkah=[done(5, D(2025, 4, 1))]))
    importing.import_files(store.as_viewer(own), [file], "Staf contoh", today=TODAY)
    assert len(importing.warnings(store.as_viewer(own), 2)) == 1
    other = Viewer("lain", "Staf contoh", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
    assert importing.warnings(store.as_viewer(other), 2) == []


def test_a_warning_of_no_upload_is_found(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEPS[0], STEPS[2]])
    with store.cursor() as cursor:
        cursor.execute("UPDATE import_warning SET batch_id = 99")
    assert [f.message for f in doctor(store)] == ["1 import_warning tanpa unggahannya: 99"]


@pytest.mark.slow
def test_the_page_tells_before_and_after_keeping(empty, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    book = workbook(Kegiatan=[ADV], Langkah=[STEPS[0], STEPS[2]])
    app = open_page("unggah")
    app.file_uploader[0].upload("a.xlsx", book, "application/octet-stream").run()
    assert not app.exception
    assert any("1 peringatan: urutan langkah yang tidak mungkin" in w.value for w in app.warning)
    assert "Unduh baris yang diperingatkan" in [b.label for b in app.get("download_button")]
    next(b for b in app.button if b.label == "Simpan semua").click().run()
    assert not app.exception
    assert any("1 peringatan." in s.value for s in app.success)
    app.session_state["unggahan_1"] = True
    app.run()
    assert any("Disimpan dengan peringatan" in c.value for c in app.caption)
    reasons = next(f.value for f in app.dataframe if "Alasan" in f.value.columns)
    assert reasons["Alasan"].tolist() == [
        "A.3 selesai 6 Maret 2025, padahal A.2 belum tercatat selesai"
    ]
