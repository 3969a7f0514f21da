"""From what a step is counted, through the form: kept, left out by an older form, changed."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import revisions
from sop_core.definition import Revision
from sop_core.errors import RevisionRefused
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import REV04, TODAY, form_of, load, revised, steps_of, with_step
from tests.revisions.test_form import changed, row_of

pytestmark = pytest.mark.slow

D = dt.date
COUNTED = ("Dihitung Dari", "Dasar Hitungan")
# B.2 (40 HK) done in two days once it was begun, three months after B.1.
LATE_BEGUN = {
    "Kegiatan": [["BIN-1", "B", 2026, "BBPOM-PDG", "Pendampingan UMKM Rendang"]],
    "Langkah": [
        ["BIN-1", 1, D(2026, 3, 2), D(2026, 3, 4)],
        ["BIN-1", 2, D(2026, 6, 8), D(2026, 6, 10)],
    ],
}


def counting(revision: Revision) -> dict[str, tuple[str, str | None]]:
    return {s.code: (s.counted_from, s.counted_reason) for s in revision.steps}


def older(revision: Revision) -> SourceFile:
    """The form as it was before these columns were asked for."""
    book = openpyxl.load_workbook(io.BytesIO(form_of(revision).content))
    sheet = book["Langkah SOP"]
    for name in COUNTED:
        sheet.delete_cols([cell.value for cell in sheet[1]].index(name) + 1)
    out = io.BytesIO()
    book.save(out)
    return SourceFile("lama.xlsx", out.getvalue())


def read(file: SourceFile) -> Revision:
    draft = revisions.read(file, TODAY)
    assert draft.revision is not None, draft.problems
    return draft.revision


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    said=st.dictionaries(
        st.sampled_from([s.code for s in REV04.steps]),
        st.tuples(st.sampled_from(["mulai", "pemicu"]), st.sampled_from([None, "Alasan contoh"])),
    )
)
def test_whatever_a_form_says_of_counting_comes_back(said):
    raw = revised().model_dump()
    for step in raw["steps"]:
        step["counted_from"], step["counted_reason"] = said.get(
            f"{step['flow']}.{step['no']}", (step["counted_from"], step["counted_reason"])
        )
    revision = Revision.model_validate(raw)
    assert counting(read(form_of(revision))) == counting(revision)


def test_an_older_form_is_counted_as_the_shipped_steps_of_its_wording(store: Store):
    revision = with_step(revised(), "B", 2, activity="Menelaah usulan baru.")
    file = older(revision)
    revisions.add(store, file, read(file), "Pusat contoh")
    kept = counting(store.revision("05"))
    shipped = counting(REV04)
    # By wording, not by number: what was B.2 is B.3 now.
    assert kept["B.3"] == shipped["B.2"]
    assert kept["B.5"] == shipped["B.4"] == ("pemicu", shipped["B.4"][1])
    assert kept["B.2"] == ("mulai", None), "a wording that nobody knows"
    assert {c: kept[c] for c in kept if c[0] != "B"} == {
        c: shipped[c] for c in shipped if c[0] != "B"
    }


def test_an_older_form_of_the_same_revision_is_no_other(store: Store):
    file = older(REV04)
    found = revisions.preview(store, file, read(file), TODAY)
    assert found.differences == []
    assert "sama dengan revisi 04" in found.obstacles[0]
    with pytest.raises(RevisionRefused, match="sama dengan revisi 04"):
        revisions.add(store, file, read(file), "Pusat contoh")


def test_a_cell_left_blank_is_as_shipped(store: Store):
    file = changed(revised(), "Langkah SOP", dict.fromkeys(COUNTED), row_of("A.4"))
    found = revisions.preview(store, file, read(file), TODAY)
    assert [d for d in found.differences if d.place == "A.4"] == []
    assert counting(found.revision) == counting(REV04)


def test_a_changed_counting_is_told_and_its_effect_with_it(store: Store):
    load(store, **LATE_BEGUN)
    assert steps_of(store, "BIN-1", TODAY)[2]["status"] == "selesai_tepat"
    cells = {"Dihitung Dari": "pemicu", "Dasar Hitungan": "Langsung sesudah B.1"}
    file = changed(revised(), "Langkah SOP", cells, row_of("B.2"))
    found = revisions.preview(store, file, read(file), TODAY)
    told = {(d.what, d.before, d.after) for d in found.differences if d.place == "B.2"}
    shipped = REV04.step("B", 2)
    assert told == {
        ("Dihitung dari", "mulai", "pemicu"),
        ("Dasar hitungan", shipped.counted_reason, "Langsung sesudah B.1"),
    }
    flips = found.effects.flips[["case_id", "step", "status_before", "status"]]
    assert flips.values.tolist() == [["BIN-1", "B.2", "selesai_tepat", "selesai_terlambat"]]
    assert found.effects.total("newly_late") == 1
    revisions.add(store, file, read(file), "Pusat contoh")
    assert steps_of(store, "BIN-1", TODAY)[2]["status"] == "selesai_terlambat"


def test_a_word_for_counting_that_is_none_is_named_by_its_cell():
    draft = revisions.read(
        changed(REV04, "Langkah SOP", {"Dihitung Dari": "kapan saja"}, row_of("A.4")), TODAY
    )
    assert [(p.row, p.column, p.value) for p in draft.problems] == [
        (row_of("A.4"), "Dihitung Dari", "kapan saja")
    ]
