"""Rekomendasi: what to direct for year n+1, the PPTM's disposisi, and the plan it becomes."""

import pandas as pd
import streamlit as st

from pages.kit import directing, figures, filters, heading, shell, tables, words
from pages.kit.figures import Figure
from pages.kit.filters import Office
from sop_core import directions, disposition, recommendations
from sop_core.disposition import DECISIONS
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.indonesian import MONTHS, format_date, format_number, format_percent
from sop_core.recommendations import NUMBER_NAMES, Recommendation, Rule
from sop_core.store import Store

LIST_COLUMNS = {
    "rank": "Urutan",
    "unit_name": "Unit",
    "title": "Rekomendasi",
    "proposal": "Usulan sasaran",
    "score": "Skor",
    "decision": "Disposisi",
}
EXPORT_COLUMNS = LIST_COLUMNS | {
    "reason": "Alasan",
    "flow": "Alur",
    "step": "Langkah",
    "weight": "Bobot",
    "severity": "Keparahan",
    "target": "Sasaran (angka)",
    "sop_ref": "Dasar SOP",
    "id": "ID",
}
PLAN_COLUMNS = {
    "unit": "Unit",
    "title": "Rekomendasi",
    "measure": "Ukuran",
    "target_text": "Sasaran",
    "actual_text": "Kenyataan",
    "state": "Keadaan",
    "decision_name": "Disposisi",
    "note": "Catatan",
    "decided_by": "Oleh",
    "decided_at": "Pada",
    "sop_ref": "Dasar SOP",
}
HISTORY_COLUMNS = {"decided_at": "Pada", "decided_by": "Oleh", "decision_name": "Disposisi", "target_text": "Sasaran", "note": "Catatan"}  # fmt: skip
UNDECIDED = "Belum"
VERBS = {"terima": "Terima", "ubah": "Terima dengan perubahan", "tolak": "Tolak"}


def choose(
    store: Store, found: list[Recommendation], decided: dict[str, str]
) -> tuple[list[Recommendation], Office]:
    """The page's own filters: what passes them, and the office chosen."""
    as_of = filters.scope().as_of
    rules = recommendations.load_rules()
    _, office = filters.office(store, as_of)
    left, middle, right = st.columns([3, 1, 2])
    labels = {rules[name].label: name for name in rules}
    label = left.selectbox(
        "Aturan", [filters.ALL, *labels], key="aturan", bind="query-params", placeholder="Pilih"
    )
    flow = middle.selectbox(
        "Alur", [filters.ALL, *"ABCD"], key="alur", bind="query-params", placeholder="Pilih"
    )
    states = [filters.ALL, UNDECIDED, *DECISIONS.values()]
    state = right.selectbox(
        "Disposisi", states, key="disposisi", bind="query-params", placeholder="Pilih"
    )
    passed = [
        r
        for r in found
        if (office.units is None or r.unit in office.units)
        and label in (filters.ALL, rules[r.rule].label)
        and flow in (filters.ALL, r.flow)
        and state in (filters.ALL, decided.get(r.id, UNDECIDED))
    ]
    return passed, office


def decision_names(store: Store, year: int) -> dict[str, str]:
    """The decision in force on each recommendation, as readers call it."""
    return {k: DECISIONS[v["decision"]] for k, v in disposition.decisions(store, year).items()}


def as_frame(store: Store, found: list[Recommendation], decided: dict[str, str]) -> pd.DataFrame:
    """One row a recommendation, for the table and its export."""
    names = {u.code: u.name for u in store.units(filters.scope().as_of)}
    rows = [
        {
            **{name: getattr(r, name) for name in ("rank", "title", "proposal", "score", "reason",
                                                   "flow", "step", "target", "sop_ref", "id", "unit")},
            "unit_name": names.get(r.unit, r.unit),
            "decision": decided.get(r.id, UNDECIDED),
            "weight": r.evidence["parts"]["bobot"],
            "severity": r.evidence["parts"]["keparahan"],
        }
        for r in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*EXPORT_COLUMNS, "unit"])


def listing(frame: pd.DataFrame, year: int, scope: Scope, demo: bool) -> None:
    """Ranked proposals; a row opens one."""
    st.caption("Urutan bersifat nasional, dari skor tertinggi. Pilih satu baris untuk membukanya.")
    tables.show(
        frame, LIST_COLUMNS, key="tabel_rekomendasi", alt=f"Rekomendasi bagi tahun {year + 1}",
        height=400, on_select=tables.opening(frame["id"], "tabel_rekomendasi", "usulan"),
    )  # fmt: skip
    tables.export(frame, EXPORT_COLUMNS, f"Rekomendasi {year + 1}", scope, demo, f"Rekomendasi bagi tahun {year + 1}")  # fmt: skip


