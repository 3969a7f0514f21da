"""Wilayah: one office and the Lokas it coordinates, down to each case's records."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import (
    approving,
    charts,
    evidence,
    figures,
    filters,
    heading,
    hindering,
    remarking,
    shell,
    silent,
    since,
    tables,
    words,
)
from pages.kit.figures import Figure
from sop_core import orders, region
from sop_core.coherence import LEVEL_NAMES
from sop_core.evaluation import DUE_RULES, START_RULES, STATUS_NAMES, Scope
from sop_core.hindrances import HEADINGS
from sop_core.importing import recording
from sop_core.indonesian import format_date, format_number, format_percent
from sop_core.region import Parts
from sop_core.store import Store
from sop_core.thresholds import DUE_SOON_HELP
from sop_core.units import NATIONAL

COUNTS = {
    "open": "Langkah terbuka",
    "overdue": "Terlambat",
    "due_soon": "Segera jatuh tempo",
    "unknown": "Tidak diketahui",
}
HELP = {"due_soon": DUE_SOON_HELP, "unknown": silent.HELP}
CASE_COLUMNS = {
    "title": "Judul",
    "stands_at": "Berada di",
    "status_name": "Status",
    "days_late": "Terlambat (HK)",
    "late_at": "Terlambat di",
    "due": "Tenggat",
    "days_used": "Lama (HK)",
    "days_worked": "Pengerjaan (HK)",
    "days_waited": "Menunggu (HK)",
    "unit": "Unit",
    "year": "Tahun",
    "progress": "Kemajuan",
    "late_steps": "Langkah terlambat",
    **HEADINGS,
    "case_id": "ID",
}
PIPELINE_COLUMNS = {
    "step": "Langkah",
    "activity": "Kegiatan",
    "sla_days": "Norma (HK)",
    "cases": "Kasus",
    "overdue": "Terlambat",
    "due_soon": "Segera",
    "unknown": "Tidak diketahui",
    "median_days": "Median lama (HK)",
    "median_waited": "Median jeda (HK)",
}
STEP_COLUMNS = {
    "step": "Langkah",
    "activity": "Kegiatan",
    "status_name": "Status",
    "counted_on": "Dihitung dari",
    "start_name": "Dasar hitungan",
    "started": "Mulai",
    "due": "Tenggat",
    "due_name": "Yang mengikat",
    "finished": "Selesai",
    "sla_days": "Norma (HK)",
    "days_waited": "Jeda (HK)",
    "days_used": "Terpakai (HK)",
    "days_late": "Terlambat (HK)",
    **HEADINGS,
    "provisional": "Sementara",
}
ORDER_COLUMNS = {
    "title": "Judul",
    "step": "Langkah",
    "finished": "Selesai",
    "message": "Yang tidak mungkin",
    "unit": "Unit",
    "year": "Tahun",
    "case_id": "ID",
}
RECORD_COLUMNS = {
    "sheet": "Lembar",
    "step_no": "Langkah",
    "started": "Mulai",
    "finished": "Selesai",
    "document_no": "Dokumen",
    "skipped": "Dilewati",
    "reason": "Alasan",
    "remarks": "Keterangan",
    "batch_id": "Unggahan",
    "file": "Berkas",
    "part": "Lembar asal",
    "source_row": "Baris",
    "imported_by": "Oleh",
}


def choose_unit(store: Store, as_of: dt.date) -> str:
    """Code of the office in the filter: the reader's own, until they choose."""
    by_name = {filters.unit_label(u): u.code for u in store.units(as_of)}
    codes = list(by_name.values())
    own = codes.index(store.viewer.unit) if store.viewer.unit in codes else 0
    name = st.selectbox(
        "Unit", list(by_name), index=own, key="wilayah", bind="query-params",
        placeholder="Pilih unit",
    )  # fmt: skip
    return by_name[str(name)]


def metrics(parts: Parts, with_lokas: bool) -> None:
    """The office at a glance; where its Lokas are taken in, what they add to each figure."""
    now, own = parts.total, parts.own
    columns = st.columns(5)
    shares = words.say(
        "{} unit ini, {} di Loka",
        format_percent(own.on_time_share, 1), format_percent(parts.lokas.on_time_share, 1),
    )  # fmt: skip
    columns[0].metric(
        "Selesai tepat waktu", format_percent(now.on_time_share, 1),
        words.text(shares) if with_lokas else None, **figures.PLAIN,
    )  # fmt: skip
    figures.draw(
        columns[1:],
        [
            Figure(
                label,
                getattr(now, name),
                getattr(own, name) if with_lokas else None,
                HELP.get(name),
            )
            for name, label in COUNTS.items()
        ],
    )


