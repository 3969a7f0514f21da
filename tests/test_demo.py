"""The demo workbook reads like real work and is labelled as invented."""

import datetime as dt
import io

import openpyxl
import pytest

from sop_core import importing
from sop_core.demo import demo_workbook
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY

D = dt.date


def test_same_seed_same_bytes_another_seed_others():
    first = demo_workbook(cases=120, seed=3, until=TODAY)
    assert first == demo_workbook(cases=120, seed=3, until=TODAY)
    assert first != demo_workbook(cases=120, seed=4, until=TODAY)


@pytest.mark.slow
def test_6000_cases_over_four_flows_and_three_levels(demo_bytes: bytes):
    book = openpyxl.load_workbook(io.BytesIO(demo_bytes), read_only=True)
    activities = {row[0].value for row in book["Kegiatan"].iter_rows(min_row=2)}
    step_cases = {row[0].value for row in book["Langkah"].iter_rows(min_row=2)}
    generated = {c for c in step_cases if not c.startswith("DEMO-")}
    # Annual reports and cycles that left no record are the missing ones.
    assert len(activities) + 3 * 3 * 76 + 3 * 3 + 3 * 4 == 6000
    assert {c[0] for c in generated} == set("ABCD")
    assert {c.split("-")[1] for c in activities} == {"ADV", "PDP", "PBM", "FKP"}


def test_every_office_and_the_centre_take_part(demo_store: Store):
    units = {r["unit_code"] for r in demo_store.rows("SELECT DISTINCT unit_code FROM activity")}
    assert units >= {u.code for u in demo_store.units(TODAY) if u.kind != "nasional"} - {
        "PST-PPSDM"
    }


@pytest.mark.slow
def test_the_import_catches_the_contradictions(demo_bytes: bytes):
    with Store() as store:
        result = importing.import_files(
            store, [SourceFile("d.xlsx", demo_bytes)], "uji", today=TODAY
        )
    assert result.demo
    assert 3 <= result.rows.rejected <= 20
    assert all("mendahului mulai" in p.message for p in result.problems)


def test_seasons_and_december(demo_store: Store):
    rows = demo_store.rows(
        "SELECT month(finished) AS month, count(*) AS n FROM step_record"
        " WHERE finished BETWEEN '2024-01-01' AND '2025-12-31' AND step_no = 3 GROUP BY 1"
    )
    finishes = {r["month"]: r["n"] for r in rows}
    busy = min(finishes[m] for m in range(4, 10))
    assert finishes[12] < busy / 2


def test_small_and_remote_offices_are_slower(demo_store: Store):
    row = demo_store.rows(
        """
        SELECT avg(late::INT) FILTER (kind = 'loka') AS loka,
            avg(late::INT) FILTER (kind = 'balai_besar') AS balai_besar,
            avg(late::INT) FILTER (timezone = 'WIT') AS east
        FROM step_status($d) f JOIN unit u ON u.code = f.unit_code WHERE judged AND done
        """,
        d=TODAY,
    )[0]
    assert row["loka"] > row["balai_besar"] * 1.3
    assert row["east"] > row["balai_besar"] * 1.3


def test_reports_missing_and_steps_skipped_with_reasons(demo_store: Store):
    assert (
        demo_store.one("SELECT count(*) FROM step_record WHERE skipped AND reason IS NOT NULL") > 50
    )
    late = demo_store.rows(
        "SELECT status FROM step_status($d) WHERE level = 'unit_year' AND year = 2025", d=TODAY
    )
    assert 0 < [r["status"] for r in late].count("terlambat_berjalan") < 60


def test_demo_is_labelled(demo_store: Store):
    assert demo_store.has_demo_data
    with Store() as store:
        assert not store.has_demo_data


def test_nothing_is_recorded_after_the_end(demo_store: Store):
    until = D(2025, 6, 30)
    with Store() as store:
        content = demo_workbook(cases=200, until=until)
        importing.import_files(store, [SourceFile("d.xlsx", content)], "uji", today=until)
        assert store.one("SELECT max(finished) FROM step_record") <= until


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="minimal"):
        demo_workbook(cases=0)
