"""What a person wrote reaches the store as written: values that only look alike stay apart."""

import io

import pytest
import xlsxwriter

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY

HEAD = ["ID Kegiatan", "No Langkah", "Dilewati", "Keterangan"]


def sheet(column: list[object]) -> SourceFile:
    """Steps with these cells as their remark and mark, by Excel's own kinds of cell."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("Langkah")
        page.write_row(0, 0, HEAD)
        for row, value in enumerate(column, 1):
            page.write_row(row, 0, ["ADV-1", row])
            page.write(row, 2, value if isinstance(value, bool) else bool(value))
            page.write(row, 3, value)
    return SourceFile("a.xlsx", target.getvalue())


@pytest.mark.parametrize("first", [True, 1, "1", False, 0, "0"])
def test_true_and_1_are_two_in_one_column(store: Store, first):
    column = [first, True, 1, "1", False, 0, "0", 1.0]
    table = importing.read(store, [sheet(column)], TODAY).sheets[0].table
    expected = [str(v).upper() if isinstance(v, bool) else str(int(v)) for v in column]
    assert table["remarks"].to_pylist() == expected
    marks = [v if isinstance(v, bool) else bool(v) for v in column]
    assert table["skipped"].to_pylist() == marks


def test_leading_zeros_keep_two_ids_apart(store: Store):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("Langkah")
        page.write_row(0, 0, HEAD[:2])
        for row, value in enumerate(["001", 1, "1", "01"], 1):
            page.write_row(row, 0, [value, row])
    table = importing.read(store, [SourceFile("a.xlsx", target.getvalue())], TODAY).sheets[0].table
    assert table["case_id"].to_pylist() == ["001", "1", "1", "01"]


def test_a_truth_is_no_id(store: Store):
    """It would be kept as a text that nobody wrote; the reason quotes what the sheet shows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("Langkah")
        page.write_row(0, 0, HEAD[:2])
        page.write_row(1, 0, [True, 1])
    (problem,) = importing.read(store, [SourceFile("a.xlsx", target.getvalue())], TODAY).problems
    assert (problem.value, problem.message) == ("TRUE", "TRUE atau FALSE, bukan ID")