def pipelines(store: Store, scope: Scope, demo: bool) -> None:
    """The three levels of one flow."""
    st.subheader("Alur kerja")
    flows: dict[str, str] = {f.id: f.name for f in store.sop(scope.as_of).flows}
    flow = st.segmented_control(
        "Alur", list(flows), default="A", required=True, key="alur_kerja", bind="query-params"
    )
    st.caption(
        words.say(
            "{}. {}. Jumlah kasus yang sedang berada di tiap langkah.", flow, flows[str(flow)]
        )
    )
    own = replace(scope, flow=str(flow))
    nation = replace(own, units=(NATIONAL,))
    time = region.flow_time(store, own)
    if time is not None:
        st.caption(
            words.say(
                "Median waktu satu kegiatan: **{} HK** pengerjaan dan **{} HK** menunggu.",
                *(format_number(part, 1) for part in time),
            )
        )
    done = region.finished_cases(store, own) | {
        k: v for k, v in region.finished_cases(store, nation).items() if k == "national_cycle"
    }
    steps = region.pipeline(store, own)
    cycle = region.pipeline(store, nation)
    left, right = st.columns([3, 2], gap="medium")
    for place, level, frame in (
        (left, "activity", steps[steps["level"] == "activity"]),
        (right, "unit_year", steps[steps["level"] == "unit_year"]),
        (right, "national_cycle", cycle[cycle["level"] == "national_cycle"]),
    ):
        if not frame.empty:
            with place:
                pipeline_level(level, frame, done.get(level, 0))
    with st.expander("Angka per langkah"):
        tables.plain(steps, PIPELINE_COLUMNS, alt="Kasus, keterlambatan, dan lama per langkah")
        tables.export(steps, PIPELINE_COLUMNS, "Alur kerja", own, demo, f"Alur {flow}")


def pipeline_level(level: str, frame: pd.DataFrame, done: int) -> None:
    """The cases of one level, where they stand."""
    scope_note = " (seluruh Indonesia)" if level == "national_cycle" else ""
    st.markdown(words.say("**{}** · {} kasus sudah selesai", LEVEL_NAMES[level] + scope_note, done))
    if frame["cases"].sum() == 0:
        st.caption("Tidak ada kasus yang masih terbuka pada tingkat ini.")
        return
    charts.draw(
        charts.pipeline(frame), key=f"alur_{level}", alt=f"Kasus per langkah, {LEVEL_NAMES[level]}"
    )


def case_table(frame: pd.DataFrame, scope: Scope, demo: bool) -> None:
    """Every case of the office; a row opens it."""
    st.subheader("Kasus")
    if frame.empty:
        st.info("Unit ini tidak mempunyai kasus pada pilihan ini. Ubah tahun atau tanggal acuan.")
        return

    st.caption("Pilih satu baris untuk membuka garis waktunya.")
    tables.cases(frame, CASE_COLUMNS, key="tabel_kasus", alt="Kasus unit ini", height=360)
    tables.export(frame, CASE_COLUMNS, "Kasus", scope, demo, "Kasus unit")


def impossible_orders(store: Store, scope: Scope, demo: bool) -> None:
    """Steps done before what they follow from, where there are any; a row opens its case."""
    frame = orders.order_faults(store, scope)
    if frame.empty:
        return
    with st.expander(f"Urutan yang tidak mungkin ({format_number(len(frame))})"):
        st.caption(
            "Tanggal yang menurut urutan SOP tidak mungkin; catatannya tetap dihitung. Periksa,"
            " lalu unggah perbaikannya. Pilih satu baris untuk membuka kasusnya."
        )
        tables.cases(
            frame, ORDER_COLUMNS, key="tabel_urutan", alt="Urutan yang tidak mungkin", height=280
        )
        tables.export(frame, ORDER_COLUMNS, "Urutan", scope, demo, "Urutan yang tidak mungkin")


