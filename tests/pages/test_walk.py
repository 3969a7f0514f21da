"""Every page, export, report and command, as each role, over every office: nothing outside the scope.

Pages and commands are listed from the code; one that is not walked here fails the test.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import session, tables
from pages.kit.navigation import ROLES_OF
from sop_core import (
    accounts,
    cli,
    exporting,
    importing,
    process,
    recommendations,
    reports,
    sessions,
)
from sop_core.access import ACTIONS, GIVEN, ROLES, TABLE, Role, Viewer, decided
from sop_core.cli import common
from sop_core.demo import demo_workbook
from sop_core.errors import AccessDenied, ReportRefused
from sop_core.importing import SourceFile
from sop_core.reports import Request
from sop_core.reports.word import TEMPLATE
from sop_core.store import Store
from tests.builders import REV04, TODAY, form_of, revised

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))
PEOPLE = {
    "pimpinan": ("pimpinan", None),
    "kepala": ("kepala_balai", "BBPOM-KPG"),
    "staf": ("data_staf", "BBPOM-PDG"),
    "loka": ("data_staf", "LOKA-TNR"),
    "pusat": ("pusat", "PST-PMPUPO"),
    "admin": ("admin", None),
}
EVERY = int(os.environ.get("PANTAU_WALK_EVERY") or 5)
"""Each how-manieth office is walked; 1 walks all 83 in half a minute more."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 cases of all offices, and an invented person of each role."""
    path = tmp_path_factory.mktemp("jalan") / "a.duckdb"
    with Store(path) as store:
        book = SourceFile("demo.xlsx", demo_workbook(600, until=TODAY))
        importing.import_files(store, [book], "uji", today=TODAY)
        for login, (role, unit) in PEOPLE.items():
            accounts.add(store, login, f"{login} contoh", role, unit)
        accounts.add(store, "awal", "Baru contoh", "pusat", "PST-PMPUPO", "kata sandi contoh 1")
    return path


@pytest.fixture
def root(database: Path, monkeypatch) -> Store:
    """The store as the app opens it."""
    process.close_all()
    monkeypatch.setenv("PANTAU_DB", str(database))
    opened = process.store_at(str(database))
    yield opened
    process.close_all()
    opened.close()


@dataclass(frozen=True)
class Secrets:
    """What must not show to somebody: names of offices, ids of cases, names of people."""

    words: frozenset[str]

    def found_in(self, text: str) -> list[str]:
        return [word for word in self.words if word in text]

    def beyond(self, public: str) -> Secrets:
        """Without what a public text holds: the SOP names central units."""
        return Secrets(frozenset(word for word in self.words if word not in public))


def secrets_from(root: Store, viewer: Viewer) -> Secrets:
    """Everything in the store that is not the viewer's."""
    units = root.register(TODAY)
    own = {u.code for u in units if viewer.sees(u.code)}
    near = own | {u.coordinator_code for u in units if u.code in own}
    # To whom a case reports the SOP itself says (B.3-B.5): the directorates it names are no secret.
    near |= {code for rule in root.sop(TODAY).routing for code in rule.targets}
    cases = root.rows("SELECT case_id, unit_code FROM sop_case WHERE unit_code <> 'NASIONAL'")
    people = root.rows("SELECT name, unit_code FROM facilitator")
    hidden = {c["case_id"] for c in cases if c["unit_code"] not in own}
    hidden |= {p["name"] for p in people if p["unit_code"] not in own or not viewer.sees_names}
    if not decided(viewer.role).people:  # who gives people their office sees what offices there are
        hidden |= {u.name for u in units if u.code not in near and u.kind != "nasional"}
    shown = {u.name for u in units if u.code in near} | {c["case_id"] for c in cases if c["unit_code"] in own}  # fmt: skip
    if viewer.sees_names:
        shown |= {p["name"] for p in people if p["unit_code"] in own}
    return Secrets(frozenset(w for w in hidden if not any(w in s for s in shown)))


