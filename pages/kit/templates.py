"""Word templates of reports: everyone chooses, those who may keep give new ones.

Names of templates and of files are strangers' text: they go through plain widgets and
``st.text``, never through markdown.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.kit import downloads, handing
from sop_core.errors import ReportRefused
from sop_core.importing import SourceFile
from sop_core.indonesian import format_date
from sop_core.reports import templates
from sop_core.reports.templates import LONGEST_NAME, SHIPPED, Template
from sop_core.reports.word import LARGEST_TEMPLATE, TEMPLATE
from sop_core.store import Store

_NEWS = "kabar_templat"


def choose(store: Store) -> Template | None:
    """The kept template to write Word in; None for the shipped one."""
    kept = {t.name: t for t in templates.live(store)}
    name = st.selectbox(
        "Templat Word", [SHIPPED, *kept], key="templat", bind="query-params",
        help="Kop dan gaya laporan Word. Unit Kerja Pusat dan administrator menyimpannya.", placeholder="Pilih",
    )  # fmt: skip
    return kept.get(str(name))


def manage(store: Store) -> None:
    """A new template, and the kept ones to download or withdraw; only for those who may."""
    if not store.viewer.may("templat"):
        return
    with st.expander("Kelola templat Word"):
        if _NEWS in st.session_state:
            st.success("Daftar templat diperbarui.", icon=":material/check:")
            st.text(st.session_state.pop(_NEWS))
        st.caption(
            "Unduh templat bawaan, ubah kop, gaya, atau urutannya di Word, lalu unggah di sini."
            " Bagian dalam kurung kurawal diisi oleh Pantau SOP. Sebelum disimpan, templat dicoba"
            " diisi dengan laporan contoh."
        )
        handing.button(
            "Unduh templat bawaan",
            TEMPLATE.read_bytes,
            "templat-laporan.docx",
            downloads.MIME["docx"],
        )
        _add(store)
        for template in templates.live(store):
            _show(store, template)


def _add(store: Store) -> None:
    turn = st.session_state.get("templat_ke", 0)
    with st.container(key="templat_word"):
        upload = st.file_uploader(
            "Templat baru", type=["docx"], key=f"templat_berkas_{turn}",
            max_upload_size=LARGEST_TEMPLATE // 1024**2,
        )  # fmt: skip
    name = st.text_input("Nama templat", max_chars=LONGEST_NAME, key=f"templat_nama_{turn}")
    if not st.button("Simpan templat", disabled=upload is None, icon=":material/save:"):
        return
    assert upload is not None
    try:
        with st.spinner("Mencoba mengisi templat"):
            templates.keep(store, name, SourceFile(upload.name, upload.getvalue()), store.viewer.name)  # fmt: skip
    except ReportRefused as error:
        st.error("**Templat tidak disimpan.**", icon=":material/block:")
        # The refusal repeats words of the file.
        st.text(str(error))
        return
    _tell(f"Templat {name} disimpan.")


def _show(store: Store, template: Template) -> None:
    number = template.template_no
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(
            f"{template.name}\n{template.file_name}, oleh {template.kept_by},"
            f" {format_date(template.kept_at)}"
        )
        handing.button(
            "Unduh", partial(templates.fetch, store, template.name), f"templat-{number}.docx",
            downloads.MIME["docx"], key=f"templat_unduh_{number}",
        )  # fmt: skip
        if st.button("Cabut", key=f"templat_cabut_{number}", icon=":material/delete:"):
            try:
                templates.withdraw(store, template.name, store.viewer.name)
            except ReportRefused as error:
                st.text(str(error))
                return
            _tell(f"Templat {template.name} dicabut.")


def _tell(news: str) -> None:
    st.session_state[_NEWS] = news
    st.session_state["templat_ke"] = st.session_state.get("templat_ke", 0) + 1
    st.rerun()
