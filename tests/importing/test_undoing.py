"""The law of undo: afterwards the store is what it would be had that batch never come.

The oracle is a plain Python fold over the rows that the other batches brought and kept, and a
plain reading of the rules between rows; a walk imports and undoes at random and holds the store
against it after every step. ``PANTAU_WALKS`` sets how many walks (default 6).
"""

import datetime as dt
import os
import random
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from sop_core import facts, importing
from sop_core.errors import UndoRefused
from sop_core.importing import SourceFile
from sop_core.importing.contract import NO_WHEN_BLANK, SHEETS
from sop_core.store import Store, migrations
from tests.builders import HEADINGS, TODAY, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
WALKS = int(os.environ.get("PANTAU_WALKS", "6"))
STEPS = 12
FACTS = ("sop_case", "flow_year", "step_fact")
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]
ADV2 = ["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman"]
STEP = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Records with the batch and row they are of, and facts."""
    return {
        t: [tuple(r.values()) for r in store.rows(f"SELECT * FROM {t} ORDER BY ALL")]
        for t in (*(s.table for s in SHEETS), *FACTS)
    }


# ------------------------------------------------------------------ by example


def test_rows_that_a_later_batch_carried_unchanged_stay(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEP])
    load(store, Kegiatan=[ADV, ADV2], Langkah=[STEP])
    before = contents(store)
    importing.undo(store, 1, "uji")
    after = contents(store)
    assert [r[:5] for r in after["activity"]] == [tuple(ADV), tuple(ADV2)]
    assert after["step_fact"] == before["step_fact"]
    assert store.rows("SELECT batch_id, source_row FROM step_record") == [
        {"batch_id": 2, "source_row": 2}
    ], "the record is of the batch that vouches for it now"
    importing.undo(store, 2, "uji")
    assert store.empty


def test_values_that_a_later_batch_changed_stay_and_those_it_lacked_go(store: Store):
    load(store, Kegiatan=[ADV])
    load(store, Langkah=[[*STEP, "LAP.01"]])
    load(
        store,
        {"Langkah": ["ID Kegiatan", "No Langkah", "Tanggal Selesai"]},
        Langkah=[["ADV-1", 1, D(2025, 3, 20)]],
    )
    importing.undo(store, 2, "uji")
    row = store.rows("SELECT started, finished, document_no FROM step_record")[0]
    assert list(row.values()) == [None, D(2025, 3, 20), None]


def test_a_change_and_its_change_back_are_undone_in_either_order(store: Store):
    other = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]
    for first, second in ((2, 3), (3, 2)):
        with Store() as fresh:
            load(fresh, Kegiatan=[ADV], Langkah=[STEP])
            load(fresh, Langkah=[other])
            load(fresh, Langkah=[STEP])
            importing.undo(fresh, first, "uji")
            finished = fresh.one("SELECT finished FROM step_record")
            assert finished == (STEP[3] if first == 2 else other[3])
            importing.undo(fresh, second, "uji")
            assert fresh.one("SELECT finished FROM step_record") == STEP[3]


def test_undone_and_uploaded_again_counts_once(store: Store):
    load(store, Kegiatan=[ADV])
    file = SourceFile("langkah.xlsx", workbook(Langkah=[STEP]))
    for number in (2, 3):
        assert importing.import_files(store, [file], "uji", today=TODAY).batch_id == number
        importing.undo(store, number, "uji")
        assert store.one("SELECT count(*) FROM step_record") == 0
    with pytest.raises(UndoRefused, match="sudah dibatalkan"):
        importing.undo(store, 2, "uji")


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        # A person would be in a batch that is an advocacy again.
        ([{"Kegiatan": [["FKP", "A", 2025, "BBPOM-PDG", "x"]]},
          {"Kegiatan": [["FKP", "D", 2025, "BBPOM-PDG", "x"]]},
          {"Fasilitator": [["P-1", "Rekaan", "BBPOM-PDG", "FKP", "Keamanan Pangan"]]}],
         r"baris Fasilitator dari unggahan 4 melanggar aturan \(bukan angkatan fasilitator"),
        # Steps of flow D would be read as those of flow A.
        ([{"Kegiatan": [["FKP", "A", 2025, "BBPOM-PDG", "x"]]},
          {"Kegiatan": [["FKP", "D", 2025, "BBPOM-PDG", "x"]]},
          {"Langkah": [["FKP", 1, D(2025, 3, 3)]]}],
         "FKP kembali ke alur A, padahal unggahan 4 mencatat langkahnya"),
        # D.4 would be skipped again, and D.5 stands on it.
        ([{"Kegiatan": [["FKP", "D", 2025, "BBPOM-PDG", "x"]],
           "Langkah": [["FKP", 4, None, None, None, "ya", "Tidak dianggarkan"]]},
          {"Langkah": [["FKP", 4, D(2025, 3, 3), D(2025, 3, 4), None, "tidak"]]},
          {"Langkah": [["FKP", 5, D(2025, 4, 1)]]}],
         r"baris Langkah FKP / 5 dari unggahan 4 melanggar aturan \(langkah D\.5 mensyaratkan D\.4"),
    ],
    ids=["person", "flow", "requirement"],
)  # fmt: skip
def test_what_others_built_on_it_is_not_left_standing_on_nothing(store: Store, sheets, why):
    load(store, Kegiatan=[ADV])
    for given in sheets:
        assert load(store, **given).rows.rejected == 0
    before = contents(store)
    with pytest.raises(UndoRefused, match=why):
        importing.undo(store, 3, "uji")
    assert contents(store) == before
    importing.undo(store, 4, "uji")
    importing.undo(store, 3, "uji")


def test_a_row_refused_because_of_the_batch_stays_refused(store: Store):
    """Its uploader was told so; a row that comes up by another's undo would be a surprise."""
    batch = ["FKP", "D", 2025, "BBPOM-PDG", "Angkatan"]
    load(store, Kegiatan=[batch], Langkah=[["FKP", 4, D(2025, 3, 3), D(2025, 3, 7)]])
    load(store, Langkah=[["FKP", 4, None, None, None, "ya", "Tidak dianggarkan"]])
    result = load(store, Kegiatan=[ADV2], Langkah=[["FKP", 5, D(2025, 4, 1)]])
    assert (result.rows.new, result.rows.rejected) == (1, 1)
    importing.undo(store, 2, "uji")
    assert store.one("SELECT count(*) FROM step_record") == 1


