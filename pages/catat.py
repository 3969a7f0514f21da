"""Catat: one step recorded in a minute, or several; new activities and their follow-ups."""

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import entering, shell, words
from sop_core.access import DEMO
from sop_core.errors import CellError
from sop_core.evaluation import STATUS_NAMES
from sop_core.importing import owed, recording
from sop_core.importing.columns import shown
from sop_core.importing.contract import (
    DEMO_PREFIX,
    KEGIATAN,
    LANGKAH,
    TINDAK_LANJUT,
    Column,
)
from sop_core.importing.recording import Typed
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store
from sop_core.units import NATIONAL

STEP, SEVERAL, ACTIVITY, FOLLOW_UP = (
    "Satu langkah",
    "Beberapa langkah",
    "Kegiatan baru",
    "Tindak lanjut",
)
STEP_FIELDS = ("started", "finished", "document_no", "remarks")
SKIP_FIELDS = ("skipped", "reason")
ACTIVITY_FIELDS = tuple(c.field for c in KEGIATAN.columns if c.field != "case_id")
FOLLOW_UP_FIELDS = ("description", "unit_code", "target_on", "finished_on", "outcome")
GRID_FIELDS = ("started", "finished", "document_no", "remarks")
STEP_COLUMN = "Langkah"
_WRITTEN = "Hari dahulu, mis. 02/03/2026 atau 2 Maret 2026."
NEW = "Rekomendasi baru"
STEP_KEY = "langkah_catat"
_CASE_KEY = "kasus_catat"


def choose_case(store: Store, units: dict[str, str], activities: bool = False) -> str | None:
    """ID of a case of the reader's offices, chosen by its title; the link may name it."""
    found = recording.cases(store, list(units), today())
    found = [c for c in found if c["level"] == "activity" or not activities]
    if not found:
        st.info(
            "**Belum ada data kegiatan pada unit Anda.** Mulai dari Kegiatan baru, atau unggah buku"
            " kerja di halaman Unggah.",
            icon=":material/inbox:",
        )
        return None
    labels = {c["case_id"]: _label(c, units) for c in found}
    # A bound widget would put the whole label into the URL; a link names the ID.
    asked = st.query_params.get("kasus")
    if asked in labels:
        st.session_state[_CASE_KEY] = asked
    st.selectbox(
        "Kasus", list(labels), format_func=lambda case: labels.get(case, case), index=None,
        key=_CASE_KEY, placeholder="Ketik judul atau ID", on_change=_follow,
    )  # fmt: skip
    return st.session_state.get(_CASE_KEY)


def _follow() -> None:
    """The address names the case that was chosen."""
    case = st.session_state[_CASE_KEY]
    if case:
        st.query_params["kasus"] = case
    else:
        st.query_params.pop("kasus", None)


def _label(case: dict[str, Any], units: dict[str, str]) -> str:
    stands = f"di {case['step']}" if case["step"] else "selesai"
    office = f" · {units[case['unit_code']]}" if len(units) > 1 else ""
    return f"{case['title']} · {case['year']} · {stands}{office} · {case['case_id']}"


def one_step(store: Store, units: dict[str, str]) -> None:
    """Dates, document, remark and skip of one step of one case."""
    case_id = choose_case(store, units)
    steps = recording.steps(store, case_id, today()) if case_id else []
    if not steps:
        return
    by_code = {s["step"]: s for s in steps}
    code = _chosen_step(list(by_code), steps)
    step = by_code[code]
    due = f", tenggat {format_date(step['due'])}" if step["due"] else ""
    st.caption(
        words.say("{} {} **{}**{}.", code, step["activity"], STATUS_NAMES[step["status"]], due)
    )
    if store.revision(step["revision"]).step(code[0], step["step_no"]).output_is_document:
        st.caption(
            ":material/description: Keluaran langkah ini dokumen: isi Nomor Dokumen, atau tambahkan"
            " berkasnya pada kasusnya di Wilayah."
        )
    fields = (*STEP_FIELDS, *(SKIP_FIELDS if step["optional"] or step["skipped"] else ()))
    key = entering.key(f"isi_{case_id}_{code}")
    step = entering.shown(key, f"{key}_{STEP_FIELDS[0]}", step)
    with st.form(key):
        held = entering.form(store, LANGKAH, fields, step, key, units)
        complete = st.checkbox(
            words.say("Data unit lengkap s.d. hari ini ({})", format_date(today())), key=f"{key}_lengkap",
            help="Centang bila semua langkah unit sudah tercatat sampai hari ini.",
        )  # fmt: skip
        sent = st.form_submit_button("Simpan", type="primary", icon=":material/save:")
    if sent:
        entering.keep(
            store, [Typed(LANGKAH, step, {**step, **held})], f"langkah {code}, {case_id}",
            today() if complete else None,
        )  # fmt: skip


