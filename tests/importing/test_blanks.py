"""What a blank cell does: it keeps what is stored, unless the uploader says that blanks clear.

The oracle is a plain Python fold of the rows that were given. Hypothesis walks imports, with and
without clearing, and undos, and the store is held against the fold after each.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import facts, importing, indonesian, past
from sop_core.importing import Parsed, SourceFile, vouching
from sop_core.importing.contract import NO_WHEN_BLANK, SHEETS
from sop_core.importing.parsing import parse_book
from sop_core.importing.raw import Part, RawSheet
from sop_core.importing.reading import Book
from sop_core.importing.tabs import Cells
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY, earlier_store, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]
STEP = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14), "LAP.01"]
NAMED = {s.name: s for s in SHEETS}


def step(store: Store) -> list[Any]:
    row = store.rows("SELECT started, finished, document_no, skipped, remarks FROM step_record")
    return list(row[0].values())


# ------------------------------------------------------------------ by example


def test_a_blank_start_beside_a_new_finish_keeps_the_stored_start(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    result = load(store, Langkah=[["ADV-1", 1, None, D(2025, 3, 14)]])
    assert step(store)[:2] == [D(2025, 3, 3), D(2025, 3, 14)]
    assert [(c.column, c.before, c.after) for c in result.changes] == [
        ("Tanggal Selesai", "", "2025-03-14")
    ]
    assert (result.emptied, result.emptied_total) == ([], 0)


def test_the_checks_look_at_the_row_as_it_would_be_stored(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    result = load(store, Langkah=[["ADV-1", 1, None, D(2025, 2, 3)]])
    assert [p.message for p in result.problems] == [
        "selesai 3 Februari 2025 mendahului mulai 3 Maret 2025"
    ]


def test_where_blanks_clear_what_they_empty_is_told_apart(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEP])
    rows = [["ADV-1", 1, None, D(2025, 3, 20)], ["ADV-1", 2, None, None, None, None, None, "x"]]
    file = SourceFile("uji.xlsx", workbook(Langkah=rows))
    parsed = importing.read(store, [file], TODAY, clears=True)
    found = importing.preview(store, parsed, TODAY)
    assert found.emptied_total == 2
    assert [(c.row, c.key, c.column, c.before, c.after) for c in found.emptied] == [
        (2, "ADV-1 / 1", "Tanggal Mulai", "2025-03-03", ""),
        (2, "ADV-1 / 1", "Nomor Dokumen", "LAP.01", ""),
    ]
    assert [c.column for c in found.changes] == ["Tanggal Selesai"], "each cell stands once"
    assert found.change_total == 1
    importing.commit(store, parsed, "uji", today=TODAY)
    kept = json.loads(store.one("SELECT after FROM audit ORDER BY entry_no DESC LIMIT 1"))
    assert kept["dikosongkan"] == 2
    rows = store.rows("SELECT started, finished, document_no FROM step_record WHERE step_no = 1")
    assert list(rows[0].values()) == [None, D(2025, 3, 20), None]


def test_a_blank_mark_keeps_the_stored_one_and_is_a_no_of_a_new_row(store: Store):
    names = {"Kegiatan": [*HEADINGS["Kegiatan"], "Bersama Pusat"]}
    batch = ["FKP", "D", 2025, "BBPOM-PDG", "Angkatan"]
    load(store, names, Kegiatan=[[*batch, "ya"]])
    load(store, Langkah=[["FKP", 4, None, None, None, "ya", "Tidak dianggarkan"]])
    result = load(
        store, names, Kegiatan=[[*batch[:4], "Angkatan Satu"], [*ADV]],
        Langkah=[["FKP", 4, None, None, None, None, None, "lengkap"]],
    )  # fmt: skip
    assert result.rows.rejected == 0
    marks = store.rows("SELECT case_id, joint_with_center FROM activity ORDER BY ALL")
    assert [tuple(r.values()) for r in marks] == [("ADV-1", False), ("FKP", True)]
    assert step(store)[3:] == [True, "lengkap"]
    load(store, Langkah=[["FKP", 4, None, None, None, "tidak"]])
    assert step(store)[3] is False, "a mark is taken back by a no"


def test_a_mark_that_blanks_empty_counts_as_one(store: Store):
    load(store, Kegiatan=[["FKP", "D", 2025, "BBPOM-PDG", "Angkatan"]])
    load(store, Langkah=[["FKP", 4, None, None, None, "ya", "Tidak dianggarkan"]])
    for given_mark, emptied in (("tidak", ["Alasan"]), (None, ["Dilewati", "Alasan"])):
        file = SourceFile(
            "a.xlsx", workbook(Langkah=[["FKP", 4, D(2025, 3, 3), None, None, given_mark]])
        )
        parsed = importing.read(store, [file], TODAY, clears=True)
        found = importing.preview(store, parsed, TODAY)
        assert [c.column for c in found.emptied] == emptied


def test_a_row_that_says_nothing_of_a_step_without_a_record_makes_none(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEP])
    for clears in (False, True):
        file = SourceFile("a.xlsx", workbook(Langkah=[["ADV-1", 2], ["ADV-1", 3, D(2025, 4, 1)]]))
        result = importing.import_files(store, [file], "uji", today=TODAY, clears=clears)
        assert (result.rows.new, result.rows.unchanged) == (1, 1)
        assert store.one("SELECT count(*) FROM step_record") == 2
        importing.undo(store, result.batch_id, "uji")
        assert store.one("SELECT count(*) FROM step_record") == 1


def test_blanks_of_batches_from_before_still_clear(tmp_path):
    """A store of schema 10: its second batch had cleared the start of the first one's row."""
    path = tmp_path / "lama.duckdb"
    with earlier_store(path, 10) as old:
        for number in (1, 2):
            old.execute(
                "INSERT INTO import_batch BY NAME SELECT $n AS batch_id, 'x' AS sha256,"
                " now()::TIMESTAMP AS imported_at, 'uji' AS imported_by, false AS all_or_nothing,"
                " false AS demo, 1 AS rows_new, 0 AS rows_changed, 0 AS rows_unchanged,"
                " 0 AS rows_rejected",
                {"n": number},
            )
            old.execute("INSERT INTO import_sheet VALUES ($n, 'Langkah', $c)",
                        {"n": number, "c": ["case_id", "step_no", "started", "finished"]})  # fmt: skip
        for table, number, started in (
            ("step_record_vouched", 1, D(2025, 3, 3)),
            ("step_record_vouched", 2, None),
            ("step_record", 2, None),
        ):
            old.execute(
                f"INSERT INTO {table} BY NAME SELECT 'A-2025-BBPOM-PDG' AS case_id, 7 AS step_no,"
                " $s::DATE AS started, DATE '2025-03-14' AS finished, $n AS batch_id, 2 AS source_row",
                {"s": started, "n": number},
            )
        old.execute("CREATE OR REPLACE SEQUENCE batch_number START 3")
    with Store(path) as store:
        assert agrees_with_folding(store)
        load(store, Langkah=[["A-2025-BBPOM-PDG", 7, None, D(2025, 3, 20)]])
        assert step(store)[:2] == [None, D(2025, 3, 20)]
        importing.undo(store, 2, "uji")
        assert step(store)[:2] == [D(2025, 3, 3), D(2025, 3, 20)]


