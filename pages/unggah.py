"""Unggah: a spreadsheet in, what is wrong with it out, and the way back."""

import datetime as dt
from functools import partial

import pandas as pd
import streamlit as st

from pages.kit import (
    approving,
    handing,
    kept_mappings,
    mapping_step,
    measures,
    news,
    pending,
    shell,
    stating,
    tables,
    words,
)
from pages.kit.doors.uploads import limits
from sop_core import approvals, importing
from sop_core.access import DEMO
from sop_core.errors import AccessDenied, ImportRefused, Refused, UndoRefused
from sop_core.importing.limits import LISTED
from sop_core.importing.mapping import NeedsMapping
from sop_core.importing.owed import filled_template, own_office
from sop_core.importing.returning import doubted_workbook, rejected_workbook
from sop_core.indonesian import JAKARTA, format_date, format_number, today
from sop_core.store import Store, Trace

MOST_NOTES = 12
"""Of what was read by its meaning, sentences that stand open."""
READING_COLUMNS = {
    "sheet": "Lembar",
    "column": "Kolom",
    "written": "Tertulis",
    "read_as": "Dibaca sebagai",
    "count": "Sel",
}
CHANGE_COLUMNS = {
    "sheet": "Lembar",
    "row": "Baris",
    "key": "Kunci",
    "column": "Kolom",
    "before": "Sebelum",
    "after": "Sesudah",
}
ADDED_COLUMNS = {"sheet": "Lembar", "row": "Baris", "key": "Kunci", "says": "Isi"}
PUT_COLUMNS = {"put_by": "Diisi oleh unggahan", "put_at": "Pada"}
"""Beside cells that another person has filled of late."""
EMPTIED_COLUMNS = {k: v for k, v in CHANGE_COLUMNS.items() if k != "after"}
OLDER_COLUMNS = {
    "sheet": "Lembar",
    "row": "Baris",
    "key": "Kunci",
    "column": "Kolom",
    "before": "Tersimpan",
    "after": "Menurut berkas",
    "batch_id": "Diganti oleh unggahan",
    "since": "Pada",
}
COUNT_COLUMNS = {"sheet": "Lembar", "column": "Kolom", "kind": "Alasan", "count": "Jumlah"}
SEEN = "pratinjau_dilihat"
"""The preview as it was drawn last: what a click on Simpan agrees to."""
CHANGED = "pratinjau_berubah"
"""Why nothing was kept: what has changed in the store since."""
EMPTY = "Tanpa isi (templat kosong)"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def get_template(store: Store) -> None:
    """The workbook to fill in, with what an office has yet to tell."""
    st.markdown(
        "**1. Isi templat.** Lima lembar: Kegiatan, Langkah, Fasilitator, Tindak Lanjut, Target."
        " Panduan dan daftar kode ada di dalamnya."
    )
    unit = own_office(store.viewer) or _chosen_office(store)
    if unit:
        st.caption(
            "Templatnya sudah memuat kegiatan yang belum selesai dan langkah yang berjalan atau"
            " terutang: tinggal diisi tanggalnya. Sel yang dibiarkan kosong tidak mengubah apa pun."
        )
    handing.button(
        "Unduh templat Excel",
        lambda: filled_template(store, unit, today()),
        f"templat-{unit}.xlsx" if unit else "templat-pantau-sop.xlsx",
        _XLSX,
    )


def _chosen_office(store: Store) -> str | None:
    """The office whose template is wanted, where several are seen; None for an empty one."""
    by_name = {u.name: u.code for u in store.units(today())}
    name = st.selectbox(
        "Isi templat dengan yang belum selesai di", [EMPTY, *by_name], key="unit_templat",
        placeholder="Pilih",
    )  # fmt: skip
    return by_name.get(str(name))


