"""One cell at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core.errors import CellError
from sop_core.importing.cells import parse_choice, parse_flow, parse_id, read_flow
from sop_core.importing.cells import parse_yes_no as yes_no
from sop_core.importing.contract import FLOW_NAMES, KEGIATAN
from sop_core.importing.dates import parse_date
from sop_core.importing.notes import Told
from sop_core.importing.numbers import parse_integer
from sop_core.importing.step_letters import read_step
from tests.builders import REV04


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text):
    for parse in (
        parse_date,
        parse_flow,
        yes_no,
        read_step,
        parse_id,
        lambda v: parse_integer(v, 0, 9),
    ):
        reason = "dibaca"
        try:
            parse(text)
        except CellError as error:
            reason = str(error)
        assert reason


def test_numbers_flows_and_choices():
    assert parse_integer(7.0, 1, 99) == 7
    assert parse_integer("1.250", 0, 10_000) == 1250
    assert [parse_flow(v) for v in ("A", " b ", "Alur C", "D. Fasilitator")] == list("ABCD")
    assert [yes_no(v) for v in ("Ya", "TIDAK", True, 0.0)] == [True, False, True, False]
    stakeholder = KEGIATAN.column("stakeholder")
    assert [parse_choice(v, stakeholder) for v in ("g", "Pemerintah Daerah", "b. Pelaku Usaha")] == ["g", "d", "b"]  # fmt: skip
    for value, low in ((2.5, 0), ("7a", 0), (12, 20)):
        with pytest.raises(CellError):
            parse_integer(value, low, 99)
    with pytest.raises(CellError, match="harus salah satu dari"):
        parse_choice("z", stakeholder)


def test_a_flow_by_its_name_alone_is_told():
    assert {f.name.lower() for f in REV04.flows} == {names[0] for names in FLOW_NAMES.values()}
    for letter, names in FLOW_NAMES.items():
        for name in names:
            assert read_flow(name.upper()) == Told(letter, letter)
            assert read_flow(f"{letter.lower()}. {name}") == letter
    assert read_flow("Pembinaan & Pendampingan") == Told("B", "B")
    assert read_flow("B. Bimtek UMKM") == Told("B", "B"), "the letter counts, and that is said"


@pytest.mark.parametrize("written", ["A. Pembinaan", "A dan B", "B, C", "D atau C"])
def test_two_flows_in_one_cell_are_refused(written):
    with pytest.raises(CellError, match="menyebut dua alur"):
        parse_flow(written)


def test_a_letter_that_contradicts_its_choice_is_refused():
    stakeholder = KEGIATAN.column("stakeholder")
    with pytest.raises(CellError, match="huruf d bukan huruf pilihan itu"):
        parse_choice("d. Pelaku Usaha", stakeholder)
    with pytest.raises(CellError, match="harus salah satu dari"):
        parse_choice("Pemda dan Asosiasi", stakeholder)
