"""The workbook offices fill in: drop-downs, lists to copy from, a guide, and rows if given."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from sop_core.definition import Revision
from sop_core.flows import CODES, FLOWS, annual_report_id, national_ids
from sop_core.importing.contract import GUIDE, LISTS, SHEETS, Column, with_stakeholders
from sop_core.units import UPT_KINDS, Unit

_ROWS = 5000
_CREATED = dt.datetime(2022, 4, 7)
_GUIDE = (
    ("Isi", "Satu buku kerja, lima lembar. Lembar yang tidak dipakai boleh dihapus atau dibiarkan."),
    ("Kolom wajib", "Judul kolom berlatar gelap wajib diisi. Urutan kolom bebas."),
    ("Tanggal", "Tanggal Excel, 2026-03-02, 02/03/2026 (hari dulu), atau 2 Maret 2026."),
    ("Unit", "Kode atau nama unit, lihat lembar Daftar. Ejaan lain dikenali dan dilaporkan."),
    ("Langkah", "Satu baris satu langkah. Tanggal Mulai kosong berarti mulai saat langkah"
                " sebelumnya selesai. Kosongkan Tanggal Selesai bila belum selesai."),
    ("Laporan tahunan", "Pakai ID A-2026-<kode unit> (juga B, C), tanpa baris di lembar Kegiatan."
                        " Daftar lengkapnya di lembar Daftar."),
    ("Siklus nasional", "Pakai A-2026-NASIONAL (juga B, C) dan D-2026-TW1 sampai D-2026-TW4."),
    ("Dilewati", "Hanya langkah {optional} boleh dilewati, dengan alasan."),
    ("Sudah terisi", "Templat suatu unit sudah memuat kegiatannya yang belum selesai dan langkah yang"
                     " berjalan atau terutang. Cukup isi tanggalnya; baris yang dibiarkan tidak"
                     " mengubah apa pun."),
    ("Sel kosong", "Sel kosong membiarkan isi yang tersimpan, begitu pula kolom yang tidak ada."
                   " Pada baris baru, Dilewati dan Bersama Pusat yang kosong berarti tidak; untuk"
                   " mencabut tanda ya yang tersimpan, tulis tidak."),
    ("Mengosongkan", "Untuk menghapus isi yang tersimpan, kosongkan selnya lalu nyalakan “Sel kosong"
                     " mengosongkan isi yang tersimpan” saat mengunggah. Semua sel kosong dalam"
                     " berkas itu lalu mengosongkan; pratinjau menghitungnya lebih dahulu."),
    ("Unggah ulang", "Baris dengan kunci yang sama memperbarui baris lama. Berkas yang sama dua"
                     " kali tidak mengubah apa pun. Setiap unggahan dapat dibatalkan."),
)  # fmt: skip


def template(
    units: list[Unit],
    revision: Revision,
    today: dt.date,
    rows: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> bytes:
    """A workbook (.xlsx) after the contract, with drop-downs and a guide.

    ``rows`` are what its sheets hold already, by name, a value for each column.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED, "author": "Pantau SOP", "title": "Templat"})
        formats = formats_of(book)
        _guide(book, formats, revision)
        limits = Limits(len(units), max(s.no for s in revision.steps))
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            for position, column in enumerate(sheet.columns):
                column = with_stakeholders(column, revision.stakeholders)
                heading(page, position, column, formats, limits)
            for number, row in enumerate((rows or {}).get(sheet.name, ()), 1):
                for position, value in enumerate(row):
                    _write(page, number, position, value, formats)
        _lists(book, formats, units, revision, today)
    return buffer.getvalue()


def _write(page: Any, row: int, position: int, value: Any, formats: dict[str, Any]) -> None:
    """A value as its column is filled in by hand: texts never become formulas."""
    if isinstance(value, bool):
        page.write_string(row, position, "ya" if value else "tidak")
    elif isinstance(value, dt.date):
        page.write_datetime(row, position, dt.datetime.combine(value, dt.time()), formats["date"])
    elif isinstance(value, int):
        page.write_number(row, position, value)
    elif value is not None:
        page.write_string(row, position, value)


@dataclass(frozen=True)
class Limits:
    """How many offices there are to choose from, and the highest number of a step."""

    units: int = 0
    steps: int = 99


