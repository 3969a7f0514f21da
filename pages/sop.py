"""SOP: what it asks of each step, its revisions, and how a new one is entered."""

import datetime as dt
from functools import partial

import pandas as pd
import streamlit as st

from pages.kit import effects, filters, handing, reasons, shell, tables, words
from pages.kit.rehearsal import Rehearsal
from sop_core import revisions
from sop_core.coherence import LEVEL_NAMES
from sop_core.definition import Revision, Step
from sop_core.errors import DefinitionError, ImportRefused, RevisionRefused
from sop_core.importing import SourceFile
from sop_core.indonesian import format_date, format_number, today
from sop_core.revisions import Draft, Preview
from sop_core.revisions import words as labels
from sop_core.store import Store
from sop_core.thresholds import DUE_SOON_HELP

STEP_COLUMNS = {
    "code": "Langkah",
    "norm": "Norma",
    "counted_from": "Dihitung dari",
    "counted_reason": "Dasar hitungan",
    "activity": "Aktivitas",
    "level": "Tingkat",
    "output": "Output",
    "performers": "Pelaksana",
    "optional": "Pilihan",
    "place": "Letak",
}
EXPORT_COLUMNS = STEP_COLUMNS | {
    "inputs": "Kelengkapan",
    "recipient": "Penerima",
    "remarks": "Keterangan",
    "milestone": "Tonggak",
}
DIFFERENCE_COLUMNS = {"place": "Bagian", "what": "Hal", "before": "Sebelum", "after": "Sesudah"}
IN_FORCE = "Yang berlaku pada tanggal acuan"
REVISION = Rehearsal("revisi")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def choose(store: Store, as_of: dt.date) -> Revision:
    """The revision to show: the one in force on the as-of date, unless another is asked for."""
    number = st.selectbox(
        "Revisi", [IN_FORCE, *(r.revision for r in store.revisions)], key="revisi",
        bind="query-params", placeholder="Pilih",
    )  # fmt: skip
    return store.sop(as_of) if number in (IN_FORCE, None) else store.revision(str(number))


def step_row(step: Step) -> dict[str, object]:
    """One step as the table shows it; an asterisk marks a performer that is inferred."""
    names = [labels.word(labels.PERFORMERS, p) for p in step.performers]
    day = step.deadline_day_after_quarter
    return {
        **vars(step),
        "code": step.code,
        "norm": f"{step.norm}, tanggal {day}" if day else step.norm,
        "counted_from": labels.word(labels.COUNTING, step.counted_from),
        "level": LEVEL_NAMES[step.level],
        "performers": ", ".join(names) + ("*" if step.performers_source == "inferred" else ""),
        "remarks": "; ".join(step.remarks),
        "milestone": labels.word(labels.STEPS, step.milestone) if step.milestone else None,
    }


def steps(revision: Revision, demo: bool) -> None:
    """The steps of one flow; a row opens what the SOP says of it."""
    names: dict[str, str] = {flow.id: flow.name for flow in revision.flows}
    flow = st.segmented_control(
        "Alur", list(names), default="A", required=True, key="alur_sop", bind="query-params"
    )
    st.caption(words.say("{}. {}", flow, names[str(flow)]))
    shown = revision.flow_steps(str(flow))
    frame = pd.DataFrame([step_row(step) for step in shown])
    chosen = tables.show(
        frame, STEP_COLUMNS, key="tabel_sop", alt=f"Langkah alur {flow}", height=430
    )
    st.caption("*Disimpulkan dari bunyi SOP: lambang diagram alirnya tidak ada dalam teks. Pilih baris untuk rinciannya.")  # fmt: skip
    st.caption("Bagaimana norma dihitung", help=words.bullets(counting_rules()))
    whole = pd.DataFrame([step_row(step) for step in revision.steps])
    tables.export(whole, EXPORT_COLUMNS, f"SOP revisi {revision.revision}", filters.scope(), demo, f"{revision.code} revisi {revision.revision}")  # fmt: skip
    if chosen:
        detail(revision, shown[chosen[0]])


def counting_rules() -> list[str]:
    """The words of ``Dihitung dari``, and when a running step is about to fall due."""
    said = [f"{name}: dari {meaning}." for name, meaning in labels.COUNTING_NAMES.items()]
    return [*said, f"Segera jatuh tempo: {DUE_SOON_HELP}"]


