"""A column of an import is added in two places, the contract and a migration: they agree."""

import pytest

from sop_core.importing.contract import SHEETS, Sheet
from sop_core.store import Store


@pytest.mark.parametrize("sheet", SHEETS, ids=[s.table for s in SHEETS])
@pytest.mark.parametrize("suffix", ["", "_vouched"])
def test_a_table_has_the_columns_of_its_sheet(store: Store, sheet: Sheet, suffix: str):
    rows = store.rows(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = $table AND NOT internal",
        table=f"{sheet.table}{suffix}",
    )
    own = {row["column_name"] for row in rows} - {"batch_id", "source_row", "revision"}
    assert own == {c.field for c in sheet.columns}
