"""Which questions a connection with limits may be asked.

The covers of ``access.py`` stand over names alone: a query that names a table with its
schema, or a function that reads a file or runs a text as a query, would go round them. So a
limited viewer's query is parsed first (by DuckDB's own parser, once a text) and refused
unless it names tables plainly and calls table functions that are known to be harmless.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import duckdb

from sop_core.errors import AccessDenied

_HARMLESS = {"unnest", "range", "generate_series"}
# Functions of a value that do something or tell of the engine, its files and its settings.
_ACTING = {
    "nextval", "currval", "setseed", "getenv", "getvariable", "current_setting", "write_log",
    "txid_current", "version", "current_database", "current_query", "in_search_path",
    "current_schemas", "add_parquet_key",
}  # fmt: skip
_ENGINES_OWN = ("duckdb_", "sqlite_", "pg_", "pragma_")
_parser = duckdb.connect(":memory:")


def check(query: str, macros: frozenset[str]) -> None:
    """Raises AccessDenied for a query that could go round the covers.

    ``macros`` are the table macros of the store, which resolve to the covers.
    """
    reason = _reason(query, macros)
    if reason:
        raise AccessDenied(f"Pertanyaan ini tidak diizinkan bagi peran Anda: {reason}.")


@lru_cache(maxsize=2048)
def _reason(query: str, macros: frozenset[str]) -> str:
    with _parser.cursor() as cursor:
        row = cursor.execute("SELECT json_serialize_sql($q::VARCHAR)", {"q": query}).fetchone()
    parsed = json.loads(row[0]) if row else {"error": True}
    if parsed.get("error"):
        return "hanya SELECT"
    for node in _nodes(parsed):
        kind = node.get("type")
        if kind == "BASE_TABLE":
            if node.get("schema_name") or node.get("catalog_name"):
                return f"tabel {node.get('table_name')} disebut dengan skemanya"
            name = str(node.get("table_name"))
            if name.startswith(_ENGINES_OWN):
                return "keterangan basis data"
            if not name.isidentifier():
                return "sebuah berkas dibaca sebagai tabel"
        elif kind == "TABLE_FUNCTION":
            function = node.get("function") or {}
            name = str(function.get("function_name"))
            if function.get("schema") or name not in _HARMLESS | macros:
                return f"fungsi {name}"
        elif kind == "FUNCTION" and node.get("function_name") in _ACTING:
            return f"fungsi {node.get('function_name')}"
        elif kind == "SHOW_REF":
            return "keterangan basis data"
    return ""


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)
