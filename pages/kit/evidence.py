"""Evidence of a case's steps, or of one follow-up: listed, opened, added and withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import handing, news, tables, words
from sop_core import evidence
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.evidence import Place
from sop_core.indonesian import format_number
from sop_core.store import Store, Trace

_NEWS = "kabar_bukti"
_TURN = "bukti_ke"
COLUMNS = {
    "place": "Untuk",
    "kind_name": "Jenis",
    "name": "Nama",
    "link": "Tautan",
    "note": "Catatan",
    "added_by": "Oleh",
    "added_at": "Pada",
    "evidence_no": "No",
}
MISSING_COLUMNS = {
    "title": "Judul",
    "step": "Langkah",
    "output": "Output",
    "finished": "Selesai",
    "unit": "Unit",
    "year": "Tahun",
    "case_id": "ID",
}


def draw(
    store: Store, head: Mapping[str, Any], steps: pd.DataFrame, scope: Scope, demo: bool
) -> None:
    """What there is for the steps of a case and its follow-ups, and room for more for its steps.

    ``head`` and ``steps`` are answers of ``region.case_head`` and ``region.case_steps``.
    """
    case_id = str(head["case_id"])
    frame = evidence.listed(store, case_id)
    codes = dict(zip(steps["step_no"], steps["step"], strict=True))
    places = {
        f"{code} {activity}": Place(case_id, int(no))
        for no, code, activity in zip(
            steps["step_no"], steps["step"], steps["activity"], strict=True
        )
    }
    box = st.expander(
        f"Bukti ({format_number(len(frame))})",
        key=f"bukti_{case_id}",
        expanded=_NEWS in st.session_state,
    )
    with box:
        _listing(store, frame, codes, scope, demo, case_id)
        if evidence.may_add(store, case_id, str(head["unit_code"])):
            _add(store, places, "Langkah")


def of_follow_up(store: Store, frame: pd.DataFrame, scope: Scope, demo: bool) -> None:
    """The same for one follow-up that is chosen; ``frame`` is an answer of ``followups.rows``."""
    rows = {
        f"{row['case_id']} no. {row['recommendation_no']}: {row['description']}": row
        for row in frame.to_dict("records")
    }
    st.subheader("Bukti tindak lanjut")
    chosen = st.selectbox(
        "Rekomendasi", list(rows), index=None, key="bukti_rekomendasi", placeholder="Pilih"
    )
    if chosen not in rows:
        st.caption("Pilih satu rekomendasi untuk melihat atau menambah bukti tindak lanjutnya.")
        return
    row = rows[str(chosen)]
    case_id, number = str(row["case_id"]), str(row["recommendation_no"])
    listed = evidence.listed(store, case_id)
    _listing(store, listed[listed["recommendation_no"] == number], {}, scope, demo, case_id)
    if evidence.may_add(store, case_id, str(row["unit_code"])):
        _add(store, {str(chosen): Place(case_id, recommendation=number)}, "Rekomendasi")


def without_document(store: Store, scope: Scope, demo: bool) -> None:
    """Finished steps without the document that the SOP has come of them; a row opens its case."""
    frame = evidence.finished_without_document(store, scope)
    if frame.empty:
        return
    with st.expander(f"Selesai tanpa dokumen ({format_number(len(frame))})"):
        st.caption(
            "Langkah selesai yang menurut SOP menghasilkan dokumen, tanpa Nomor Dokumen dan tanpa"
            " bukti. Pilih satu baris untuk membuka kasusnya, lalu tambahkan buktinya."
        )
        tables.cases(
            frame, MISSING_COLUMNS, key="tabel_tanpa_dokumen",
            alt="Langkah selesai tanpa dokumen", height=280,
        )  # fmt: skip
        tables.export(
            frame, MISSING_COLUMNS, "Tanpa dokumen", scope, demo, "Langkah selesai tanpa dokumen"
        )


def _listing(
    store: Store,
    frame: pd.DataFrame,
    codes: Mapping[Any, str],
    scope: Scope,
    demo: bool,
    case_id: str,
) -> None:
    news.told(_NEWS)
    if frame.empty:
        st.caption("Belum ada bukti.")
        return
    frame = frame.assign(
        name=frame["name"].replace("", None),
        note=frame["note"].replace("", None),
        kind_name=frame["kind"].map(evidence.KINDS),
        place=[
            f"tindak lanjut {number}" if pd.isna(no) else codes.get(no, f"langkah {int(no)}")
            for no, number in zip(frame["step_no"], frame["recommendation_no"], strict=True)
        ],
    )
    tables.plain(frame, COLUMNS, alt="Bukti kasus ini", height=250)
    tables.export(
        frame, COLUMNS, f"Bukti {case_id}", scope, demo, "Bukti langkah dan tindak lanjut",
        before=_names_leave(store, case_id),
    )  # fmt: skip
    if not store.viewer.sees_names:
        st.caption("Dokumen bukti dapat memuat nama orang; peran Anda tidak membukanya.")
        return
    for row in frame.to_dict("records"):
        _one(store, row)


def _one(store: Store, row: Mapping[Hashable, Any]) -> None:
    number = int(row["evidence_no"])
    with st.container(horizontal=True, vertical_alignment="center"):
        if row["kind"] == evidence.LINK:
            st.link_button(
                words.say("Buka tautan {}", f"{row['place']}: {_short(row['link'])}"), row["link"],
                icon=":material/open_in_new:",
            )  # fmt: skip
        else:
            handing.button(
                words.say("Unduh {} ({})", f"{row['place']}: {row['name']}", handing.size(row["size"])),
                partial(_handed_out, store, number),
                evidence.file_name(str(row["name"]), str(row["kind"])),
                evidence.MEDIA[row["kind"]], key=f"bukti_unduh_{number}",
            )  # fmt: skip
        if not evidence.may_add(store, str(row["case_id"]), str(row["unit_code"])):
            return
        if st.button(
            words.say("Tarik bukti {}", number),
            key=f"bukti_tarik_{number}",
            icon=":material/delete:",
        ):
            try:
                evidence.withdraw(store, number)
            except Refused as error:
                st.error(words.refused(error), icon=":material/block:")
                return
            _tell(f"Bukti {number} ditarik; berkasnya tetap disimpan.")


def _names_leave(store: Store, case_id: str) -> Callable[[], None] | None:
    """What a document is called may hold a person's name: who takes the list leaves a trace."""
    if not store.viewer.sees_names:
        return None
    return lambda: store.record(Trace("ekspor_nama", f"daftar bukti {case_id}"))


