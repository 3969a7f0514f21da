"""Around every page: the store, the label on demo data, and what an empty store says."""

from __future__ import annotations

import streamlit as st

from sop_core import demo, importing
from sop_core.paths import default_database
from sop_core.store import Store, StoreBusy, StoreDamaged

_STYLE = """
<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] > * {display: none;}
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"]::after {
  content: "Pilih berkas";}
[data-testid="stFileUploaderDropzoneInstructions"]::after {
  content: "Paling besar 100 MB per berkas: XLSX, XLS, ODS, CSV"; font-size: .85rem; opacity: .7;}
.st-key-templat_word [data-testid="stFileUploaderDropzoneInstructions"]::after {
  content: "Berkas Word (.docx)";}
[data-testid="InputInstructions"] {display: none;}
[data-testid="stMetricValue"] {font-variant-numeric: tabular-nums;}
[data-testid="stMainBlockContainer"] {padding: 3.2rem 2.2rem 2rem;}
@media (max-width: 640px) {[data-testid="stMainBlockContainer"] {padding: 3.2rem 1rem 2rem;}}
@media (max-width: 640px) {h1 {font-size: 1.9rem !important;}}
</style>
"""


@st.cache_resource(show_spinner=False)
def _open(path: str) -> Store:
    return Store(path)


def store() -> Store:
    """The one store of this process."""
    try:
        return _open(str(default_database()))
    except (StoreBusy, StoreDamaged) as error:
        st.error(f"Basis data tidak dapat dibuka. {error}")
        st.stop()


def frame() -> None:
    """Styles, and the label that data is invented where it is."""
    st.html(_STYLE)
    if store().has_demo_data:
        st.warning(
            "**Data demo.** Kegiatan, tanggal, dan nama orang pada halaman ini rekaan.",
            icon=":material/science:",
        )


def require_data() -> Store:
    """The store, or, where it is empty, what to do about that and no further."""
    current = store()
    if current.empty:
        st.info(
            "**Belum ada data.** Unggah buku kerja kegiatan dan langkah di halaman Unggah,"
            " atau muat data demo untuk mencoba.",
            icon=":material/inbox:",
        )
        left, right = st.columns(2)
        with left:
            if st.button("Buka halaman Unggah", icon=":material/upload_file:", width="stretch"):
                st.switch_page("pages/unggah.py")
        with right:
            offer_demo(current)
        st.stop()
    return current


def offer_demo(current: Store) -> None:
    """One click that fills an empty store with labelled demo data."""
    if not st.button("Muat data demo", type="primary", icon=":material/science:", width="stretch"):
        return
    bar = st.progress(0.0, "Menyusun data demo (6.000 kasus rekaan)")
    content = demo.demo_workbook()
    importing.import_files(
        current,
        [importing.SourceFile("demo.xlsx", content)],
        who="data demo",
        progress=lambda share, what: bar.progress(0.3 + 0.7 * share, what),
    )
    st.rerun()
