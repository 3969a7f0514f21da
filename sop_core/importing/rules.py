"""Rules that one row must stand by itself: faults that show in its own cells.

A rule is a row of data; a new one is a line here. Rules judge every row, refused or not, by the
cells of it that could be read: whoever mends a row is told all of its faults at once. What
holds a row against other rows or against the store is a question of its own (``checking``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import Formatter

import duckdb

from sop_core.importing.contract import FASILITATOR, KEGIATAN, LANGKAH, TINDAK_LANJUT, Column, Sheet

Check = Callable[[duckdb.DuckDBPyConnection, dt.date], None]


@dataclass(frozen=True)
class Rule:
    """A fault of the cell ``field`` in the row ``s`` of a staged sheet.

    ``when`` is the SQL condition under which it is one: on cells of ``s``, and on tables that
    no import changes. ``says`` is the reason in words, with other cells by field in braces.
    """

    sheet: Sheet
    field: str
    when: str
    says: str

    @property
    def reads(self) -> list[str]:
        """Headings of the cells that it looks at; of one that is not known it says nothing."""
        named = {self.field, *re.findall(r"\bs\.(\w+)", self.when)}
        named |= {name for _, name, _, _ in Formatter().parse(self.says) if name}
        return [c.name for c in self.sheet.columns if c.field in named]


def check(*rules: Rule) -> Check:
    """The rules as one check among the others."""

    def asked(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
        ask(cursor, rules)

    return asked


def ask(cursor: duckdb.DuckDBPyConnection, rules: Iterable[Rule]) -> None:
    """Add a problem for each row that breaks a rule."""
    faults = " UNION ALL ".join(_faults(rule) for rule in rules)
    cursor.execute(f"INSERT INTO problem {faults}")


def _faults(rule: Rule) -> str:
    sheet, column = _quoted(rule.sheet.name), rule.sheet.column(rule.field)
    return f"""
        SELECT {sheet}, s.row_no, {_quoted(column.name)}, {_shown(column)}, {_said(rule)}
        FROM staged_{rule.sheet.table} s
        WHERE ({rule.when}) AND NOT EXISTS (
            FROM unread u WHERE u.sheet = {sheet} AND u.row_no = s.row_no
                AND u.column_name IN ({", ".join(map(_quoted, rule.reads))}))
    """  # noqa: S608 - our own words


def _shown(column: Column) -> str:
    """SQL for a cell as its office would write it."""
    cell = f"s.{column.field}"
    if column.kind == "yes_no":
        cell = f"CASE WHEN {cell} THEN 'ya' WHEN NOT {cell} THEN 'tidak' END"
    return f"coalesce({cell}::VARCHAR, '')"


def _said(rule: Rule) -> str:
    """SQL for the reason, with the cells that it names."""
    parts = []
    for words, name, _, _ in Formatter().parse(rule.says):
        if words:
            parts.append(_quoted(words))
        if name:
            dated = rule.sheet.column(name).kind == "date"
            parts.append(f"tanggal(s.{name})" if dated else f"s.{name}::VARCHAR")
    return " || ".join(parts)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _flows_without(trait: str) -> str:
    return f"s.flow IN (SELECT flow FROM flow_trait WHERE NOT {trait})"  # noqa: S608 - our own names


def _still_to_come(sheet: Sheet) -> tuple[Rule, ...]:
    """A fact is of a day that has come; how long a certificate is valid may lie ahead."""
    return tuple(
        Rule(sheet, c.field, f"s.{c.field} > (SELECT today FROM import_day)",  # noqa: S608 - our own names
             f"{{{c.field}}} belum terjadi; kosongkan bila {c.fact}")
        for c in sheet.columns
        if c.fact
    )  # fmt: skip


ACTIVITIES = (
    Rule(KEGIATAN, "case_id", "reserved_id(s.case_id)",
         "bentuk ID ini dicadangkan untuk laporan tahunan dan siklus nasional; pakai ID lain"),
    # Fungsi (fasilitator/CAPA) routes B.4; Lanjut Sertifikasi says whether a batch goes from D.3
    # to D.4 or to D.7. Neither means anything in another flow.
    Rule(KEGIATAN, "function", f"s.function IS NOT NULL AND {_flows_without('function')}",
         "hanya diisi untuk alur B (SOP B.4)"),
    Rule(KEGIATAN, "certification", f"s.certification IS NOT NULL AND {_flows_without('people')}",
         "hanya diisi untuk alur D (SOP D.3)"),
    *_still_to_come(KEGIATAN),
)  # fmt: skip
STEPS = (
    Rule(LANGKAH, "finished", "s.finished < s.started",
         "selesai {finished} mendahului mulai {started}"),
    Rule(LANGKAH, "reason", "s.skipped AND s.reason IS NULL", "langkah dilewati wajib beralasan"),
    *_still_to_come(LANGKAH),
)  # fmt: skip
# The funnel of D.3-D.6 in order: trained, certified, applied, endorsed.
_FUNNEL = tuple(
    Rule(FASILITATOR, field, when, says)
    for field, when, says in (
        ("competence_on", "s.competence_on < s.trained_on",
         "sertifikat kompetensi mendahului pelatihan {trained_on}"),
        ("valid_until", "s.valid_until < s.competence_on",
         "berlaku sampai mendahului tanggal sertifikat"),
        ("valid_until", "s.valid_until IS NOT NULL AND s.competence_on IS NULL",
         "berlaku sampai tanpa tanggal sertifikat"),
        ("applied_on", "s.applied_on > s.valid_until",
         "sertifikat kompetensi sudah berakhir {valid_until}"),
        ("applied_on", "s.applied_on IS NOT NULL AND s.competence_on IS NULL",
         "pengakuan mensyaratkan sertifikat kompetensi (SOP D.5)"),
        ("applied_on", "s.applied_on < s.competence_on",
         "pengajuan mendahului sertifikat kompetensi {competence_on}"),
        ("endorsed_on", "s.endorsed_on IS NOT NULL AND s.applied_on IS NULL",
         "disahkan tanpa tanggal pengajuan"),
        ("endorsed_on", "s.endorsed_on < s.applied_on",
         "pengesahan mendahului pengajuan {applied_on}"),
    )
)  # fmt: skip
FACILITATORS = (*_FUNNEL, *_still_to_come(FASILITATOR))
FOLLOW_UPS = _still_to_come(TINDAK_LANJUT)
