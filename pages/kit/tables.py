"""Tables with Indonesian headings, dates and numbers, each with its export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from pages.kit import handing
from sop_core import exporting
from sop_core.evaluation import Scope
from sop_core.importing import Problem
from sop_core.indonesian import format_date, format_number, format_percent, today

MOST_ROWS = 2000
_ROW = 35
"""Height of a row, in px."""
# Whole numbers that name something: no point between their thousands.
_NUMBERS_AS_NAMES = {"Tahun", "Baris", "Unggahan", "Langkah"}
_WIDTHS: dict[str, int] = {
    "Judul": 270, "Kegiatan": 330, "Kegiatan langkah": 330, "Unit": 210, "Status": 150,
    "Alasan": 420, "Dasar hitungan": 300, "Yang tidak mungkin": 420, "Aktivitas": 420, "Norma": 140, "Output": 300, "Dasar mulai": 250, "Hambatan": 220, "Rencana": 300, "Yang mengikat": 200,
}  # fmt: skip
_PROBLEM_COLUMNS = {
    "sheet": "Lembar",
    "row": "Baris",
    "column": "Kolom",
    "value": "Isi",
    "message": "Alasan",
}
"""Why cells of an uploaded file are refused (rows of ``importing.Problem``)."""
_PROBLEM_WIDTHS = {"Alasan": 600}
"""A reason is a sentence, and what the table is for."""
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(
    frame: pd.DataFrame,
    names: dict[str, str],
    *,
    key: str,
    alt: str,
    height: int | None = None,
    percent: tuple[str, ...] = (),
    on_select: Callable[[], None] | None = None,
) -> list[int]:
    """Draw the named columns of a frame; returns the positions of selected rows."""
    shown = frame[list(names)].rename(columns=names).head(MOST_ROWS)
    if len(frame) > MOST_ROWS:
        st.caption(
            f"Ditampilkan {format_number(MOST_ROWS)} dari {format_number(len(frame))} baris;"
            " ekspor memuat semuanya."
        )
    if shown.empty:
        return _nothing()
    styler = shown.style.format(
        {c: _formatter(shown[c], c, c in {names[p] for p in percent}) for c in shown.columns},
        na_rep="–",
    )
    state = st.dataframe(
        styler,
        hide_index=True,
        height=_height(shown, height),
        key=key,
        alt=alt,
        placeholder="–",
        column_config=_widths(shown),
        on_select=on_select or "rerun",
        selection_mode="single-row",
    )
    return list(state.selection.rows)


def _nothing() -> list[int]:
    # Streamlit writes "empty" into a table without rows.
    st.caption("Tidak ada baris.")
    return []


def opening(ids: pd.Series[Any], table: str, choice: str) -> Callable[[], None]:
    """For ``on_select``: the selected row of a table becomes the choice of another widget."""

    def choose() -> None:
        rows = st.session_state[table].selection.rows
        if rows:
            st.session_state[choice] = str(ids.iloc[rows[0]])

    return choose


def cases(frame: pd.DataFrame, names: dict[str, str], *, key: str, alt: str, height: int) -> None:
    """A table of cases on Wilayah: a row (``case_id``) opens its case."""
    show(
        frame, names, key=key, alt=alt, height=height,
        on_select=opening(frame["case_id"], key, "kasus"),
    )  # fmt: skip


def withdrawn(frame: pd.DataFrame) -> list[str | None]:
    """``3 Maret 2026 oleh Siti contoh`` of rows that were taken back; None of the others."""
    return [
        None if pd.isna(at) else f"{format_date(at)} oleh {who}"
        for at, who in zip(frame["withdrawn_at"], frame["withdrawn_by"], strict=True)
    ]


def problems(found: Sequence[Problem], *, alt: str, height: int) -> None:
    """Why cells of an uploaded file are refused; ``height`` in pixels."""
    frame = pd.DataFrame([vars(p) for p in found])
    plain(frame, _PROBLEM_COLUMNS, alt=alt, height=height, widths=_PROBLEM_WIDTHS)


def plain(
    frame: pd.DataFrame,
    names: dict[str, str],
    *,
    alt: str,
    height: int | None = None,
    widths: dict[str, int] | None = None,
) -> None:
    """A table that only shows; ``widths`` in px by heading, where they are other than usual."""
    shown = frame[list(names)].rename(columns=names).head(MOST_ROWS)
    if shown.empty:
        _nothing()
        return
    styler = shown.style.format(
        {c: _formatter(shown[c], c, False) for c in shown.columns}, na_rep="–"
    )
    st.dataframe(
        styler,
        hide_index=True,
        height=_height(shown, height),
        alt=alt,
        placeholder="–",
        column_config=_widths(shown, widths),
    )


def _height(shown: pd.DataFrame, most: int | None) -> int | Literal["auto"]:
    """No taller than asked for, and not taller than its rows."""
    return most if most and len(shown) * _ROW > most - _ROW else "auto"


def _widths(shown: pd.DataFrame, other: dict[str, int] | None = None) -> dict[str, Any]:
    widths = {**_WIDTHS, **(other or {})}
    return {c: st.column_config.Column(width=widths[c]) for c in shown.columns if c in widths}


def _formatter(column: pd.Series[Any], name: str, is_share: bool) -> Callable[[Any], str] | None:
    if is_share:
        return lambda v: format_percent(None if pd.isna(v) else v)
    if pd.api.types.is_datetime64_any_dtype(column):
        return lambda v: "–" if pd.isna(v) else format_date(v)
    if pd.api.types.is_bool_dtype(column):
        return lambda v: "–" if pd.isna(v) else ("ya" if v else "tidak")
    if name in _NUMBERS_AS_NAMES and pd.api.types.is_numeric_dtype(column):
        return lambda v: "–" if pd.isna(v) else str(int(v))
    if pd.api.types.is_integer_dtype(column):
        return lambda v: "–" if pd.isna(v) else format_number(v)
    if pd.api.types.is_float_dtype(column):
        whole = bool((column.dropna() % 1 == 0).all())
        return lambda v: "–" if pd.isna(v) else format_number(v, 0 if whole else 1)
    return lambda v: "–" if v is None or v is pd.NA or v != v else _text(v)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return format_date(value) if isinstance(value, (dt.date, dt.datetime)) else str(value)


def export(
    frame: pd.DataFrame,
    names: dict[str, str],
    name: str,
    scope: Scope,
    demo: bool,
    about: str,
    before: Callable[[], None] | None = None,
) -> None:
    """Two buttons: the whole table as Excel and as CSV, with a sheet that says what it is.

    ``before`` runs first once a button is pressed, as where personal data is handed out.
    """
    table = exporting.frame_table(name, frame[list(names)].rename(columns=names))
    facts: list[list[Any]] = [
        ["Isi", about],
        ["Tanggal acuan", scope.as_of],
        ["Tahun kegiatan", scope.year or "semua"],
        ["Dibuat", today()],
        ["Sumber", "Pantau SOP, SOP POM-04.01/CFM.01/SOP.01"],
    ]
    if demo:
        facts.append(["PERHATIAN", "Data demo di dalamnya: isinya rekaan"])
    note = exporting.Table("Keterangan", ["Hal", "Nilai"], facts, {"Hal": 18, "Nilai": 70})
    stem = f"{'demo-' if demo else ''}{name.lower().replace(' ', '-')}-{scope.as_of:%Y-%m-%d}"
    with st.container(horizontal=True):
        handing.button(
            "Excel",
            lambda: exporting.to_xlsx([table, note]),
            f"{stem}.xlsx",
            _MIME,
            key=f"xlsx-{name}",
            before=before,
        )
        handing.button(
            "CSV",
            lambda: exporting.to_csv(table),
            f"{stem}.csv",
            "text/csv",
            key=f"csv-{name}",
            before=before,
        )