def test_a_withdrawn_upload_keeps_its_word_and_does_not_count(store: Store):
    """What it said was known until it was undone (past.py)."""
    load(store, Kegiatan=[ADV], Langkah=[STEP])
    importing.undo(store, 1, "uji")
    assert store.one("SELECT count(*) FROM step_record_vouched") == 1
    for table in (
        "activity",
        "step_record",
        "sop_case",
        "step_fact",
        "counted_batch",
        "office_horizon",
    ):
        assert store.one(f"SELECT count(*) FROM {table}") == 0, table


# ------------------------------------------------------------ stores from before


def as_before_vouching(path: Path) -> duckdb.DuckDBPyConnection:
    """A store file with the tables of the schema before migration 8."""
    old = duckdb.connect(str(path))
    old.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    for version, script in migrations().items():
        if version < 8:
            old.execute(script)
            old.execute("INSERT INTO schema_version VALUES (?, now()::TIMESTAMP)", [version])
    return old


def batch_of_old(old: duckdb.DuckDBPyConnection, number: int, unchanged: int) -> None:
    old.execute(
        "INSERT INTO import_batch BY NAME SELECT $n AS batch_id, 'x' AS sha256,"
        " now()::TIMESTAMP AS imported_at, 'uji' AS imported_by, false AS all_or_nothing,"
        " false AS demo, 1 AS rows_new, 0 AS rows_changed, $u AS rows_unchanged,"
        " 0 AS rows_rejected",
        {"n": number, "u": unchanged},
    )