def upload(store: Store) -> None:
    """Read, check and show what would happen; nothing is kept yet."""
    st.markdown(
        "**2. Unggah.** Satu buku kerja (.xlsx, .xlsm, .xls, .ods) atau beberapa CSV (.csv, .txt, .tsv) sekaligus."
    )
    if st.button("Hanya satu langkah? Catat tanpa berkas", icon=":material/edit_note:"):
        st.switch_page("pages/catat.py")
    most = limits(store.viewer.role == DEMO)
    st.caption(
        words.say(
            "Paling besar {} MB per berkas; semua berkas yang sedang Anda buka bersama-sama {} MB"
            " dan {} berkas. Berkas dari halaman yang ditutup masih dihitung satu menit.",
            most.file, most.total, most.files,
        )
    )  # fmt: skip
    number = st.session_state.get("unggahan_ke", 0)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        files = st.file_uploader(
            "Berkas", type=["xlsx", "xlsm", "xls", "ods", "csv", "txt", "tsv"], accept_multiple_files=True,
            key=f"berkas_{number}", label_visibility="collapsed",
            on_change=pending.emptied, args=(store, f"berkas_{number}"),
        )  # fmt: skip
    with right:
        until = stating.day("Data s.d.", f"data_sampai_{number}", stating.UNTIL_HELP)
    clears = st.toggle(
        "Sel kosong mengosongkan isi yang tersimpan", key=f"kosongkan_{number}",
        help="Biasanya sel kosong membiarkan isi yang tersimpan. Nyalakan untuk menghapus isi:"
        " setiap sel kosong dalam berkas lalu mengosongkannya. Kolom yang tidak ada dalam"
        " berkas tetap tidak mengubah apa pun.",
    )  # fmt: skip
    given = pending.given(store, files, number, clears, until)
    if given is None:
        return
    try:
        parsed, found = examined(store, given, clears)
    except NeedsMapping as question:
        mapping_step.draw(store, question, given.named)
        return
    except ImportRefused as error:
        st.error(words.say("**Tidak dapat diimpor.** {}", error), icon=":material/block:")
        mapping_step.skipped(given.named)
        return
    changed = st.session_state.pop(CHANGED, None)
    if changed:
        st.warning(words.text(changed), icon=":material/sync_problem:")
    mapping_step.told(parsed, given.named)
    mapping_step.renamed(parsed, given.named)
    preview(parsed, found)
    keep(store, parsed, found, until)
    st.session_state[SEEN] = found


def examined(
    store: Store, given: pending.Given, clears: bool
) -> tuple[importing.Parsed, importing.Preview]:
    """The files read and checked, once for as long as they, their mappings, what their blanks do
    and the store stay the same.
    """
    answers = mapping_step.answers(given.named)
    state = (given.ids, clears, answers, kept_mappings.numbers(store), store.version)
    known = st.session_state.get("pratinjau")
    if known is None or known[0] != state:
        st.session_state.pop("pratinjau", None)
        bar = st.progress(0.0, "Membaca berkas")
        try:
            parsed = importing.read(
                store, given.files, progress=words.progress(bar.progress), clears=clears,
                answers=answers,
            )  # fmt: skip
            found = importing.preview(store, parsed, progress=words.progress(bar.progress))
        finally:
            bar.empty()
        known = st.session_state["pratinjau"] = (state, parsed, found)
    return known[1], known[2]


def preview(parsed: importing.Parsed, found: importing.Preview) -> None:
    """What matters first: counts, what would be lost, what is refused or doubtful; then the rest."""
    st.markdown("**3. Pratinjau.** Belum ada yang disimpan.")
    counts(found)
    added(found)
    if found.demo:
        st.warning("Berkas ini bertanda data demo dan akan diberi label demo.")
    emptied(found)
    others(found)
    older(found)
    refusals(parsed, found)
    doubts(parsed, found)
    changes(found)
    notes(found)