def formats_of(book: Any) -> dict[str, Any]:
    """How headings, texts and dates of a workbook to fill in look."""
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "required": book.add_format(
            {"bold": True, "bg_color": "#0B4F6C", "font_color": "#FFFFFF", "border": 1}
        ),
        "free": book.add_format({"bold": True, "bg_color": "#DCE9EF", "border": 1}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
    }


def _guide(book: Any, formats: dict[str, Any], revision: Revision) -> None:
    page = book.add_worksheet(GUIDE)
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, "Templat Pantau SOP POM-04.01/CFM.01/SOP.01", formats["title"])
    optional = ", ".join(s.code for s in revision.steps if s.optional) or "pilihan"
    row = 2
    for name, text in _GUIDE:
        page.write_string(row, 0, name, formats["bold"])
        page.write_string(row, 1, text.format(optional=optional), formats["wrap"])
        row += 1
    for sheet in SHEETS:
        row += 1
        page.write_string(row, 0, f"Lembar {sheet.name}", formats["bold"])
        row += 1
        for column in sheet.columns:
            need = "wajib" if column.required else "boleh kosong"
            page.write_string(row, 0, column.name)
            page.write_string(row, 1, f"{need}. {column.help}".strip(), formats["wrap"])
            row += 1


def heading(
    page: Any, position: int, column: Column, formats: dict[str, Any], limits: Limits
) -> None:
    """The heading of one column, dark where it must be filled, with the choices below it."""
    page.write_string(0, position, column.name, formats["required" if column.required else "free"])
    page.set_column(
        position,
        position,
        max(14, len(column.name) + 2),
        formats["date"] if column.kind == "date" else None,
    )
    rule = _validation(column, limits)
    if rule:
        page.data_validation(1, position, _ROWS, position, rule)


def _validation(column: Column, limits: Limits) -> dict[str, Any] | None:
    # Warnings, not stops: the import reads more spellings than a drop-down can list.
    shared = {
        "error_type": "warning",
        "error_title": "Periksa isian",
        "error_message": "Nilai ini tidak ada dalam daftar; unggahan mungkin menolaknya.",
    }
    match column.kind:
        case "choice":
            return {"validate": "list", "source": list(column.choices), **shared}
        case "yes_no":
            return {"validate": "list", "source": ["ya", "tidak"], **shared}
        case "flow":
            return {"validate": "list", "source": list(CODES), **shared}
        case "unit":
            return {"validate": "list", "source": f"=Daftar!$A$2:$A${limits.units + 1}", **shared}
        case "date":
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": dt.date(column.earliest, 1, 1),
                "maximum": dt.date(2035, 12, 31),
                **shared,
            }
        case "step":
            return {
                "validate": "integer", "criteria": "between", "minimum": 1,
                "maximum": limits.steps, **shared,
            }  # fmt: skip
    return None


def _lists(
    book: Any, formats: dict[str, Any], units: list[Unit], revision: Revision, today: dt.date
) -> None:
    page = book.add_worksheet(LISTS)
    page.freeze_panes(1, 0)
    columns: list[tuple[str, int, list[str]]] = [
        ("Daftar kode unit", 18, [u.code for u in units]),
        ("Daftar nama unit", 44, [u.name for u in units]),
        ("Daftar langkah", 8, [s.code for s in revision.steps]),
        ("Kegiatan langkah", 70, [s.activity for s in revision.steps]),
        ("ID laporan tahunan dan siklus nasional", 30, generated_ids(units, today)),
        ("Pemangku kepentingan", 44, [f"{k}. {v}" for k, v in revision.stakeholders.items()]),
    ]
    for position, (name, width, values) in enumerate(columns):
        page.write_string(0, position, name, formats["bold"])
        page.set_column(position, position, width)
        page.write_column(1, position, values)


def generated_ids(units: list[Unit], today: dt.date) -> list[str]:
    """The case ids that need no row in Kegiatan, for this year and the one before."""
    upt = [u.code for u in units if u.kind in UPT_KINDS]
    ids = []
    for year in (today.year - 1, today.year):
        for flow in FLOWS:
            ids += national_ids(flow.flow, year)
            if flow.annual_report:
                ids += [annual_report_id(flow.flow, year, code) for code in upt]
    return ids