def detail(revision: Revision, step: Step) -> None:
    """Everything the SOP says of one step, with its place in the document."""
    rules = [rule for rule in revision.routing if step.code in rule.steps]
    row = step_row(step)
    guessed = " (*disimpulkan dari bunyi SOP)" if step.performers_source == "inferred" else ""
    lines = [
        words.say("**Kelengkapan:** {}", step.inputs),
        words.say("**Output:** {}", step.output),
        words.say("**Disampaikan kepada:** {}", step.recipient or "SOP tidak menyebut"),
        words.say("**Norma:** {}", row["norm"]),
        words.say(
            "**Dihitung dari:** {} ({}). {}",
            row["counted_from"],
            labels.COUNTING_NAMES[str(row["counted_from"])],
            step.counted_reason or "",
        ),
        words.say("**Pelaksana:** {}", f"{row['performers']}{guessed}"),
    ]
    if step.optional:
        lines.append(words.say("**Langkah pilihan:** {}", step.optional_reason))
    if step.requires:
        needed = ", ".join(f"{step.flow}.{n}" for n in step.requires)
        lines.append(words.say("**Mensyaratkan selesainya:** {}", needed))
    with st.container(border=True):
        st.markdown(words.say("**{} {}** _({})_", step.code, step.activity, step.place))
        st.markdown(words.join("  \n", lines))
        for title, texts in (
            ("Keterangan", step.remarks),
            ("Penerusan", [words.say("{} _({})_", rule.text, rule.place) for rule in rules]),
        ):
            if texts:
                st.markdown(words.say("**{}**\n{}", title, words.bullets(texts)))


def enter(store: Store, shown: Revision, as_of: dt.date) -> None:
    """The form out, the changed form in, and what it would do; nothing is kept yet."""
    st.subheader("Masukkan revisi")
    st.markdown(
        f"**1. Unduh formulir** berisi revisi {words.text(shown.revision)}, lalu ubah di Excel: nomor revisi,"
        " tanggal berlaku, dan langkah yang berubah."
    )
    handing.button(
        "Unduh formulir revisi", partial(revisions.form, shown), f"sop-revisi-{shown.revision}.xlsx",
        _XLSX,
    )  # fmt: skip
    st.markdown("**2. Unggah formulir.** Nomor yang sudah ada menggantikan revisi itu.")
    upload = st.file_uploader(
        "Formulir", type=["xlsx", "toml"], label_visibility="collapsed",
        key=f"berkas_sop_{REVISION.form}",
    )  # fmt: skip
    if upload is None:
        return
    file = SourceFile(upload.name, upload.getvalue())
    try:
        draft = revisions.read(file, today())
    except (ImportRefused, DefinitionError) as error:
        st.error(words.say("**Tidak dapat dibaca.** {}", error), icon=":material/block:")
        return
    if draft.revision is None:
        problems(draft)
    else:
        examine(store, file, draft.revision, as_of)


def problems(draft: Draft) -> None:
    """What is wrong with the form, cell by cell."""
    st.error(
        f"**{format_number(len(draft.problems))} isian perlu diperbaiki.** Belum ada yang disimpan.",
        icon=":material/rule:",
    )
    tables.problems(draft.problems, alt="Isian yang perlu diperbaiki", height=300)


def examine(store: Store, file: SourceFile, revision: Revision, as_of: dt.date) -> None:
    """What the revision changes, in the SOP and for the cases, and the button that keeps it."""
    found = REVISION.effects(
        store, file.sha256, as_of, lambda: revisions.preview(store, file, revision, as_of)
    )
    st.markdown(
        words.say(
            "**3. Pratinjau.** Belum ada yang disimpan. Revisi {}, berlaku mulai {}, dibandingkan"
            " dengan revisi {}.",
            revision.revision,
            format_date(revision.effective),
            found.before.revision,
        )
    )
    for obstacle in found.obstacles:
        st.error(words.text(obstacle), icon=":material/block:")
    consequences(found, as_of, store.has_demo_data)
    if not found.obstacles and st.button(
        f"Simpan revisi {words.text(revision.revision)}", type="primary"
    ):
        keep(store, file, revision)


