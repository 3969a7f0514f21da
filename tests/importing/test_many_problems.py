"""More problems than are listed: the good rows are kept, every problem is counted by kind."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from sop_core import importing
from sop_core.cli import main
from sop_core.importing import SourceFile
from sop_core.importing.limits import LISTED, NOTED
from sop_core.importing.returning import rejected_workbook
from sop_core.store import Store
from tests.builders import TODAY
from tests.pages.test_pages import empty, fresh_store, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
GOOD, BAD = 70, 400
KINDS = [
    ("Kegiatan", "Alur", "alur tidak dikenal", BAD),
    ("Kegiatan", "Judul", "wajib diisi", BAD),
    ("Kegiatan", "Kode Unit", "unit tidak dikenal", BAD),
    ("Kegiatan", "Tahun", "harus antara … dan …", BAD),
]
TOTAL = 4 * BAD


def kegiatan(good: int = GOOD, bad: int = BAD) -> bytes:
    """A CSV whose rows are first good ones, then ones with four faults each."""
    rows = ["ID Kegiatan,Alur,Tahun,Kode Unit,Judul"]
    rows += [f"ADV-{i},A,2025,BBPOM-PDG,Advokasi {i}" for i in range(good)]
    rows += [f"X-{i},E,{1900 + i % 100},entah {i}," for i in range(bad)]
    return "\n".join(rows).encode()


FILE = SourceFile("Kegiatan.csv", kegiatan())


def counted(result: importing.Preview) -> list[tuple[str, str, str, int]]:
    return [(c.sheet, c.column, c.kind, c.count) for c in result.problem_counts]


def stored(store: Store) -> list[tuple[int, str, str]]:
    rows = store.rows("SELECT row_no, column_name, message FROM import_rejection ORDER BY ALL")
    return [tuple(row.values()) for row in rows]


def test_a_preview_lists_the_first_and_counts_all(store: Store):
    result = importing.preview(store, importing.read(store, [FILE], TODAY), TODAY)
    assert counted(result) == KINDS
    assert result.problem_total == TOTAL
    assert len(result.problems) == LISTED
    first = GOOD + 2
    assert [p.row for p in result.problems] == [first + i // 4 for i in range(LISTED)]
    assert result.problems[2].message == "unit tidak dikenal; lihat lembar Daftar pada templat"


def test_commit_keeps_every_good_row_and_counts_what_it_left_out(store: Store):
    result = importing.import_files(store, [FILE], "uji", today=TODAY)
    assert result.kept
    assert vars(result.rows) == {"new": GOOD, "changed": 0, "unchanged": 0, "rejected": BAD}
    assert store.one("SELECT count(*) FROM activity") == GOOD
    assert counted(result) == KINDS
    rows = stored(store)
    assert [r for r in rows if r[0] == 0] == [
        (0, column, f"{kind} (seluruhnya {count})") for _, column, kind, count in KINDS
    ]
    assert len(rows) == LISTED + len(KINDS)
    batch = importing.history(store)[0]
    assert (batch.rows_new, batch.rows_rejected) == (GOOD, BAD)
    assert importing.rejections(store, 1) == result.problems
    assert importing.rejections_counted(store, 1) == [
        f"{sheet}, {column}: {kind} (seluruhnya {count})" for sheet, column, kind, count in KINDS
    ]


def test_all_or_nothing_keeps_nothing_and_still_counts(store: Store):
    result = importing.import_files(store, [FILE], "uji", all_or_nothing=True, today=TODAY)
    assert not result.kept
    assert result.problem_total == TOTAL
    assert store.one("SELECT count(*) FROM activity") == 0
    assert stored(store) == []


@pytest.mark.parametrize(("bad", "kinds"), [(LISTED // 4, 0), (LISTED // 4 + 1, 4)])
def test_kinds_are_kept_only_where_not_every_problem_is_listed(store: Store, bad, kinds):
    file = SourceFile("Kegiatan.csv", kegiatan(1, bad))
    importing.import_files(store, [file], "uji", today=TODAY)
    assert len([r for r in stored(store) if r[0] == 0]) == kinds
    assert len([r for r in stored(store) if r[0] > 0]) == LISTED


def test_the_workbook_to_send_back_holds_the_rows_that_are_listed(store: Store):
    parsed = importing.read(store, [FILE], TODAY)
    found = importing.preview(store, parsed, TODAY)
    book = openpyxl.load_workbook(io.BytesIO(rejected_workbook(parsed, found.problems)))
    rows = list(book["Kegiatan"].iter_rows(min_row=2, values_only=True))
    assert [r[5] for r in rows] == list(range(GOOD + 2, GOOD + 2 + LISTED // 4))
    assert rows[0][6].count(": ") == 4, "each row with all of its reasons"


def test_the_command_line_says_how_many_there_are(tmp_path: Path, capsys):
    path = tmp_path / "Kegiatan.csv"
    path.write_bytes(FILE.content)
    db = ["--db", str(tmp_path / "a.duckdb")]
    assert main(["import", str(path), "--dry-run", *db]) == 0
    said = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("Ditolak: ") for line in said) == LISTED
    at = said.index("Hanya 1000 alasan pertama yang dirinci; seluruhnya 1600, dihitung menurut jenisnya:")  # fmt: skip
    assert said[at + 1 : at + 5] == [f"  {s}, {c}: {kind}: {n}" for s, c, kind, n in KINDS]
    assert f"Kegiatan: {GOOD} baru, 0 berubah, 0 tetap, {BAD} ditolak" in said
    assert main(["import", str(path), "--json", *db]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["batch_id"], answer["errors_total"], len(answer["errors"])) == (1, TOTAL, LISTED)
    assert [tuple(kind.values()) for kind in answer["errors_by_kind"]] == KINDS


def test_the_page_says_how_many_there_are_before_and_after_keeping(empty, sign_in):
    sign_in("pusat", "PST-PMPUPO")
    # With accounts, each row is of an office: the centre's own.
    content = FILE.content.replace(b"BBPOM-PDG", b"PST-PMPUPO")
    app = open_page("unggah")
    app.file_uploader[0].upload("Kegiatan.csv", content, "text/csv").run()
    assert not app.exception
    kinds = next(f.value for f in app.dataframe if "Jumlah" in f.value.columns)
    assert [tuple(row) for row in kinds.to_numpy().tolist()] == KINDS
    listed = next(f.value for f in app.dataframe if {"Baris", "Alasan"} <= set(f.value.columns))
    assert len(listed) == LISTED
    said = [c.value for c in app.caption]
    assert any("Seluruhnya 1.600 alasan" in s and "hanya 1.000 yang pertama" in s for s in said)
    next(b for b in app.button if b.label == f"Simpan {GOOD} baris yang benar").click().run()
    assert not app.exception
    app.session_state["unggahan_1"] = True
    app.run()
    told = next(t.value for t in app.get("text") if "seluruhnya" in t.value)
    assert told.splitlines() == [f"{s}, {c}: {kind} (seluruhnya {n})" for s, c, kind, n in KINDS]


def test_the_history_of_exactly_as_many_as_are_listed_speaks_of_no_more(empty, sign_in):
    with Store(empty) as store:
        file = SourceFile("Kegiatan.csv", kegiatan(1, LISTED // 4))
        importing.import_files(store, [file], "uji", today=TODAY)
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("unggah")
    app.session_state["unggahan_1"] = True
    app.run()
    assert any({"Baris", "Alasan"} <= set(f.value.columns) for f in app.dataframe), (
        "the reasons are open"
    )
    assert not [c for c in app.caption if "Hanya alasan pertama" in c.value]


def test_notes_are_shown_up_to_a_bound(store: Store):
    """How offices and headings were read; a hostile file has a million notes, each of pages."""
    heading = "ID Kegiatan,Alur,Tahun,Kode Unit,Judul," + "x" * 5_000
    spellings = ["bbpom-pdg" + "." * n for n in range(500)]
    rows = [f"ADV-{i},A,2025,{name},Advokasi,y" for i, name in enumerate(spellings)]
    file = SourceFile("Kegiatan.csv", "\n".join([heading, *rows]).encode())
    parsed = importing.read(store, [file], TODAY)
    assert len(parsed.notes) == 2
    assert parsed.notes[0].startswith("Kegiatan: kolom “xxx")
    assert max(map(len, parsed.notes)) < 500
    assert parsed.notes[1].endswith("; dan 497 lainnya.")
    found = importing.preview(store, parsed, TODAY)
    assert found.rows.new == 500
    assert len(found.readings) == NOTED + 1