def case_detail(store: Store, scope: Scope, demo: bool) -> None:
    """One case: its timeline and every record behind it."""
    case_id = st.session_state.get("kasus")
    head = region.case_head(store, case_id, scope.as_of) if case_id else None
    if not case_id or head is None:
        return
    steps = region.case_steps(store, case_id, scope.as_of, scope.silence_is_late)
    steps["status_name"] = steps["status"].map(STATUS_NAMES)
    steps["start_name"] = steps["start_rule"].where(steps["counted_on"].notna()).map(START_RULES)
    steps["due_name"] = steps["due_rule"].where(steps["due"].notna()).map(DUE_RULES)
    st.subheader(words.text(head["title"]))
    st.caption(
        words.say(
            "{} · {} · {} {} · dinilai menurut SOP revisi {}",
            case_id,
            head["unit_name"],
            LEVEL_NAMES[head["level"]],
            head["year"],
            head["revision"],
        )
    )
    if steps["started"].notna().any():
        first = steps["started"].min().date()
        days_off = store.calendar().holidays_between(first, scope.as_of)
        charts.draw(
            charts.timeline(steps, scope.as_of, days_off), key="garis_waktu",
            alt="Rencana dan kenyataan tiap langkah; hari libur diarsir",
        )  # fmt: skip
        st.caption(
            words.say(
                "Waktu kasus **{} HK**: {} HK pengerjaan dan {} HK menunggu.",
                *map(format_number, region.case_time(steps)),
            )
        )
        st.caption(
            "Kotak bergaris: norma, dari hari ia dihitung. Batang: kenyataan. Batang tipis bergaris:"
            " menunggu dimulai. Arsiran: hari libur dan cuti bersama."
            f" Garis putus-putus: {format_date(scope.as_of)}."
        )
    else:
        st.info("Kasus ini belum mulai pada tanggal acuan.")
    tables.plain(steps, STEP_COLUMNS, alt="Langkah kasus ini")
    tables.export(steps, STEP_COLUMNS, f"Langkah {case_id}", scope, demo, str(head["title"]))
    if recording.may_record(store, str(head["unit_code"])) and st.button(
        "Catat langkah kasus ini", icon=":material/edit_note:"
    ):
        filters.go_to_recording(str(case_id))
    hindering.draw(store, case_id, scope, demo)
    remarking.draw(store, case_id, scope, demo)
    routing(store, head)
    evidence.draw(store, head, steps, scope, demo)
    records = region.case_records(store, case_id)
    with st.expander(f"Catatan asal ({len(records)} baris)", expanded=False):
        tables.plain(records, RECORD_COLUMNS, alt="Baris unggahan di balik kasus ini")
        tables.export(records, RECORD_COLUMNS, f"Catatan {case_id}", scope, demo, "Catatan asal")


def routing(store: Store, head: dict[str, Any]) -> None:
    """To whom this case reports, with the SOP's reference."""
    lines = region.reporting_rules(store, head)
    if lines:
        with st.expander("Aturan SOP yang berlaku bagi kasus ini"):
            st.markdown(words.bullets(words.say("**{}** {} _({})_", *line) for line in lines))


def page() -> None:
    """Draw the page."""
    store = shell.require_data("wilayah")
    scope = filters.scope()
    demo = store.has_demo_data
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = choose_unit(store, scope.as_of)
        lokas = region.coordinated(store, code, scope.as_of)
        include = len(lokas) > 1 and st.toggle(
            f"Sertakan {len(lokas) - 1} Loka yang dikoordinasikan",
            value=True, key="loka", bind="query-params",
        )  # fmt: skip
    scope = filters.scope(units=lokas if include else (code,))
    heading.draw(store, scope, f"{filters.describe(scope)}.")
    frame = region.cases(store, scope)
    frame["status_name"] = frame["status"].map(STATUS_NAMES)
    frame["progress"] = frame["done_steps"].astype(str) + " dari " + frame["steps"].astype(str)
    since.draw(store, scope)
    approving.queue(store, scope.units or ())
    metrics(region.headline(store, scope, code), bool(include))
    silent.of_region(store, scope, demo)
    st.selectbox(
        "Buka kasus", list(frame["case_id"]), index=None, key="kasus", bind="query-params",
        placeholder="Ketik ID, atau pilih baris pada tabel Kasus di bawah",
    )  # fmt: skip
    case_detail(store, scope, demo)
    impossible_orders(store, scope, demo)
    evidence.without_document(store, scope, demo)
    pipelines(store, scope, demo)
    case_table(frame, scope, demo)


page()
