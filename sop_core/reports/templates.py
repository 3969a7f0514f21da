"""Word templates that are kept for all: named, audited, and such as can be filled.

A template runs inside every report that is written in it, so that only those who answer for
the reports (action ``templat``) keep one; everybody chooses among the kept ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from sop_core.errors import ReportRefused
from sop_core.importing import SourceFile
from sop_core.indonesian import now
from sop_core.reports import word
from sop_core.reports.sample import sample
from sop_core.store import Store, Trace

SHIPPED = "Templat bawaan"
"""The name by which the template that comes with the product is chosen."""
LONGEST_NAME = 60
MOST_KEPT = 50
"""Templates that are not withdrawn; with LARGEST_TEMPLATE what they take up in the store."""
_SUFFIX = ".docx"
_LONGEST_FILE_NAME = 200


@dataclass(frozen=True)
class Template:
    """A kept template in the history; ``live`` says that it can be chosen."""

    template_no: int
    name: str
    file_name: str
    sha256: str
    size: int
    kept_by: str
    kept_at: dt.datetime
    withdrawn_by: str | None
    withdrawn_at: dt.datetime | None

    @property
    def live(self) -> bool:
        """Whether it has not been withdrawn."""
        return self.withdrawn_at is None


def history(store: Store) -> list[Template]:
    """Every template that was ever kept, the newest first; ``size`` in bytes."""
    rows = store.rows("SELECT * EXCLUDE (content) FROM report_template ORDER BY template_no DESC")
    return [Template(**row) for row in rows]


def live(store: Store) -> list[Template]:
    """Those that can be chosen, by name."""
    return sorted((t for t in history(store) if t.live), key=lambda t: t.name.casefold())


def fetch(store: Store, name: str) -> bytes:
    """The file of the live template of that name, or the shipped one. Raises ReportRefused."""
    if name == SHIPPED:
        return word.TEMPLATE.read_bytes()
    content = store.one(
        "SELECT content FROM report_template WHERE name = $name AND withdrawn_at IS NULL",
        name=name,
    )
    if content is None:
        known = ", ".join([SHIPPED, *(t.name for t in live(store))])
        raise ReportRefused(f"Templat {name} tidak ada; yang ada: {known}.")
    return bytes(content)


def keep(store: Store, name: str, file: SourceFile, who: str) -> int:
    """Keep a template under a name; returns the number it is kept under.

    It is filled once with a sample before. Raises ReportRefused where that fails or the name
    will not do, and AccessDenied.
    """
    store.require("templat", f"simpan {name}"[:200])
    name = _clean(name)
    if not file.name.lower().endswith(_SUFFIX) or len(file.name) > _LONGEST_FILE_NAME:
        raise ReportRefused(
            f"Templat harus berkas {_SUFFIX} bernama paling panjang {_LONGEST_FILE_NAME} huruf."
        )
    word.write(sample(), file.content)
    trace = Trace("templat", f"simpan {name}: {file.name}")
    trace.after = {"nama": name, "berkas": file.name, "sha256": file.sha256}
    with store.write(trace) as cursor:
        _check_room(cursor, name)
        row = cursor.execute("SELECT coalesce(max(template_no), 0) + 1 FROM report_template")
        number = int((row.fetchone() or (1,))[0])
        cursor.execute(
            "INSERT INTO report_template VALUES"
            " ($n, $name, $file, $sha, $size, $content, $who, $now, NULL, NULL)",
            {
                "n": number,
                "name": name,
                "file": file.name,
                "sha": file.sha256,
                "size": len(file.content),
                "content": file.content,
                "who": who,
                "now": now(),
            },
        )
    return number


def withdraw(store: Store, name: str, who: str) -> None:
    """Take a template out of choice; its file stays. Raises ReportRefused, AccessDenied."""
    trace = Trace("templat", f"cabut {name}"[:200])
    with store.write(trace) as cursor:
        kept = next((t for t in live(store) if t.name == name), None)
        if kept is None:
            raise ReportRefused(f"Templat {name} tidak ada di antara templat yang disimpan.")
        trace.before = {"nama": name, "berkas": kept.file_name, "sha256": kept.sha256}
        cursor.execute(
            "UPDATE report_template SET withdrawn_by = $who, withdrawn_at = $now"
            " WHERE template_no = $n",
            {"who": who, "now": now(), "n": kept.template_no},
        )


def _clean(name: str) -> str:
    """The name without needless spaces. Raises ReportRefused for one that will not do."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise ReportRefused(
            f"Nama templat terdiri atas 1 sampai {LONGEST_NAME} huruf, angka, atau tanda baca."
        )
    # A name is told from a file by these, on the command line.
    if "/" in plain or "\\" in plain or plain.lower().endswith(_SUFFIX):
        raise ReportRefused(f"Nama templat tidak memuat garis miring atau {_SUFFIX}.")
    return plain


def _check_room(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    found = cursor.execute("SELECT name FROM report_template WHERE withdrawn_at IS NULL")
    names = {SHIPPED.casefold(), *(n.casefold() for (n,) in found.fetchall())}
    if name.casefold() in names:
        raise ReportRefused(f"Templat {name} sudah ada; cabut dahulu atau pilih nama lain.")
    if len(names) > MOST_KEPT:
        raise ReportRefused(f"Sudah ada {MOST_KEPT} templat; cabut dahulu yang tidak dipakai.")
