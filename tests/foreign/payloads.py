"""Hostile texts, and a store in which every text that people can enter is one of them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl

from sop_core import (
    accounts,
    corrections,
    disposition,
    hindrance_reasons,
    hindrances,
    importing,
    recommendations,
    remarks,
    revisions,
)
from sop_core.access import SYSTEM, Viewer
from sop_core.importing import SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store
from tests.builders import REV04, TODAY, form_of, revised

HOST = "jahat.example"
"""Where hostile addresses lead: nobody's, and nothing may ask for it."""
SHAPES = (
    "![{m}](http://jahat.example/{m}.png)",
    "[{m}](http://jahat.example/{m})",
    "[{m}][rujukan]",
    "http://jahat.example/{m}",
    "https://jahat.example/{m}?a=b&c=d#e",
    "www.jahat.example/{m}",
    "{m}@jahat.example",
    "<http://jahat.example/{m}>",
    "<img src=http://jahat.example/{m}.png onerror=alert(1)>",
    "<a href='javascript:alert(1)'>{m}</a>",
    "<script>alert('{m}')</script>",
    "<b>{m}</b><br>",
    "</div></style><svg onload=alert(1)>{m}",
    "**{m}**",
    "__{m}__",
    "*{m}*",
    "_{m}_",
    "~~{m}~~",
    "~{m}~",
    "`{m}`",
    "```{m}```",
    "# {m}",
    "> {m}",
    "- {m}",
    "+ {m}",
    "1. {m}",
    "2) {m}",
    "| {m} | b |",
    "--- {m} ---",
    "=== {m}",
    ":red[{m}]",
    ":blue-background[{m}]",
    ":green-badge[{m}]",
    ":small[{m}]",
    ":rainbow[{m}]",
    ":color[{m}]{{foreground=\"red\"}}",
    ":smile: {m}",
    "{m}:+1:",
    ":material/home: {m}",
    ":material_home: {m}",
    ":streamlit: {m}",
    "${m}^2$",
    "$$\\frac{{ {m} $$",
    "$\\frac{{$ {m}",
    "{m} -> a <- b <-> c -- d >= e <= f ~= g",
    "{m} &lt;b&gt; &#58;smile&#58; &amp;",
    "\\*{m}\\* \\",
    "[^{m}]",
    "[ ] {m}",
    "{m}:",
    ":{m}",
    "%{{x}} %{{customdata[0]}} {m}",
    "{{{{ {m} }}}} {{% for x in y %}}",
    "=HYPERLINK(\"http://jahat.example/{m}\")",
    "＝1+1 {m}",
    "+62 {m}",
    "@SUM({m})",
    "'; DROP TABLE activity; -- {m}",
    "\u202e{m} terbalik",
    "\u200b\ufeff{m}\u00a0spasi",
    "../../etc/{m}",
)  # fmt: skip
PAYLOADS = {f"jahat{n:02}": shape.format(m=f"jahat{n:02}") for n, shape in enumerate(SHAPES)}
"""By the word that each holds and no other does."""
TEXTS = list(PAYLOADS.values())
PEOPLE = {
    "pimpinan@jahat.example": ("pimpinan", None),
    "kepala@jahat.example": ("kepala_balai", "BBPOM-PDG"),
    "staf@jahat.example": ("data_staf", "BBPOM-PDG"),
    "pusat@jahat.example": ("pusat", "PST-PMPUPO"),
    "admin@jahat.example": ("admin", None),
}
OFFICE = "BBPOM-PDG"
D = dt.date


def any_text(number: int) -> str:
    """The payload of that number, round and round."""
    return TEXTS[number % len(TEXTS)]


def file_name(number: int, suffix: str) -> str:
    return f"{any_text(number)}.{suffix}"


def hostile_rows() -> dict[str, list[dict[str, object]]]:
    """Rows by sheet, each accepted, each text cell a payload of its own."""
    rows: dict[str, list[dict[str, object]]] = {s.name: [] for s in SHEETS}
    for n, text in enumerate(TEXTS):
        flow = "ABCD"[n % 4]
        rows["Kegiatan"].append({
            "ID Kegiatan": text, "Alur": flow, "Tahun": 2026, "Kode Unit": OFFICE, "Judul": text,
            "Pemangku Kepentingan": "a", "Komoditas": any_text(n + 1), "Bentuk Kegiatan": any_text(n + 2),
            "Sumber Usulan": any_text(n + 3), any_text(n + 4): any_text(n + 5),
        })  # fmt: skip
        rows["Langkah"].append({
            "ID Kegiatan": text, "No Langkah": 1, "Tanggal Mulai": D(2026, 3, 2),
            "Tanggal Selesai": D(2026, 3, 30), "Nomor Dokumen": any_text(n + 6),
            "Alasan": any_text(n + 7), "Keterangan": any_text(n + 8),
        })  # fmt: skip
        if flow == "D":
            rows["Fasilitator"].append({
                "ID Fasilitator": any_text(n + 9), "Nama": any_text(n + 10), "Kode Unit": OFFICE,
                "ID Kegiatan": text, "Jenis": "Keamanan Pangan", "Tanggal Pelatihan": D(2026, 4, 6),
                "Lembaga": any_text(n + 11), "No Sertifikat Kompetensi": any_text(n + 12),
                "Tanggal Sertifikat Kompetensi": D(2026, 5, 4), "Berlaku Sampai": D(2026, 12, 31),
            })  # fmt: skip
        else:
            rows["Tindak Lanjut"].append({
                "ID Kegiatan": text, "No Rekomendasi": any_text(n + 13), "Uraian": any_text(n + 14),
                "Target Selesai": D(2026, 6, 30),
            })  # fmt: skip
    rows["Target"].append({"Tahun": 2026, "Kode Unit": OFFICE, "Alur": "A", "Jumlah Kegiatan": 3})
    return rows