def _chosen_step(codes: list[str], steps: list[dict[str, Any]]) -> str:
    """The step in the link, else the one at which the case stands."""
    standing = next(
        (s["step"] for s in steps if s["finished"] is None and not s["skipped"]), codes[-1]
    )
    if st.session_state.get(STEP_KEY) not in codes:
        st.session_state[STEP_KEY] = standing
    return str(
        st.segmented_control(
            "Langkah", codes, key="langkah_catat", required=True, bind="query-params"
        )
    )  # fmt: skip


def several(store: Store, units: dict[str, str]) -> None:
    """The open steps of one office as a grid."""
    unit = _office(units)
    if not unit:
        return
    key = entering.key(f"kisi_{unit}")
    rows = entering.shown(key, key, owed.owed_steps(store, unit, today()))
    if not rows:
        st.success("Tidak ada langkah yang terbuka pada unit ini.")
        return
    st.caption(
        f"{format_number(len(rows))} langkah yang berjalan, terutang, atau gilirannya. Isi tanggalnya,"
        " lalu simpan; hanya baris yang diubah yang dicatat."
    )
    frame = pd.DataFrame([
        {STEP_COLUMN: f"{r['step']} {r['title']}", "ID": r["case_id"],
         **{LANGKAH.column(f).name: _as_text(r[f]) for f in GRID_FIELDS}, "Tenggat": r["due"]} for r in rows
    ])  # fmt: skip
    edited = st.data_editor(
        frame, hide_index=True, num_rows="fixed", disabled=[STEP_COLUMN, "ID", "Tenggat"],
        column_config=_grid_columns(), key=key, height=min(460, 37 * (len(rows) + 1) + 3), placeholder="–",
    )  # fmt: skip
    typed, faults = _edited(rows, edited)
    changed = [t for t in typed if t.changed]
    if faults:
        st.error(words.bullets(faults), icon=":material/edit_off:")
    if st.button(
        f"Simpan {format_number(len(changed))} langkah", type="primary", icon=":material/save:",
        disabled=bool(faults) or not changed,
    ):  # fmt: skip
        entering.keep(store, changed, f"{len(changed)} langkah")


def _grid_columns() -> dict[str, Any]:
    columns: dict[str, Any] = {
        # Stays in sight; more than three fifths of a phone Streamlit would not pin.
        STEP_COLUMN: st.column_config.TextColumn(width=210, pinned=True),
        "ID": st.column_config.TextColumn(width=185),
        "Tenggat": st.column_config.DateColumn(format="DD/MM/YYYY", width=95),
    }
    for name in GRID_FIELDS:
        column = LANGKAH.column(name)
        day = column.kind == "date"
        # As text: a date column's editor goes by the browser's language (mm/dd in an English one),
        # gets no focus where another cell was edited before, and drops a day to come without a word.
        columns[column.name] = st.column_config.TextColumn(
            width=130 if day else None, max_chars=1000, help=_WRITTEN if day else None,
        )  # fmt: skip
    return columns


def _edited(rows: list[dict[str, Any]], edited: pd.DataFrame) -> tuple[list[Typed], list[str]]:
    """Each row as it stands in the grid, and a sentence for each day that cannot be read."""
    typed, faults = [], []
    for row, after in zip(rows, edited.to_dict("records"), strict=True):
        held = {}
        for field in GRID_FIELDS:
            column = LANGKAH.column(field)
            # The grid hands over None or NaN for a cell that was emptied.
            text = "" if pd.isna(after[column.name]) else str(after[column.name])
            try:
                held[field] = _held(row[field], text, column)
            except CellError as error:
                held[field] = row[field]
                faults.append(
                    f"{row['step']} {row['case_id']}, {column.name} “{shown(text)}”: {error}."
                )
        typed.append(Typed(LANGKAH, row, {**row, **held}))
    return typed, faults


