"""Pengesahan: uploads that wait for the head of an office, put to the head and marked for others."""

from __future__ import annotations

import streamlit as st

from pages.kit import news, tables, words
from sop_core import approvals
from sop_core.approvals import CONFIRMED, LONGEST_NOTE, SENT_BACK, Awaiting
from sop_core.errors import Refused
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store
from sop_core.units import UPT_KINDS

NEWS = "_pengesahan"
_LISTED, _SAID = "_antrean_pengesahan", "_baru_disahkan"
_SHOWN = 20
"""Uploads that are put to the head at once, the oldest first."""
CONTENT_COLUMNS = {
    "sheet": "Lembar",
    "title": "Judul",
    "step": "Langkah",
    "started": "Mulai",
    "finished": "Selesai",
    "document_no": "Dokumen",
    "note": "Keterangan",
    "case_id": "ID",
}


def mark(store: Store, units: tuple[str, ...] | None) -> None:
    """Below the heading of figures: how many uploads in them nobody has confirmed."""
    told = approvals.said(approvals.awaiting(store, units))
    if told:
        st.caption(
            words.say(
                ":material/pending_actions: {} dan sudah ikut dihitung. Hanya yang disahkan"
                " (bilah samping) menghitung tanpanya.",
                told,
            )
        )


def queue(store: Store, units: tuple[str, ...]) -> None:
    """What the reader, the head of these offices, has to confirm or to send back."""
    news.told(NEWS, ":material/verified:")
    if store.database.present is not None:
        return  # of a day gone by, or without what waits: nothing is decided there
    found = [
        a for a in approvals.awaiting(store, units)
        if store.viewer.may("pengesahan") and approvals.may_approve(store, a.unit_code)
    ]  # fmt: skip
    _tell_gone(units, {a.batch_id for a in found})
    if not found:
        return
    back = sum(a.standing == SENT_BACK for a in found)
    names = {u.code: u.name for u in store.register(today())}
    # By a key: its label counts, and would be another box after each verdict.
    with st.expander(
        words.say("**Menunggu pengesahan Anda ({})**", format_number(len(found) - back))
        + (words.say(", dikembalikan ({})", format_number(back)) if back else ""),
        icon=":material/approval:", expanded=len(found) <= 3, key="antrean_pengesahan",
    ):  # fmt: skip
        for awaiting in found[::-1][:_SHOWN]:
            _one(store, awaiting, names[awaiting.unit_code])
        if len(found) > _SHOWN:
            st.caption(
                words.say("{} lagi sesudah yang di atas.", format_number(len(found) - _SHOWN))
            )


def _tell_gone(units: tuple[str, ...], listed: set[int]) -> None:
    """Uploads of these offices that were listed before and are not any more, though the reader said
    nothing of them: a click that came too late is not lost without a word.
    """
    offices, before = st.session_state.get(_LISTED, (units, set()))
    said = {st.session_state.pop(_SAID, None)}
    gone = before - listed - said if offices == units else set()
    st.session_state[_LISTED] = units, listed
    for number in sorted(gone):
        st.info(
            f"Unggahan {words.text(number)} tidak lagi menunggu: sudah dibatalkan pengunggahnya atau"
            " disahkan orang lain.",
            icon=":material/sync_problem:",
        )


def sent_back(store: Store) -> None:
    """For those who uploaded: what the head of their office sent back, and why."""
    unit = store.viewer.unit
    if unit is None or not store.viewer.may("impor"):
        return
    for one in approvals.awaiting(store, (unit,)):
        if one.standing == SENT_BACK:
            st.warning(
                words.say("**Unggahan {}** ({}): {}.", one.batch_id, one.files, one.said),
                icon=":material/assignment_return:",
            )


def _one(store: Store, awaiting: Awaiting, office: str) -> None:
    number = awaiting.batch_id
    st.markdown(
        words.say(
            "**Unggahan {}** · {} · {} · oleh {}, {}: {} baris baru, {} berubah. {}.",
            number, awaiting.files, office, awaiting.imported_by,
            format_date(awaiting.imported_at.date()), format_number(awaiting.rows_new),
            format_number(awaiting.rows_changed), awaiting.said,
        )
    )  # fmt: skip
    if st.toggle("Lihat isinya", key=f"isi_unggahan_{number}"):
        tables.plain(
            approvals.contents(store, number), CONTENT_COLUMNS, alt=f"Isi unggahan {number}",
            height=280,
        )  # fmt: skip
    with st.form(f"sahkan_{number}", border=False):
        note = st.text_input(
            "Catatan bila dikembalikan", key=f"catatan_{number}", max_chars=LONGEST_NOTE
        )
        with st.container(horizontal=True):
            confirmed = st.form_submit_button("Sahkan", type="primary", icon=":material/verified:")
            sent_back = st.form_submit_button("Kembalikan", icon=":material/assignment_return:")
    if confirmed or sent_back:
        _say(store, number, CONFIRMED if confirmed else SENT_BACK, note)


def _say(store: Store, number: int, verdict: str, note: str) -> None:
    try:
        approvals.approve(store, number, verdict, note)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[_SAID] = number
    st.session_state[NEWS] = f"Unggahan {number} {approvals.VERDICTS[verdict].lower()}."
    st.rerun()


def settings(store: Store) -> None:
    """For the centre: of which offices the head confirms uploads."""
    if not store.viewer.may("aturan_pengesahan"):
        return
    st.subheader("Pengesahan Kepala Balai")
    st.caption(
        "Unggahan unit yang dipilih ditandai belum disahkan sampai kepalanya mengesahkan; tetap"
        " langsung dihitung."
    )
    names = {u.code: u.name for u in store.register(today()) if u.kind in UPT_KINDS}
    now = [u.code for u in approvals.offices(store, today())]
    with st.form("aturan_pengesahan", border=False):
        chosen = st.multiselect(
            "Unit yang unggahannya wajib disahkan", list(names), default=now,
            format_func=lambda code: names[code], placeholder="Belum ada",
        )  # fmt: skip
        sent = st.form_submit_button("Simpan aturan")
    if sent:
        _settle(store, set(now), set(chosen))


def _settle(store: Store, before: set[str], after: set[str]) -> None:
    try:
        for unit in sorted(after - before):
            approvals.require(store, unit)
        for unit in sorted(before - after):
            approvals.release(store, unit)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.rerun()