def counts(found: importing.Preview) -> None:
    """Rows by what would become of them, all together and by sheet."""
    rows = found.rows
    figures = {
        "Baru": rows.new,
        "Berubah": rows.changed,
        "Dikosongkan": found.emptied_total,
        "Ditolak": rows.rejected,
        "Peringatan": found.warning_total,
    }
    for column, (label, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(words.text(label), format_number(value), border=True)
    by_sheet = pd.DataFrame([{"sheet": k, **vars(v)} for k, v in found.sheets.items()])
    names = {"sheet": "Lembar", "new": "Baru", "changed": "Berubah", "unchanged": "Tetap", "rejected": "Ditolak"}  # fmt: skip
    tables.plain(by_sheet, names, alt="Baris per lembar")


def added(found: importing.Preview) -> None:
    """Which rows are new."""
    if not found.added:
        return
    new = found.rows.new
    with st.expander(f"Baris baru ({format_number(new)})"):
        if new > len(found.added):
            st.caption(f"Ditampilkan {format_number(len(found.added))} yang pertama.")
        frame = pd.DataFrame([vars(a) for a in found.added])
        tables.plain(frame, ADDED_COLUMNS, alt="Baris baru", height=220)


def refusals(parsed: importing.Parsed, found: importing.Preview) -> None:
    """Each reason, and the workbook to send back."""
    if not found.problems:
        return
    st.markdown(f"**{format_number(found.rows.rejected)} baris ditolak, dengan alasan:**")
    _by_kind(found.problems, found.problem_counts, "alasan")
    tables.problems(found.problems, alt="Alasan penolakan", height=280)
    handing.button(
        "Unduh baris yang ditolak beserta alasannya",
        lambda: rejected_workbook(parsed, found.problems),
        "perlu-diperbaiki.xlsx",
        _XLSX,
        icon=":material/assignment_return:",
    )


def changes(found: importing.Preview) -> None:
    """What is stored and what would stand there, cell by cell."""
    if not found.changes:
        return
    st.markdown(f"**{format_number(found.change_total)} isian lama akan diganti:**")
    if found.change_total > len(found.changes):
        st.caption(f"Ditampilkan {format_number(len(found.changes))} yang pertama.")
    _cells(found.changes, CHANGE_COLUMNS, "Perubahan isian")


def _cells(cells: list[importing.Change], columns: dict[str, str], alt: str) -> None:
    """The cells, and who filled them where that was somebody else."""
    frame = pd.DataFrame([vars(c) for c in cells])
    if any(c.by for c in cells):
        frame["put_by"] = [f"{c.batch_id} oleh {c.by}" if c.by else "" for c in cells]
        frame["put_at"] = [format_date(c.since) if c.since else "" for c in cells]
        columns = columns | PUT_COLUMNS
    tables.plain(frame, columns, alt=alt, height=220)


def others(found: importing.Preview) -> None:
    """A warning where the file would put its values over what somebody else has just entered."""
    if found.others:
        st.warning(
            f"{format_number(found.others_total)} isian yang akan diganti atau dikosongkan baru diisi"
            " orang lain. Bicarakan dahulu dengan pengunggahnya sebelum menyimpan.",
            icon=":material/group:",
        )
        st.markdown(words.bullets(found.others[:MOST_NOTES]))


def notes(found: importing.Preview) -> None:
    """How names, cells and rows were read, and what was left out: nothing of it in silence."""
    if not found.notes:
        return
    st.markdown(f"**{format_number(len(found.notes))} hal dibaca menurut artinya atau diabaikan:**")
    st.markdown(words.bullets(found.notes[:MOST_NOTES]))
    if len(found.notes) > MOST_NOTES or len(found.readings) > len(found.notes):
        with st.expander("Seluruhnya, satu per satu"):
            if len(found.notes) > MOST_NOTES:
                st.markdown(words.bullets(found.notes[MOST_NOTES:]))
            frame = pd.DataFrame([vars(r) for r in found.readings])
            if not frame.empty:
                tables.plain(frame, READING_COLUMNS, alt="Yang dibaca menurut artinya", height=220)


def emptied(found: importing.Preview) -> None:
    """A warning where blanks of the file would empty what is stored."""
    if not found.emptied:
        return
    st.warning(
        f"{format_number(found.emptied_total)} isian yang tersimpan akan menjadi kosong. Periksa"
        " dahulu sebelum menyimpan.",
        icon=":material/ink_eraser:",
    )
    _cells(found.emptied, EMPTIED_COLUMNS, "Isian yang akan kosong")


def older(found: importing.Preview) -> None:
    """A warning where the file would put back what a later upload has replaced."""
    if not found.older:
        return
    st.warning(
        f"Berkas ini tampaknya lebih lama daripada isi basis data: {format_number(found.older_total)}"
        " isian akan kembali ke nilai yang sudah diganti unggahan sesudahnya. Periksa dahulu"
        " sebelum menyimpan."
    )
    frame = pd.DataFrame([vars(o) for o in found.older])
    frame["since"] = [format_date(o.since) for o in found.older]
    tables.plain(frame, OLDER_COLUMNS, alt="Isian berkas yang lebih lama", height=220)


def doubts(parsed: importing.Parsed, found: importing.Preview) -> None:
    """Orders that cannot be, in rows that would be kept all the same."""
    if not found.warnings:
        return
    st.warning(
        f"{format_number(found.warning_total)} peringatan: urutan langkah yang tidak mungkin."
        " Barisnya tidak ditolak karenanya, tetapi periksa tanggalnya."
    )
    with st.expander("Urutan yang tidak mungkin"):
        _by_kind(found.warnings, found.warning_counts, "peringatan")
        tables.problems(found.warnings, alt="Urutan yang tidak mungkin", height=280)
        handing.button(
            "Unduh baris yang diperingatkan",
            lambda: doubted_workbook(parsed, found.warnings),
            "perlu-diperiksa.xlsx",
            _XLSX,
            icon=":material/assignment_return:",
        )


def _by_kind(
    problems: list[importing.Problem], counts: list[importing.ProblemCount], name: str
) -> None:
    """How many there are of each kind, where not all are listed."""
    listed, total = len(problems), sum(c.count for c in counts)
    if total <= listed:
        return
    frame = pd.DataFrame([vars(c) for c in counts])
    tables.plain(frame, COUNT_COLUMNS, alt=f"{name.capitalize()} menurut jenis", height=220)
    st.caption(
        f"Seluruhnya {format_number(total)} {words.text(name)}. Di bawah ini dan di buku kerja"
        f" yang dapat diunduh hanya {format_number(listed)} yang pertama; sisanya dihitung menurut"
        " jenisnya di atas. Perbaiki jenis yang terbanyak lebih dahulu, lalu unggah lagi."
    )


def keep(store: Store, parsed: importing.Parsed, found: importing.Preview, until: dt.date) -> None:
    """Keep the good rows, or all or nothing; with no row to keep, what the file says of its day."""
    rows = found.rows
    if rows.new + rows.changed == 0:
        nothing_new(store, parsed, found, until)
        return
    st.caption(words.say("Dicatat dalam riwayat unggahan atas nama {}.", store.viewer.name))
    beyond = found.beyond(until)
    if beyond:
        st.warning(words.text(beyond), icon=":material/event_busy:")
    with st.container(horizontal=True):
        if rows.rejected:
            good = st.button(
                f"Simpan {format_number(rows.new + rows.changed)} baris yang benar",
                type="primary",
            )  # fmt: skip
            st.button(
                "Simpan hanya bila semua benar", disabled=True,
                help="Ada baris yang ditolak. Perbaiki dahulu untuk menyimpan seluruhnya.",
            )  # fmt: skip
            whole = False
        else:
            good = False
            whole = st.button("Simpan semua", type="primary")
    if good or whole:
        _commit(store, parsed, until, whole)


def nothing_new(
    store: Store, parsed: importing.Parsed, found: importing.Preview, until: dt.date
) -> None:
    """Why no row is kept; that nothing is new up to a day can be said all the same."""
    if found.repeat_of:
        st.info(
            f"Berkas ini sama dengan unggahan {words.text(found.repeat_of)}; tidak ada yang berubah."
        )
    elif found.rows.unchanged:
        which = "Baris yang tidak ditolak" if found.rows.rejected else "Semua baris"
        st.info(
            words.say("{} sudah ada dengan isi yang sama; tidak ada yang perlu disimpan.", which)
        )
    else:
        st.error("Tidak ada baris yang dapat disimpan. Perbaiki lalu unggah lagi.")
    if (
        found.rows.unchanged
        and importing.speaks(parsed)
        and st.button(
            f"Nyatakan data s.d. {format_date(until)}",
            # With rows left out the data are hardly complete: it is not what comes next.
            type="secondary" if found.rows.rejected else "primary",
        )
    ):
        _commit(store, parsed, until, whole=False)


def _commit(store: Store, parsed: importing.Parsed, until: dt.date, whole: bool) -> None:
    bar = st.progress(0.0, "Menyimpan")
    try:
        with measures.importing():
            result = importing.commit(
                store,
                parsed,
                store.viewer.name,
                all_or_nothing=whole,
                progress=words.progress(bar.progress),
                until=until,
                seen=st.session_state.get(SEEN),
            )
    except Refused as error:
        bar.empty()
        st.error(words.refused(error), icon=":material/block:")
        return
    if result.between:
        # The preview is drawn again as it is now, below this; the files stay.
        st.session_state[CHANGED] = (
            f"Basis data berubah sejak pratinjau: {', '.join(result.between)}. Tidak ada yang"
            " disimpan. Di bawah ini pratinjau menurut keadaan sekarang; periksa, lalu simpan."
        )
        st.rerun()
    st.session_state[stating.NEWS] = _news(result)
    st.session_state.pop("pratinjau", None)
    pending.discard(store)
    st.session_state["unggahan_ke"] = st.session_state.get("unggahan_ke", 0) + 1
    st.rerun()


def _news(result: importing.Preview) -> str:
    rows, spoken = result.rows, stating.spoken(result)
    if result.kept:
        return (
            f"Tersimpan sebagai unggahan {result.batch_id}: {format_number(rows.new)} baru,"
            f" {format_number(rows.changed)} berubah, {format_number(rows.rejected)} ditolak,"
            f" {format_number(result.warning_total)} peringatan. {spoken}"
        )
    return f"Tidak ada baris yang berubah. {spoken or 'Unitnya sudah dinyatakan sampai hari itu.'}"


def history(store: Store) -> None:
    """Kept uploads, each with its file, its rejected rows and its undo."""
    st.subheader("Riwayat unggahan")
    batches = importing.history(store)
    if not batches:
        st.caption("Belum ada unggahan.")
        return
    said = dict.fromkeys(approvals.confirmed(store), "disahkan")
    said |= {a.batch_id: a.said for a in approvals.awaiting(store)}
    for batch in batches[:50]:
        when = batch.imported_at.replace(tzinfo=JAKARTA)
        state = "dibatalkan" if batch.undone_at else said.get(batch.batch_id, "tersimpan")
        demo = " · DATA DEMO" if batch.demo else ""
        # Opening it runs the page again: what a closed one would hold is not asked for.
        box = st.expander(
            words.say(
                "Unggahan {} · {} · {} · {}",
                batch.batch_id,
                batch.files,
                format_date(when),
                state + demo,
            ),
            key=f"unggahan_{batch.batch_id}",
            on_change="rerun",
        )
        with box:
            st.markdown(
                words.say("Oleh **{}** pukul {:%H.%M} WIB. ", batch.imported_by, when)
                + f"{format_number(batch.rows_new)}"
                f" baru, {format_number(batch.rows_changed)} berubah,"
                f" {format_number(batch.rows_unchanged)} tetap,"
                f" {format_number(batch.rows_rejected)} ditolak.  \nSHA-256 {words.code(batch.sha256)}"
            )
            if box.open:
                _history_actions(store, batch)


def _history_actions(store: Store, batch: importing.Batch) -> None:
    number = batch.batch_id
    with st.container(horizontal=True):
        for file in importing.file_list(store, number):
            handing.button(
                words.say("Unduh {} ({})", file.name, handing.size(file.size)),
                partial(_handed_out, store, number, file), file.name,
                key=f"asal_{number}_{file.name}",
            )  # fmt: skip
        if batch.undoable:
            sure = st.checkbox("Saya yakin membatalkan", key=f"yakin_{number}")
            if st.button("Batalkan unggahan ini", key=f"batal_{number}", disabled=not sure):
                try:
                    taken_back = importing.undo(store, number, store.viewer.name)
                except (UndoRefused, AccessDenied) as error:
                    st.error(words.refused(error))
                else:
                    st.session_state[stating.NEWS] = taken_back.said
                    st.rerun()
    if batch.undone_at is None and not batch.undoable:
        st.caption(
            "Hanya unit yang mengunggahnya atau pengelola yang dapat membatalkan unggahan ini."
        )
    rejected = importing.rejections(store, number) if batch.rows_rejected else []
    counted = importing.rejections_counted(store, number) if len(rejected) >= LISTED else []
    if counted:
        st.caption("Hanya alasan pertama yang dirinci. Menurut jenisnya:")
        st.text("\n".join(counted))
    if rejected:
        tables.problems(rejected, alt=f"Baris ditolak unggahan {number}", height=220)
    _history_doubts(store, number)


def _history_doubts(store: Store, number: int) -> None:
    doubted = importing.warnings(store, number)
    if not doubted:
        return
    st.caption("Disimpan dengan peringatan: urutan langkah yang tidak mungkin.")
    if len(doubted) >= LISTED:
        st.text("\n".join(importing.warnings_counted(store, number)))
    tables.problems(doubted, alt=f"Peringatan unggahan {number}", height=220)


def _handed_out(store: Store, number: int, file: importing.StoredFile) -> bytes:
    content = importing.stored_file(store, number, file.sha256).content
    # A workbook as it was uploaded holds names.
    store.record(Trace("ekspor_nama", f"unggahan {number}: {file.name}"))
    return content


def page() -> None:
    """Draw the page."""
    store = shell.store("unggah")
    news.told(stating.NEWS, far=True)
    if store.empty:
        demo = store.viewer.role == DEMO
        st.info(
            "**Belum ada data.** Mulai dari templat di bawah"
            + (", atau muat data demo untuk mencoba." if demo else ".")
        )
        if demo:
            shell.offer_demo(store)
    stating.own_status(store)
    approving.sent_back(store)
    get_template(store)
    upload(store)
    stating.declare(store)
    stating.said(store)
    kept_mappings.manage(store)
    approving.settings(store)
    history(store)


page()
