"""Sentences of the executive summary, written from the numbers."""

from __future__ import annotations

import pandas as pd

from sop_core import followups, region
from sop_core.evaluation import Headline
from sop_core.indonesian import format_number, format_percent
from sop_core.recommendations import Recommendation
from sop_core.region import Parts
from sop_core.silence import Reporting
from sop_core.thresholds import SILENT_DAYS


def timeliness(now: Headline, before: Headline, subject: str) -> str:
    """On-time share of what is done, against the same day a year before."""
    judged = now.on_time + now.late
    if not judged:
        return f"Belum ada langkah bernorma yang selesai pada {subject}."
    text = (
        f"Pada {subject}, {format_number(now.on_time)} dari {format_number(judged)} langkah"
        f" bernorma yang selesai tepat waktu ({format_percent(now.on_time_share, 1)})"
    )
    if now.on_time_share is None or before.on_time_share is None:
        return text + "."
    points = round((now.on_time_share - before.on_time_share) * 100, 1)
    if points == 0:
        return text + ", sama dengan tahun sebelumnya."
    return text + f", {'naik' if points > 0 else 'turun'} {format_number(abs(points), 1)} poin dari tahun sebelumnya."  # fmt: skip


def overdue(now: Headline, units: pd.DataFrame) -> str:
    """What is late today, and where most of it is."""
    if not now.overdue:
        return "Tidak ada langkah yang sedang terlambat."
    late = units[units["overdue"] > 0]
    text = f"{format_number(now.overdue)} langkah sedang terlambat"
    if len(late) > 1:
        worst = late.iloc[0]
        others = int((late["overdue"] == worst["overdue"]).sum()) - 1
        many = f"{format_number(worst['overdue'])} langkah"
        text += f" di {format_number(len(late))} unit, terbanyak di {worst['name']}" + (
            f" dan {format_number(others)} unit lain (masing-masing {many})"
            if others
            else f" ({many}, terlama {format_number(worst['worst_days'])} HK)"
        )
    soon = f"; {format_number(now.due_soon)} lagi jatuh tempo dalam 5 HK" if now.due_soon else ""
    return f"{text}{soon}."


def unknown(steps: int) -> str:
    """How many steps nobody can say anything of; they are not among the late ones."""
    return (
        f"{format_number(steps)} langkah tidak diketahui keadaannya: unitnya belum melapor sejak"
        " jatuh tempo."
    )


def silence(told: Reporting) -> str:
    """How many UPT said nothing lately, and what is not known because of it."""
    if not told.offices:
        return "Status data hanya dihitung bagi UPT."
    if not told.silent:
        if told.offices == 1:
            return f"Unit ini melapor dalam {SILENT_DAYS} hari terakhir."
        return (
            f"Setiap UPT ({format_number(told.offices)}) melapor dalam {SILENT_DAYS} hari terakhir."
        )
    never = f", {format_number(told.never)} di antaranya belum pernah" if told.never else ""
    who = f"{format_number(told.silent)} dari {format_number(told.offices)} UPT"
    if told.offices == 1:
        who, never = "Unit ini", " (belum pernah)" if told.never else ""
    return (
        f"{who} tidak melapor lebih dari {SILENT_DAYS} hari{never}. {format_number(told.unknown)} langkah UPT jatuh tempo"
        " sesudah laporan terakhir unitnya: dihitung tidak diketahui, bukan terlambat."
    )


def without_records(activities: int) -> str:
    """Activities that were listed and of which nothing was ever told: a fault of the data."""
    if not activities:
        return "Setiap kegiatan mempunyai catatan langkah."
    return (
        f"{format_number(activities)} kegiatan belum ada catatan langkah: kesalahan data yang perlu"
        " dilengkapi unitnya."
    )


