"""Laporan: the SOP's reports (section E) as Word, Excel and PDF."""

import streamlit as st

from pages.kit import downloads, filters, heading, opening, shell, templates, words
from sop_core import facilitators, reports
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date
from sop_core.region import cases
from sop_core.reports import KINDS, Report, Request
from sop_core.reports.templates import Template, fetch
from sop_core.store import Store

EXPLAINED = {
    "kegiatan": "Satu kegiatan: rencana dan kenyataan tiap langkah, rekomendasi, pelaporan.",
    "monitoring": "Satu triwulan atau tahun: yang selesai, yang terlambat, yang perlu dikawal.",
    "tahunan": "Laporan tahunan unit (A.7, B.7, C.5) atau rekap nasional (A.8, B.8, C.6).",
    "fasilitator": "Laporan triwulan pembentukan fasilitator (D.8). Hanya jumlah, tanpa nama.",
}
WHOLE_YEAR = "Setahun"


def choose(store: Store) -> tuple[Request | None, filters.Office]:
    """Which report, None while something is still missing, and of which office."""
    as_of = filters.scope().as_of
    labels = {label: kind for kind, label in KINDS.items()}
    label = st.radio(
        "Jenis laporan", list(KINDS.values()), key="jenis", bind="query-params", index=2,
        captions=[words.text(EXPLAINED[kind]) for kind in KINDS],
    )  # fmt: skip
    kind = labels[str(label)]
    _, office = filters.office(store, as_of)
    heading.draw(store, Scope(as_of, units=office.units), f"Per {format_date(as_of)}.")
    if kind == "kegiatan":
        return choose_case(store, office), office
    years = store.years()
    left, right = st.columns(2)
    chosen = filters.scope().year or min(as_of.year, max(years))
    year = left.selectbox(
        "Tahun laporan", years, index=years.index(chosen) if chosen in years else 0,
        key="tahun_laporan", bind="query-params", placeholder="Pilih",
    )  # fmt: skip
    quarter = None
    if kind != "tahunan":
        ended = facilitators.quarter_before(as_of)
        options = [f"TW{q}" for q in range(1, 5)]
        if kind == "monitoring":
            options.append(WHOLE_YEAR)
        default = ended[1] - 1 if ended[0] == year else 0
        written = right.selectbox(
            "Periode",
            options,
            index=default,
            key="periode",
            bind="query-params",
            placeholder="Pilih",
        )
        quarter = None if written == WHOLE_YEAR else int(str(written)[2:])
    return Request(kind, as_of, int(str(year)), quarter, office.code, office.with_lokas), office


def choose_case(store: Store, office: filters.Office) -> Request | None:
    """One case of the office, by its id."""
    scope = filters.scope(units=office.units)
    frame = cases(store, scope)
    case_id = st.selectbox(
        "Kasus", list(frame["case_id"]), index=None, key="kasus", bind="query-params",
        placeholder="Ketik ID kasus",
    )  # fmt: skip
    if case_id is None:
        st.info("Pilih satu kasus. ID-nya ada pada tabel Kasus di halaman Wilayah.")
        return None
    st.caption(words.text(frame.loc[frame["case_id"] == case_id, "title"].iloc[0]))
    return Request("kegiatan", scope.as_of, unit=office.code, case_id=str(case_id))


def write(store: Store, asked: Request, template: Template | None) -> None:
    """Write all three formats, with a bar, and keep them for this reader."""
    bar = st.progress(0.0, "Menghitung")
    try:
        own = fetch(store, template.name) if template else None
        report = reports.build(
            store,
            asked,
            lambda share, what: bar.progress(0.6 * share, words.say("Menyusun: {}", what)),
        )
        files = {}
        for number, (suffix, name) in enumerate(reports.FORMATS.items(), 1):
            bar.progress(0.6 + 0.13 * number, f"Menulis {words.text(name)}")
            files[suffix] = reports.write(report, suffix, own if suffix == "docx" else None)
    except ReportRefused as error:
        st.session_state.pop("laporan", None)
        st.error(words.say("**Laporan tidak dapat disusun.** {}", error), icon=":material/block:")
        return
    finally:
        bar.empty()
    st.session_state["laporan"] = (asked, template, store.edition, report, files)


def show(report: Report, files: dict[str, bytes]) -> None:
    """The downloads, and what the report says first."""
    st.success(
        words.say("**{}**, {}, per {}.", report.title, report.subtitle, format_date(report.as_of))
    )
    downloads.of_files(report, files)
    st.markdown("**Ringkasan eksekutif**\n\n" + words.bullets(report.summary))
    st.markdown("**Isi:** " + words.join(" · ", (section.heading for section in report.sections)))


def page() -> None:
    """Draw the page."""
    store = shell.require_data("laporan")
    asked, office = choose(store)
    if asked is not None:
        one(store, asked)
    opening.offer(store, filters.scope(units=office.units))
    if asked is not None:
        templates.manage(store)


def one(store: Store, asked: Request) -> None:
    """Write the report that was chosen, and hand it out."""
    template = templates.choose(store)
    if st.button("Susun laporan", type="primary", icon=":material/description:"):
        write(store, asked, template)
    done = st.session_state.get("laporan")
    if done and done[:3] == (asked, template, store.edition):
        show(*done[3:])


page()
