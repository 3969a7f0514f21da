"""A preview tells an office nothing of another: foreign is as good as unknown.

Held by importing one workbook into two stores that differ in other offices' records only.
"""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from functools import partial

import pytest

from sop_core import importing
from sop_core.access import VISITOR, Viewer
from sop_core.errors import AccessDenied, ImportRefused
from sop_core.importing import Preview, SourceFile
from sop_core.importing.contract import DEMO_SHEET
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
KUPANG = Viewer("staf.kupang", "Staf contoh", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
BELU = Viewer("staf.belu", "Staf contoh", "data_staf", "LOKA-BLU", ("LOKA-BLU",))
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
UNKNOWN = (
    "kegiatan tidak ada di lembar Kegiatan maupun di antara kegiatan yang menjadi kewenangan Anda"
)


def look(store: Store, viewer: Viewer, **sheets) -> Preview:
    """The preview of a workbook as a person gets it."""
    seen = store.as_viewer(viewer)
    parsed = importing.read(seen, [SourceFile("uji.xlsx", workbook(**sheets))], TODAY)
    return importing.preview(seen, parsed, TODAY)


def told(found: Preview) -> dict[str, object]:
    """All of a preview but numbers of uploads, and what a clock is in: the digest of the workbook,
    when it was looked at, when others put a value there.
    """
    changes = [dataclasses.replace(c, batch_id=None, since=None) for c in found.changes]
    found = dataclasses.replace(found, changes=changes, others=[])
    return {k: v for k, v in dataclasses.asdict(found).items() if k not in ("sha256", "looked_at")}


def of_padang(store: Store) -> None:
    load(
        store,
        Kegiatan=[["P-1", "A", 2025, "BBPOM-PDG", "Advokasi"], ["P-2", "D", 2025, "BBPOM-PDG", "Angkatan"]],
        Langkah=[["P-1", 1, D(2025, 3, 3), D(2025, 3, 14)]],
        Fasilitator=[["FP-1", "Rekaan Satu", "BBPOM-PDG", "P-2", "Keamanan Pangan"]],
    )  # fmt: skip


def of_kupang(store: Store, flow: str = "A") -> None:
    load(
        store,
        Kegiatan=[["K-1", flow, 2025, "BBPOM-KPG", "Milik Kupang"], ["K-2", "D", 2025, "BBPOM-KPG", "Angkatan"]],
        Langkah=[["K-1", 1, D(2025, 3, 3), D(2025, 3, 14)], ["A-2025-BBPOM-KPG", 7, D(2026, 1, 5)],
                 ["A-2025-NASIONAL", 8, D(2026, 2, 5)]],
        Fasilitator=[["FK-1", "Rekaan Dua", "BBPOM-KPG", "K-2", "Keamanan Pangan"]],
        Tindak_Lanjut=[["K-1", "R-1", "Perbaiki"]] if flow == "A" else [],
        Target=[[2025, "BBPOM-KPG", "A", 9]],
    )  # fmt: skip


@pytest.fixture(scope="module")
def both() -> Iterator[Store]:
    """Padang's records and Kupang's, to look at only."""
    with Store() as opened:
        of_padang(opened)
        of_kupang(opened)
        yield opened


ROWS = {
    "Langkah": lambda case: [case, 1, D(2025, 3, 3), D(2025, 3, 10)],
    "Langkah past the flow": lambda case: [case, 11, D(2025, 3, 3)],
    "Langkah before its start": lambda case: [case, 2, D(2025, 3, 3), D(2025, 3, 1)],
    "Langkah unreadable": lambda case: [case, 2, "entah"],
    "Fasilitator": lambda case: ["FP-9", "Rekaan", "BBPOM-PDG", case, "Keamanan Pangan"],
    "Fasilitator of one's own": lambda case: ["FP-1", "Rekaan Satu", "BBPOM-PDG", case, "Keamanan Pangan"],
    "Tindak Lanjut": lambda case: [case, "R-1", "Perbaiki"],
    "Tindak Lanjut of another": lambda case: [case, "R-1", "Perbaiki", "BBPOM-KPG"],
}  # fmt: skip


@pytest.mark.parametrize("kind", list(ROWS))
@pytest.mark.parametrize(
    ("foreign", "unknown"),
    [("K-1", "X-1"), ("K-2", "X-2"), ("A-2025-BBPOM-KPG", "A-2025-BBPOM-XXX"),
     ("A-2025-NASIONAL", "A-2025-NASIONOL"), ("D-2025-TW1", "D-2025-TW9")],
)  # fmt: skip
def test_a_foreign_id_gets_the_words_of_an_unknown_one(both: Store, kind, foreign, unknown):
    sheet = "_".join(kind.split()[: 2 if kind.startswith("Tindak") else 1])
    answers = []
    for case in (foreign, unknown):
        found = look(both, PADANG, **{sheet: [ROWS[kind](case)]})
        assert found.rows.rejected == 1
        answers.append(str(told(found)).replace(case, "ID"))
    assert answers[0] == answers[1]


def test_the_row_of_an_unknown_or_foreign_case_says_so(store: Store):
    of_kupang(store)
    found = look(store, PADANG, Langkah=[["K-1", 1], ["X-1", 1]])
    assert [(p.value, p.message) for p in found.problems] == [("K-1", UNKNOWN), ("X-1", UNKNOWN)]


@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [("Kegiatan", ["K-1", "D", 2025, "BBPOM-PDG", "Ambil"], "ID Kegiatan"),
     ("Fasilitator", ["FK-1", "Rekaan", "BBPOM-PDG", None, "Keamanan Pangan"], "ID Fasilitator")],
)  # fmt: skip
def test_an_id_that_another_office_has_taken_is_refused_without_a_name(store, sheet, row, column):
    of_kupang(store)
    found = look(store, PADANG, **{sheet: [row]})
    assert [(p.column, p.value, p.message) for p in found.problems] == [
        (column, row[0], "ID ini tidak dapat dipakai; pakai ID lain")
    ]
    assert not found.changes


