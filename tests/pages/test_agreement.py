"""The command line and all four pages give the same counts, today and on 30 June 2025."""

import json
import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sop_core import process
from sop_core.cli import main
from sop_core.evaluation import Scope, headline, status_rows
from sop_core.store import Store
from tests.builders import TODAY
from tests.pages.test_pages import APP, metric

pytestmark = pytest.mark.slow

DAYS = [TODAY.isoformat(), "2025-06-30"]


@pytest.fixture(scope="module")
def database(demo_bytes: bytes, tmp_path_factory) -> Path:
    """The demo workbook imported by the command line, as a user would."""
    folder = tmp_path_factory.mktemp("sama")
    (folder / "demo.xlsx").write_bytes(demo_bytes)
    assert main(["import", str(folder / "demo.xlsx"), "--db", str(folder / "a.duckdb")]) == 0
    return folder / "a.duckdb"


def run_cli(capsys, *words: str) -> list[dict[str, object]]:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize("year", [None, "2025"])
@pytest.mark.parametrize("day", DAYS)
def test_every_count_agrees(database: Path, tmp_path, monkeypatch, capsys, day, year):
    path = tmp_path / "a.duckdb"
    shutil.copyfile(database, path)
    more = ["--year", year] if year else []
    overdue = run_cli(capsys, "status", "--overdue", "--as-of", day, *more, "--db", str(path))
    everything = run_cli(capsys, "status", "--as-of", day, *more, "--db", str(path))
    open_steps = [r for r in everything if r["status"] in ("berjalan", "terlambat_berjalan")]
    process.close_all()
    monkeypatch.setenv("PANTAU_DB", str(path))
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["tanggal"] = day
    if year:
        app.query_params["tahun"] = year
    app.run()

    # Nasional: the headline, and the ranking added up over all offices.
    assert number(metric(app, "Terlambat")) == len(overdue)
    assert number(metric(app, "Langkah terbuka")) == len(open_steps)
    ranking = next(f.value for f in app.dataframe if "Tepat waktu" in f.value)
    assert ranking["Terlambat"].sum() == len(overdue)
    soon = number(metric(app, "Segera jatuh tempo"))

    # Terlambat: the metric, the ageing buckets and the rows of the table.
    app.switch_page("pages/terlambat.py").run()
    assert number(metric(app, "Terlambat")) == len(overdue)
    assert number(metric(app, "Segera jatuh tempo")) == soon
    table = next(f.value for f in app.dataframe if "Umur" in f.value)
    late = table[table["Umur"] != "Segera jatuh tempo"]
    assert sorted(late["ID"] + late["Langkah"].str[1:]) == sorted(
        f"{r['case_id']}.{r['step']}" for r in overdue
    )

    # Wilayah: every office on its own adds up to the nation.
    app.switch_page("pages/wilayah.py").run()
    total = 0
    for unit in ("Balai Besar POM di Medan", "Balai Besar POM di Kupang", "Balai POM di Ambon"):
        app.selectbox(key="wilayah").select(unit).run()
        code = next(u.code for u in _units(path) if u.name == unit)
        lokas = {u.code for u in _units(path) if u.coordinator_code == code}
        mine = [r for r in overdue if r["unit"] in {code, *lokas}]
        assert number(metric(app, "Terlambat")) == len(mine)
        cases = next(f.value for f in app.dataframe if "Langkah terlambat" in f.value.columns)
        assert cases["Langkah terlambat"].sum() == len(mine)
        total += len(mine)
    assert total > 0

    # Unggah: what it kept is what status counts from.
    app.switch_page("pages/unggah.py").run()
    kept = next(m.value for m in app.markdown if m.value.startswith("Oleh **"))
    with_demo = re.search(r"([\d.]+)\s+baru", kept)
    assert with_demo is not None

    store = process.store_at(str(path))
    tables = ("activity", "step_record", "facilitator", "follow_up", "target")
    stored = sum(store.one(f"SELECT count(*) FROM {t}") for t in tables)
    assert number(with_demo[1]) == stored
    process.close_all()


def _units(path: Path):

    return process.store_at(str(path)).units(TODAY)


def test_due_soon_is_the_same_word_everywhere(demo_store: Store):
    rows = demo_store.rows(
        "SELECT count(*) AS n FROM step_status($d) WHERE due_soon AND status = 'berjalan'",
        d=TODAY,
    )  # fmt: skip
    assert rows[0]["n"] == headline(demo_store, Scope(TODAY)).due_soon > 0
    assert len(status_rows(demo_store, Scope(TODAY), overdue_only=True)) > 0