def workbook_of(rows: dict[str, list[dict[str, object]]], *more_sheets: str) -> bytes:
    """A workbook as a stranger's program writes it: no name is refused, no text is quoted."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        headings = list(dict.fromkeys(key for line in lines for key in line))
        for column, heading in enumerate(headings, 1):
            _put(sheet, 1, column, heading)
            for row, line in enumerate(lines, 2):
                _put(sheet, row, column, line.get(heading))
    for name in more_sheets:
        _put(book.create_sheet(name), 1, 1, name)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _put(sheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # text, also where openpyxl would make a formula of it


def hostile_revision():
    """Revision 05 whose every free text is a payload."""
    raw = revised("05", D(2026, 1, 2)).model_dump()
    raw["title"] = any_text(0)
    raw["stakeholders"] = {k: any_text(n) for n, k in enumerate(raw["stakeholders"])}
    for n, flow in enumerate(raw["flows"]):
        flow["name"] = any_text(n + 20)
    for n, step in enumerate(raw["steps"]):
        step |= {"activity": any_text(n), "inputs": any_text(n + 1), "output": any_text(n + 2),
                 "place": any_text(n + 3), "remarks": [any_text(n + 4)]}  # fmt: skip
        if step.get("optional_reason"):
            step["optional_reason"] = any_text(n + 5)
    for n, rule in enumerate(raw["routing"]):
        rule |= {"text": any_text(n + 6), "place": any_text(n + 7)}
    return type(REV04).model_validate(raw)


def fill(store: Store) -> None:
    """Import, revision, correction, people and a disposisi: all that people can write."""
    files = [SourceFile(file_name(0, "xlsx"), workbook_of(hostile_rows(), "<b>jahat00 $x$ `k`"))]
    found = importing.import_files(store, files, any_text(8), today=TODAY)
    assert found.rows.rejected == 0, found.problems[:3]
    form = SourceFile(file_name(1, "xlsx"), form_of(hostile_revision()).content)
    draft = revisions.read(form, TODAY)
    assert draft.revision is not None, draft.problems[:3]
    revisions.add(store, form, draft.revision, any_text(9))
    for n, text in enumerate(TEXTS[:28]):
        corrections.correct(store, D(2026, 2, n + 1), True, text, any_text(n + 1), any_text(n + 2))
    for n, (login, (role, unit)) in enumerate(PEOPLE.items()):
        accounts.add(store, login, any_text(n * 7), role, unit)
    proposed = recommendations.recommend(store, 2026, TODAY)
    assert proposed, "nothing to decide on"
    for n, one in enumerate(proposed[:5]):
        disposition.decide(store, one, 2026, "terima", any_text(n + 3), any_text(n + 4), None)

    _say_beside(store)


def _say_beside(store: Store) -> None:
    """Hindrances, reasons and remarks; the plans' day is over on TODAY."""
    label = next(t for t in TEXTS if len(t) <= hindrance_reasons.LONGEST_LABEL)
    hindrance_reasons.add(store, "jahat", label)
    cases = store.rows("SELECT case_id FROM activity ORDER BY case_id")
    for n, case in enumerate(row["case_id"] for row in cases):
        writer = store.as_viewer(Viewer("x", any_text(n + 5), SYSTEM))
        remarks.add(writer, case, f"{any_text(n)}\n{any_text(n + 1)}")
        for step in hindrances.open_steps(store, case)[:1]:
            plan = any_text(n + 2)[: hindrances.LONGEST_PLAN]
            hindrances.say(writer, case, step["step_no"], "jahat", plan, D(2030, 1, 7))
    with store.database.transaction() as cursor:
        cursor.execute(
            "UPDATE hindrance SET said_at = TIMESTAMP '2026-11-02 09:00', plan_on = '2026-11-09'"
        )
        assert cursor.execute("SELECT count(*) > 3 FROM hindrance").fetchone() == (True,)


def hostile_database(path: Path) -> Path:
    """A database file filled so."""
    with Store(path) as store:
        fill(store)
    return path


__all__ = ["HOST", "OFFICE", "PAYLOADS", "PEOPLE", "TEXTS", "Viewer", "any_text", "file_name", "fill", "hostile_database", "hostile_rows", "workbook_of"]  # fmt: skip
