"""What is not known because an office said nothing: on the head page, of a region, in a list."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.kit import tables, words
from sop_core import silence
from sop_core.evaluation import Scope
from sop_core.hindrances import HEADINGS
from sop_core.indonesian import format_date, format_number
from sop_core.store import Store
from sop_core.thresholds import SILENT_DAYS

HELP = (
    "Langkah yang jatuh tempo sesudah data terakhir unitnya: bukan terlambat, sebab keadaannya"
    " tidak diketahui."
)
STATUS_COLUMNS = {
    "name": "Unit",
    "until": "Data s.d.",
    "days_silent": "Diam (hari)",
    "unknown": "Tidak diketahui",
    "owed": "Langkah terutang",
    "last_upload": "Unggahan terakhir",
    "uploaded_by": "Oleh",
}
STEP_COLUMNS = {
    "unit": "Unit",
    "step": "Langkah",
    "due": "Tenggat",
    "days_due": "Sejak tenggat (HK)",
    "until": "Data s.d.",
    **HEADINGS,
    "title": "Judul",
    "activity": "Kegiatan langkah",
    "case_id": "ID",
}
EMPTY_COLUMNS = {
    "unit": "Unit",
    "flow": "Alur",
    "year": "Tahun",
    "title": "Judul",
    "case_id": "ID",
    "imported_by": "Diunggah oleh",
    "imported_at": "Pada",
}
ICON = ":material/voice_over_off:"


def of_nation(store: Store, scope: Scope, demo: bool) -> None:
    """How many offices spoke lately, who is silent, and activities that nobody has told of."""
    status = silence.data_status(store, scope)
    told = silence.reporting(status)
    said = [
        words.say(
            "**{} dari {} unit melapor** dalam {} hari terakhir.",
            told.spoke, told.offices, SILENT_DAYS,
        )
    ]  # fmt: skip
    if told.silent:
        said.append(words.say(
            "**{} unit diam** ({} belum pernah melapor); {} langkahnya jatuh tempo sesudah data"
            " terakhirnya dan tidak diketahui keadaannya.",
            told.silent, told.never, format_number(told.unknown),
        ))  # fmt: skip
    st.markdown(words.join(" ", said))
    quiet = status[status["silent"]]
    if len(quiet):
        with st.expander(f"Unit yang diam ({len(quiet)})", icon=ICON):
            tables.plain(quiet, STATUS_COLUMNS, alt="Unit yang diam")
            tables.export(status, STATUS_COLUMNS, "Status data", scope, demo, "Status data unit")
    without_records(store, scope, demo)


def of_region(store: Store, scope: Scope, demo: bool) -> None:
    """Up to when each office of a region spoke, and what is not known since."""
    lines = []
    for row in silence.data_status(store, scope).to_dict("records"):
        if pd.isna(row["until"]):
            lines.append(words.say("**{}** belum pernah mengunggah.", row["name"]))
            continue
        said = [words.say("**{}**: data s.d. {}", row["name"], format_date(row["until"]))]
        if row["silent"]:
            said.append(words.say("diam {} hari", format_number(row["days_silent"])))
        if row["unknown"]:
            said.append(
                words.say("{} langkah jatuh tempo sesudahnya", format_number(row["unknown"]))
            )
        lines.append(words.join(", ", said))
    if lines:
        st.caption(words.join("  \n", lines))
    unknown(store, scope, demo)
    without_records(store, scope, demo)


def unknown(store: Store, scope: Scope, demo: bool) -> None:
    """The steps of which nobody can say how they stand."""
    steps = silence.unknown_steps(store, scope)
    if steps.empty:
        return
    with st.expander(f"Langkah yang tidak diketahui keadaannya ({len(steps)})", icon=ICON):
        st.caption(HELP)
        tables.plain(steps, STEP_COLUMNS, alt="Langkah yang tidak diketahui keadaannya")
        tables.export(
            steps, STEP_COLUMNS, "Tidak diketahui", scope, demo, "Langkah tidak diketahui"
        )


def without_records(store: Store, scope: Scope, demo: bool) -> None:
    """Activities that stand in Kegiatan and of which no step was ever told."""
    empty = silence.without_records(store, scope)
    if empty.empty:
        return
    with st.expander(
        f"Kegiatan yang belum ada catatan langkah ({len(empty)})", icon=":material/rule:"
    ):
        st.caption("Kesalahan data: kegiatannya tercatat, tetapi tidak satu pun langkahnya.")
        tables.plain(empty, EMPTY_COLUMNS, alt="Kegiatan yang belum ada catatan langkah")
        tables.export(
            empty, EMPTY_COLUMNS, "Tanpa catatan", scope, demo, "Belum ada catatan langkah"
        )