def consequences(found: Preview, as_of: dt.date, demo: bool) -> None:
    """Figures and tables of a preview."""
    if found.revision.effective <= as_of:
        st.warning(
            f"Berlaku surut: {format_number(found.cases)} kegiatan, laporan, dan siklus yang mulai"
            f" pada atau sesudah {format_date(found.revision.effective)} dinilai ulang.",
            icon=":material/history:",
        )
    told = [("Perubahan SOP", len(found.differences)), *effects.figures(found.effects)]
    for column, (label, value) in zip(st.columns(len(told)), told, strict=True):
        column.metric(words.text(label), format_number(value), border=True)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Yang berubah dalam SOP**")
        frame = pd.DataFrame([vars(d) for d in found.differences], columns=list(DIFFERENCE_COLUMNS))
        tables.plain(frame, DIFFERENCE_COLUMNS, alt="Perubahan SOP", height=300)
    scope = filters.scope()
    with right:
        effects.by_step(found.effects, scope)
    effects.flips(found.effects, scope, demo, f"Pratinjau revisi {found.revision.revision}")


def keep(store: Store, file: SourceFile, revision: Revision) -> None:
    """Keep the revision, and start over with an empty form."""
    try:
        revisions.add(store, file, revision, store.viewer.name)
    except RevisionRefused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state["kabar_sop"] = (
        f"Revisi {revision.revision} tersimpan; semua kegiatan dihitung ulang."
    )
    REVISION.done()


def history(store: Store) -> None:
    """Revisions that staff entered, each with its file, and the way back."""
    st.subheader("Riwayat revisi")
    documents = revisions.history(store)
    counting = store.revisions
    unused = [r.revision for r in store.shipped_revisions if r not in counting]
    if unused:
        st.caption(
            words.say(
                "Berkas bawaan revisi {} digantikan revisi yang dimasukkan.", ", ".join(unused)
            )
        )
    if not documents:
        st.caption(
            "Semua revisi berasal dari pemasangan aplikasi; belum ada yang dimasukkan di sini."
        )
        return
    for document in documents:
        state = (
            f"dicabut oleh {document.withdrawn_by}, {format_date(document.withdrawn_at)}"
            if document.withdrawn_at
            else "dipakai" if document.counts else "diganti yang lebih baru"
        )  # fmt: skip
        with st.expander(
            words.say(
                "Revisi {} · {} · {} · {}",
                document.revision,
                document.file_name,
                format_date(document.entered_at),
                state,
            )
        ):
            st.markdown(
                words.say(
                    "Oleh **{}** pukul {:%H.%M} WIB, berlaku mulai {}.  \nSHA-256 {}",
                    document.entered_by,
                    document.entered_at,
                    format_date(document.effective),
                    words.code(document.sha256),
                )
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                handing.button(
                    words.say("Unduh {}", document.file_name),
                    partial(_content, store, document.document_no),
                    document.file_name,
                    key=f"sop_{document.document_no}",
                )
                if document.counts and store.viewer.may("sop"):
                    take_back(store, document)


def _content(store: Store, document_no: int) -> bytes:
    return revisions.stored_file(store, document_no).content


def take_back(store: Store, document: revisions.Document) -> None:
    """Withdraw an entered revision, after a tick that it is meant."""
    sure = st.checkbox("Saya yakin mencabut", key=f"yakin_sop_{document.document_no}")
    if st.button("Cabut revisi ini", key=f"cabut_{document.document_no}", disabled=not sure):
        try:
            revisions.withdraw(store, document.revision, store.viewer.name)
        except RevisionRefused as error:
            st.error(words.refused(error), icon=":material/block:")
            return
        st.session_state["kabar_sop"] = (
            f"Revisi {document.revision} dicabut; semua kegiatan dihitung ulang."
        )
        st.rerun()


def page() -> None:
    """Draw the page."""
    store = shell.store("sop")
    as_of = filters.scope().as_of
    news = st.session_state.pop("kabar_sop", None)
    if news:
        st.success(words.text(news))
    shown = choose(store, as_of)
    st.markdown(
        words.say(
            "**{} revisi {}**, berlaku mulai {}. {}. Kegiatan dinilai menurut revisi yang berlaku"
            " ketika mulai.",
            shown.code,
            shown.revision,
            format_date(shown.effective),
            shown.title,
        )
    )
    steps(shown, store.has_demo_data)
    if store.viewer.may("sop"):
        enter(store, shown, as_of)
    else:
        st.caption("Revisi dimasukkan oleh Unit Kerja Pusat.")
    history(store)
    reasons.draw(store, filters.scope(), store.has_demo_data)


page()