def detail(store: Store, found: list[Recommendation], year: int, scope: Scope) -> None:
    """One recommendation: why, how its score came about, the records, and what was decided."""
    st.selectbox(
        "Buka rekomendasi", [r.id for r in found], index=None, key="usulan", bind="query-params",
        placeholder="Ketik ID, atau pilih baris pada tabel",
    )  # fmt: skip
    chosen = next((r for r in found if r.id == st.session_state.get("usulan")), None)
    if chosen is None:
        return
    rule = recommendations.load_rules()[chosen.rule]
    unit = next((u.name for u in store.units(scope.as_of) if u.code == chosen.unit), chosen.unit)
    with st.container(border=True):
        st.subheader(words.say("{}. {}", chosen.rank, chosen.title))
        st.caption(words.say("{} · {} · SOP {}", unit, rule.label, chosen.sop_ref))
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.markdown(words.text(chosen.reason))
            st.markdown(words.say("**Usulan bagi {}:** {}.", year + 1, chosen.proposal))
            parts = chosen.evidence["parts"]
            st.markdown(
                f"**Skor {format_number(chosen.score, 1)}** = 100 × bobot aturan"
                f" {format_number(parts['bobot'], 2)} × keparahan"
                f" {format_number(parts['keparahan'], 2)} (sudah memperhitungkan jumlah kasus)."
            )
            evidence(chosen, unit)
        with right:
            decide(store, chosen, rule, year)
            history(store, chosen, rule)


def evidence(chosen: Recommendation, unit: str) -> None:
    """The numbers behind a recommendation, and the cases behind the numbers."""
    numbers = pd.DataFrame(
        [
            [NUMBER_NAMES[k], format_number(v, 0 if v % 1 == 0 else 2)]
            for k, v in chosen.evidence["numbers"].items()
        ],
        columns=["Angka", "Nilai"],
    )
    tables.plain(numbers, {c: c for c in numbers.columns}, alt="Angka di balik rekomendasi")
    cases = chosen.evidence["cases"]
    if not cases:
        st.caption("Tidak ada kasus: justru ketiadaannya yang menjadi alasan.")
        return
    case = st.selectbox(
        f"Kasus di baliknya ({len(cases)})", cases, index=None, key=f"bukti_{chosen.id}",
        placeholder="Pilih kasus untuk membukanya",
    )  # fmt: skip
    if case:
        filters.go_to_region(unit, str(case))


def decide(store: Store, chosen: Recommendation, rule: Rule, year: int) -> None:
    """The form of a disposisi."""
    st.markdown("**Disposisi**")
    if not store.viewer.may("disposisi"):
        st.caption("Disposisi diberikan oleh pimpinan.")
        return
    if store.database.present is not None:
        st.caption("Pada keadaan hari lampau tidak ada yang diputuskan; kembali ke hari ini.")
        return
    verb = st.radio(
        "Keputusan", list(VERBS), format_func=VERBS.__getitem__, key=f"keputusan_{chosen.id}",
        horizontal=True, label_visibility="collapsed",
    )  # fmt: skip
    with st.form(f"disposisi_{chosen.id}", clear_on_submit=False):
        target = target_input(chosen, rule) if verb == "ubah" else None
        note = st.text_area("Catatan", placeholder="Arahan bagi unit kerja", height=90)
        rekap = directions.awaited(store, chosen.flow, year)
        closing, number = closing_input(rekap, str(verb)) if rekap else (False, "")
        st.caption(words.say("Dicatat atas nama {}.", store.viewer.name))
        sent = st.form_submit_button("Simpan disposisi", type="primary")
    if sent:
        try:
            closed = disposition.decide(
                store, chosen, year, str(verb), note, store.viewer.name, target, number, closing=closing
            )  # fmt: skip
        except Refused as error:
            st.error(words.refused(error))
            return
        st.session_state["pesan_disposisi"] = f"Disposisi tersimpan: {DECISIONS[str(verb)]}." + (
            f" Langkah {closed} tercatat selesai." if closed else ""
        )
        st.rerun()
    if "pesan_disposisi" in st.session_state:
        st.success(words.text(st.session_state.pop("pesan_disposisi")))


def closing_input(rekap: str, verb: str) -> tuple[bool, str]:
    """Whether this decision is the disposisi on the year's rekap that waits, and the paper's number."""
    st.caption(words.say("{}.", directing.sentence(rekap)))
    # To turn one proposal down is seldom what is meant to be said of the year.
    closing = st.checkbox(
        "Keputusan ini menjadi disposisinya; langkahnya tercatat selesai hari ini", verb != "tolak"
    )
    number = st.text_input(
        "Nomor disposisi", max_chars=200, help="Kosong: ID rekomendasi ini yang dicatat."
    )
    return closing, number


def target_input(chosen: Recommendation, rule: Rule) -> float:
    """The changed target in the unit that the rule measures."""
    label = f"Sasaran ({rule.measure})"
    if rule.unit == "month":
        month = st.selectbox(
            words.text(label),
            MONTHS,
            index=max(0, min(11, round(chosen.target) - 1)),
            placeholder="Pilih",
        )
        return float(MONTHS.index(str(month)) + 1)
    if rule.unit == "share":
        return st.number_input(f"{words.text(label)}, %", 0, 100, round(chosen.target * 100)) / 100
    return float(st.number_input(words.text(label), 0, None, round(chosen.target)))