def everything_on(app: AppTest) -> str:
    """All that went to the browser: texts, options, tables, charts."""
    parts = []

    def walk(block) -> None:
        for child in getattr(block, "children", {}).values():
            walk(child)
        proto = getattr(block, "proto", None)
        if proto is not None and hasattr(proto, "SerializeToString"):
            parts.append(proto.SerializeToString().decode("utf-8", "replace"))

    walk(app._tree)
    parts += [frame.value.to_csv() for frame in app.dataframe]
    return "\n".join(parts)


@pytest.fixture
def exported(monkeypatch) -> list[str]:
    """The rows of every table that a page offers to download, as text."""
    seen: list[str] = []

    def spy(name, frame):
        seen.append(frame.to_csv())
        return exporting.frame_table(name, frame)

    class Spied:
        def __getattr__(self, name):
            return spy if name == "frame_table" else getattr(exporting, name)

    monkeypatch.setattr(tables, "exporting", Spied())
    return seen


def visit(page: str, monkeypatch, root: Store, login: str, **query: str) -> AppTest:
    token = sessions.open_session(root, accounts.viewer_of(root, login))
    monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: token})
    # Whoever must change a first password is led to another page, for which the entry is needed.
    led = login == "awal"
    entry = "app.py" if led else f"pages/{page}.py"
    app = AppTest.from_file(str(ROOT / entry), default_timeout=60)
    app.session_state["tanggal"] = TODAY
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if led:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
    return app


def test_every_role_is_walked():
    assert {role for role, _ in PEOPLE.values()} == set(GIVEN)


def test_every_page_is_walked():
    assert set(PAGES) == set(ROLES_OF), "a page without roles is a page for everybody"


OPENS = {
    "pimpinan": "akun fasilitator kalender laporan nasional rekomendasi sop terlambat tindak_lanjut wilayah",
    "kepala_balai": "akun fasilitator kalender laporan nasional rekomendasi sop terlambat tindak_lanjut wilayah",
    "data_staf": "akun catat fasilitator kalender laporan nasional rekomendasi sop terlambat tindak_lanjut unggah wilayah",
    "pusat": "akun catat fasilitator kalender laporan nasional rekomendasi sop terlambat tindak_lanjut unggah wilayah",
    "admin": "administrasi akun",
    "kata_sandi_awal": "akun",
    "demo": "catat fasilitator kalender laporan nasional rekomendasi sop terlambat tindak_lanjut unggah wilayah",
    "sistem": "",
}  # fmt: skip
"""Said once more, by hand: which pages a role opens."""


def test_every_role_and_page_is_decided():
    found = {
        role: " ".join(sorted(p for p, roles in ROLES_OF.items() if role in roles))
        for role in TABLE
    }
    assert found == OPENS
    assert {page for role in TABLE.values() for page in role.pages} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_role_of_which_nothing_is_decided_opens_no_page(
    root, database, monkeypatch, exported, page
):
    monkeypatch.setitem(ROLES, "auditor", "Auditor")
    monkeypatch.setitem(TABLE, "auditor", Role("Auditor"))
    auditor = replace(accounts.viewer_of(root, "admin"), login="auditor", role="auditor")
    monkeypatch.setattr(sessions, "viewer_of", lambda *_: auditor)
    secret = secrets_from(root, auditor)
    app = visit(page, monkeypatch, root, "admin")
    assert [t.value for t in app.title] == ["Tidak berwenang"]
    assert not secret.found_in(everything_on(app))
    assert not exported


