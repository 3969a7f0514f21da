"""A limited viewer's question cannot go round the covers, however it is put."""

import pytest

from sop_core.access import Viewer
from sop_core.errors import AccessDenied
from sop_core.store import Store
from tests.conftest import with_one_case

LIMITED = Viewer("staf", "Staf", "data_staf", "BBPOM-PDG", units=("BBPOM-PDG",))
ROUND = [
    "SELECT * FROM main.activity",
    "FROM memory.main.activity",
    'FROM "memory"."main"."activity"',
    "SELECT * FROM activity WHERE case_id IN (SELECT case_id FROM main.activity)",
    "WITH a AS (FROM main.activity) FROM a",
    "SELECT (SELECT max(title) FROM main.activity)",
    "FROM activity UNION ALL FROM main.activity",
    "FROM activity JOIN main.activity b USING (case_id)",
    "PIVOT main.activity ON flow",
    "FROM query('FROM main.activity')",
    "FROM query_table('main.activity')",
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/passwd')",
    "FROM '/etc/passwd'",
    "FROM 'a.csv'",
    "FROM glob('/*')",
    "FROM duckdb_tables()",
    "FROM information_schema.tables",
    "FROM pg_catalog.pg_tables",
    "FROM sqlite_master",
    "DESCRIBE activity",
    "SHOW TABLES",
    "ATTACH '/tmp/x.duckdb'",
    "COPY activity TO '/tmp/x.csv'",
    "DROP VIEW activity",
    "DELETE FROM activity",
    "UPDATE activity SET title = 'x'",
    "SELECT 1; FROM main.activity",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "SELECT nextval('batch_number')",
    "SELECT main.nextval('batch_number')",
    "SELECT title FROM activity WHERE currval('audit_number') > 0",
    "SELECT current_setting('home_directory')",
    "SELECT getenv('HOME')",
    "SELECT NextVal('batch_number')",
]


@pytest.fixture(scope="module")
def padang() -> Store:
    """To read only: refused questions leave it as it is."""
    with Store() as opened:
        yield with_one_case(opened)


@pytest.mark.parametrize("query", ROUND)
def test_refused(padang: Store, query):
    seen = padang.as_viewer(LIMITED)
    for ask in (seen.rows, seen.one, seen.frame):
        with pytest.raises(AccessDenied):
            ask(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM activity",
        "FROM step_status(DATE '2026-11-24')",
        "SELECT * FROM (SELECT unnest([1, 2]) AS n) JOIN range(3) t(r) ON true",
        "WITH main AS (SELECT 1 AS x) SELECT main.x FROM main",
        "SELECT a.title FROM activity a",
    ],
)
def test_plain_questions_pass(padang: Store, query):
    padang.as_viewer(LIMITED).rows(query)


def test_the_operator_may_ask_anything(padang: Store):
    assert padang.one("SELECT count(*) FROM main.activity") == 1