def old_activity(old, case_id: str, batch: int, title: str, prior_of: int | None = None) -> None:
    head, table = "", "activity"
    if prior_of:
        head, table = f"{prior_of} AS undo_batch, true AS existed,", "activity_prior"
    old.execute(
        f"INSERT INTO {table} BY NAME SELECT {head} $c AS case_id, 'A' AS flow, 2025 AS year,"
        " 'BBPOM-PDG' AS unit_code, $t AS title, $b AS batch_id, 2 AS source_row",
        {"c": case_id, "t": title, "b": batch},
    )


def test_old_batches_are_undone_as_far_as_is_known_of_them(tmp_path: Path):
    """1 brought ADV-1 and ADV-2, 2 changed ADV-1, 3 brought ADV-3; then this version's 4."""
    path = tmp_path / "lama.duckdb"
    with as_before_vouching(path) as old:
        for number in (1, 2, 3):
            batch_of_old(old, number, 0)
        old_activity(old, "ADV-1", 2, "Dua")
        old_activity(old, "ADV-1", 1, "Satu", prior_of=2)
        old_activity(old, "ADV-2", 1, "Satu")
        old_activity(old, "ADV-3", 3, "Tiga")
        old.execute("CREATE OR REPLACE SEQUENCE batch_number START 4")
    with Store(path) as store:
        load(
            store,
            Kegiatan=[["ADV-2", "A", 2025, "BBPOM-PDG", "Empat"], ADV[:1] + ADV[1:4] + ["Dua"]],
        )
        with pytest.raises(UndoRefused, match="sudah diubah unggahan 2"):
            importing.undo(store, 1, "uji")
        importing.undo(store, 3, "uji")
        importing.undo(store, 2, "uji")
        importing.undo(store, 1, "uji")
        rows = store.rows("SELECT case_id, title, batch_id FROM activity ORDER BY ALL")
        assert [tuple(r.values()) for r in rows] == [("ADV-1", "Dua", 4), ("ADV-2", "Empat", 4)]
        importing.undo(store, 4, "uji")
        assert store.empty


def test_an_old_batch_whose_unchanged_rows_are_not_known_must_go_first(tmp_path: Path):
    path = tmp_path / "lama.duckdb"
    with as_before_vouching(path) as old:
        batch_of_old(old, 1, 0)
        batch_of_old(old, 2, 1)
        old_activity(old, "ADV-1", 1, "Satu")
        old_activity(old, "ADV-2", 2, "Dua")
    with Store(path) as store:
        with pytest.raises(UndoRefused, match=r"Unggahan 2 juga memuat.*tidak dapat dipastikan"):
            importing.undo(store, 1, "uji")
        importing.undo(store, 2, "uji")
        importing.undo(store, 1, "uji")
        assert store.empty


# ---------------------------------------------------------------------- walks