def _held(stored: Any, text: str, column: Column) -> Any:
    if text == _as_text(stored):
        return stored
    return recording.read_day(text, column) if column.kind == "date" else text or None


def _as_text(value: Any) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value or ""


def _office(units: dict[str, str]) -> str | None:
    """The office of the grid: the reader's own where there is but one."""
    if len(units) == 1:
        return next(iter(units))
    return st.selectbox(
        "Unit", list(units), format_func=lambda code: units[code], index=None, key="unit_catat",
        bind="query-params", placeholder="Pilih unit",
    )  # fmt: skip


def new_activity(store: Store, units: dict[str, str]) -> None:
    """A new activity, with an ID of ours."""
    offices = {code: name for code, name in units.items() if code != NATIONAL}
    first = {"year": today().year, "unit_code": next(iter(offices)) if len(offices) == 1 else None}
    key = entering.key("kegiatan")
    with st.form(key):
        held = entering.form(store, KEGIATAN, ACTIVITY_FIELDS, first, key, offices)
        sent = st.form_submit_button("Simpan kegiatan", type="primary", icon=":material/save:")
    if not sent or entering.lacks(KEGIATAN, held):
        return
    prefix = f"{DEMO_PREFIX if store.viewer.role == DEMO else ''}KEG-"
    case_id = recording.new_case_id(store, held, prefix)
    entering.keep(
        store, [Typed(KEGIATAN, {}, {"case_id": case_id, **held})], f"kegiatan {case_id}",
        case=case_id,
    )  # fmt: skip


def follow_up(store: Store, units: dict[str, str]) -> None:
    """A recommendation of an activity, new or carried on."""
    case_id = choose_case(store, units, activities=True)
    if not case_id:
        return
    known = {str(f["recommendation_no"]): f for f in recording.follow_ups(store, case_id)}
    labels = {number: f"{number}. {f['description']}" for number, f in known.items()}
    number = st.selectbox(
        "Rekomendasi", [NEW, *labels], format_func=lambda n: labels.get(n, n), key=f"rekomendasi_{case_id}",
        placeholder="Pilih",
    )  # fmt: skip
    before = known.get(str(number), {})
    every = {u.code: u.name for u in store.register(today()) if u.code != NATIONAL}
    key = entering.key(f"tl_{case_id}_{number}")
    before = entering.shown(key, f"{key}_{FOLLOW_UP_FIELDS[0]}", before)
    with st.form(key):
        held = entering.form(store, TINDAK_LANJUT, FOLLOW_UP_FIELDS, before, key, every)
        sent = st.form_submit_button("Simpan tindak lanjut", type="primary", icon=":material/save:")
    if not sent or entering.lacks(TINDAK_LANJUT, held):
        return
    named = {
        "case_id": case_id,
        "recommendation_no": before.get("recommendation_no")
        or recording.new_recommendation(store, case_id),
    }
    entering.keep(
        store, [Typed(TINDAK_LANJUT, before, {**before, **named, **held})],
        f"rekomendasi {named['recommendation_no']}, {case_id}",
    )  # fmt: skip


KINDS = {STEP: one_step, SEVERAL: several, ACTIVITY: new_activity, FOLLOW_UP: follow_up}


def page() -> None:
    """Draw the page."""
    store = shell.store("catat")
    if store.empty and store.viewer.role == DEMO:
        st.info(
            "**Belum ada data.** Tanpa akun yang dapat dicatat hanya data demo; muat dahulu.",
            icon=":material/inbox:",
        )
        shell.offer_demo(store)
        return
    entering.told(store)
    units = recording.offices(store, today())
    kind = st.segmented_control(
        "Yang dicatat", list(KINDS), default=STEP, required=True, key="catat", bind="query-params"
    )
    KINDS[str(kind)](store, units)


page()