def history(store: Store, chosen: Recommendation, rule: Rule) -> None:
    """Who decided what, and when."""
    rows = disposition.history(store, chosen.id)
    if not rows:
        st.caption("Belum ada disposisi.")
        return
    frame = pd.DataFrame(rows)
    frame["decision_name"] = frame["decision"].map(DECISIONS)
    frame["target_text"] = [rule.written(t) for t in frame["target"]]
    tables.plain(frame, HISTORY_COLUMNS, alt="Riwayat disposisi")


def plans(store: Store, year: int, scope: Scope, demo: bool) -> None:
    """Next year's plan, and this year's plan against what happened."""
    for of, title, empty in (
        (year, f"Rencana tahun {year + 1}", "Belum ada rekomendasi yang diterima untuk tahun ini."),
        (year - 1, f"Rencana dan kenyataan tahun {year}",
         f"Tidak ada rekomendasi yang diterima pada akhir tahun {year - 1}."),
    ):  # fmt: skip
        st.subheader(words.text(title))
        frame = disposition.plan(store, of, scope.as_of, scope.units)
        if frame.empty:
            st.info(words.text(empty))
            continue
        measured = frame["met"].notna()
        if measured.any():
            met = int(frame.loc[measured, "met"].astype(bool).sum())
            st.caption(
                f"{format_number(met)} dari {format_number(int(measured.sum()))} sasaran yang terukur"
                f" tercapai per {format_date(scope.as_of)}."
            )
        frame["decision_name"] = frame["decision"].map(DECISIONS)
        tables.plain(frame, PLAN_COLUMNS, alt=title)
        tables.export(frame, PLAN_COLUMNS, title, scope, demo, title)


def quality(store: Store, year: int, scope: Scope) -> None:
    """The backtest, run on the reader's own data."""
    with st.expander("Seberapa baik usulan ini?"):
        st.markdown(
            "Diuji pada tahun-tahun yang sudah lewat: dari 20 pasangan (unit, langkah) teratas"
            " pada akhir tahun, berapa yang tahun berikutnya kembali termasuk sepersepuluh"
            " terburuk, dibandingkan dengan memilih secara acak dan dengan yang terburuk tahun"
            " lalu apa adanya."
        )
        trials = recommendations.backtest(store, year, scope.as_of)
        if not trials:
            st.info("Diperlukan sedikitnya dua tahun data.")
            return
        frame = pd.DataFrame([vars(t) for t in trials])
        frame["years"] = [f"{t.year} → {t.year + 1}" for t in trials]
        columns = {"years": "Tahun", "picked": "Dipilih", "ours": "Usulan ini", "raw": "Terburuk tahun lalu", "random": "Acak (rata-rata)", "pairs": "Pasangan dinilai", "worst": "Sepersepuluh terburuk"}  # fmt: skip
        tables.plain(frame, columns, alt="Hasil uji usulan")


def counted(found: list[Recommendation], decided: dict[str, str]) -> list[tuple[str, int]]:
    """Label and count: how much is proposed, decided and accepted."""
    names = [decided[r.id] for r in found if r.id in decided]
    accepted = sum(name != DECISIONS["tolak"] for name in names)
    return [("Rekomendasi", len(found)), ("Sudah didisposisi", len(names)), ("Diterima", accepted)]


def metrics(found: list[Recommendation], decided: dict[str, str], office: Office) -> None:
    """How much is proposed and decided; where Lokas are taken in, what they add."""
    now = counted(found, decided)
    own = counted([r for r in found if r.unit == office.code], decided)
    columns = st.columns(4)
    figures.draw(
        columns[:3],
        [
            Figure(label, value, mine if office.with_lokas else None)
            for (label, value), (_, mine) in zip(now, own, strict=True)
        ],
    )
    share = now[1][1] / len(found) if found else None
    columns[3].metric("Bagian didisposisi", format_percent(share), border=True)


def page() -> None:
    """Draw the page."""
    store = shell.require_data("rekomendasi")
    shared = filters.scope()
    year = shared.year or shared.as_of.year
    day = recommendations.evidence_day(year, shared.as_of)
    if day.year < year:
        st.info(
            f"Tahun {words.text(year)} belum mulai pada tanggal acuan. Ubah tahun atau tanggal acuan."
        )
        return
    demo = store.has_demo_data
    decided = decision_names(store, year)
    found, office = choose(store, recommendations.recommend(store, year, day), decided)
    scope = Scope(shared.as_of, year, office.units)
    heading.draw(
        store,
        scope,
        words.say(
            "Usulan bagi tahun **{}** dari data tahun {} yang diketahui per {} (A.10, B.10, C.8);"
            " disposisi menurut A.9, B.9, C.7.",
            year + 1,
            year,
            format_date(day),
        ),
    )
    directing.panel(store, shared.as_of, demo)
    metrics(found, decided, office)
    if found:
        listing(as_frame(store, found, decided), year, Scope(day, year, office.units), demo)
        detail(store, found, year, scope)
    else:
        st.info("Tidak ada rekomendasi pada pilihan ini. Ubah unit, aturan, alur, atau tahun.")
    plans(store, year, scope, demo)
    quality(store, year, scope)


page()