def any_book(chance: random.Random) -> dict[str, list[list[object]]]:
    """A workbook of Padang's hand that names its own, foreign, unknown and reserved things.

    Never an ID of another office as one's own: that it is taken has to be said.
    """
    cases = ("P-1", "P-2", "P-3", "K-1", "K-2", "X-1", "A-2025-BBPOM-PDG", "A-2025-BBPOM-KPG",
             "A-2025-NASIONAL", "D-2025-TW1", "B-2025-XXX")  # fmt: skip
    days = (None, D(2025, 3, 3), D(2025, 3, 20), D(2027, 1, 1), "entah")
    units = ("BBPOM-PDG", "BBPOM-PDG", "BBPOM-KPG", "LOKA-BLU", "entah")
    case, day, unit = (partial(chance.choice, values) for values in (cases, days, units))
    sheets: dict[str, list[list[object]]] = {
        "Kegiatan": [
            [key, chance.choice("ABD"), 2025, unit() if key[0] == "P" else "BBPOM-KPG", chance.choice("xy")]
            for key in chance.choices(["P-1", "P-2", "P-3", "K-1", "X-1"], k=3)
        ],
        "Langkah": [[case(), chance.choice([1, 2, 7, 8, 11]), day(), day()] for _ in range(8)],
        "Fasilitator": [
            [key, "Rekaan", unit() if key[1] == "P" else "BBPOM-KPG", chance.choice([None, case()]), "Keamanan Pangan", day()]
            for key in chance.choices(["FP-1", "FP-2", "FK-1"], k=4)
        ],
        "Tindak_Lanjut": [[case(), "R-1", "Uraian", chance.choice([None, unit()]), day()] for _ in range(4)],
        "Target": [[2025, unit(), chance.choice("AB"), chance.choice([1, 9])] for _ in range(2)],
    }  # fmt: skip
    return {name: sheets[name] for name in sheets if chance.random() < 0.8}


@pytest.mark.slow
def test_what_other_offices_have_makes_no_difference_to_a_preview():
    """25 workbooks into: Padang alone, beside Kupang's records, beside others of Kupang's."""
    with Store() as alone, Store() as beside, Store() as otherwise:
        for store in (alone, beside, otherwise):
            of_padang(store)
        of_kupang(beside)
        of_kupang(otherwise, flow="D")
        load(otherwise, Langkah=[["K-1", 4, None, None, None, "ya", "x"]])
        rejected = 0
        for seed in range(25):
            book = any_book(random.Random(seed))
            if not book:
                continue
            answers = [told(look(s, PADANG, **book)) for s in (alone, beside, otherwise)]
            assert answers[0] == answers[1] == answers[2], seed
            rejected += sum(c["rejected"] for c in answers[0]["sheets"].values())
        assert rejected > 150, "most of it is foreign or wrong"


def test_the_same_file_of_another_office_is_nobodys_business(store: Store):
    content = workbook(Kegiatan=[["K-1", "A", 2025, "BBPOM-KPG", "Milik Kupang"]])
    file = SourceFile("k.xlsx", content)
    kupang, padang = store.as_viewer(KUPANG), store.as_viewer(PADANG)
    importing.import_files(kupang, [file], "x", today=TODAY)
    for viewer, number in ((kupang, 1), (padang, None), (store, 1)):
        parsed = importing.read(viewer, [file], TODAY)
        assert importing.preview(viewer, parsed, TODAY).repeat_of == number


@pytest.mark.parametrize(
    ("viewer", "unit", "batch", "allowed"),
    [
        (PADANG, "BBPOM-PDG", "P-2", True),
        (PADANG, "BBPOM-PDG", "K-2", False),
        (KUPANG, "BBPOM-KPG", "B-2", True),  # Kupang coordinates Loka Belu
        (BELU, "LOKA-BLU", "K-2", False),  # not the other way round
        (CENTRE, "PST-PMPUPO", "K-2", True),
        (None, "BBPOM-PDG", "K-2", True),
    ],
    ids=["own", "foreign", "coordinated", "coordinator", "centre", "operator"],
)  # fmt: skip
def test_whom_a_person_may_be_joined_to(store: Store, viewer, unit, batch, allowed):
    of_padang(store)
    of_kupang(store)
    load(store, Kegiatan=[["B-2", "D", 2025, "LOKA-BLU", "Angkatan"]])
    seen = store.as_viewer(viewer) if viewer else store
    result = load(seen, Fasilitator=[["F-9", "Rekaan", unit, batch, "Keamanan Pangan"]])
    assert result.rows.new == int(allowed)
    if not allowed:
        assert [p.message for p in result.problems] == [UNKNOWN]


