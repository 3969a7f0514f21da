"""Tindak Lanjut: what activities recommended, what became of it, and what needs escort."""

import pandas as pd
import streamlit as st

from pages.kit import charts, evidence, figures, filters, heading, shell, tables
from pages.kit.figures import Figure
from pages.kit.filters import Office
from sop_core import followups, lateness
from sop_core.evaluation import Scope
from sop_core.flows import WITH_FOLLOW_UPS
from sop_core.store import Store

ROW_COLUMNS = {
    "state": "Keadaan",
    "days_late": "Terlambat (HK)",
    "days_used": "Lama (HK)",
    "description": "Rekomendasi",
    "unit": "Unit",
    "title": "Kegiatan",
    "target_on": "Target",
    "finished_on": "Selesai",
    "escort": "Pengawalan",
    "stakeholder": "Pemangku kepentingan",
    "flow": "Alur",
    "recommendation_no": "No",
    "case_id": "ID",
}
GROUP_COLUMNS = {
    "group": "Unit",
    **followups.STATUS_NAMES,
    "escort": "Perlu dikawal",
    "total": "Jumlah",
}
UNFINISHED = "Perlu perhatian"
_OF_ONE = (
    followups.LATE, followups.NOT_OPTIMAL, followups.OPEN, followups.UNKNOWN, followups.DONE_LATE,
    followups.ON_TIME,
)  # fmt: skip
CHOICES = {
    UNFINISHED: (followups.LATE, followups.NOT_OPTIMAL),
    **{followups.STATUS_NAMES[status]: (status,) for status in _OF_ONE},
    "Selesai": followups.SETTLED,
}


def choose(store: Store) -> tuple[Scope, Office]:
    """The page's own filters on top of the shared ones, and the office among them."""
    shared = filters.scope()
    _, office = filters.office(store, shared.as_of)
    left, right = st.columns([1, 2])
    flow = left.selectbox(
        "Alur",
        [filters.ALL, *WITH_FOLLOW_UPS],
        key="alur",
        bind="query-params",
        placeholder="Pilih",
    )
    product = right.selectbox(
        "Komoditas",
        [filters.ALL, *lateness.products(store)],
        key="komoditas",
        bind="query-params",
        placeholder="Pilih",
    )
    scope = filters.scope(
        units=office.units,
        flow=None if flow in (filters.ALL, None) else str(flow),
        product=None if product in (filters.ALL, None) else str(product),
    )
    return scope, office


def metrics(counts: dict[str, int], own: dict[str, int], escorts: dict[str, str]) -> None:
    """Seven figures; ``own`` are the office's alone where its Lokas are taken in."""
    told = {
        followups.LATE: "Belum selesai dan lewat target.",
        followups.NOT_OPTIMAL: "Selesai, tepat atau terlambat, tetapi hasilnya belum optimal.",
        "escort": f"Belum optimal pada alur yang mengawalnya ({', '.join(escorts.values())}).",
        followups.OPEN: "Belum selesai dan belum lewat target.",
        followups.UNKNOWN: "Targetnya lewat sesudah data terakhir unitnya; bukan terlambat.",
        followups.DONE_LATE: "Selesai sesudah target (dalam HK), tidak dicatat belum optimal.",
        followups.ON_TIME: "Selesai sampai dengan target, tidak dicatat belum optimal.",
    }
    names = {**followups.STATUS_NAMES, "escort": "Perlu dikawal"}
    figures.draw(
        [*st.columns(4), *st.columns(3)],
        [Figure(names[key], counts[key], own.get(key), told[key]) for key in told],
    )


def by_group(store: Store, scope: Scope, demo: bool) -> None:
    """By stakeholder kind and by office."""
    left, right = st.columns(2, gap="medium")
    kinds = followups.counts_by(store, scope, "stakeholder")
    names = store.sop(scope.as_of).stakeholders
    kinds["group"] = kinds["group"].map(lambda k: names.get(k, k))
    with left:
        st.subheader("Menurut pemangku kepentingan")
        charts.draw(
            charts.follow_ups(kinds), key="pemangku",
            alt="Tindak lanjut menurut pemangku kepentingan dan keadaan",
        )  # fmt: skip
        columns = GROUP_COLUMNS | {"group": "Pemangku kepentingan"}
        tables.export(kinds, columns, "Pemangku kepentingan", scope, demo, "Tindak lanjut menurut pemangku kepentingan")  # fmt: skip
    with right:
        st.subheader("Menurut unit")
        units = followups.counts_by(store, scope, "unit")
        tables.plain(units, GROUP_COLUMNS, alt="Tindak lanjut menurut unit", height=400)
        tables.export(units, GROUP_COLUMNS, "Tindak lanjut unit", scope, demo, "Tindak lanjut menurut unit")  # fmt: skip


def listing(frame: pd.DataFrame, scope: Scope, demo: bool) -> None:
    """Single recommendations; a row opens its activity."""
    st.subheader("Daftar rekomendasi kegiatan")
    choice = st.segmented_control(
        "Keadaan", list(CHOICES), default=UNFINISHED, required=True, key="keadaan",
        bind="query-params",
    )  # fmt: skip
    shown = frame[frame["status"].isin(CHOICES[str(choice)])].reset_index(drop=True)
    if shown.empty:
        st.success("Tidak ada rekomendasi dengan keadaan ini.")
        return
    st.caption("Pilih satu baris untuk membuka kegiatannya.")
    rows = tables.show(shown, ROW_COLUMNS, key="tabel_tindak_lanjut", alt="Rekomendasi kegiatan", height=440)  # fmt: skip
    tables.export(shown, ROW_COLUMNS, "Tindak lanjut", scope, demo, f"Tindak lanjut: {choice}")
    if rows:
        row = shown.iloc[rows[0]]
        filters.go_to_region(str(row["unit"]), str(row["case_id"]))


def page() -> None:
    """Draw the page."""
    store = shell.require_data("tindak_lanjut")
    scope, office = choose(store)
    demo = store.has_demo_data
    heading.draw(
        store, scope, f"{filters.describe(scope)}.", "Rekomendasi dari kegiatan alur A, B, dan C."
    )
    frame = followups.rows(store, scope)
    own = followups.totals(store, office.alone(scope)) if office.with_lokas else {}
    metrics(followups.totals(store, scope), own, store.sop(scope.as_of).escorts())
    if frame.empty:
        st.info(
            "Belum ada rekomendasi kegiatan pada pilihan ini. Isi lembar Tindak Lanjut pada"
            " templat, lalu unggah.",
            icon=":material/inbox:",
        )
        return
    frame["state"] = frame["status"].map(followups.STATUS_NAMES)
    listing(frame, scope, demo)
    evidence.of_follow_up(store, frame, scope, demo)
    by_group(store, scope, demo)


page()