def test_a_cell_that_is_blank_is_not_older_than_the_store(store: Store):
    """It puts nothing back, where it keeps what is stored."""
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3)]])
    load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]])
    file = SourceFile("a.xlsx", workbook(Langkah=[["ADV-1", 1, D(2025, 3, 4)]]))
    for clears, columns in ((False, []), (True, ["Tanggal Selesai"])):
        parsed = importing.read(store, [file], TODAY, clears=clears)
        assert [o.column for o in importing.preview(store, parsed, TODAY).older] == columns


def test_a_past_day_is_folded_as_it_was(store: Store, monkeypatch):
    for day, rows, clears in (
        (2, {"Kegiatan": [ADV], "Langkah": [STEP]}, False),
        (3, {"Langkah": [["ADV-1", 1, None, D(2025, 3, 20)]]}, False),
        (4, {"Langkah": [["ADV-1", 1, None, D(2025, 3, 20)]]}, True),
    ):
        noon = dt.datetime(2026, 3, day, 12, tzinfo=indonesian.JAKARTA)
        monkeypatch.setattr(indonesian, "clock", lambda noon=noon: noon)
        load(store, clears=clears, **rows)
    monkeypatch.undo()
    assert step(store)[:3] == [None, D(2025, 3, 20), None]
    for day, known in ((2, STEP[2:5]), (3, [STEP[2], D(2025, 3, 20), STEP[4]])):
        assert step(past.known_on(store, D(2026, 3, day)))[:3] == known
    past.close(store.database)


