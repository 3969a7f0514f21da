"""Fasilitator: how far people have come (flow D), what expires, and the quarterly report D.8."""

import datetime as dt
from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.kit import charts, downloads, figures, filters, heading, shell, tables, words
from pages.kit.figures import Figure
from pages.kit.filters import Office
from sop_core import evaluation, facilitators, reports
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number
from sop_core.store import Store, Trace

GROUPS = {
    "Unit": "unit",
    "Balai pengoordinasi": "coordinator",
    "Jenis": "kind",
    "Tahun": "year",
    "Triwulan": "quarter",
}
MOST_BARS = 20
CERTIFICATE_COLUMNS = {"unit": "Unit", "name": "Nama", "kind": "Jenis", "competence_no": "No sertifikat", "valid_until": "Berlaku sampai", "days_valid": "Sisa (hari kalender)", "facilitator_id": "ID"}  # fmt: skip
ENDORSEMENT_COLUMNS = {"unit": "Unit", "name": "Nama", "kind": "Jenis", "applied_on": "Diajukan", "days_waiting": "Menunggu (HK)", "days_late": "Lewat norma (HK)", "facilitator_id": "ID"}  # fmt: skip
COVERAGE_COLUMNS = {"unit": "Unit", "people": "Fasilitator aktif terlatih", "businesses": "Pelaku usaha didampingi", "per_100": "Per 100 pelaku usaha"}  # fmt: skip
PEOPLE_COLUMNS = {
    "name": "Nama", "state_name": "Keadaan", "state_on": "Sejak", "unit": "Unit", "kind": "Jenis",
    "batch_title": "Angkatan", "trained_on": "Dilatih", "competence_on": "Sertifikat kompetensi",
    "valid_until": "Berlaku sampai", "applied_on": "Diajukan", "endorsed_on": "Disahkan",
    "active": "Aktif", "facilitator_id": "ID", "case_id": "ID angkatan",
}  # fmt: skip
BATCH_COLUMNS = {"unit": "Unit", "title": "Angkatan", "people": "Orang", "trained_on": "Pelatihan selesai", "monitored_on": "Monitoring", "missing": "Yang belum ada"}  # fmt: skip


def choose(store: Store) -> tuple[Scope, Office, str | None, bool]:
    """The page's filters: office, kind, and whether only active people count."""
    shared = filters.scope()
    _, office = filters.office(store, shared.as_of)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    kind = left.segmented_control(
        "Jenis", [filters.ALL, *facilitators.KINDS], default=filters.ALL, required=True,
        key="jenis", bind="query-params",
    )  # fmt: skip
    active = right.toggle("Hanya yang aktif", key="aktif", bind="query-params")
    scope = Scope(shared.as_of, units=office.units)
    return scope, office, None if kind == filters.ALL else str(kind), active


def counted(
    funnel: pd.DataFrame, ends: pd.DataFrame, waits: pd.DataFrame
) -> list[tuple[str, int, str]]:
    """Label, people and explanation of six figures."""
    reached = facilitators.reached(funnel)
    step = dict(zip(funnel["state"], funnel["step"], strict=True))
    return [
        ("Fasilitator", reached["terdaftar"], "Semua orang yang terdaftar sampai tanggal acuan."),
        ("Dilatih", reached["dilatih"], f"Mencapai {step['dilatih']} atau lebih jauh."),
        ("Bersertifikat", reached["bersertifikat"], f"Mencapai {step['bersertifikat']} atau lebih jauh."),
        ("Diakui", reached["diakui"], f"Pengakuan disahkan ({step['diakui']})."),
        ("Sertifikat berakhir", len(ends), "Sudah berakhir, atau berakhir dalam 90 hari."),
        ("Pengesahan terlambat", int((waits["days_late"] > 0).sum()), f"Pengajuan yang menunggu lewat norma {step['diakui']}."),
    ]  # fmt: skip


def metrics(now: list[tuple[str, int, str]], own: list[tuple[str, int, str]] | None) -> None:
    """Six figures; ``own`` are the office's alone where its Lokas are taken in."""
    alone = [value for _, value, _ in own] if own else [None] * len(now)
    figures.draw(
        [*st.columns(3), *st.columns(3)],
        [
            Figure(label, value, mine, told)
            for (label, value, told), mine in zip(now, alone, strict=True)
        ],
    )


