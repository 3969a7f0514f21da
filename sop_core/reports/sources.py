"""What a report rests on: its title block, its sources, and what in it is provisional."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sop_core import approvals, evaluation, past, region
from sop_core.calendar import LAST_YEAR
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number
from sop_core.store import Store


@dataclass(frozen=True)
class Subject:
    """Whom a report is about. ``units`` are office codes, None for the nation."""

    name: str
    units: tuple[str, ...] | None = None
    code: str | None = None


def subject(store: Store, unit: str | None, with_lokas: bool, as_of: dt.date) -> Subject:
    """The nation, one office, or one office with the Lokas it coordinates.

    For a viewer who sees only some offices, these stand in the nation's place.
    """
    viewer = store.viewer
    if unit is None and viewer.units is None:
        return Subject("Nasional")
    if unit is None:
        names = [u.name for u in store.units(as_of) if u.code == viewer.unit]
        more = len(viewer.units or ()) - 1
        name = names[0] if names else "Tanpa unit"
        return Subject(
            f"{name} beserta {more} Loka" if more > 0 else name, viewer.units, viewer.unit
        )
    name = next(u.name for u in store.units(as_of) if u.code == unit)
    if not with_lokas:
        return Subject(name, (unit,), unit)
    units = region.coordinated(store, unit, as_of)
    lokas = len(units) - 1
    return Subject(f"{name} beserta {lokas} Loka" if lokas else name, units, unit)


def identity(store: Store, about: Subject, as_of: dt.date, period: str) -> list[tuple[str, str]]:
    """The lines of the title block."""
    revision = store.sop(as_of)
    lines = [
        ("Unit", about.name),
        ("Periode", period),
        ("Tanggal acuan", f"Per {format_date(as_of)}, seperti diketahui pada {format_date(past.known_day(store))}"),
        ("Dasar", f"SOP {revision.code} revisi {revision.revision}, berlaku {format_date(revision.effective)}"),
    ]  # fmt: skip
    if store.database.confirmed:
        lines.append(("Isi", "Hanya unggahan yang sudah disahkan kepala unitnya"))
    waiting = approvals.said(approvals.awaiting(store, about.units))
    if waiting:
        lines.append(("Pengesahan", f"{waiting}; isinya ikut dihitung"))
    if store.has_demo_data:
        lines.append(("PERHATIAN", "Data demo di dalamnya: isinya rekaan"))
    return lines


def notes(store: Store, scope: Scope) -> list[str]:
    """Sources, how time was counted, and what may still change."""
    lines = [
        "Sumber: catatan yang diunggah unit ke Pantau SOP; setiap angka dapat ditelusuri sampai"
        " baris unggahannya pada halaman Wilayah.",
        "Hari kerja (HK): Senin sampai Jumat, dikurangi hari libur nasional dan cuti bersama"
        " menurut SKB; hari mulai dihitung sebagai hari ke-0.",
        f"Keadaan dihitung per {format_date(scope.as_of)}: kejadian sesudah tanggal itu tidak"
        " diperhitungkan. Dengan tanggal acuan dan tanggal diketahui yang sama laporan ini dapat"
        " dibuat ulang dengan hasil yang sama.",
        "Langkah yang jatuh tempo sesudah unitnya terakhir melapor (data s.d.) dihitung tidak"
        " diketahui, bukan terlambat.",
    ]
    used = evaluation.revisions_used(store, scope)
    if len(used) > 1:
        lines.append(
            "Kegiatan dinilai menurut revisi SOP yang berlaku ketika mulai: revisi"
            f" {', '.join(used[:-1])} dan {used[-1]}."
        )
    provisional = evaluation.provisional_steps(store, scope)
    if provisional:
        lines.append(
            f"Sementara: tenggat {format_number(provisional)} langkah jatuh pada tahun yang SKB"
            f" hari liburnya belum terbit (sampai {LAST_YEAR}) dan dapat bergeser."
        )
    later = past.came_since(store, scope.as_of, scope.units)
    return [*lines, later] if later else lines
