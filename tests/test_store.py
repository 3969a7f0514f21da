"""Migrations, reference data and the rules of the house."""

import ast
from pathlib import Path

import duckdb
import pytest

from sop_core.errors import StoreBusy, StoreDamaged
from sop_core.store import Store, Trace, chain, migrations
from tests.builders import TODAY, earlier_store, load, steps_of

ROOT = Path(__file__).parent.parent


def test_migrations_run_once_and_data_stays(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    with Store(path) as store:
        load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        version = store.version
    with Store(path) as store:
        assert store.one("SELECT count(*) FROM activity") == 1
        assert store.one("SELECT count(*) FROM schema_version") == len(migrations())
        assert store.version == version, "opening an up-to-date store rebuilds nothing"


@pytest.mark.parametrize("number", sorted(migrations())[:-1])
def test_a_store_of_every_earlier_schema_opens_with_its_records(tmp_path: Path, number):
    path = tmp_path / "lama.duckdb"
    with earlier_store(path, number) as old:
        old.execute(
            "INSERT INTO activity BY NAME SELECT 'ADV-1' AS case_id, 'A' AS flow, 2025 AS year,"
            " 'BBPOM-PDG' AS unit_code, 'Advokasi' AS title, 1 AS batch_id, 2 AS source_row"
        )
        old.execute(
            "INSERT INTO step_record BY NAME SELECT 'ADV-1' AS case_id, 1 AS step_no,"
            " DATE '2025-03-03' AS started, DATE '2025-03-18' AS finished, 1 AS batch_id,"
            " 2 AS source_row"
        )
        if number >= 8:  # before, migration 8 makes it from what is stored
            for table in ("activity", "step_record"):
                old.execute(f"INSERT INTO {table}_vouched BY NAME FROM {table}")
        old.execute(
            "INSERT INTO import_batch BY NAME SELECT 1 AS batch_id, 'x' AS sha256,"
            " TIMESTAMP '2026-11-24 08:00' AS imported_at, 'uji' AS imported_by,"
            " false AS all_or_nothing, false AS demo, 2 AS rows_new, 0 AS rows_changed,"
            " 0 AS rows_unchanged, 0 AS rows_rejected"
        )
        if number >= 9:  # before, migration 9 makes it from the uploads
            old.execute(
                "INSERT INTO office_statement BY NAME SELECT 1 AS statement_no, 1 AS batch_id,"
                " 'BBPOM-PDG' AS unit_code, DATE '2026-11-24' AS until, 'uji' AS stated_by,"
                " TIMESTAMP '2026-11-24 08:00' AS stated_at"
            )
    with Store(path) as store:
        assert store.rows("FROM office_horizon") == [{"unit_code": "BBPOM-PDG", "until": TODAY}]
        first, second, third = (steps_of(store, "ADV-1", TODAY)[n] for n in (1, 2, 3))
    assert (first["status"], first["days_late"]) == ("selesai_terlambat", 1)
    assert (second["status"], third["milestone"]) == ("terlambat_berjalan", "held")


def test_an_audit_from_before_its_chain_is_linked(tmp_path: Path):
    path = tmp_path / "lama.duckdb"
    number = next(n for n, script in migrations().items() if "ADD COLUMN chain" in script)
    with earlier_store(path, number - 1) as old:
        old.execute(
            "INSERT INTO audit BY NAME SELECT nextval('audit_number') AS entry_no,"
            " now()::TIMESTAMP AS happened_at, 'admin' AS login, 'admin' AS role,"
            " 'akun' AS action, 'akun ke-' || n AS subject, 'ok' AS outcome FROM range(300) t(n)"
        )
    with Store(path) as store:
        store.record(Trace("impor", "yang berikut"))
        with store.cursor() as cursor:
            assert chain.breaks(cursor) == []
            assert store.one("SELECT count(*) FROM audit WHERE chain IS NULL") == 0
            cursor.execute("UPDATE audit SET subject = 'lain' WHERE entry_no = 7")
            assert chain.breaks(cursor) == [7]


def test_a_newer_schema_is_refused(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    Store(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, now())")
    with pytest.raises(StoreDamaged, match="versi yang lebih baru"):
        Store(path)


def test_a_changed_reference_rebuilds_the_facts(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    with Store(path) as store:
        load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        with store.database.transaction() as cursor:
            cursor.execute("UPDATE meta SET value = 'lama' WHERE key = 'reference'")
            cursor.execute("DELETE FROM step_fact")
    with Store(path) as store:
        assert store.one("SELECT count(*) FROM step_fact WHERE case_id = 'ADV-1'") == 6


def test_one_writer(tmp_path: Path):
    import subprocess
    import sys

    path = tmp_path / "a.duckdb"
    code = f"from sop_core.store import Store; Store({str(path)!r})"
    with Store(path):
        other = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert StoreBusy.__name__ in other.stderr
    assert "sedang dipakai proses lain" in other.stderr


def test_a_failed_write_is_rolled_back(store: Store):
    def break_off():
        with store.database.transaction() as cursor:
            cursor.execute("DELETE FROM unit")
            raise RuntimeError("putus di tengah")

    with pytest.raises(RuntimeError, match="putus"):
        break_off()
    assert len(store.units(TODAY)) == 84


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


LAYERS = (
    {"errors", "paths", "indonesian", "palette", "spelling", "thresholds"},
    {"confined"},
    {"definition", "coherence", "flows", "calendar", "units", "passwords"},
    {"counting", "facts", "access", "reference"},
    {"store"},
    {"corrections", "process", "attempts", "statements", "years", "effects", "blobs"},
    {"exporting", "importing", "demo"},
    {"approvals"},
    {"past"},
    {"evaluation", "audit", "revisions", "cases", "hindrance_reasons", "hindrances", "remarks"},
    {
        "national",
        "region",
        "products",
        "lateness",
        "silence",
        "facilitators",
        "followups",
        "orders",
        "traceability",
        "evidence",
        "recommendations",
        "directions",
    },
    {"disposition", "accounts", "sessions"},
    {"reports", "upkeep", "opendata"},
    {"cli", "__main__"},
)


def test_sop_core_never_imports_streamlit_and_its_imports_run_one_way():
    rank = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    files = sorted((ROOT / "sop_core").rglob("*.py"))
    assert len(files) > 15
    for path in files:
        module = path.relative_to(ROOT / "sop_core").parts[0].removesuffix(".py")
        for name in imports_of(path):
            assert not name.startswith(("streamlit", "pages")), path
            if name.startswith("sop_core.") and module != "__init__":
                assert rank[name.split(".")[1]] <= rank[module], f"{path}: {name}"


def test_pages_hold_no_sql():
    for path in (ROOT / "pages").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "SELECT" not in text, path


def test_pages_take_the_readers_store_and_no_other():
    """Scope is enforced in sop_core; a page has no word for going round it."""
    for path in sorted((ROOT / "pages").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for word in (
            "nationwide",
            ".cursor(",
            "_transaction",
            "root(",
            "Store(",
            "as_viewer",
            "signed_in",
        ):
            assert word not in text, path
        assert f'("{path.stem}")' in text, f"{path} does not say which page it is"


def test_only_the_agreed_top_level_folders():
    folders = {
        p.name for p in ROOT.iterdir()
        if p.is_dir() and not p.name.startswith(".") and not p.name.endswith(".egg-info")
    }  # fmt: skip
    assert folders <= {"pages", "sop_core", "data", "tests", "build", "__pycache__"}