@pytest.mark.parametrize("login", [*PEOPLE, "awal"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_or_export_shows_anything_outside(root, monkeypatch, exported, page, login):
    """``awal`` would see the nation, had they changed the password that another chose."""
    viewer = sessions.holder(root, sessions.open_session(root, accounts.viewer_of(root, login)))
    secret = secrets_from(root, viewer)
    if page == "sop":
        secret = secret.beyond(REV04.model_dump_json())
    app = visit(page, monkeypatch, root, login)
    text = everything_on(app)
    assert len(text) > 100
    assert not secret.found_in(text)
    assert not secret.found_in("\n".join(exported))
    refused = viewer.role not in ROLES_OF[page]
    if login == "awal":
        assert [t.value for t in app.title] == ["Akun"]
    else:
        assert ([t.value for t in app.title] == ["Tidak berwenang"]) is refused
    if page in ("nasional", "wilayah", "terlambat") and not refused:
        assert exported, "a page whose exports were not looked at"


@pytest.mark.parametrize("login", ["kepala", "staf", "loka"])
def test_opening_what_is_ones_own_shows_nothing_else(root, monkeypatch, exported, login):
    viewer = accounts.viewer_of(root, login)
    secret = secrets_from(root, viewer)
    names = {u.code: u.name for u in root.register(TODAY)}
    case = root.one("SELECT min(case_id) FROM step_record WHERE case_id IN (SELECT case_id FROM activity WHERE unit_code = $u)", u=viewer.unit)  # fmt: skip
    visits = [
        ("wilayah", {"wilayah": names[viewer.unit], "kasus": case} if case else {"wilayah": names[viewer.unit]}),
        ("fasilitator", {"unit_kerja": names[viewer.unit], "menurut": "Balai pengoordinasi"}),
        ("tindak_lanjut", {"keadaan": "Selesai"}),
        ("terlambat", {"unit": names[viewer.unit]}),
    ]  # fmt: skip
    mine = recommendations.recommend(root.as_viewer(viewer), 2026, TODAY)
    if mine:
        visits.append(("rekomendasi", {"usulan": mine[0].id}))
    for page, query in visits:
        app = visit(page, monkeypatch, root, login, **query)
        assert [t.value for t in app.title] != ["Tidak berwenang"], (page, query)
        assert not secret.found_in(everything_on(app)), page
    assert not secret.found_in("\n".join(exported))


@pytest.mark.parametrize("login", ["kepala", "staf"])
@pytest.mark.parametrize(("page", "parameter"), [("wilayah", "wilayah"), ("terlambat", "unit"), ("laporan", "unit_kerja")])  # fmt: skip
def test_a_link_to_every_other_office_is_refused(root, monkeypatch, login, page, parameter):
    viewer = accounts.viewer_of(root, login)
    secret = secrets_from(root, viewer)
    others = [u for u in root.register(TODAY) if not viewer.sees(u.code) and u.kind != "nasional"]
    assert len(others) > 75
    others = others[::EVERY]
    before = root.one("SELECT count(*) FROM audit WHERE outcome = 'ditolak'")
    for unit in others:
        app = visit(page, monkeypatch, root, login, **{parameter: unit.name})
        assert [t.value for t in app.title] == ["Tidak berwenang"], unit.name
        # The refusal names the office that was asked for, and nothing else of anyone.
        assert set(secret.found_in(everything_on(app))) <= {unit.name}
    kept = root.one("SELECT count(*) FROM audit WHERE outcome = 'ditolak'")
    assert kept - before == len(others)


def some_offices(root: Store, viewer: Viewer) -> list[str]:
    """Codes of the offices to walk: the viewer's own, and each EVERY-th of the others.

    Those who see the nation get the same from every office; a few stand for all.
    """
    units = [u.code for u in root.register(TODAY) if u.kind != "nasional"]
    if viewer.units is None:
        return units[::30]
    own = [u for u in units if viewer.units is not None and viewer.sees(u)]
    return own + [u for u in units if u not in own][::EVERY]


def text_of(report: reports.Report) -> str:
    """A report as its fullest form, Excel, and what Word says besides."""
    book = openpyxl.load_workbook(io.BytesIO(reports.write(report, "xlsx")))
    cells = [str(c) for ws in book for row in ws.values for c in row if c is not None]
    paper = [text for s in report.sections for text in (s.heading, *s.paragraphs)]
    return "\n".join([report.title, report.subtitle, *cells, *paper])


@pytest.mark.parametrize("login", list(PEOPLE))
@pytest.mark.parametrize("kind", list(reports.KINDS))
def test_no_report_of_any_office_holds_anything_outside(root, login, kind):
    viewer = accounts.viewer_of(root, login)
    secret = secrets_from(root, viewer)
    mine = root.as_viewer(viewer)
    cases = {r["unit_code"]: r["case_id"] for r in root.rows("SELECT unit_code, min(case_id) AS case_id FROM activity GROUP BY 1")}  # fmt: skip
    written = refused = 0
    for unit in (*some_offices(root, viewer), None):
        if kind == "kegiatan" and unit not in cases:
            continue
        asked = Request(kind, TODAY, 2026, 3, unit, True, cases.get(unit))
        try:
            text = text_of(reports.build(mine, asked))
        except (AccessDenied, ReportRefused):
            refused += 1
            assert unit is None or not viewer.sees(unit)
            continue
        written += 1
        assert not secret.found_in(text), unit
    if viewer.units is None:
        assert (written > 2) & (refused == 0)
    else:
        assert refused > 40 / EVERY


COMMANDS = {
    "status": lambda unit: ["status", "--as-of", str(TODAY), *unit],
    "facilitators": lambda unit: ["facilitators", "--as-of", str(TODAY), *unit],
    "recommend": lambda unit: ["recommend", "--year", "2026", "--as-of", str(TODAY), *unit],
    "report": lambda unit: ["report", "tahunan", "--year", "2026", "--as-of", str(TODAY), *unit, "--out", "laporan.xlsx"],
    "import": lambda unit: ["import", "orang-lain.xlsx"],
    "undo": lambda unit: ["undo", "1"],
    "record": lambda unit: ["record", "ADV-TIDAK-ADA", "7", "--document", "B-1"],
    "approve": lambda unit: ["approve", "--list"],
    "opendata": lambda unit: ["opendata", "--as-of", str(TODAY), *unit, "--out", "data.zip"],
    "letters": lambda unit: ["letters", "--as-of", str(TODAY), "--year", "2025", *unit, "--out", "surat.zip"],
    "direction": lambda unit: ["direction", "--all", "--as-of", str(TODAY)],
    "mapping": lambda unit: ["mapping", "orang-lain.xlsx"],
    "template": lambda unit: ["template", "templat.xlsx", *unit],
    "demo": lambda unit: ["demo", "--cases", "3", "--out", "demo.xlsx"],
    "calendar add": lambda unit: ["calendar", "add", "2026-01-05", "5"],
    "calendar count": lambda unit: ["calendar", "count", "2026-01-05", "2026-02-05"],
    "sop": lambda unit: ["sop"],
    "sop list": lambda unit: ["sop", "list"],
    "sop form": lambda unit: ["sop", "form", "revisi.xlsx"],
    "sop add": lambda unit: ["sop", "add", "rev05.xlsx", "--dry-run"],
    "sop withdraw": lambda unit: ["sop", "withdraw", "05"],
    "templat list": lambda unit: ["templat", "list"],
    "templat add": lambda unit: ["templat", "add", "kop.docx"],
    "templat withdraw": lambda unit: ["templat", "withdraw", "kop"],
    "user list": lambda unit: ["user", "list"],
    "user add": lambda unit: ["user", "add", "baru", "--role", "pimpinan", "--name", "Baru", "--no-password"],
    "user set": lambda unit: ["user", "set", "admin", "--role", "admin"],
    "user password": lambda unit: ["user", "password", "admin"],
    "user unlock": lambda unit: ["user", "unlock", "admin"],
    "audit": lambda unit: ["audit"],
    "silence": lambda unit: ["silence", "--as-of", str(TODAY), *unit],
    "state": lambda unit: ["state", "LOKA-TPI", "--until", str(TODAY)],
    "hindrance": lambda unit: ["hindrance", "--list", "--as-of", str(TODAY), *unit],
    "remark": lambda unit: ["remark", "ADV-TIDAK-ADA", "catatan"],
    "evidence": lambda unit: ["evidence", "--missing", "--as-of", str(TODAY), *unit],
    "year list": lambda unit: ["year", "list"],
    "year open": lambda unit: ["year", "open", "A", "2022", "--reason", "uji"],
    "year close": lambda unit: ["year", "close", "A", "2022"],
    "backup": lambda unit: ["backup", "salinan.duckdb"],
    "restore": lambda unit: ["restore", "salinan.duckdb"],
    "doctor": lambda unit: ["doctor"],
}  # fmt: skip
CHANGING = {
    "sop add": "sop", "sop withdraw": "sop", "user add": "pengguna", "user set": "pengguna",
    "user password": "pengguna", "user unlock": "pengguna", "templat add": "templat", "templat withdraw": "templat",
    "state": "pernyataan", "remark": "catatan", "year open": "tahun", "year close": "tahun",
}  # fmt: skip
"""Commands that change something for all, and the action that a role must be allowed."""
OVER_OFFICES = (
    "status",
    "facilitators",
    "recommend",
    "report",
    "silence",
    "template",
    "hindrance",
    "evidence",
    "opendata",
    "letters",
)
PUBLIC = {"demo", "sop", "sop list", "sop form"}
"""They name offices, as the SOP and the register do, and hold no row of the store."""


def commands(parser: argparse.ArgumentParser, before: str = "") -> set[str]:
    """The commands and their actions, from the parser itself."""
    found = set()
    for name, sub in next(
        a.choices for a in parser._actions if isinstance(a.choices, dict)
    ).items():
        nested = any(isinstance(a.choices, dict) for a in sub._actions)
        if not nested or sub.get_default("run") is not common.nothing:
            found.add(f"{before}{name}")
        if nested:
            found |= commands(sub, f"{before}{name} ")
    return found


def test_every_command_is_walked():
    assert set(COMMANDS) == commands(cli.build_parser())


@pytest.mark.parametrize("login", list(PEOPLE))
@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_command_tells_anything_outside(root, monkeypatch, tmp_path, capsys, name, login):
    viewer = accounts.viewer_of(root, login)
    secret = secrets_from(root, viewer)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.common, "Store", lambda _: contextlib.nullcontext(root))
    Path("orang-lain.xlsx").write_bytes(
        importing.stored_files(root, 1)[0].content  # all offices' rows
    )
    Path("rev05.xlsx").write_bytes(form_of(revised(norms={"B.2": 20})).content)
    Path("kop.docx").write_bytes(TEMPLATE.read_bytes())
    monkeypatch.setattr("sys.stdin", io.StringIO("kata sandi contoh 2\n"))
    units = some_offices(root, viewer)
    for unit in (None, *units) if name in OVER_OFFICES else (None,):
        words = COMMANDS[name](["--unit", unit] if unit else [])
        code = cli.main([*words, "--as", login, "--json"])
        said = capsys.readouterr()
        if unit is not None and not viewer.sees(unit):
            assert code == 1, unit
            assert "di luar kewenangan Anda" in said.err
            continue
        if name == "import" and viewer.may("impor"):
            # The refusals repeat the uploader's own file; the store tells nothing besides.
            assert root.one("SELECT count(*) FROM import_batch WHERE imported_login = $l", l=login) == 0  # fmt: skip
            continue
        if name in PUBLIC:
            continue
        assert not secret.found_in(said.out + said.err), unit
        with contextlib.suppress(FileNotFoundError), zipfile.ZipFile("data.zip") as archive:
            for entry in archive.namelist():
                assert not secret.found_in(archive.read(entry).decode()), entry
            Path("data.zip").unlink()
        with contextlib.suppress(FileNotFoundError), zipfile.ZipFile("surat.zip") as archive:
            for entry in archive.namelist():
                with zipfile.ZipFile(io.BytesIO(archive.read(entry))) as letter:
                    assert not secret.found_in(letter.read("word/document.xml").decode()), entry
            Path("surat.zip").unlink()
        for path in (p for p in map(Path, ("laporan.xlsx", "templat.xlsx")) if p.exists()):
            book = openpyxl.load_workbook(path)
            cells = "\n".join(str(c) for ws in book for row in ws.values for c in row if c)
            assert not secret.found_in(cells)
    if name in ("backup", "restore", "doctor", "undo"):
        assert code == 1
        assert not Path("salinan.duckdb").exists()
    action = CHANGING.get(name)
    if action and viewer.role not in ACTIONS[action]:
        assert code == 1, "not for this role"


def test_the_walk_would_notice(root, monkeypatch):
    """With the covers off, the same walk finds what must not show."""
    viewer = accounts.viewer_of(root, "kepala")
    secret = secrets_from(root, viewer)
    monkeypatch.setattr("sop_core.store.pool.covers", lambda *_: [])
    monkeypatch.setattr(Viewer, "unlimited", property(lambda _: True))
    app = visit("terlambat", monkeypatch, root, "kepala")
    assert secret.found_in(everything_on(app))
