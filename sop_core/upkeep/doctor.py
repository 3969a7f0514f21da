"""A check-up of the store. It changes nothing: what it rebuilds, it rebuilds in temporary tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from sop_core import blobs, counting, facts, reference
from sop_core.definition import Revision
from sop_core.errors import StoreDamaged
from sop_core.store import Store, chain
from sop_core.upkeep import attachments
from sop_core.upkeep.documents import documents
from sop_core.upkeep.mappings import mappings
from sop_core.upkeep.rules import RULES
from sop_core.upkeep.rules.writing import KEYS

_EXAMPLES = 3
ATTACHED, STRAY = "berkas bukti", "sisa bukti"
"""Checks of the files beside the store."""
_REBUILT = (
    "unit",
    "flow_trait",
    "sop_revision",
    "sop_step",
    "calendar_day",
    "sop_case",
    "flow_year",
    "step_fact",
)
_SHAPE = """
    SELECT 'kolom ' || table_name || '.' || column_name, data_type || is_nullable::VARCHAR
    FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' AND database_name = $here
    UNION ALL SELECT 'tampilan ' || view_name, sql FROM duckdb_views()
    WHERE NOT internal AND schema_name = 'main' AND database_name = $here
    UNION ALL SELECT 'makro ' || function_name, macro_definition FROM duckdb_functions()
    WHERE NOT internal AND schema_name = 'main' AND database_name = $here
    UNION ALL SELECT 'penghitung ' || sequence_name, '' FROM duckdb_sequences()
    WHERE schema_name = 'main' AND database_name = $here
    UNION ALL SELECT 'indeks ' || index_name, '' FROM duckdb_indexes() WHERE database_name = $here
    UNION ALL SELECT 'jenis ' || type_name, '' FROM duckdb_types()
    WHERE NOT internal AND database_name = $here
    UNION ALL SELECT 'ruang ' || schema_name, '' FROM duckdb_schemas()
    WHERE NOT internal AND schema_name <> 'main' AND database_name = $here
    UNION ALL SELECT 'skema ' || version, '' FROM schema_version
