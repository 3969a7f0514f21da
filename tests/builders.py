"""Small workbooks and revisions of the SOP for tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from sop_core import importing, revisions, statements
from sop_core import years as opening
from sop_core.definition import Revision, load_revision
from sop_core.exporting import Table, to_xlsx
from sop_core.importing import Preview, SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.paths import DATA
from sop_core.store import Store, Trace, bump_version, migrations

TODAY = dt.date(2026, 11, 24)
HEADINGS = {s.name: [c.name for c in s.columns] for s in SHEETS}
HEADINGS["Kegiatan"] = HEADINGS["Kegiatan"][:5]
CERTIFYING = {"Kegiatan": [*HEADINGS["Kegiatan"], "Lanjut Sertifikasi"]}
"""Headings of a workbook whose batches say whether they go on to certification."""


def workbook(headings: dict[str, list[str]] | None = None, **sheets: list[list[Any]]) -> bytes:
    """A workbook with the named sheets; short rows are padded with blanks."""
    tables = []
    for name, rows in sheets.items():
        title = name.replace("_", " ")
        names = (headings or {}).get(title, HEADINGS.get(title, []))
        tables.append(Table(title, names, [r + [None] * (len(names) - len(r)) for r in rows]))
    return to_xlsx(tables)


def load(
    store: Store,
    headings: dict[str, list[str]] | None = None,
    *,
    clears: bool = False,
    **sheets: list[list[Any]],
) -> Preview:
    """Import rows as one workbook, whose blanks keep what is stored or clear it."""
    file = SourceFile("uji.xlsx", workbook(headings, **sheets))
    return importing.import_files(store, [file], "uji", today=TODAY, clears=clears)


def look(
    store: Store, headings: dict[str, list[str]] | None = None, **sheets: list[list[Any]]
) -> Preview:
    """What ``load`` would do, with nothing kept: for what is said of a file and not of the store."""
    file = SourceFile("uji.xlsx", workbook(headings, **sheets))
    return importing.preview(store, importing.read(store, [file], TODAY), TODAY)


def open_years(store: Store, *years: tuple[str, int]) -> None:
    """Every UPT owes the reports of these years, and all have said how things stand until today."""
    for flow, year in years:
        opening.open_year(store, flow, year, "uji")
    all_speak(store, TODAY)


def all_speak(store: Store, until: dt.date) -> None:
    """No office is silent before that day, the centre neither."""
    with store.write(Trace("pernyataan", "semua")) as cursor:
        statements.speak(cursor, [u.code for u in store.units(until)], until, "uji")
        bump_version(cursor)


def steps_of(store: Store, case_id: str, as_of: dt.date) -> dict[int, dict[str, Any]]:
    """Evaluated steps of one case, by number."""
    rows = store.rows(
        "SELECT * FROM step_status($as_of) WHERE case_id = $case_id", as_of=as_of, case_id=case_id
    )
    return {row["step_no"]: row for row in rows}


REV04 = load_revision(DATA / "sop" / "rev04.toml")


def revised(
    number: str = "05",
    effective: dt.date = dt.date(2026, 3, 2),
    norms: dict[str, int | None] | None = None,
    **head: Any,
) -> Revision:
    """Revision 04 under another number and day, with other norms (``{"B.2": 20}``)."""
    raw = REV04.model_dump()
    raw |= {"revision": number, "effective": effective, **head}
    for step in raw["steps"]:
        code = f"{step['flow']}.{step['no']}"
        step["sla_days"] = (norms or {}).get(code, step["sla_days"])
    return Revision.model_validate(raw)


def with_step(revision: Revision, flow: str, no: int, **step: Any) -> Revision:
    """The same with a step more, at that number; the steps after it move on by one."""
    raw = revision.model_dump()

    def moved(code: str) -> str:
        letter, _, number = code.partition(".")
        return f"{letter}.{int(number) + 1}" if letter == flow and int(number) >= no else code

    for other in raw["steps"]:
        if other["flow"] == flow:
            other["requires"] = [n + (n >= no) for n in other["requires"]]
            other["no"] += other["no"] >= no
    for rule in raw["routing"]:
        rule["steps"] = [moved(code) for code in rule["steps"]]
    raw["steps"].append(
        {
            "flow": flow, "no": no, "level": "activity", "activity": "Menelaah usulan.",
            "inputs": "Usulan", "output": "Telaahan", "performers": ["upt"],
            "performers_source": "stated", "place": f"{flow}.{no}, hal. 6", **step,
        }
    )  # fmt: skip
    return Revision.model_validate(raw)


def form_of(revision: Revision) -> SourceFile:
    """The workbook that staff would upload for a revision."""
    return SourceFile(f"rev{revision.revision}.xlsx", revisions.form(revision))


def enter(store: Store, revision: Revision) -> int:
    """Enter a revision as staff do, from its workbook."""
    file = form_of(revision)
    draft = revisions.read(file, TODAY)
    assert draft.revision is not None, draft.problems
    return revisions.add(store, file, draft.revision, "Pusat contoh")


def earlier_store(path: Path, number: int) -> duckdb.DuckDBPyConnection:
    """A store as the version with that many migrations left it, empty and open."""
    old = duckdb.connect(str(path))
    old.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    for version, script in migrations().items():
        if version <= number:
            old.execute(script)
            old.execute("INSERT INTO schema_version VALUES (?, now()::TIMESTAMP)", [version])
    return old
