"""Filters that live in the URL, so that what is on screen can be sent as a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import streamlit as st

from sop_core import approvals, region
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, today
from sop_core.store import Store
from sop_core.units import UPT_KINDS, Unit

ALL_YEARS = "Semua tahun"
ALL = "Semua"
NATION = "Seluruh Indonesia"
OWN = "Seluruh wilayah saya"
OFFICE_KINDS = {*UPT_KINDS, "pusat"}


@dataclass(frozen=True)
class Office:
    """What the office filter says: a code, and the codes whose records it takes in."""

    code: str | None = None
    units: tuple[str, ...] | None = None
    with_lokas: bool = False

    def alone(self, scope: Scope) -> Scope:
        """A scope of the office without its Lokas."""
        return replace(scope, units=None if self.code is None else (self.code,))


def shared(store: Store) -> None:
    """As-of date and year: drawn by the entry file, so they follow from page to page."""
    with st.sidebar:
        st.date_input(
            "Tanggal acuan",
            value=today(),
            min_value=dt.date(FIRST_YEAR, 1, 1),
            max_value=dt.date(LAST_YEAR, 12, 31),
            format="DD/MM/YYYY",
            key="tanggal",
            bind="query-params",
            help="Semua angka dihitung seperti keadaan pada tanggal ini.",
        )
        st.date_input(
            "Seperti diketahui pada",
            value=today(),
            min_value=dt.date(FIRST_YEAR, 1, 1),
            max_value=today(),
            format="DD/MM/YYYY",
            key="diketahui",
            bind="query-params",
            help="Hanya yang sudah dimasukkan sampai akhir hari ini yang dihitung: unggahan, koreksi"
            " kalender, revisi SOP, dan disposisi.",
        )
        st.selectbox(
            "Tahun kegiatan",
            [ALL_YEARS, *(str(y) for y in store.years())],
            key="tahun",
            bind="query-params",
            placeholder="Pilih",
        )
        st.toggle(
            "Diam dibaca sebagai terlambat", key="diam", bind="query-params",
            help="Langkah yang jatuh tempo sesudah data terakhir unitnya dihitung terlambat, seperti"
            " cara baca lama. Biasanya keadaannya tidak diketahui dan dihitung tersendiri.",
        )  # fmt: skip
        if approvals.asked_of(store):
            st.toggle(
                "Hanya yang disahkan", key="sah", bind="query-params",
                help="Tanpa unggahan yang belum disahkan kepala unitnya.",
            )  # fmt: skip


def known_on() -> dt.date | None:
    """The day as of whose knowledge is read; None for what is known now."""
    day = st.session_state.get("diketahui")
    return None if day is None or day >= today() else day


def confirmed() -> bool:
    """Whether uploads that nobody has confirmed are left out."""
    return bool(st.session_state.get("sah"))


def scope(
    units: tuple[str, ...] | None = None,
    flow: str | None = None,
    step: int | None = None,
    product: str | None = None,
) -> Scope:
    """The shared filters with a page's own."""
    year = st.session_state.get("tahun", ALL_YEARS)
    return Scope(
        as_of=st.session_state.get("tanggal") or today(),
        year=None if year in (ALL_YEARS, None) else int(year),
        units=units,
        flow=flow,
        step=step,
        product=product,
        silence_is_late=bool(st.session_state.get("diam")),
    )


def office(store: Store, as_of: dt.date, key: str = "unit_kerja") -> tuple[str, Office]:
    """One office, with the Lokas it coordinates or without, or the whole nation."""
    by_name = {unit_label(u): u.code for u in store.units(as_of) if u.kind in OFFICE_KINDS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        everything = NATION if store.viewer.units is None else OWN
        name = str(
            st.selectbox(
                "Unit", [everything, *by_name], key=key, bind="query-params", placeholder="Pilih"
            )
        )
        if name == everything:
            return name, Office()
        code = by_name[name]
        lokas = region.coordinated(store, code, as_of)
        include = len(lokas) > 1 and st.toggle(
            f"Sertakan {len(lokas) - 1} Loka yang dikoordinasikan",
            value=True, key="loka", bind="query-params",
        )  # fmt: skip
    return name, Office(code, lokas if include else (code,), bool(include))


def describe(current: Scope, short: bool = False) -> str:
    """``Per 30 Juni 2025, kegiatan tahun 2025``; ``short`` leaves "Per" out.

    It says too as known when, where that is not now, and how silence is read where that is
    not as usual.
    """
    year = f"kegiatan tahun {current.year}" if current.year else "semua tahun kegiatan"
    said = f"{'' if short else 'Per '}{format_date(current.as_of)}, {year}"
    known = known_on()
    if known is not None and not short:
        said += f", seperti diketahui pada {format_date(known)}"
    if confirmed() and not short:
        said += ", hanya unggahan yang disahkan"
    if current.silence_is_late and not short:
        said += ", diam dibaca sebagai terlambat"
    return said


def unit_label(unit: Unit) -> str:
    """How an office reads in a filter and in the URL."""
    return unit.name


def go_to_region(unit: str, case: str | None = None, alone: bool = False) -> None:
    """Open Wilayah on an office, and a case of it; the shared filters go along by themselves.

    ``alone`` without its Lokas, from where its figures were without them.
    """
    extra = {"kasus": case} if case else {}
    if alone:
        extra["loka"] = "false"
    st.switch_page("pages/wilayah.py", query_params={"wilayah": unit, **extra})


def go_to_recording(case: str, step: str | None = None) -> None:
    """Open Catat on a case, and a step of it (``A.3``)."""
    extra = {"langkah_catat": step} if step else {}
    st.switch_page("pages/catat.py", query_params={"kasus": case, **extra})