def quarter_report(store: Store, office: Office, as_of: dt.date, demo: bool) -> None:
    """D.8: when it is due, what is missing, and the report itself."""
    st.subheader("Laporan triwulan")
    choices = {f"TW{q} {y}": (y, q) for y, q in recent_quarters(as_of)}
    chosen = st.selectbox(
        "Triwulan", list(choices), index=1, key="triwulan", bind="query-params",
        help="Yang pertama masih berjalan; laporannya dibuka sesudah triwulan berakhir.", placeholder="Pilih",
    )  # fmt: skip
    year, quarter = choices[str(chosen)]
    report = facilitators.quarter_report(store, as_of, year, quarter)
    by_date = report.rule == "tanggal"
    left, right = st.columns([2, 3], vertical_alignment="center")
    label, value = countdown(report)
    left.metric(words.text(label), words.text(value), border=True)
    right.markdown(
        f"Jatuh tempo **{format_date(report.due)}**"
        + (f", masuk **{format_date(report.finished)}**" if report.finished else "")
        + "  \n"
        + f"{words.text(report.step)}, {words.text(report.norm)} HK sesudah triwulan: {format_date(report.norm_due)}"
        + ("" if by_date else " **(mengikat)**")
        + (
            f"  \nBatas tanggal {words.text(report.deadline.day)}: {format_date(report.deadline)}"
            f"{' **(mengikat)**' if by_date else ''}"
            if report.deadline
            else ""
        )
    )
    batches = facilitators.quarter_batches(store, Scope(as_of, units=office.units), year, quarter)
    missing = batches[batches["missing"] != ""]
    if len(missing):
        st.warning(
            f"**{format_number(len(missing))} dari {format_number(len(batches))} angkatan belum"
            " lengkap** untuk laporan ini.",
            icon=":material/rule:",
        )
        with st.expander("Yang belum ada"):
            tables.plain(missing, BATCH_COLUMNS, alt="Angkatan yang belum lengkap")
            tables.export(missing, BATCH_COLUMNS, "Angkatan belum lengkap", Scope(as_of, year), demo, f"Laporan triwulan {chosen}")  # fmt: skip
    elif len(batches):
        st.success(f"Data {format_number(len(batches))} angkatan yang dilaporkan sudah lengkap.")
    else:
        st.info("Tidak ada angkatan yang dilaporkan pada triwulan ini.")
    st.caption("Tulis laporannya. Laporan memuat jumlah, tanpa nama.")
    asked = reports.Request("fasilitator", as_of, year, quarter, office.code, office.with_lokas)
    downloads.of_request(store, asked)