def _handed_out(store: Store, number: int) -> bytes:
    return evidence.content(store, number).content


def _add(store: Store, places: Mapping[str, Place], label: str) -> None:
    turn = st.session_state.get(_TURN, 0)
    st.markdown("**Tambah bukti**")
    with st.container(key="bukti_dokumen"):
        if len(places) > 1:
            chosen = st.selectbox(
                words.text(label),
                list(places),
                index=None,
                key=f"bukti_untuk_{turn}",
                placeholder="Pilih",
            )
        else:
            chosen = next(iter(places))
        upload = st.file_uploader(
            "Dokumen", type=["pdf", "jpg", "jpeg", "png"], key=f"bukti_berkas_{turn}",
            max_upload_size=evidence.LARGEST // 1024**2,
        )  # fmt: skip
        link = st.text_input(
            "Atau tautan", max_chars=evidence.LONGEST_LINK, key=f"bukti_tautan_{turn}",
            help="Alamat dokumen di aplikasi persuratan atau arsip, diawali https://.",
        )  # fmt: skip
        note = st.text_input(
            "Catatan", max_chars=evidence.LONGEST_NOTE, key=f"bukti_catatan_{turn}"
        )
        if not st.button("Simpan bukti", icon=":material/save:", key=f"bukti_simpan_{turn}"):
            return
    place = places.get(str(chosen))
    if place is None:
        st.error("Pilih dahulu langkahnya.", icon=":material/block:")
        return
    if (upload is None) == (not link.strip()):
        st.error("Pilih satu dokumen, atau tulis satu tautan.", icon=":material/block:")
        return
    try:
        if upload is None:
            number = evidence.add_link(store, place, link, note)
        else:
            with st.spinner("Memeriksa dokumen"):
                number = evidence.add_document(store, place, upload.name, upload.getvalue(), note)
    except Refused as error:
        st.error(words.say("**Bukti tidak disimpan.** {}", error), icon=":material/block:")
        return
    _tell(f"Bukti {number} disimpan.")


def _tell(done: str) -> None:
    st.session_state[_NEWS] = done
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    st.rerun()


def _short(link: str) -> str:
    return link if len(link) <= 60 else f"{link[:57]}…"