# -------------------------------------------------------------- by hypothesis


def agrees_with_folding(store: Store) -> bool:
    """Whether every record is what ``vouching`` makes of the batches, by either of its questions."""
    for sheet in SHEETS:
        names = ", ".join(c.field for c in sheet.columns) + ", batch_id, source_row"
        stored = store.rows(f"SELECT {names} FROM {sheet.table} ORDER BY ALL")
        keys = f"(SELECT DISTINCT {', '.join(sheet.key)} FROM {sheet.table}_vouched)"
        for made in (vouching.all_folded(sheet), vouching.folded(sheet, keys)):
            if store.rows(f"SELECT {names} FROM ({made}) ORDER BY ALL") != stored:
                return False
    return True


Row = dict[str, Any]
_DAY = st.sampled_from([None, None, D(2025, 3, 3), D(2025, 3, 7)])
_LATER = st.sampled_from([None, None, D(2025, 3, 14), D(2025, 3, 20)])
_MARK = st.sampled_from([None, None, "ya", "tidak"])
_TEXT = st.sampled_from([None, "lengkap", "kurang"])
# No value can break a rule, so that no row and no undo is refused: that is another test's.
_STEP = st.fixed_dictionaries(
    {"ID Kegiatan": st.just("K-1"), "No Langkah": st.sampled_from([1, 3, 4])},
    optional={"Tanggal Mulai": _DAY, "Tanggal Selesai": _LATER, "Keterangan": _TEXT},
)
_SKIPPABLE = st.fixed_dictionaries(
    {"ID Kegiatan": st.just("K-1"), "No Langkah": st.just(4), "Alasan": st.just("rekaan")},
    optional={"Tanggal Mulai": _DAY, "Dilewati": _MARK, "Keterangan": _TEXT},
)
_CASE = st.fixed_dictionaries(
    {
        "ID Kegiatan": st.sampled_from(["K-1", "K-2"]), "Alur": st.just("D"), "Tahun": st.just(2025),
        "Kode Unit": st.just("BBPOM-PDG"), "Judul": st.sampled_from(["Satu", "Dua"]),
    },
    optional={"Bersama Pusat": _MARK, "Jumlah Peserta": st.sampled_from([None, 20, 30])},
)  # fmt: skip
_BOOK = st.one_of(
    st.tuples(st.just("Langkah"), _STEP),
    st.tuples(st.just("Langkah"), _SKIPPABLE),
    st.tuples(st.just("Kegiatan"), _CASE),
)
_MOVE = st.one_of(
    st.tuples(st.just("impor"), _BOOK, st.booleans()),
    st.tuples(st.just("impor"), _BOOK, st.booleans()),
    st.tuples(st.just("batal"), st.integers(0, 10), st.none()),
)
_BASE = ("Kegiatan", {"ID Kegiatan": "K-1", "Alur": "D", "Tahun": 2025,
                      "Kode Unit": "BBPOM-PDG", "Judul": "Dasar"})  # fmt: skip


def parsed_row(store: Store, sheet_name: str, row: Row, clears: bool) -> Parsed:
    """As a file with one sheet of one row reads, without a process of its own to read it."""
    sheet = NAMED[sheet_name]
    cells = [Cells(["" if v is None else v], np.zeros(1, np.int32)) for v in row.values()]
    columns = {n: c for n, name in enumerate(row) for c in sheet.columns if c.name == name}
    part = Part("uji.csv", sheet_name)
    raw = RawSheet(sheet, list(row), columns, cells, np.array([2], np.int32), [part])
    file = SourceFile("uji.csv", repr((row, clears)).encode())
    parsed = parse_book(Book([file], [raw], [], demo=False), store.unit_finder(), TODAY)
    parsed.clears = clears
    return parsed


