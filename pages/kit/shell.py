"""Around every page: the store, the label on demo data, and what an empty store says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from pages.kit import filters, guard, session, words
from pages.kit.navigation import OF_THE_PRESENT, TITLES
from sop_core import demo, importing, past, process
from sop_core.access import DEMO, ROLES
from sop_core.errors import StoreError
from sop_core.indonesian import format_date, today
from sop_core.paths import default_database
from sop_core.store import Store

READER = "_siapa"
"""Under which name a tab's state keeps for whom it is drawn."""
NOT_TAKEN = (
    "Berkas bertanda seru tidak terunggah: terlalu besar, bukan jenis yang diminta, atau terlalu"
    " banyak berkas sekaligus. Hapus dengan tanda silang, lalu pilih berkas lain."
)
"""Below an uploader, which says why in English alone, and only under the pointer."""
_STYLE = f"""
<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] > * {{display: none;}}
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"]::after {{
  content: "Pilih berkas";}}
[data-testid="stFileUploaderDropzoneInstructions"]::after {{
  content: "XLSX, XLSM, XLS, ODS, CSV, TXT, TSV"; font-size: .85rem; opacity: .7;}}
.st-key-templat_word [data-testid="stFileUploaderDropzoneInstructions"]::after {{
  content: "Berkas Word (.docx)";}}
.st-key-bukti_dokumen [data-testid="stFileUploaderDropzoneInstructions"]::after {{
  content: "PDF, JPG, atau PNG; paling besar 10 MB";}}
[class*="st-key-berkas_sop"] [data-testid="stFileUploaderDropzoneInstructions"]::after {{
  content: "Formulir revisi (.xlsx) atau TOML";}}
[data-testid="stTooltipErrorContent"], [data-testid="stFileChip"] [role="alert"] {{display: none;}}
[data-testid="stFileUploader"]:has([data-testid="stFileChip"][aria-invalid="true"])::after {{
  content: "{NOT_TAKEN}"; display: block; margin-top: .5rem;}}
[role="listbox"][data-empty="true"] [role="option"] > span,
[data-testid="stSkipToContent"] {{font-size: 0;}}
[role="listbox"][data-empty="true"] [role="option"] > span::after {{
  content: "Tidak ada yang cocok"; font-size: .875rem;}}
[data-testid="stSkipToContent"]::after {{content: "Langsung ke isi"; font-size: .875rem;}}
[data-testid="InputInstructions"] {{display: none;}}
[data-testid="stMetricValue"] {{font-variant-numeric: tabular-nums;}}
[data-testid="stMetricDelta"] p, [data-testid="stMetricDeltaDescription"] p {{
  white-space: normal; overflow: visible;}}
[data-testid="stMainBlockContainer"] {{padding: 3.2rem 2.2rem 2rem;}}
@media (max-width: 640px) {{[data-testid="stMainBlockContainer"] {{padding: 4.4rem 1rem 2rem;}}}}
@media (max-width: 640px) {{h1 {{font-size: 1.9rem !important;}}}}
</style>
"""


_present: ContextVar[Store | None] = ContextVar("present", default=None)


def root() -> Store:
    """The one store of this process, nobody's in particular. Pages take ``store``."""
    return process.store_at(default_database())


def signed_in() -> Store:
    """The store as the reader sees it; without a reader the page stops and says how to sign in."""
    try:
        opened = root()
    except StoreError as error:
        st.error(words.say("Basis data tidak dapat dibuka. {}", error))
        st.stop()
    viewer = session.viewer(opened)
    if st.session_state.setdefault(READER, viewer) != viewer:
        # Another person in the same tab: nothing of the one before stays.
        st.session_state.clear()
        st.session_state[READER] = viewer
    return opened.as_viewer(viewer)


@contextmanager
def present() -> Iterator[Store]:
    """The reader's store for one run of a page, of one moment: its figures fit together."""
    with signed_in().snapshot() as moment:
        before = _present.set(moment)
        try:
            yield moment
        finally:
            _present.reset(before)