COLUMNS = {s.table: {c.name: c.field for c in s.columns} for s in SHEETS}
NAMED = {s.table: s for s in SHEETS}
DAYS = (None, None, D(2025, 3, 3), D(2025, 3, 7), D(2025, 3, 14), D(2025, 3, 20))
CASES = ("K-1", "K-1", "K-2")
# What a cell may hold; few values, so that rows come again unchanged and values come back.
CELLS: dict[str, dict[str, tuple[object, ...]]] = {
    "activity": {"ID Kegiatan": CASES, "Alur": ("A", "A", "D"), "Tahun": (2025,),
                 "Kode Unit": ("BBPOM-PDG",), "Judul": ("Satu", "Dua"), "Jumlah Peserta": (None, 20),
                 "Bersama Pusat": (None, "ya", "tidak")},
    "step_record": {"ID Kegiatan": CASES, "No Langkah": (1, 2, 3), "Tanggal Mulai": DAYS,
                    "Tanggal Selesai": DAYS, "Keterangan": (None, "lengkap")},
    "facilitator": {"ID Fasilitator": ("P-1", "P-2"), "Nama": ("Rekaan",), "Kode Unit": ("BBPOM-PDG",),
                    "ID Kegiatan": (None, *CASES), "Jenis": ("Keamanan Pangan",),
                    "Lembaga": (None, "Pusdiklat")},
    "follow_up": {"ID Kegiatan": CASES, "No Rekomendasi": ("R-1",), "Uraian": ("Satu", "Dua"),
                  "Target Selesai": DAYS},
    "target": {"Tahun": (2025,), "Kode Unit": ("BBPOM-PDG",), "Alur": ("A", "B"),
               "Jumlah Kegiatan": (None, 4, 5)},
}  # fmt: skip
REQUIRED = {s.table: {c.name for c in s.required} for s in SHEETS}
Row = dict[str, object]
Book = dict[str, list[Row]]
Records = dict[str, dict[tuple[object, ...], dict[str, object]]]
Kept = list[tuple[str, Row, int, bool]]
"""Table, fields, row of the file and whether blanks clear, of each row that a batch kept."""
MARKS = {"ya": True, "tidak": False}


def key_of(table: str, row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[field] for field in NAMED[table].key)


def folded(batches: list[tuple[int, "Kept"]]) -> Records:
    """The records that batches of kept rows come to, in their order."""
    records: Records = {s.table: {} for s in SHEETS}
    for number, rows in batches:
        for table, row, source_row, clears in rows:
            known = records[table].get(key_of(table, row))
            blank = dict.fromkeys(c.field for c in NAMED[table].columns)
            # A blank keeps what is there; a mark that is not there is a no.
            said = {
                f: False if v is None and f in NO_WHEN_BLANK else v
                for f, v in row.items()
                if known is None or clears or v is not None
            }
            new = (known or blank) | said
            if known is None or any(known[f] != new[f] for f in blank):
                new |= {"batch_id": number, "source_row": source_row}
            records[table][key_of(table, row)] = new
    return records


def broken(records: Records) -> set[tuple[object, ...]]:
    """Rows that the rules between rows do not let stand, read from the SOP and the contract."""
    flows = {key[0]: row["flow"] for key, row in records["activity"].items()}
    found: set[tuple[object, ...]] = set()
    for table in ("step_record", "facilitator", "follow_up"):
        for key, row in records[table].items():
            case = row["case_id"]
            wrong = {"facilitator": "A", "follow_up": "D"}.get(table)
            if case is not None and (case not in flows or flows[case] == wrong):
                found.add((table, key))
    for key, row in records["step_record"].items():
        if row["finished"] and row["started"] and row["finished"] < row["started"]:
            found.add(("step_record", key))
    return found