@dataclass
class Words:
    """What each batch said, and what that comes to."""

    batches: dict[int, tuple[str, Row, bool]] = field(default_factory=dict)

    def records(self, without: int | None = None) -> dict[str, dict[tuple[Any, ...], Row]]:
        """By table and key, each batch in its turn."""
        made: dict[str, dict[tuple[Any, ...], Row]] = {s.table: {} for s in SHEETS}
        for number, (name, row, clears) in sorted(self.batches.items()):
            if number != without:
                sheet = NAMED[name]
                key = tuple(row[k] for k in sheet.key)
                made[sheet.table][key] = self._after(
                    made[sheet.table].get(key), name, row, clears, number
                )
        return made

    def _after(self, known: Row | None, name: str, row: Row, clears: bool, number: int) -> Row:
        marks = {f: False for f in NO_WHEN_BLANK if f in row and row[f] is None}
        blank = dict.fromkeys(c.field for c in NAMED[name].columns)
        if known is None:
            new = blank | row | marks
        elif clears:
            new = known | row | marks
        else:
            new = known | {f: v for f, v in row.items() if v is not None}
        if known is None or new != known:
            new = new | {"batch_id": number, "source_row": 2}
        return new

    def add(self, result: importing.Preview, name: str, row: Row, clears: bool) -> None:
        """A row that says nothing is not a word."""
        sheet = NAMED[name]
        fields = {c.name: c.field for c in sheet.columns}
        marks = {"ya": True, "tidak": False}
        read = {fields[n]: marks.get(v, v) if isinstance(v, str) else v for n, v in row.items()}
        said = {f: v for f, v in read.items() if f not in sheet.key and v is not None}
        stored = tuple(read[k] for k in sheet.key) in self.records()[sheet.table]
        says = any(v is not False for v in said.values()) or stored
        assert result.kept or not says or self._same(name, read, clears), "a word is kept"
        if result.kept and (said or (clears and len(read) > len(sheet.key))):
            self.batches[result.batch_id or 0] = (name, read, clears)

    def _same(self, name: str, row: Row, clears: bool) -> bool:
        sheet = NAMED[name]
        known = self.records()[sheet.table][tuple(row[k] for k in sheet.key)]
        return self._after(known, name, row, clears, 0) == known


@pytest.fixture(scope="module")
def emptied() -> Iterator[Store]:
    """One store for all examples; each ends with everything undone."""
    with Store() as store:
        yield store


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=st.lists(_MOVE, min_size=2, max_size=8))
def test_any_walk_ends_where_the_rows_given_say(emptied: Store, moves):
    store, words = emptied, Words()

    def bring(name: str, row: Row, clears: bool) -> None:
        result = importing.commit(store, parsed_row(store, name, row, clears), "uji", today=TODAY)
        assert not result.problems, result.problems
        words.add(result, name, row, clears)
        agree()

    def agree() -> None:
        expected = words.records()
        for sheet in SHEETS:
            found = store.rows(f"SELECT * FROM {sheet.table}")
            assert {tuple(r[k] for k in sheet.key): r for r in found} == expected[sheet.table]
        assert agrees_with_folding(store)

    bring(*_BASE, False)
    base = next(iter(words.batches))
    try:
        for what, given_row, clears in moves:
            if what == "impor":
                bring(*given_row, clears)
                continue
            later = [n for n in sorted(words.batches) if n != base]
            if later:
                number = later[given_row % len(later)]
                importing.undo(store, number, "uji", TODAY)
                del words.batches[number]
                agree()
        with store.rehearse(stored=True) as cursor:
            kept = cursor.execute("SELECT * FROM step_fact ORDER BY ALL").fetchall()
            facts.rebuild(cursor)
            assert cursor.execute("SELECT * FROM step_fact ORDER BY ALL").fetchall() == kept
    finally:
        for row in reversed(
            store.rows("SELECT batch_id FROM import_batch WHERE undone_at IS NULL ORDER BY 1")
        ):
            importing.undo(store, row["batch_id"], "uji", TODAY)
    assert store.empty
