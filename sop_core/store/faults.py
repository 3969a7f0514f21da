"""What the engine or the system says of a file, in words that tell a person what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from sop_core.errors import StoreBusy, StoreDamaged, StoreError, StoreUnreachable

_BUSY = "could not set lock on file"
_PLACES = {
    "no space left": "disk penuh",
    "file too large": "disk atau jatah berkas penuh",
    "disk quota exceeded": "jatah disk habis",
    "read-only file system": "hanya dapat dibaca (sistem berkas terkunci)",
    "permission denied": "tidak diizinkan; periksa pemilik dan izin berkas serta foldernya",
    "operation not permitted": "tidak diizinkan; periksa pemilik dan izin berkas serta foldernya",
    "is a directory": "sebuah folder, bukan berkas",
    "not a directory": "bukan di dalam sebuah folder",
    "file exists": "bukan di dalam sebuah folder",
    "no such file or directory": "foldernya tidak ada",
    "file name too long": "nama berkas terlalu panjang",
    "too many levels of symbolic links": "tautannya menunjuk ke dirinya sendiri",
    "too many open files": "terlalu banyak berkas terbuka",
    "input/output error": "disk bermasalah saat dibaca atau ditulis",
}
"""By the system's own words, as DuckDB hands them on."""
_MISSHAPEN = (
    duckdb.CatalogException, duckdb.BinderException, duckdb.ConversionException, TypeError, ValueError,
)  # fmt: skip
_KEPT = "perubahan ini tidak disimpan; yang sudah tersimpan sebelumnya tetap ada"


@contextmanager
def translated(path: str, doing: str) -> Iterator[None]:
    """Errors of the file in our words; ``doing`` is ``dibuka`` or ``ditulis``.

    Raises StoreBusy, StoreDamaged or StoreUnreachable. Errors of a question that is put
    wrong are faults of the program and pass as they are.
    """
    try:
        yield
    except StoreError:
        raise
    except (duckdb.Error, OSError) as error:
        found = _of(error, path, doing)
        if found is None:
            raise
        raise found from error


@contextmanager
def misshapen(path: str) -> Iterator[None]:
    """Around the opening: a question of ours that this file cannot answer is the file's fault.

    Raises StoreDamaged where a table, a column or a value is not what a store of ours has.
    """
    try:
        yield
    except _MISSHAPEN as error:
        said = " ".join(str(error).split())[:160]
        raise StoreDamaged(
            f"{path} rusak: isinya tidak tersusun seperti basis data Pantau SOP ({said});"
            " periksa dengan pantau doctor, atau pulihkan dari cadangan dengan pantau restore"
        ) from error


def _of(error: Exception, path: str, doing: str) -> StoreError | None:
    said = " ".join(str(error).split())
    if isinstance(error, OSError) and error.errno:
        said = os.strerror(error.errno)
    low = said.lower()
    if _BUSY in low:
        return StoreBusy(
            f"{path} sedang dipakai proses lain (aplikasi yang berjalan?);"
            " hentikan dulu atau pilih berkas lain dengan --db"
        )
    place = next((words for part, words in _PLACES.items() if part in low), None)
    if place is not None:
        kept = f"; {_KEPT}" if doing == "ditulis" else ""
        return StoreUnreachable(f"{path} tidak dapat {doing}: {place}{kept}")
    if "not a valid duckdb database" in low:
        return StoreDamaged(f"{path} bukan basis data Pantau SOP, atau awal berkasnya rusak")
    if isinstance(error, (duckdb.IOException, duckdb.SerializationException)) or _broken(error):
        return StoreDamaged(
            f"{path} rusak dan tidak dapat {doing} ({said[:160]});"
            " pulihkan dari cadangan dengan pantau restore"
        )
    return None


def _broken(error: Exception) -> bool:
    """The engine itself gave up, which a damaged file makes it do."""
    return isinstance(error, (duckdb.FatalException, duckdb.InternalException))
