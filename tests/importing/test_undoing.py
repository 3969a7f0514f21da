"""The law of undo: afterwards the store is what it would be had that batch never come.

The oracle is a plain Python fold over the rows that the other batches brought and kept, and a
plain reading of the rules between rows; a walk imports and undoes at random and holds the store
against it after every step. ``PANTAU_WALKS`` sets how many walks (default 8).
"""

import datetime as dt
import os
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from sop_core import facts, importing
from sop_core.errors import UndoRefused
from sop_core.importing import Preview, SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store, migrations
from tests.builders import TODAY, load, workbook

D = dt.date
WALKS = int(os.environ.get("PANTAU_WALKS", "8"))
FACTS = ("sop_case", "step_fact")
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]
ADV2 = ["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman"]
STEP = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Records with the batch and row they are of, and facts."""
    return {
        t: [tuple(r.values()) for r in store.rows(f"SELECT * FROM {t} ORDER BY ALL")]
        for t in (*(s.table for s in SHEETS), *FACTS)
    }


def upload(store: Store, headings: dict[str, list[str]], **sheets) -> Preview:
    file = SourceFile("uji.xlsx", workbook(headings, **sheets))
    return importing.import_files(store, [file], "uji", today=TODAY)


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
    upload(
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
        # The step before gets its earlier, later finish back: the step after would start after it ended.
        ([{"Langkah": [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]]}, {"Langkah": [STEP]},
          {"Langkah": [["ADV-1", 2, None, D(2025, 3, 17)]]}],
         r"baris Langkah ADV-1 / 2 dari unggahan 4 melanggar aturan \(selesai 17 Maret 2025 mendahului"),
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
          {"Langkah": [["FKP", 4, D(2025, 3, 3), D(2025, 3, 4)]]},
          {"Langkah": [["FKP", 5, D(2025, 4, 1)]]}],
         r"baris Langkah FKP / 5 dari unggahan 4 melanggar aturan \(langkah D\.5 mensyaratkan D\.4"),
    ],
    ids=["chain", "person", "flow", "requirement"],
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
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 7)]])
    load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]])
    result = load(store, Kegiatan=[ADV2], Langkah=[["ADV-1", 2, None, D(2025, 3, 14)]])
    assert (result.rows.new, result.rows.rejected) == (1, 1)
    importing.undo(store, 2, "uji")
    assert store.one("SELECT count(*) FROM step_record") == 1


def test_a_withdrawn_upload_leaves_no_word_of_itself(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[STEP])
    importing.undo(store, 1, "uji")
    for table in (*(f"{s.table}_vouched" for s in SHEETS), "import_sheet"):
        assert store.one(f"SELECT count(*) FROM {table}") == 0


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
DAYS = st.sampled_from([D(2025, 3, 3), D(2025, 3, 7), D(2025, 3, 14), D(2025, 3, 20)])
MAYBE = st.none() | DAYS
CASES = st.sampled_from(["K-1", "K-2"])


def row_of(
    sheet: str, required: dict[str, st.SearchStrategy], optional: dict[str, st.SearchStrategy]
):
    """A row as {column: value}: the required columns, and any value for the optional ones."""
    return st.fixed_dictionaries({**required, **optional}).map(lambda r: (sheet, r))


ROWS = {
    "activity": row_of(
        "activity",
        {"ID Kegiatan": CASES, "Alur": st.sampled_from("AAD"), "Tahun": st.just(2025),
         "Kode Unit": st.just("BBPOM-PDG"), "Judul": st.sampled_from(["Satu", "Dua"])},
        {"Jumlah Peserta": st.sampled_from([None, 20])},
    ),
    "step_record": row_of(
        "step_record",
        {"ID Kegiatan": CASES, "No Langkah": st.integers(1, 5)},
        {"Tanggal Mulai": MAYBE, "Tanggal Selesai": MAYBE,
         "Keterangan": st.sampled_from([None, "lengkap"])},
    ),
    "facilitator": row_of(
        "facilitator",
        {"ID Fasilitator": st.sampled_from(["P-1", "P-2"]), "Nama": st.just("Rekaan"),
         "Kode Unit": st.just("BBPOM-PDG"), "Jenis": st.just("Keamanan Pangan")},
        {"ID Kegiatan": st.none() | CASES, "Lembaga": st.sampled_from([None, "Pusdiklat"])},
    ),
    "follow_up": row_of(
        "follow_up",
        {"ID Kegiatan": CASES, "No Rekomendasi": st.just("R-1"),
         "Uraian": st.sampled_from(["Satu", "Dua"])},
        {"Target Selesai": MAYBE},
    ),
    "target": row_of(
        "target",
        {"Tahun": st.just(2025), "Kode Unit": st.just("BBPOM-PDG"), "Alur": st.sampled_from("AB")},
        {"Jumlah Kegiatan": st.sampled_from([None, 4, 5])},
    ),
}  # fmt: skip
OPTIONAL = {
    "activity": ["Jumlah Peserta"],
    "step_record": ["Tanggal Mulai", "Tanggal Selesai", "Keterangan"],
    "facilitator": ["ID Kegiatan", "Lembaga"],
    "follow_up": ["Target Selesai"],
    "target": ["Jumlah Kegiatan"],
}
BOOK = st.fixed_dictionaries(
    {},
    optional={
        table: st.tuples(
            st.lists(rows, min_size=1, max_size=4),
            # Which of the optional columns the file lacks.
            st.sets(st.sampled_from(OPTIONAL[table])),
        )
        for table, rows in ROWS.items()
    },
)
Records = dict[str, dict[tuple[object, ...], dict[str, object]]]


def key_of(table: str, row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[field] for field in NAMED[table].key)


def folded(batches: list[tuple[int, list[tuple[str, dict[str, object], int]]]]) -> Records:
    """The records that batches of kept rows come to, in their order."""
    records: Records = {s.table: {} for s in SHEETS}
    for number, rows in batches:
        for table, row, source_row in rows:
            known = records[table].get(key_of(table, row))
            blank = dict.fromkeys(c.field for c in NAMED[table].columns)
            new = (known or blank) | row
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
    for case in flows:
        steps = [
            (row["step_no"], row["started"], row["finished"])
            for key, row in sorted(records["step_record"].items())
            if key[0] == case
        ]
        before = None
        for number, started, finished in steps:
            if finished and started and finished < started:
                found.add(("step_record", (case, number)))
            if finished and not started and before and finished < before:
                found.add(("step_record", (case, number)))
            before = finished
    return found


class Walk(RuleBasedStateMachine):
    """Uploads and undos in any order, against the fold of the batches that remain."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.batches: dict[int, list[tuple[str, dict[str, object], int]]] = {}
        self.books: list[dict] = []

    def teardown(self) -> None:
        self.store.close()

    @rule(book=BOOK)
    def upload(self, book):
        if book:
            self.take(book)

    @precondition(lambda self: self.books)
    @rule(data=st.data(), more=ROWS["target"])
    def upload_an_earlier_book_again_with_one_row_more(self, data, more):
        """Most of its rows are unchanged, or older than what is stored."""
        book = dict(data.draw(st.sampled_from(self.books)))
        rows, lacking = book.get("target", ([], set()))
        self.take(book | {"target": ([*rows, more], lacking)})

    def take(self, book) -> None:
        self.books.append(book)
        headings, sheets, given = {}, {}, []
        for table, (rows, lacking) in book.items():
            name = NAMED[table].name
            headings[name] = [c for c in rows[0][1] if c not in lacking]
            sheets[name.replace(" ", "_")] = [[r[c] for c in headings[name]] for _, r in rows]
            for number, (_, row) in enumerate(rows, 2):
                fields = {COLUMNS[table][c]: row[c] for c in headings[name]}
                given.append((table, fields, number))
        result = upload(self.store, headings, **sheets)
        refused = {(p.sheet, p.row) for p in result.problems}
        if result.kept:
            once = {
                (table, key_of(table, row)): (table, row, number)
                for table, row, number in reversed(given)
                if (NAMED[table].name, number) not in refused
            }
            self.batches[result.batch_id] = list(once.values())
        self.agree()

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def undo(self, data):
        number = data.draw(st.sampled_from(sorted(self.batches)))
        left = {b: rows for b, rows in self.batches.items() if b != number}
        before, after = folded(sorted(self.batches.items())), folded(sorted(left.items()))
        flows = [
            {k: r["flow"] for k, r in records["activity"].items()} for records in (before, after)
        ]
        turned = any(
            flows[0][(case,)] != flows[1].get((case,), flows[0][(case,)])
            for case, _ in after["step_record"]
            if (case,) in flows[0]
        )
        wrong = broken(after) - broken(before)
        if wrong or turned:
            with pytest.raises(UndoRefused, match="batalkan unggahan"):
                importing.undo(self.store, number, "uji", TODAY)
        else:
            importing.undo(self.store, number, "uji", TODAY)
            self.batches = left
        self.agree()

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


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=WALKS,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