def impossible_orders(faults: int) -> str:
    """Steps done before what they follow from: a fault of the data."""
    if not faults:
        return "Tidak ada langkah yang selesai sebelum yang mendahuluinya."
    return (
        f"{format_number(faults)} langkah tercatat dalam urutan yang tidak mungkin dan perlu"
        " diperiksa unitnya."
    )


def worst_step(steps: pd.DataFrame) -> str | None:
    """The step late most often, of those judged often enough."""
    enough = steps[(steps["judged"] >= 5) & (steps["late"] > 0)]
    if enough.empty:
        return None
    worst = enough.sort_values(["late_share", "late"], ascending=False).iloc[0]
    return (
        f"Langkah yang paling sering terlambat ialah {worst['step']}"
        f" ({sentence_start_lower(str(worst['activity']))}): {format_number(worst['late'])} dari"
        f" {format_number(worst['judged'])} ({format_percent(worst['late_share'])})."
    )


def annual_reports(reports: pd.DataFrame) -> str | None:
    """Completeness and timeliness of the annual reports that are open."""
    opened = reports[reports["opened"]]
    if opened.empty:
        return None
    parts = [
        f"alur {row['flow']} {format_number(row['received'])} dari {format_number(row['expected'])}"
        f" masuk, {format_number(row['on_time'])} tepat waktu"
        + (f", {format_number(row['unknown'])} tidak diketahui" if row["unknown"] else "")
        for row in opened.sort_values("flow").to_dict("records")
    ]
    return f"Laporan tahunan unit: {'; '.join(parts)}."


def people(reached: dict[str, int], expiring: int) -> str | None:
    """Facilitators in one sentence."""
    if not reached["terdaftar"]:
        return None
    ends = (
        f"; {format_number(expiring)} sertifikat kompetensi telah atau akan berakhir dalam 90 hari"
        if expiring
        else ""
    )
    return (
        f"Dari {format_number(reached['terdaftar'])} fasilitator, {format_number(reached['dilatih'])}"
        f" sudah dilatih, {format_number(reached['bersertifikat'])} bersertifikat kompetensi, dan"
        f" {format_number(reached['diakui'])} diakui{ends}."
    )


def lokas(parts: Parts) -> str:
    """What the Lokas that an office coordinates add to its figures of steps."""
    own, added = parts.own, parts.lokas
    hidden = ""
    if parts.total.unknown:
        hidden = f", yang tidak diketahui {region.addition(own.unknown, added.unknown)}"
    return (
        "Angka ini memuat Loka yang dikoordinasikan: langkah terbuka"
        f" {region.addition(own.open, added.open)}, yang terlambat"
        f" {region.addition(own.overdue, added.overdue)}{hidden}."
    )


def follow_ups(totals: dict[str, int]) -> str | None:
    """Follow-ups in one sentence."""
    everything = sum(totals[status] for status in followups.STATUSES)
    if not everything:
        return None
    settled = sum(totals[status] for status in followups.SETTLED)
    return (
        f"Dari {format_number(everything)} rekomendasi kegiatan, {format_number(settled)}"
        f" selesai ({format_number(totals[followups.DONE_LATE])} di antaranya terlambat),"
        f" {format_number(totals[followups.LATE])} lewat target, dan"
        f" {format_number(totals[followups.NOT_OPTIMAL])} belum optimal"
        f" ({format_number(totals['escort'])} perlu dikawal)."
    )


def proposals(found: list[Recommendation], year: int, names: dict[str, str]) -> str:
    """How many recommendations, and the first."""
    if not found:
        return f"Tidak ada rekomendasi bagi tahun {year + 1} menurut aturan yang berlaku."
    first = found[0]
    return (
        f"Diusulkan {format_number(len(found))} rekomendasi bagi tahun {year + 1}; yang teratas"
        f" ({names.get(first.unit, first.unit)}): {sentence_start_lower(first.title)}."
    )


def sentence_start_lower(text: str) -> str:
    """A heading inside a sentence: without its capital and its full stop."""
    text = text.rstrip(".")
    return text[:1].lower() + text[1:]