"""


@dataclass(frozen=True)
class Finding:
    """Something wrong in the store."""

    check: str
    message: str


def doctor(store: Store, folder: Path | None = None) -> list[Finding]:
    """Everything that is wrong, each with examples; empty for a sound store.

    ``folder`` holds its documents where that is not beside it. Raises AccessDenied for anyone
    but the operator.
    """
    store.require("pemeliharaan", "perintah")
    with store.cursor() as cursor:
        cursor.begin()
        try:
            return doctor_of(cursor, store.shipped_revisions, folder or blobs.of(store))
        finally:
            cursor.rollback()


def doctor_of(
    cursor: duckdb.DuckDBPyConnection, shipped: Sequence[Revision], folder: Path | None = None
) -> list[Finding]:
    """The check-up inside the caller's transaction, which leaves temporary tables behind.

    Without a ``folder`` its documents are not looked at.
    """
    found = _shape(cursor) or _unreadable(cursor)
    if found:  # the other questions would stumble over what is missing
        return found
    for rule in RULES:
        keys = [str(key) for (key,) in cursor.execute(rule.query).fetchall()]
        found += _finding(rule.check, rule.message, keys)
    found += _finding("jejak", "rantai jejak putus pada entri", chain.breaks(cursor))
    found += _finding("revisi", "dokumen revisi tidak sah atau bukan isinya", documents(cursor))
    found += _finding("pemetaan", "pemetaan tersimpan tidak sah", mappings(cursor))
    if folder is not None:
        found += _attached(cursor, folder)
    return found + _rebuilt(cursor, shipped)


def _attached(cursor: duckdb.DuckDBPyConnection, folder: Path) -> list[Finding]:
    named = attachments.named(cursor, _here(cursor))
    return [
        *_finding(ATTACHED, "dokumen bukti hilang", attachments.lost(folder, named)),
        *_finding(ATTACHED, "dokumen bukti berubah", attachments.changed(folder, named)),
        *_finding(
            STRAY,
            f"berkas di {folder.name} tanpa catatan (sisa penambahan yang terputus, atau milik"
            " basis data lain); tidak mengganggu",
            attachments.strays(folder, named),
        ),
    ]


def _finding(check: str, message: str, keys: Sequence[object]) -> list[Finding]:
    if not keys:
        return []
    shown = ", ".join(map(str, keys[:_EXAMPLES])) + (" …" if len(keys) > _EXAMPLES else "")
    return [Finding(check, f"{len(keys)} {message}: {shown}")]


def _here(cursor: duckdb.DuckDBPyConnection) -> str:
    row = cursor.execute("SELECT current_database()").fetchone()
    assert row is not None
    return str(row[0])


def _things(cursor: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    here = _here(cursor)
    # DuckDB words a comma between tables as CROSS JOIN once the file is opened again.
    return {
        (n, str(t).replace(" , ", " CROSS JOIN "))
        for n, t in cursor.execute(_SHAPE, {"here": here}).fetchall()
    }


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    with Store() as fresh, fresh.cursor() as cursor:
        return frozenset(_things(cursor))


def _shape(cursor: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Tables, views, macros and counters, against a new store of this version."""
    wanted = _wanted()
    try:
        present = _things(cursor)
    except duckdb.CatalogException:
        return [Finding("skema", "tabel schema_version tidak ada")]
    names, wanted_names = {n for n, _ in present}, {n for n, _ in wanted}
    changed = {n for n, _ in wanted - present} & names
    return [
        *_finding("skema", "bagian yang hilang", sorted(wanted_names - names)),
        *_finding("skema", "bagian yang bukan milik kami", sorted(names - wanted_names)),
        *_finding("skema", "bagian yang berubah", sorted(changed)),
    ]


def _unreadable(cursor: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Tables of which some block cannot be read."""
    tables = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY ALL"
    ).fetchall()
    for (table,) in tables:
        try:
            cursor.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" t').fetchall()  # noqa: S608
        except duckdb.Error as error:
            return [Finding("isi", f"tabel {table} tidak terbaca: {str(error)[:120]}")]
    return []


def _rebuilt(cursor: duckdb.DuckDBPyConnection, shipped: Sequence[Revision]) -> list[Finding]:
    """Reference and facts counted again. A temporary table stands before the one of its name."""
    home = f'"{_here(cursor)}".main'
    try:
        revisions = counting.revisions(cursor, shipped)
    except (StoreDamaged, ValueError) as error:
        return [Finding("revisi", str(error))]
    for table in _REBUILT:
        cursor.execute(f"CREATE TEMP TABLE {table} AS FROM {home}.{table} LIMIT 0")
    steps: tuple[Callable[[], None], ...] = (
        lambda: reference.load_units(cursor),
        lambda: reference.load_flows(cursor),
        lambda: reference.load_sop(cursor, revisions),
        lambda: reference.load_calendar(cursor, counting.overrides(cursor)),
        lambda: facts.rebuild(cursor),
    )
    for step in steps:
        step()
    found = []
    for table in _REBUILT:
        kept, again = f"FROM {home}.{table}", f"FROM temp.main.{table}"
        shown = "concat_ws(' / ', " + ", ".join(f"t.{c}::VARCHAR" for c in KEYS[table]) + ")"
        different = cursor.execute(
            f"SELECT DISTINCT {shown} AS key FROM (({kept} EXCEPT ALL {again})"  # noqa: S608
            f" UNION ALL ({again} EXCEPT ALL {kept})) t ORDER BY key"
        ).fetchall()
        found += _finding(
            "hitung ulang", f"baris {table} berbeda dari hitungan ulang", [k for (k,) in different]
        )
    return found