def test_who_is_in_a_foreign_batch_already_stays_in_it(store: Store):
    """The operator put them there; the office sends the rest of the row as it exported it."""
    of_kupang(store)
    row = ["F-9", "Rekaan", "BBPOM-PDG", "K-2", "Keamanan Pangan"]
    load(store, Fasilitator=[row])
    result = load(store.as_viewer(PADANG), Fasilitator=[[*row, D(2025, 5, 5)]])
    assert (result.rows.changed, result.rows.rejected) == (1, 0)


def test_a_column_that_the_file_lacks_is_judged_as_it_is_stored(store: Store):
    """Step 2 was begun before; a file of finishes alone may not put its finish before that."""
    of_padang(store)
    load(store, Langkah=[["P-1", 2, D(2025, 4, 1)]])
    names = {"Langkah": ["ID Kegiatan", "No Langkah", "Tanggal Selesai"]}
    file = SourceFile("b.xlsx", workbook(names, Langkah=[["P-1", 2, D(2025, 3, 20)]]))
    result = importing.import_files(store, [file], "uji", today=TODAY)
    assert "mendahului mulai 1 April 2025" in result.problems[0].message


# --------------------------------------------------------------- undo and demo


def test_the_history_offers_an_undo_to_whom_it_is_open(store: Store):
    load(store.as_viewer(PADANG), Kegiatan=[["P-1", "A", 2025, "BBPOM-PDG", "x"]])
    load(store, Kegiatan=[["P-2", "A", 2025, "BBPOM-PDG", "x"]])
    head = Viewer("k", "Kepala", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))
    offered = {
        who.login: [b.undoable for b in importing.history(store.as_viewer(who))]
        for who in (PADANG, head)
    }
    assert offered == {PADANG.login: [False, True], "k": [False, False]}
    assert [b.undoable for b in importing.history(store)] == [True, True]
    importing.undo(store, 1, "x")
    assert [b.undoable for b in importing.history(store)] == [True, False]


def test_a_moved_uploader_leaves_the_old_offices_uploads(store: Store):
    load(store.as_viewer(PADANG), Kegiatan=[["P-1", "A", 2025, "BBPOM-PDG", "x"]])
    moved = Viewer(PADANG.login, PADANG.name, "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
    with pytest.raises(AccessDenied, match="bukan milik unit Anda"):
        importing.undo(store.as_viewer(moved), 1, "x")
    importing.undo(store.as_viewer(PADANG), 1, "x")


def test_an_upload_of_no_office_is_its_uploaders_own():
    centre = Viewer("pusat", "Pusat", "pusat")
    assert centre.may_undo("pusat", None)
    assert not centre.may_undo("lain", None)
    assert not PADANG.may_undo(PADANG.login, None)


def demo_file() -> SourceFile:
    names = {DEMO_SHEET: ["Catatan"]}
    content = workbook(
        names,
        **{"Kegiatan": [["DEMO-1", "A", 2025, "BBPOM-PDG", "Rekaan"]], DEMO_SHEET: [["rekaan"]]},
    )
    return SourceFile("demo.xlsx", content)


@pytest.mark.parametrize("there", ["account", "real data"])
@pytest.mark.parametrize("viewer", [VISITOR, CENTRE, None], ids=["visitor", "centre", "operator"])
def test_demo_data_does_not_go_beside_accounts_or_real_data(store: Store, viewer, there):
    if there == "account":
        with store.cursor() as cursor:
            cursor.execute(
                "INSERT INTO app_user BY NAME SELECT 'staf' AS login, 'Staf' AS name,"
                " 'data_staf' AS role, 'BBPOM-PDG' AS unit_code, false AS active,"
                " now()::TIMESTAMP AS created_at, 'uji' AS created_by"
            )
    else:
        of_padang(store)
    seen = store.as_viewer(viewer) if viewer else store
    parsed = importing.read(seen, [demo_file()], TODAY)
    for way in (
        lambda: importing.preview(seen, parsed, TODAY),
        lambda: importing.commit(seen, parsed, "x", today=TODAY),
        lambda: importing.import_files(seen, [demo_file()], "x", today=TODAY),
    ):
        with pytest.raises(ImportRefused, match="sudah berisi akun atau data asli"):
            way()
    assert not store.has_demo_data


def test_demo_data_goes_in_again_once_the_real_uploads_are_undone(store: Store):
    of_padang(store)
    importing.undo(store, 1, "x")
    assert importing.import_files(store, [demo_file()], "x", today=TODAY).demo
