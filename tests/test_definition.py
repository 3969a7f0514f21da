"""The SOP file against a table typed by hand from the document."""

import datetime as dt
import re
from pathlib import Path
from typing import get_args

import pytest

from sop_core.coherence import MILESTONES
from sop_core.definition import Milestone, in_force, load_revision, load_revisions, read_revision
from sop_core.errors import DefinitionError
from sop_core.paths import DATA

REV04 = DATA / "sop" / "rev04.toml"

# Typed from POM-04.01/CFM.01/SOP.01, section A, page by page. None is N/A.
SLA = {
    "A": {1: 10, 2: 15, 3: None, 4: 5, 5: None, 6: 5, 7: 20, 8: 40, 9: 5, 10: 10},
    "B": {1: 20, 2: 40, 3: None, 4: 15, 5: None, 6: 5, 7: 20, 8: 40, 9: 1, 10: 10},
    "C": {1: 10, 2: 40, 3: None, 4: 15, 5: 20, 6: 40, 7: 5, 8: 10},
    "D": {1: 40, 2: 30, 3: 5, 4: None, 5: 10, 6: 60, 7: 20, 8: 10, 9: 5},
}
LEVELS = {
    "A": "activity " * 6 + "unit_year " + "national_cycle " * 3,
    "B": "activity " * 6 + "unit_year " + "national_cycle " * 3,
    "C": "activity " * 4 + "unit_year " + "national_cycle " * 3,
    "D": "activity " * 7 + "national_cycle " * 2,
}


@pytest.fixture(scope="module")
def revision():
    return load_revision(REV04)


def test_every_norm_equals_the_hand_typed_table(revision):
    assert len(revision.steps) == 37
    for flow, norms in SLA.items():
        assert {s.no: s.sla_days for s in revision.flow_steps(flow)} == norms


def test_every_level_equals_the_hand_typed_table(revision):
    for flow, levels in LEVELS.items():
        assert [s.level for s in revision.flow_steps(flow)] == levels.split()


def test_only_d4_to_d6_are_optional(revision):
    assert [s.code for s in revision.steps if s.optional] == ["D.4", "D.5", "D.6"]
    assert revision.step("D", 5).requires == [4]


def test_revision_04_is_in_force_from_7_april_2022(revision):
    assert (revision.revision, revision.effective) == ("04", dt.date(2022, 4, 7))


def test_inferred_performers_say_so(revision):
    stated = {s.code for s in revision.steps if s.performers_source == "stated"}
    assert stated == {"B.5", "D.3"}, "all other performers were lost with the symbols"


def test_every_step_has_its_place_in_the_document(revision):
    assert all(s.place.startswith(s.code) for s in revision.steps)


@pytest.mark.parametrize(
    ("step", "case", "targets"),
    [
        ("B.4", {"function": "CAPA", "groups": {"Pangan Olahan"}}, ["PST-WASPPO"]),
        ("B.4", {"function": "fasilitator", "groups": {"OTSK", "OTSKKos"}}, ["PST-PMPUOTSKKOS"]),
        ("A.7", {"unit_kind": "loka"}, ["KOORDINATOR", "KOORDINATOR"]),
        ("A.7", {"unit_kind": "balai"}, []),
        ("C.5", {"unit_kind": "balai", "joint_with_center": True}, ["UNIT_KERJA_PUSAT"]),
    ],
)
def test_routing_follows_the_remarks(revision, step, case, targets):
    found = [t for rule in revision.routes(step, **case) for t in rule.targets]
    assert found == targets


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("sla_days = 10", 'sla_days = "sepuluh"', "steps[A.1].sla_days"),
        ("sla_days = 10", "sla_days = 0", "steps[A.1].sla_days"),
        ("sla_days = 10", "norma = 10", "steps[A.1].norma"),
        ("effective = 2022-04-07", "", "effective"),
        ('level = "activity"', 'level = "kegiatan"', "steps[A.1].level"),
        ("no = 2\n", "no = 12\n", "steps"),
        ('steps = ["A.7"]', 'steps = ["A.77"]', "routing"),
    ],
)
def test_a_wrong_file_is_refused_naming_the_key(tmp_path: Path, before, after, key):
    path = tmp_path / "rev05.toml"
    path.write_text(REV04.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"rev05\.toml") as refusal:
        load_revision(path)
    assert key in str(refusal.value)


def test_a_case_is_judged_by_the_revision_in_force(tmp_path: Path):
    text = REV04.read_text(encoding="utf-8")
    (tmp_path / "rev04.toml").write_text(text, encoding="utf-8")
    newer = text.replace('revision = "04"', 'revision = "05"').replace("2022-04-07", "2027-01-04")
    (tmp_path / "rev05.toml").write_text(newer, encoding="utf-8")
    both = load_revisions(tmp_path)
    assert in_force(both, dt.date(2027, 1, 3)).revision == "04"
    assert in_force(both, dt.date(2027, 1, 4)).revision == "05"
    assert in_force(both, dt.date(2019, 1, 1)).revision == "04"


def test_every_milestone_has_its_indonesian_word():
    assert set(get_args(Milestone)) == set(MILESTONES)


def test_no_revision_at_all_is_refused(tmp_path: Path):
    with pytest.raises(DefinitionError, match="tidak ada berkas revisi"):
        load_revisions(tmp_path)


@pytest.mark.parametrize(
    ("content", "where"),
    [(b"a = = 1", "baris 1, kolom 5"), (b"\n\nx", "kolom|akhir berkas"), (b"a = 1\nb = \xb5", "bita ke-11"),
     (b"a = [", "akhir berkas"), (b"\xef\xbb\xbfa = 1", "baris 1, kolom 1"), (b"\0", "kolom 1")],
)  # fmt: skip
def test_a_file_that_is_no_toml_is_refused_in_indonesian(content, where):
    with pytest.raises(DefinitionError, match=where) as refused:
        read_revision("x.toml", content)
    assert not re.search(r"\b(line|column|at|Invalid|Expected|codec)\b", str(refused.value))