class Walk:
    """Uploads and undos in any order, against the fold of the batches that remain."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)
        self.batches: dict[int, Kept] = {}
        self.books: list[Book] = []
        self.seen: Counter[str] = Counter()
        begin = [
            dict(zip(HEADINGS["Kegiatan"], (case, flow, 2025, "BBPOM-PDG", "Satu"), strict=True))
            for case, flow in (("K-1", "A"), ("K-2", "D"))
        ]
        self.upload({"activity": begin})

    def book(self) -> Book:
        """Some rows of some sheets, each sheet without some of its optional columns."""
        chance, made = self.chance, {}
        for table, cells in CELLS.items():
            if table == "step_record" or chance.random() < 0.3:
                names = [n for n in cells if n in REQUIRED[table] or chance.random() < 0.7]
                made[table] = [
                    {n: chance.choice(cells[n]) for n in names} for _ in range(chance.randint(1, 3))
                ]
        return made

    def step(self) -> None:
        """One upload or undo, whose outcome is then held against the oracle."""
        what = self.chance.random()
        if what < 0.45 and self.batches:
            self.undo(self.chance.choice(sorted(self.batches)))
        elif what < 0.65:
            # An earlier book with a row more: most of it is unchanged, or older than the store.
            earlier = self.chance.choice(self.books)
            more = {n: self.chance.choice(v) for n, v in CELLS["target"].items()}
            self.upload(earlier | {"target": [more]})
        else:
            self.upload(self.book())
        self.agree()

    def upload(self, book: Book) -> None:
        self.books.append(book)
        headings = {NAMED[table].name: list(rows[0]) for table, rows in book.items()}
        sheets = {
            NAMED[table].name.replace(" ", "_"): [list(row.values()) for row in rows]
            for table, rows in book.items()
        }
        clears = self.chance.random() < 0.4
        before = folded(sorted(self.batches.items()))
        result = load(self.store, headings, clears=clears, **sheets)
        self.seen["emptied"] += result.emptied_total
        self.seen["unchanged"] += result.rows.unchanged
        self.seen["refused rows"] += result.rows.rejected
        if not result.kept:
            return
        refused = {(p.sheet, p.row) for p in result.problems}
        kept: dict[tuple[object, ...], tuple[str, Row, int, bool]] = {}
        for table, rows in book.items():
            for number, row in enumerate(rows, 2):
                fields = {
                    COLUMNS[table][name]: MARKS.get(str(value), value)
                    for name, value in row.items()
                }
                key = key_of(table, fields)
                filled = any(v for f, v in fields.items() if f not in NAMED[table].key)
                says = filled or (clears and key in before[table])
                if (NAMED[table].name, number) not in refused and says:
                    kept.setdefault((table, key), (table, fields, number, clears))
        self.batches[result.batch_id] = list(kept.values())

    def undo(self, number: int) -> None:
        left = {b: rows for b, rows in self.batches.items() if b != number}
        before, after = folded(sorted(self.batches.items())), folded(sorted(left.items()))
        turned = any(
            (case,) in after["activity"]
            and before["activity"][case,]["flow"] != after["activity"][case,]["flow"]
            for case, _ in after["step_record"]
        )
        if broken(after) - broken(before) or turned:
            self.seen["undo refused"] += 1
            with pytest.raises(UndoRefused, match="batalkan unggahan"):
                importing.undo(self.store, number, "uji", TODAY)
        else:
            self.seen["undone" if number == max(self.batches) else "undone out of order"] += 1
            importing.undo(self.store, number, "uji", TODAY)
            self.batches = left

    def agree(self) -> None:
        """Records are the fold of the kept rows, facts are those of the records."""
        expected = folded(sorted(self.batches.items()))
        for sheet in SHEETS:
            rows = self.store.rows(f"SELECT * FROM {sheet.table}")
            found = {key_of(sheet.table, row): row for row in rows}
            assert len(found) == len(rows)
            assert found == expected[sheet.table], sheet.name
        kept = {t: self.store.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in FACTS}
        with self.store.rehearse(stored=True) as cursor:
            facts.rebuild(cursor)
            for table, rows in kept.items():
                anew = cursor.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
                assert anew == [tuple(r.values()) for r in rows]


@pytest.mark.slow
def test_walks_of_imports_and_undos_end_where_the_law_says():
    """Each walk is its seed; a failure names it."""
    seen: Counter[str] = Counter()
    for seed in range(WALKS):
        with Store() as store:
            walk = Walk(store, seed)
            for number in range(STEPS):
                try:
                    walk.step()
                except BaseException as error:
                    error.add_note(f"walk {seed}, step {number}")
                    raise
            seen += walk.seen
    print(f"{WALKS} walks of {STEPS} steps: {dict(seen)}")
    for name in (
        "unchanged",
        "emptied",
        "refused rows",
        "undo refused",
        "undone",
        "undone out of order",
    ):
        assert seen[name], f"no walk came by: {name}"