def store(page: str) -> Store:
    """Head the named page and give the reader's store; refused where it is not for them."""
    current = _present.get() or signed_in()
    guard.check(current, page)
    st.title(TITLES[page])
    day, confirmed = filters.known_on(), filters.confirmed()
    if (day is None and not confirmed) or page in OF_THE_PRESENT:
        return current
    with st.spinner(f"Menyusun yang diketahui pada {format_date(day or today())}"):
        known = past.known_on(current, day, confirmed)
    if confirmed:
        st.info(
            "**Hanya yang disahkan.** Unggahan yang belum disahkan kepala unitnya tidak dihitung, dan"
            " keadaan ini tidak dapat diubah.",
            icon=":material/verified:",
        )
    if day is None:
        return known
    st.info(
        f"**Seperti diketahui pada {format_date(day)}.** Yang dimasukkan sesudahnya tidak dihitung,"
        " dan keadaan ini tidak dapat diubah.",
        icon=":material/history:",
    )
    return known


def frame(current: Store) -> None:
    """Styles, who is reading, and the label that data is invented where it is."""
    st.html(_STYLE)
    with st.sidebar:
        reader(current)
    if current.has_demo_data and current.has_real_data:
        st.warning(
            "**Data demo bercampur unggahan.** Sebagian kegiatan, tanggal, dan nama orang rekaan."
            " Minta pengelola membatalkan data demo sebelum angkanya dipakai.",
            icon=":material/science:",
        )
    elif current.has_demo_data:
        st.warning(
            "**Data demo.** Kegiatan, tanggal, dan nama orang pada halaman ini rekaan.",
            icon=":material/science:",
        )


def reader(current: Store) -> None:
    """Name, role and office of whoever reads, and the way out."""
    viewer = current.viewer
    if viewer.role == DEMO:
        st.caption("Mode demo: tanpa akun, hanya data demo.")
        return
    unit = next((u.name for u in current.register(today()) if u.code == viewer.unit), None)
    place = f"{ROLES[viewer.role]}{f', {unit}' if unit else ''}"
    st.caption(words.say("**{}**  \n{}", viewer.name, place))
    session.sign_out_link(root())


def require_data(page: str) -> Store:
    """The reader's store for the named page, or, where it is empty, what to do about that and no further."""
    current = store(page)
    if current.empty and current.database.known_on is not None:
        st.info(
            f"**Pada {format_date(current.database.known_on)} belum ada data yang diunggah atau disahkan.** Pilih hari yang lebih baru pada Seperti"
            " diketahui pada.",
            icon=":material/inbox:",
        )
        st.stop()
    if current.empty:
        st.info(words.say("**Belum ada data.** {}", _what_to_do(current)), icon=":material/inbox:")
        left, right = st.columns(2)
        with left:
            if current.viewer.may("impor") and st.button(
                "Buka halaman Unggah", icon=":material/upload_file:", width="stretch"
            ):
                st.switch_page("pages/unggah.py")
        with right:
            if current.viewer.role == DEMO:
                offer_demo(current)
        st.stop()
    return current


def _what_to_do(current: Store) -> str:
    if current.viewer.role == DEMO:
        return (
            "Muat data demo untuk mencoba. Data asli diunggah setelah pengelola membuat akun"
            " (perintah pantau user add)."
        )
    if current.viewer.may("impor"):
        return "Unggah buku kerja kegiatan dan langkah di halaman Unggah."
    return "Data tampil setelah staf data unit mengunggahnya."


def offer_demo(current: Store) -> None:
    """One click that fills an empty store with labelled demo data."""
    if not st.button("Muat data demo", type="primary", icon=":material/science:", width="stretch"):
        return
    bar = st.progress(0.0, "Menyusun data demo (6.000 kasus rekaan)")
    content = demo.demo_workbook()
    importing.import_files(
        current,
        [importing.SourceFile("demo.xlsx", content)],
        who=current.viewer.name,
        progress=lambda share, what: bar.progress(0.3 + 0.7 * share, words.text(what)),
    )
    st.rerun()
