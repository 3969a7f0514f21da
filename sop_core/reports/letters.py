"""Surat pengingat: a letter to each office whose annual reports (A.7, B.7, C.5) have not come in.

Of reports that are open, late, or unknown since the office has been silent: a letter asks, so that
it goes to the silent too, and says what is on record. To UPT alone, whose heads have one title.
Number, date and signature are the signer's to fill in.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from sop_core.errors import ReportRefused
from sop_core.evaluation import SCOPED, Scope
from sop_core.exporting import zip_entry
from sop_core.indonesian import format_date, format_number, today
from sop_core.paths import DATA
from sop_core.reports import word
from sop_core.reports.building import Progress, silent
from sop_core.store import Store

TEMPLATE = DATA / "templates" / "surat-pengingat.docx"
_HEADINGS = ["Laporan", "Tenggat", "Keadaan", "Dasar SOP"]
_SHARES = [0.42, 0.2, 0.24, 0.14]
_ADVOCACY = "A.7"
_A7 = "SOP A.7 keterangan 2"
_COORDINATION = (
    "SOP A.1 keterangan 2, Keputusan Kepala BPOM Nomor HK.02.02.1.2.05.20.158 Tahun 2020"
)
"""Why a Loka reports to its coordinator: said of A.7, and of all reports of a Loka by the decree."""


@dataclass(frozen=True)
class Missing:
    """One report: its flow and year, the step that it is, until when, and HK late (0: not yet).

    ``unknown`` where the office has been silent since before it fell due.
    """

    flow: str
    year: int
    step: str
    due: str
    days_late: int
    unknown: bool

    @property
    def state(self) -> str:
        """How it stands, as the letter writes it."""
        if self.unknown:
            return "belum tercatat"
        return (
            f"terlambat {format_number(self.days_late)} hari kerja"
            if self.days_late
            else "belum jatuh tempo"
        )


@dataclass(frozen=True)
class Letter:
    """To one office: its code, name and city, who coordinates it (empty but for a Loka), what it owes."""

    code: str
    office: str
    city: str
    coordinator: str
    missing: tuple[Missing, ...]

    @property
    def late(self) -> int:
        """How many of its reports are known to be late."""
        return sum(m.days_late > 0 for m in self.missing)

    @property
    def unknown(self) -> int:
        """How many are past their day with an office that has been silent since."""
        return sum(m.unknown for m in self.missing)


def due_letters(store: Store, scope: Scope, only_late: bool = True) -> list[Letter]:
    """The letters of a scope as of its day, by office; one is due where a report's day is over.

    A letter names all that the office owes, also what is not late yet; without ``only_late``
    there is one to who owes nothing late, too.
    """
    rows = store.rows(
        f"""
        SELECT s.unit_code, u.name, coalesce(u.city, '') AS city, coalesce(k.name, '') AS coordinator,
            s.flow, s.year, s.flow || '.' || s.step_no AS step, s.due, s.unknown,
            coalesce(s.days_late, 0) AS days_late
        FROM {SCOPED} s JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        LEFT JOIN register_as_of($as_of) k ON k.code = u.coordinator_code AND k.code <> u.code
        WHERE s.level = 'unit_year' AND (s.open OR s.unknown) AND s.due IS NOT NULL AND is_upt(u.kind)
        ORDER BY u.name, s.due, s.flow
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )
    owed: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        owed.setdefault(row["unit_code"], []).append(row)
    found = [
        Letter(
            code, own[0]["name"], own[0]["city"], own[0]["coordinator"],
            tuple(
                Missing(r["flow"], r["year"], r["step"], format_date(r["due"]), int(r["days_late"]), r["unknown"])
                for r in own
            ),
        )
        for code, own in owed.items()
    ]  # fmt: skip
    return [a for a in found if not only_late or a.late or any(m.unknown for m in a.missing)]


def write(store: Store, letter: Letter, scope: Scope, template: bytes | None = None) -> bytes:
    """One letter as .docx. Raises ReportRefused for a template that cannot be filled."""
    flows: dict[str, str] = {f.id: f.name for f in store.sop(scope.as_of).flows}
    day = format_date(scope.as_of)
    known = store.database.known_on
    if known is not None:
        day = f"{day}, seperti diketahui pada {format_date(known)}"
    of_advocacy = any(m.step == _ADVOCACY for m in letter.missing)
    context = {
        "office": letter.office,
        "city": letter.city,
        "coordinator": letter.coordinator,
        "day": day,
        "demo": store.has_demo_data,
        "basis": _A7 if of_advocacy else _COORDINATION,
        "opening": f"Menurut catatan per {day}, {_counted(letter)}.",
        "rows": [
            {"report": f"{flows[m.flow]} tahun {m.year}", "due": m.due, "state": m.state, "step": m.step}
            for m in letter.missing
        ],
        "closing": (
            "Mohon laporan tersebut segera disampaikan. Bila sudah disampaikan, mohon tanggal dan"
            " nomornya dicatat pada aplikasi Pantau SOP (halaman Catat atau Unggah)."
        ),
    }  # fmt: skip
    return word.fill(
        TEMPLATE.read_bytes() if template is None else template,
        context,
        [[_HEADINGS, _SHARES, [False] * len(_HEADINGS)]],
    )


def _counted(letter: Letter) -> str:
    """How many reports have not come in, and how many of them are past their day."""
    whole = len(letter.missing)
    said = f"{format_number(whole)} laporan tahunan berikut belum tercatat masuk"
    if letter.late:
        share = (
            "seluruhnya" if letter.late == whole else f"{format_number(letter.late)} di antaranya"
        )
        said += f", {share} terlambat"
    if letter.unknown:
        share = "seluruhnya" if letter.unknown == whole else format_number(letter.unknown)
        said += f", {share} lewat tenggat tanpa data terbaru dari unit"
    return said


def zipped(
    store: Store, scope: Scope, template: bytes | None = None, progress: Progress = silent
) -> tuple[bytes, list[str]]:
    """The letters that are due as one zip, a .docx each, and the offices to which they go.

    Raises ReportRefused for a day to come: nobody is reminded of what is not due yet.
    """
    if scope.as_of > today():
        raise ReportRefused("Surat pengingat disusun menurut keadaan paling lambat hari ini.")
    target = io.BytesIO()
    with (
        store.snapshot() as moment,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        due = due_letters(moment, scope)
        for number, letter in enumerate(due):
            progress(number / len(due), letter.office)
            entry = zip_entry(f"surat-pengingat-{letter.code}.docx")
            archive.writestr(entry, write(moment, letter, scope, template))
    return target.getvalue(), [letter.code for letter in due]