def recent_quarters(as_of: dt.date) -> list[tuple[int, int]]:
    """The running quarter and twelve before it."""
    running = as_of.year * 4 + (as_of.month - 1) // 3
    return [((running - back) // 4, (running - back) % 4 + 1) for back in range(13)]


def countdown(report: facilitators.QuarterReport) -> tuple[str, str]:
    """Label and value of what is left."""
    if report.status == evaluation.UNKNOWN:
        return "Laporan", "tidak diketahui"
    if report.behind:
        return "Masuk terlambat" if report.finished else "Terlambat", report.behind
    if report.finished:
        return "Laporan", "masuk"
    if report.days_left is None:
        return "Laporan", "menunggu"
    return "Sisa", f"{format_number(report.days_left)} HK"


def counts(store: Store, scope: Scope, kind: str | None, active: bool, demo: bool) -> None:
    """By office, coordinator, kind, year or quarter."""
    st.subheader("Jumlah menurut keadaan")
    by = st.segmented_control(
        "Menurut", list(GROUPS), default="Unit", required=True, key="menurut", bind="query-params"
    )
    frame = facilitators.counts_by(store, scope, GROUPS[str(by)], kind, active)
    names = {"group": str(by), **facilitators.STATE_NAMES, "total": "Jumlah"}
    shown = frame.head(MOST_BARS)
    if len(frame) > MOST_BARS:
        st.caption(f"{MOST_BARS} teratas dari {len(frame)}; tabel dan ekspor memuat semuanya.")
    charts.draw(
        charts.people_by(shown, facilitators.STATE_NAMES), key="menurut_keadaan",
        alt=f"Fasilitator menurut {by} dan keadaan",
    )  # fmt: skip
    with st.expander("Angka"):
        tables.plain(frame, names, alt=f"Jumlah fasilitator menurut {by}", height=420)
        tables.export(frame, names, f"Fasilitator per {by}", scope, demo, f"Jumlah menurut {by}")


def coverage(store: Store, scope: Scope, kind: str | None, demo: bool) -> None:
    """People per 100 assisted businesses, and offices with none."""
    st.subheader("Cakupan")
    frame = facilitators.coverage(store, scope, kind)
    none = frame[frame["people"] == 0]
    if len(none):
        st.warning(
            f"**{len(none)} unit belum mempunyai fasilitator terlatih:** "
            + words.join(", ", none["unit"])
            + ".",
            icon=":material/person_off:",
        )
    unknown = int(frame["businesses"].isna().sum())
    st.caption(
        f"Pelaku usaha dari lembar Target alur B tahun {words.text(scope.year or scope.as_of.year)}."
        + (f" Belum diketahui pada {words.text(unknown)} unit." if unknown else "")
    )
    tables.plain(frame, COVERAGE_COLUMNS, alt="Fasilitator per 100 pelaku usaha", height=330)
    tables.export(frame, COVERAGE_COLUMNS, "Cakupan", scope, demo, "Fasilitator per 100 pelaku usaha")  # fmt: skip


def without_names(store: Store, columns: dict[str, str]) -> dict[str, str]:
    """The columns that a reader may see; a name is personal data (UU 27/2022)."""
    return columns if store.viewer.sees_names else {k: v for k, v in columns.items() if k != "name"}


def names_leave(store: Store, what: str, people: int) -> Callable[[], None]:
    """What leaves a trace once an export with names is taken."""
    if not store.viewer.sees_names:
        return lambda: None
    return lambda: store.record(Trace("ekspor_nama", what, after={"orang": people}))


def waiting(
    store: Store, ends: pd.DataFrame, waits: pd.DataFrame, scope: Scope, demo: bool
) -> None:
    """Certificates and endorsements that need someone to act."""
    certificates = without_names(store, CERTIFICATE_COLUMNS)
    endorsements = without_names(store, ENDORSEMENT_COLUMNS)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Sertifikat berakhir")
        expired = int(ends["expired"].sum())
        st.caption(
            f"{format_number(expired)} sudah berakhir, {format_number(len(ends) - expired)} berakhir dalam 90 hari. Hanya yang aktif."
        )
        tables.plain(ends, certificates, alt="Sertifikat yang berakhir", height=330)
        tables.export(ends, certificates, "Sertifikat berakhir", scope, demo, "Sertifikat kompetensi berakhir", names_leave(store, "Sertifikat berakhir", len(ends)))  # fmt: skip
    with right:
        st.subheader("Menunggu pengesahan")
        norm = facilitators.endorsement_norm(store, scope.as_of)
        st.caption(f"{format_number(len(waits))} pengajuan menunggu; norma {words.text(norm)}.")
        tables.plain(waits, endorsements, alt="Pengajuan yang menunggu", height=330)
        tables.export(waits, endorsements, "Menunggu pengesahan", scope, demo, "Menunggu pengesahan", names_leave(store, "Menunggu pengesahan", len(waits)))  # fmt: skip


def people(store: Store, scope: Scope, kind: str | None, active: bool, demo: bool) -> None:
    """Every person; a row opens the batch."""
    st.subheader("Orang")
    if not store.viewer.sees_names:
        st.caption("Nama hanya ditampilkan kepada peran yang memerlukannya (UU 27/2022).")
        return
    frame = facilitators.people(store, scope, kind, active)
    frame["state_name"] = frame["state"].map(facilitators.STATE_NAMES)
    st.caption("Pilih satu baris untuk membuka angkatannya.")
    rows = tables.show(frame, PEOPLE_COLUMNS, key="tabel_orang", alt="Daftar fasilitator", height=380)  # fmt: skip
    tables.export(frame, PEOPLE_COLUMNS, "Fasilitator", scope, demo, "Daftar fasilitator", names_leave(store, "Fasilitator", len(frame)))  # fmt: skip
    if rows and frame.iloc[rows[0]]["case_id"]:
        row = frame.iloc[rows[0]]
        filters.go_to_region(str(row["unit"]), str(row["case_id"]))


def page() -> None:
    """Draw the page."""
    store = shell.require_data("fasilitator")
    scope, office, kind, active = choose(store)
    demo = store.has_demo_data
    heading.draw(store, scope, f"Per {format_date(scope.as_of)}.")
    funnel = facilitators.funnel(store, scope, kind, active)
    if not funnel["people"].sum():
        st.info(
            "Belum ada fasilitator pada pilihan ini. Isi lembar Fasilitator pada templat, lalu"
            " unggah.",
            icon=":material/inbox:",
        )
        return
    ends = facilitators.certificates(store, scope, kind)
    waits = facilitators.endorsements(store, scope, kind)
    own = office.alone(scope)
    metrics(
        counted(funnel, ends, waits),
        counted(
            facilitators.funnel(store, own, kind, active),
            facilitators.certificates(store, own, kind),
            facilitators.endorsements(store, own, kind),
        ) if office.with_lokas else None,
    )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(words.say("Tahap {}–{}", funnel["step"].iloc[0], funnel["step"].iloc[-1]))
        charts.draw(charts.funnel(funnel), key="tahap", alt="Orang yang mencapai tiap keadaan")
        st.caption(
            "Pengakuan bersifat sukarela; sesudah pelatihan angkatan dapat langsung dipantau."
        )
    with right:
        quarter_report(store, office, scope.as_of, demo)
    counts(store, scope, kind, active, demo)
    coverage(store, scope, kind, demo)
    waiting(store, ends, waits, scope, demo)
    people(store, scope, kind, active, demo)


page()
