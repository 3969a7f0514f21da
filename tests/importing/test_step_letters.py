"""A step may be written with the letter of its flow, and never passes under another's."""

import datetime as dt

import pytest

from sop_core import importing
from sop_core.errors import CellError
from sop_core.importing import SourceFile, checking, step_letters
from sop_core.importing.step_letters import read_step
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

DAY = dt.date(2025, 3, 3)


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ("B.2", (2, "B")), ("B2", (2, "B")), ("b. 2", (2, "B")), ("B-2", (2, "B")),
        ("Langkah B.2", (2, "B")), ("3.", (3, None)), ("3)", (3, None)), ("Langkah 4", (4, None)),
        ("langkah ke-4", (4, None)), ("4", (4, None)), (4.0, (4, None)), ("04", (4, None)), ("No. 4", (4, None)),
    ],
)  # fmt: skip
def test_the_number_and_the_letter(written, step):
    assert read_step(written, True) == step


def test_what_is_no_step():
    for wrong in ("X.2", "A.", "A", "4a", "1-2", "A.1.2", 1.5, "B.0"):
        with pytest.raises(CellError):
            read_step(wrong, True)
    with pytest.raises(CellError, match="tanpa huruf alur: 3"):
        read_step("A.3")


def found(store: Store, rows: list[list], **sheets: list[list]) -> list[tuple[int, str, str]]:
    parsed = importing.read(store, [SourceFile("a.xlsx", workbook(**sheets, Langkah=rows))], TODAY)
    with store.rehearse() as cursor:
        checking.run(cursor, parsed, TODAY, store.viewer)
        step_letters.stage(cursor, parsed.sheets[-1].written_steps)
        step_letters.contradictions(cursor, TODAY)
        problems = checking.listed(cursor, "problem")
        return [(p.row, p.value, p.message) for p in problems if "padahal" in p.message]


def test_a_letter_of_another_flow_is_refused(store: Store):
    load(store, Kegiatan=[["BIN-1", "B", 2025, "BBPOM-PDG", "Pendampingan"]])
    rows = [["BIN-1", "B.1", DAY], ["BIN-1", 2, DAY], ["BIN-1", "A.3", DAY], ["ADV-1", "A1", DAY]]
    new = [["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]]
    said = [(4, "A.3", "langkah alur A, padahal kegiatannya alur B")]
    assert found(store, rows, Kegiatan=new) == said
    assert found(store, [["BIN-1", 1, DAY]]) == []


def test_a_letter_is_told(store: Store):
    book = workbook(Langkah=[["BIN-1", "B.2", DAY], ["BIN-1", "3.", DAY], ["BIN-1", 4, DAY]])
    parsed = importing.read(store, [SourceFile("a.xlsx", book)], TODAY)
    assert parsed.sheets[0].table["step_no"].to_pylist() == [2, 3, 4]
    assert parsed.sheets[0].written_steps.to_pylist() == [
        {"row_no": 2, "written": "B.2", "written_flow": "B"}
    ]
    assert parsed.notes == [
        "Langkah: kolom No Langkah: 2 sel dibaca menurut artinya: “B.2” dibaca sebagai 2;"
        " “3.” dibaca sebagai 3."
    ]
