"""Datasets as CSV or Parquet in one zip, beside the dictionary of their columns.

Rows go from the store to the file some ten thousand at a time: however many there are, the
memory that it takes does not grow with them.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sop_core.evaluation import Scope
from sop_core.exporting import quoted, zip_entry
from sop_core.facilitators import parameters
from sop_core.importing.staging import Progress, quiet
from sop_core.opendata.datasets import DATASETS, Dataset
from sop_core.store import Store

FORMS = {"csv": "CSV", "parquet": "Parquet"}
DICTIONARY, STATEMENT = "kamus_data.csv", "keterangan.json"
_ROWS = 50_000
"""Rows that are in memory at once."""
_KINDS: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "true/false"),
    (pa.types.is_integer, "bilangan bulat"),
    (pa.types.is_floating, "bilangan"),
    (pa.types.is_temporal, "tanggal (YYYY-MM-DD)"),
    (pa.types.is_string, "teks"),
)
_HEADINGS = ("berkas", "kolom", "jenis", "satuan", "arti", "dasar_sop", "isi_berkas")


def stem(store: Store, scope: Scope) -> str:
    """The name of the zip without its ending: ``data-terbuka-2025-per-2026-11-24``; of demo data and
    of a day on which it was known said so.
    """
    known = store.database.known_on
    parts = [
        "demo" if store.has_demo_data else "", "data-terbuka", str(scope.year or ""),
        *(scope.units or ())[:1], f"per-{scope.as_of:%Y-%m-%d}",
        f"diketahui-{known:%Y-%m-%d}" if known else "",
    ]  # fmt: skip
    return "-".join(filter(None, parts))


def make(
    store: Store, scope: Scope, target: IO[bytes], form: str = "csv", progress: Progress = quiet
) -> dict[str, int]:
    """Write what the viewer sees of a scope, as of its day, as a zip; returns rows by dataset.

    CSV has commas and UTF-8, and no cell that a spreadsheet would run. Raises KeyError for a
    form that is not in FORMS.
    """
    if form not in FORMS:
        raise KeyError(form)
    # All tables of one moment: an upload that comes between would be in some of them.
    with store.snapshot() as moment:
        return _made(moment, scope, target, form, progress)


def _made(
    store: Store, scope: Scope, target: IO[bytes], form: str, progress: Progress
) -> dict[str, int]:
    counts: dict[str, int] = {}
    words: list[list[str]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, dataset in enumerate(DATASETS):
            progress(number / len(DATASETS), dataset.name)
            file = f"{dataset.name}.{form}"
            with store.reader(dataset.sql, _ROWS, **parameters(scope, None, False)) as found:
                schema = _named(found.schema, dataset)
                words += _explained(file, dataset, schema)
                with archive.open(zip_entry(file), "w", force_zip64=True) as stream:
                    counts[dataset.name] = _written(found, schema, stream, form)
        archive.writestr(zip_entry(DICTIONARY), _table(words))
        archive.writestr(zip_entry(STATEMENT), _statement(store, scope, counts))
    progress(1.0, "Selesai")
    return counts


def _named(schema: pa.Schema, dataset: Dataset) -> pa.Schema:
    """The question's columns by the names under which they go out."""
    return pa.schema(
        [pa.field(f.name, column.type) for f, column in zip(dataset.fields, schema, strict=True)]
    )


def _written(found: pa.RecordBatchReader, schema: pa.Schema, stream: Any, form: str) -> int:
    rows = 0
    with _writer(form, stream, schema) as writer:
        for batch in found:
            table = pa.Table.from_arrays(list(batch.columns), schema=schema)
            writer.write_table(_without_formulas(table) if form == "csv" else table)
            rows += len(table)
    return rows


def _writer(form: str, stream: Any, schema: pa.Schema) -> Any:
    if form == "parquet":
        return pq.ParquetWriter(stream, schema)
    return pacsv.CSVWriter(stream, schema)


def _without_formulas(table: pa.Table) -> pa.Table:
    """Texts as a CSV holds them (exporting.quoted), each distinct one looked at once."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            coded = pc.dictionary_encode(table.column(at)).combine_chunks()
            safe = pa.array([quoted(v) for v in coded.dictionary.to_pylist()], pa.string())
            table = table.set_column(at, field, safe.take(coded.indices))
    return table


def _explained(file: str, dataset: Dataset, schema: pa.Schema) -> Iterator[list[str]]:
    for field, column in zip(dataset.fields, schema, strict=True):
        kind = next(name for fits, name in _KINDS if fits(column.type))
        yield [file, field.name, kind, field.unit, field.meaning, field.place, dataset.about]


def _table(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    writer.writerows(rows)
    return text.getvalue().encode()


def _statement(store: Store, scope: Scope, counts: dict[str, int]) -> bytes:
    """Of whom and of when the data are, for who finds the file years later."""
    known = store.database.known_on
    said = {
        "sumber": "Pantau SOP POM-04.01/CFM.01/SOP.01",
        "per_tanggal": scope.as_of.isoformat(),
        "seperti_diketahui_pada": known.isoformat() if known else None,
        "tahun": scope.year,
        "alur": scope.flow,
        "komoditas": scope.product,
        "unit": list(scope.units or store.viewer.units or ()) or "semua",
        "hanya_yang_disahkan": store.database.confirmed,
        "diam_dibaca_terlambat": scope.silence_is_late,
        "data_demo": store.has_demo_data,
        "tanpa": "nama, nomor induk, nomor sertifikat, dan tulisan bebas selain judul dan ID kegiatan",
        "jumlah_baris": counts,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
