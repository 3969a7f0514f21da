"""A case worked by hand for every rule: evidence in, finding out."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sop_core.calendar import WorkingCalendar, build, read_overrides
from sop_core.definition import load_revisions
from sop_core.errors import DefinitionError
from sop_core.recommendations import load_rules, rules, shrinkage
from sop_core.recommendations.engine import QUESTIONS
from sop_core.recommendations.rules import JUDGES, Setting

RULES = load_rules()
SETTING = Setting(2025, WorkingCalendar(build(read_overrides())), load_revisions()[-1])


def judge(name: str, *rows: dict) -> list:
    """What a rule finds in rows of evidence."""
    frame = pd.DataFrame(list(rows))
    if "cases" not in frame:
        frame["cases"] = [["KASUS-1"]] * len(frame)
    return list(JUDGES[name](frame, RULES[name], SETTING))


def pair(unit: str, step: str, late: int, judged: int) -> dict:
    return {
        "unit_code": unit, "flow": step[0], "step": step, "late": late, "judged": judged, "unknown": 0,
        "weighted_late": float(late), "weighted_judged": float(judged), "excess": 6.5,
    }  # fmt: skip


def test_every_rule_of_the_file_has_its_function_and_question_and_the_other_way_round():
    assert set(RULES) == set(JUDGES) == set(QUESTIONS)
    steps = {s.code for s in SETTING.revision.steps}
    for rule in RULES.values():
        assert set(rule.steps) <= steps, f"{rule.name} serves steps that the SOP has"


def test_every_step_that_can_be_late_is_served_by_a_rule():
    served = {step for rule in RULES.values() for step in rule.steps}
    of_offices = {s.code for s in SETTING.revision.steps if s.level != "national_cycle"}
    assert of_offices <= served


# ---------------------------------------------------------------- shrinkage


def test_one_late_case_of_one_is_not_worse_than_eight_of_ten():
    late = np.array([1.0, 8.0] + [1.0] * 40)
    judged = np.array([1.0, 10.0] + [10.0] * 40)
    _strength, posterior = shrinkage.share(late, judged, np.full(42, 0.15))
    assert posterior[1] > posterior[0]
    assert 0.15 < posterior[0] < 0.5


def test_a_shrunk_share_lies_between_what_was_seen_and_what_is_expected():
    late, judged = np.array([6.0, 0.0, 2.0]), np.array([8.0, 9.0, 10.0])
    strength, posterior = shrinkage.share(late, judged, np.full(3, 0.2))
    by_hand = (late + 0.2 * strength) / (judged + strength)
    assert posterior == pytest.approx(by_hand)
    assert ((posterior - 0.2) * (late / judged - 0.2) >= 0).all()


def test_a_ratio_and_a_mean_from_little_are_drawn_to_the_usual():
    # 3 late where 1 was expected: (3 + 4) / (1 + 4).
    assert shrinkage.ratio(np.array([3.0]), np.array([1.0]), 4.0)[0] == pytest.approx(1.4)
    shrunk = shrinkage.mean(np.array([1.0, 1.0, -1.0]), np.array([2.0, 50.0, 50.0]), 0.5)
    assert 0 < shrunk[0] < shrunk[1] < 1


# -------------------------------------------------------------------- rules


def test_terlambat_berulang():
    others = [pair(f"U-{i}", step, 1, 10) for i in range(30) for step in ("A.1", "A.2")]
    found = judge(
        "terlambat_berulang",
        pair("BPOM-AMB", "A.2", 8, 10),
        pair("LOKA-TNR", "A.2", 1, 1),
        *others,
    )
    assert [(f.unit, f.step) for f in found] == [("BPOM-AMB", "A.2")], "one late case is no habit"
    values = found[0].values
    assert (values["late"], values["judged"], values["share"]) == ("8", "10", "80%")
    assert values["excess"] == "6,5"
    # National share of A.2: (38 + 1 late + 5 x overall) of (311 + 5 judged).
    overall = (8 + 1 + 60) / (10 + 1 + 600)
    national = (8 + 1 + 30 + 5 * overall) / (10 + 1 + 300 + 5)
    assert found[0].numbers["national"] == pytest.approx(national, abs=1e-4)
    assert national < found[0].severity < 0.8
    assert found[0].target >= 1 - national, "on time at least as often as the nation"


def report(status: str, days_late: int, before: bool | None) -> dict:
    return {
        "unit_code": "BPOM-AMB", "flow": "A", "step": "A.7", "report_year": 2024,
        "due": dt.date(2025, 2, 4), "late": status != "tepat", "overdue": status == "belum masuk", "days_late": days_late,
        "late_before": before, "measure": 0, "cases": ["A-2024-BPOM-AMB"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "severity", "problem"),
    [
        (report("belum masuk", 200, None), 0.85, "belum masuk"),
        (report("belum masuk", 200, True), 1.0, "belum masuk"),
        # Ten of twenty HK late: 0.35 + 0.4 x 10 / 20.
        (report("terlambat", 10, None), 0.55, "terlambat"),
        (report("terlambat", 90, True), 0.9, "terlambat"),
    ],
)
def test_laporan_tahunan(row, severity, problem):
    (found,) = judge("laporan_tahunan", row)
    assert found.severity == pytest.approx(severity)
    assert found.values["problem"] == problem
    assert found.values["due"] == "4 Februari 2025"


def test_a_report_on_time_needs_no_recommendation():
    assert judge("laporan_tahunan", report("tepat", 0, True)) == []


def test_na_lama():
    def row(unit: str, median: float, judged: int = 10) -> dict:
        return {
            "unit_code": unit, "flow": "B", "step": "B.5", "median": median, "judged": judged,
            "log_mean": np.log(median + 1), "log_variance": 0.1, "measure": median,
        }  # fmt: skip

    others = [row(f"U-{i}", 20) for i in range(20)]
    found = judge("na_lama", row("BPOM-AMB", 62), row("LOKA-TNR", 62, judged=1), *others)
    assert [f.unit for f in found] == ["BPOM-AMB"], "one long case is no habit"
    assert found[0].values["median"] == "62"
    assert found[0].target == 20, "the national median"
    # Seen 63 / 21 = 3 times the usual; shrunk a little, and set against 4 times.
    assert 1.8 < found[0].numbers["ratio"] < 3
    assert found[0].severity == pytest.approx(
        np.log(found[0].numbers["ratio"]) / np.log(4), abs=1e-3
    )


def test_tindak_lanjut():
    def row(unit: str, late: int, not_optimal: int, total: int) -> dict:
        return {"unit_code": unit, "flow": "A", "late": late, "not_optimal": not_optimal,
                "finished_late": 0, "unknown": 0, "bad": late + not_optimal, "total": total}  # fmt: skip

    others = [row(f"U-{i}", 1, 0, 10) for i in range(30)]
    found = judge("tindak_lanjut", row("BBPOM-PKY", 6, 4, 13), row("LOKA-TNR", 1, 1, 3), *others)
    assert [f.unit for f in found] == ["BBPOM-PKY"], "three recommendations are too few"
    assert found[0].values["bad"] == "10"
    assert found[0].values["share"] == "77%"
    # Of 316 recommendations 42 are not settled.
    assert found[0].numbers["national"] == pytest.approx(42 / 316, abs=1e-4)
    assert found[0].target >= 1 - 42 / 316


def test_fasilitator():
    (found,) = judge(
        "fasilitator",
        {"unit_code": "BBPOM-DPS", "trained": 12, "planned": 27.0, "expiring": 3},
        {"unit_code": "BBPOM-PDG", "trained": 30, "planned": 27.0, "expiring": 0},
        {"unit_code": "LOKA-TNR", "trained": 4, "planned": float("nan"), "expiring": 0},
    )
    assert found.unit == "BBPOM-DPS"
    assert found.target == 18, "15 short of the target and 3 certificates that end"
    # 18 of 27, and a shortage of 18 counts 18 / 23.
    assert found.severity == pytest.approx(18 / 27 * 18 / 23)
    assert found.values["next_year"] == "2026"


def test_jangkauan():
    def row(unit: str, total: int, expected: float, measure: int, topic: str) -> dict:
        return {"unit_code": unit, "flow": "A", "topic": topic, "total": total,
                "expected": expected, "measure": measure}  # fmt: skip

    found = judge(
        "jangkauan",
        row("BBPOM-PDG", 12, 0.3, 0, "pemangku:d"),
        row("BPOM-AMB", 12, 0.05, 0, "komoditas:Kosmetik"),  # (0.95)^12 = 54%: chance explains it
        row("LOKA-TNR", 3, 0.5, 0, "pemangku:b"),  # too few activities
        row("BBPOM-DPS", 12, 0.3, 1, "pemangku:d"),  # reached
    )
    assert [f.unit for f in found] == ["BBPOM-PDG"]
    assert found[0].values["topic"] == "Pemerintah Daerah"
    assert found[0].numbers["chance"] == pytest.approx(0.7**12)
    assert found[0].target == 2, "half of what a usual office does: 12 x 0.3 / 2"


def test_target_kegiatan():
    rows = [{"unit_code": f"U-{i}", "flow": "C", "held": 10, "planned": 10} for i in range(9)]
    found = judge(
        "target_kegiatan", {"unit_code": "BPOM-END", "flow": "C", "held": 1, "planned": 10}, *rows
    )
    (only,) = found
    assert only.unit == "BPOM-END"
    assert only.numbers["national"] == pytest.approx(0.91)
    # (1 + 4 x 0.91) / (10 + 4) done.
    assert only.severity == pytest.approx(1 - (1 + 4 * 0.91) / 14)
    assert only.target == 6, "halfway between held and planned, rounded up"


def test_waktu_mulai():
    def row(unit: str, after: int, total: int, duration: float = 85.0) -> dict:
        return {
            "unit_code": unit,
            "flow": "B",
            "after": after,
            "total": total,
            "unknown": 0,
            "duration": duration,
        }

    # Offices differ: none to four of ten, or nothing could be told apart from chance.
    others = [row(f"U-{i}", i % 5, 10) for i in range(30)]
    found = judge("waktu_mulai", row("LOKA-BLU", 5, 7), row("LOKA-TNR", 2, 4), *others)
    assert found[0].unit == "LOKA-BLU"
    assert "LOKA-TNR" not in [f.unit for f in found], "four activities are too few"
    # 85 HK that end on 30 November 2026 start in July.
    start = SETTING.calendar.latest_start(dt.date(2026, 11, 30), 85)
    assert SETTING.calendar.add(start, 85) <= dt.date(2026, 11, 30)
    assert SETTING.calendar.add(start + dt.timedelta(days=1), 85) >= dt.date(2026, 11, 30)
    assert (found[0].target, found[0].values["month"]) == (start.month, "Juli")


def test_beban_triwulan():
    def row(unit: str, most: int, total: int) -> dict:
        return {"unit_code": unit, "flow": "B", "quarter": 2, "most": most, "total": total,
                "expected": 0.3}  # fmt: skip

    others = [row(f"U-{i}", 1 + i % 6, 12) for i in range(30)]
    found = judge("beban_triwulan", row("BPOM-AMB", 14, 15), row("LOKA-TNR", 3, 3), *others)
    assert found[0].unit == "BPOM-AMB"
    assert "LOKA-TNR" not in [f.unit for f in found], "three activities are no load"
    assert found[0].values["share"] == "93%"
    assert found[0].target == pytest.approx(0.4)


@pytest.mark.parametrize("name", list(JUDGES))
def test_a_rule_finds_nothing_in_nothing(name, store):
    frame = QUESTIONS[name](store, 2025, dt.date(2025, 12, 31))
    if name != "fasilitator":
        assert frame.empty
    assert list(JUDGES[name](frame, RULES[name], SETTING)) == []


def test_a_wrong_rule_file_is_refused_naming_the_key(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nname = "x"\nweight = 7\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"rules\.toml"):
        load_rules(path)


def test_up_rounds_to_the_step_and_not_past_one():
    assert rules._up(0.61, 0.05) == pytest.approx(0.65)
    assert rules._up(0.65, 0.05) == pytest.approx(0.65)
    assert rules._up(0.999, 0.05) == 1
