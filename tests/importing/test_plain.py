"""Texts that are passed over at once are those of which one by one nothing would be said.

Of a column most texts are read as they stand, and a pattern finds them (columns.plain); of few
values it is asked whether they are a sum or a ditto (rows.py). What the patterns leave out must be
what the rules would let pass.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from sop_core.importing import rows
from sop_core.importing.blanks import is_placeholder
from sop_core.importing.cells import parser_for
from sop_core.importing.columns import plain
from sop_core.importing.contract import SHEETS
from sop_core.importing.tabs import Cells, ErrorCell
from sop_core.units import UnitFinder

COLUMNS = [c for s in SHEETS for c in s.columns if c.kind in {"id", "text", "lines"}]
WORDS = [
    "n/a", "n.a.", "Belum ada", "PROSES", "nihil", "-", "…", "00/01/1900", "0-jan-1900", "12:00 AM",
    "sda", "S.D.A.", "idem", '"', "〃", "-//-", "Jumlah", "TOTAL 12", "sub total", "Rata-rata: 4",
    "1E+15", "-1,5E+16", "LAP.01/17", "Advokasi keamanan pangan", "SK-7", "abc", "a1", "İdem", "ſda",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.builds(
        "".join,
        st.lists(st.sampled_from([*WORDS, " ", "  ", "\n", "\t", "\u00a0", "9", "x"]), max_size=6),
    ),
)
VALUES = st.one_of(
    TEXTS, st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates(),
    st.builds(ErrorCell, st.sampled_from(["#REF!", "#N/A"])),
)  # fmt: skip


def column(values: list[Any]) -> Cells:
    return Cells(values, np.arange(len(values), dtype=np.int32))


@given(st.lists(TEXTS, max_size=12))
@example(WORDS)
@example([f" {w}" for w in WORDS])
@example([f"{w}\n{w}" for w in WORDS])
def test_what_is_passed_over_reads_as_it_stands(values: list[str]):
    for value, passed in zip(values, plain(column(values)), strict=True):
        if not passed:
            continue
        for one in COLUMNS:
            assert not is_placeholder(one, value)
            assert parser_for(one, UnitFinder([]), dt.date(2026, 11, 25))(value) == value


def test_most_of_what_offices_write_is_passed_over():
    written = ["LAP.01/17", "ADV-2026-001", "Advokasi keamanan pangan desa", "B-12/KK.02/XI/2026"]
    assert plain(column(written)).all()
    assert not plain(column(["", "001", "belum", " LAP 1", 4, dt.date(2026, 1, 2)])).any()


@given(st.lists(VALUES, max_size=12))
@example(WORDS)
@example([f"\u00a0{w} " for w in WORDS])
def test_sums_and_dittos_are_found_as_if_each_was_asked(values: list[Any]):
    cells = column(values)
    for says, sign in ((rows._adds_up, rows._SUM_SIGN), (rows._means_ditto, rows._DITTO_SIGN)):
        assert cells.where(says, sign).tolist() == [says(v) for v in values]
    again = cells.over(cells.codes[::-1].copy())
    assert again.where(rows._adds_up, rows._SUM_SIGN).tolist() == [
        rows._adds_up(v) for v in values[::-1]
    ]
