"""Every page with hostile texts in every cell, name, note, file name and parameter: text, no more."""

from __future__ import annotations

import ast
import importlib
import io
import json
import os
import pkgutil
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import streamlit.proto
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from pages.kit import session, tables, words
from pages.kit.navigation import ROLES_OF
from sop_core import accounts, exporting, process, reports, sessions
from sop_core.reports import Request
from sop_core.store import Store
from tests.builders import TODAY, form_of
from tests.foreign.payloads import (
    OFFICE,
    PAYLOADS,
    PEOPLE,
    TEXTS,
    file_name,
    hostile_database,
    hostile_revision,
    hostile_rows,
    workbook_of,
)
from tests.foreign.reading import in_chart, read

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
APP = str(ROOT / "app.py")
EVERY = int(os.environ.get("PANTAU_WALK_EVERY") or 5)
"""Each how-manieth case is opened; PANTAU_WALK_EVERY sets it for all walks."""
MARKDOWN = {
    "Markdown.body", "Markdown.help", "Alert.body", "Alert.title", "Heading.body", "Heading.help",
    "Expandable.label", "Button.label", "Button.help", "DownloadButton.label",
    "DownloadButton.help", "Metric.label", "Metric.body", "Metric.delta", "Metric.help",
    "Selectbox.label", "Selectbox.help", "MultiSelect.label", "Radio.label", "Radio.options",
    "Radio.captions", "Checkbox.label", "Checkbox.help", "Progress.text", "TextInput.label",
    "TextArea.label", "NumberInput.label", "DateInput.label", "FileUploader.label", "Tab.label",
    "ButtonGroup.label", "Option.content", "Spinner.text", "Toast.body",
}  # fmt: skip
"""Fields that Streamlit draws as markdown (labels are those whose name says so)."""
LABELS = {f for f in MARKDOWN if not f.startswith(("Markdown.", "Alert.", "Heading."))}
PLAIN = {
    "Selectbox.options", "Selectbox.raw_value", "Selectbox.default", "MultiSelect.options",
    "MultiSelect.raw_values", "Selectbox.id", "Button.id", "DownloadButton.id", "DownloadButton.url",
    "TextInput.value", "TextInput.default", "Text.body", "Checkbox.id", "Block.id", "Expandable.id",
    "Selectbox.query_param_key", "Radio.id", "PlotlyChart.id", "Dataframe.id",
}  # fmt: skip
"""Fields that are drawn as they are, or not at all."""
CHARTS = {"PlotlyChart.spec"}
SPOKEN = {"PlotlyChart.alt", "Dataframe.alt"}
"""Read out by a screen reader, as written."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_database(tmp_path_factory.mktemp("jahat") / "jahat.duckdb")


@pytest.fixture
def database(filled: Path, tmp_path: Path, monkeypatch) -> Path:
    """A copy to open, and to write to."""
    copy = tmp_path / "a.duckdb"
    shutil.copyfile(filled, copy)
    process.close_all()
    monkeypatch.setenv("PANTAU_DB", str(copy))
    yield copy
    process.close_all()


def strings_in(message: Message) -> list[tuple[str, str]]:
    """Every text in a message and in those within it, with message and field."""
    found = []
    for field, value in message.ListFields():
        several = value if field.is_repeated else [value]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            several = []
        for one in several:
            if isinstance(one, Message):
                found += strings_in(one)
            elif isinstance(one, str):
                found.append((f"{message.DESCRIPTOR.name}.{field.name}", one))
    return found


def drawn(app: AppTest) -> list[tuple[str, str]]:
    """Every text that went to the browser, tables aside: their cells are drawn on a canvas."""
    found = []

    def walk(block: Any) -> None:
        for child in getattr(block, "children", {}).values():
            walk(child)
        proto = getattr(block, "proto", None)
        if isinstance(proto, Message):
            found.extend(strings_in(proto))

    walk(app._tree)
    return found


def held(source: str) -> set[str]:
    """The words of payloads in a text."""
    return set(re.findall(r"jahat\d\d", source))


def wrongs(app: AppTest) -> tuple[list[str], set[str]]:
    """What of a page's texts is not text, and the fields in which hostile texts stood."""
    said: list[str] = []
    seen = set()
    for field, source in drawn(app):
        if "jahat" not in source:
            continue
        seen.add(field)
        if field in CHARTS:
            said += [f"{field}: {text}" for text in in_chart(json.loads(source))]
        elif field in MARKDOWN:
            said += [f"{field}: {what}: {source}" for what in in_markdown(source, field in LABELS)]
        elif field not in PLAIN | SPOKEN:
            said.append(f"{field}: say in this test whether it is drawn as markdown")
    return said, seen


def in_markdown(source: str, label: bool) -> list[str]:
    found = read(source, label)
    plain = found.plain.lower()
    # A sentence may start with a payload's title, without its full stop and its capital.
    lost = [
        word for word in held(source)
        if word in PAYLOADS and words.folded(PAYLOADS[word]).lower().rstrip(".") not in plain
    ]  # fmt: skip
    return [*found.made, *(f"{word} is not as written" for word in lost)]


def sign_in(database: Path, monkeypatch, login: str) -> Store:
    root = process.store_at(str(database))
    token = sessions.open_session(root, accounts.viewer_of(root, login))
    monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: token})
    return root


def open_page(page: str, **query: str) -> AppTest:
    """A page by itself; Nasional with what stands around every page."""
    path = APP if page == "nasional" else str(ROOT / "pages" / f"{page}.py")
    app = AppTest.from_file(path, default_timeout=60)
    if page == "nasional":
        query = {"tanggal": TODAY.isoformat(), **query}
    else:
        app.session_state["tanggal"] = TODAY
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (page, app.exception)
    return app


def test_the_fields_are_streamlits_own():
    """A field that Streamlit renames would no longer be looked at."""
    known: set[str] = set()

    def add(message: Any) -> None:
        known.update(f"{message.name}.{field}" for field in message.fields_by_name)
        for nested in message.nested_types:
            add(nested)

    for module in pkgutil.iter_modules(streamlit.proto.__path__):
        if module.name.endswith("_pb2"):
            described = importlib.import_module(f"streamlit.proto.{module.name}").DESCRIPTOR
            for message in described.message_types_by_name.values():
                add(message)
    assert known >= MARKDOWN | PLAIN | SPOKEN | CHARTS


@pytest.mark.parametrize("login", list(PEOPLE))
def test_no_page_makes_anything_of_what_is_stored(database, monkeypatch, login):
    sign_in(database, monkeypatch, login)
    seen = set()
    for page in ROLES_OF:
        said, fields = wrongs(open_page(page))
        assert not said, f"{page}:\n" + "\n".join(said)
        seen |= fields
    assert "Markdown.body" in seen, "nothing hostile was drawn"


def parameters() -> set[str]:
    """Every URL parameter that pages read, from the code."""
    found = set()
    for path in (ROOT / "pages").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defaults = {
            argument.arg: default.value
            for function in ast.walk(tree) if isinstance(function, ast.FunctionDef)
            for argument, default in zip(
                function.args.args[-len(function.args.defaults):] if function.args.defaults else [],
                function.args.defaults, strict=True,
            )
            if isinstance(default, ast.Constant)
        }  # fmt: skip
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            given = {k.arg: k.value for k in call.keywords}
            if "bind" in given:
                key = given["key"]
                found.add(key.value if isinstance(key, ast.Constant) else defaults[key.id])
            if ast.unparse(call.func).endswith("query_params.get"):
                found.add(call.args[0].value)
    return found | {"tanggal_lain"}  # and one that no page knows


def test_parameters_are_found():
    assert {"tanggal", "tahun", "kasus", "usulan", "unit", "unit_kerja", "wilayah"} < parameters()


@pytest.mark.parametrize("page", list(ROLES_OF))
def test_no_page_makes_anything_of_its_address(database, monkeypatch, page):
    """All parameters at once; over all pages, each payload once."""
    sign_in(database, monkeypatch, "admin@jahat.example" if page == "administrasi" else "pusat@jahat.example")  # fmt: skip
    pages = list(ROLES_OF)
    for payload in TEXTS[pages.index(page) :: len(pages)]:
        said, _ = wrongs(open_page(page, **dict.fromkeys(parameters(), payload)))
        assert not said, "\n".join(said)


def test_no_refusal_makes_anything_of_the_address_it_names(database, monkeypatch):
    sign_in(database, monkeypatch, "kepala@jahat.example")
    for payload in TEXTS[::4]:
        app = open_page("wilayah", kasus=f"{payload} lain")
        assert [t.value for t in app.title] == ["Tidak berwenang"]
        said, seen = wrongs(app)
        assert not said, "\n".join(said)
        assert "Alert.body" in seen, "the refusal names what was asked for"


@pytest.fixture
def taken(monkeypatch) -> list[int]:
    """Every export of a page is written, in both forms: an id may hold what no sheet's name may."""
    sizes: list[int] = []

    class Taking:
        def __getattr__(self, name: str) -> Any:
            return getattr(exporting, name)

        def frame_table(self, name: str, frame: Any) -> Any:
            table = exporting.frame_table(name, frame)
            sizes.append(len(exporting.to_xlsx([table])) + len(exporting.to_csv(table)))
            return table

    monkeypatch.setattr(tables, "exporting", Taking())
    return sizes


@pytest.mark.parametrize("login", ["kepala@jahat.example", "pusat@jahat.example"])
def test_an_opened_case_is_text_and_can_be_taken_away(database, monkeypatch, taken, login):
    root = sign_in(database, monkeypatch, login)
    office = next(u.name for u in root.register(TODAY) if u.code == OFFICE)
    stored = sorted(r["case_id"] for r in root.rows("SELECT case_id FROM activity"))
    assert len(stored) == len(TEXTS)
    for case in stored[list(PEOPLE).index(login) :: EVERY]:
        app = open_page("wilayah", wilayah=office, kasus=case)
        said, _ = wrongs(app)
        assert not said, "\n".join(said)
        assert app.subheader[0].value == words.text(case), "the case is open"
    assert len(taken) > 20


def test_an_opened_proposal_its_decision_and_the_plan_are_text(database, monkeypatch):
    root = sign_in(database, monkeypatch, "pimpinan@jahat.example")
    for row in root.rows("SELECT DISTINCT recommendation_id AS id FROM disposition"):
        said, _ = wrongs(open_page("rekomendasi", usulan=row["id"], tahun="2026"))
        assert not said, "\n".join(said)


def test_every_step_of_a_hostile_revision_is_text(database, monkeypatch):
    sign_in(database, monkeypatch, "pusat@jahat.example")
    draw = tables.show
    for row in range(0, 8, 3):

        def chosen(*args: Any, row: int = row, **more: Any) -> list[int]:
            draw(*args, **more)
            return [row] if more["key"] == "tabel_sop" else []

        monkeypatch.setattr(tables, "show", chosen)
        for flow in "ABCD":
            said, seen = wrongs(open_page("sop", alur_sop=flow))
            assert not said, "\n".join(said)
            assert "Markdown.body" in seen


def test_previews_and_refusals_of_files_are_text(database, monkeypatch):
    sign_in(database, monkeypatch, "staf@jahat.example")
    rows = hostile_rows()
    for n, line in enumerate(rows["Kegiatan"]):
        line |= {"Judul": f"{line['Judul']} diubah", "Alur": line["Alur"] if n % 2 else f"Z {line['Judul']}"}  # fmt: skip
    for line in rows["Langkah"]:
        line["Tanggal Selesai"] = line["ID Kegiatan"]
    for number, content in enumerate(
        (
            workbook_of(rows),
            b"",
            b"bukan lembar kerja",
            workbook_of({"Kegiatan": [{"x": TEXTS[0]}]}),
        )
    ):
        app = open_page("unggah")
        app.file_uploader[0].upload(file_name(number, "xlsx"), content, "text/plain").run()
        assert not app.exception, app.exception
        said, _ = wrongs(app)
        assert not said, "\n".join(said)
        assert app.metric if number == 0 else app.error
    sign_in(database, monkeypatch, "pusat@jahat.example")
    form = form_of(hostile_revision())
    broken = form_of(hostile_revision()).content[:200]
    for name, content in ((file_name(5, "xlsx"), form.content), (file_name(6, "xlsx"), broken), (file_name(7, "toml"), TEXTS[3].encode())):  # fmt: skip
        app = open_page("sop")
        app.file_uploader[0].upload(name, content, "text/plain").run()
        assert not app.exception, app.exception
        said, _ = wrongs(app)
        assert not said, "\n".join(said)


def test_a_hostile_upload_is_kept_told_and_undone_as_text(database, monkeypatch):
    sign_in(database, monkeypatch, "staf@jahat.example")
    rows = hostile_rows()
    for line in rows["Kegiatan"]:
        line["Judul"] = f"{line['Judul']} lagi"
    app = open_page("unggah")
    for number in (1, 2):
        app.session_state[f"unggahan_{number}"] = True  # opened, where a closed one holds nothing
    app.file_uploader[0].upload(file_name(9, "xlsx"), workbook_of(rows), "text/plain").run()
    next(b for b in app.button if b.label.startswith("Simpan")).click().run()
    assert not app.exception, app.exception
    assert "Tersimpan" in app.success[0].value
    said, seen = wrongs(app)
    assert not said, "\n".join(said)
    assert "DownloadButton.label" in seen


def test_refusals_of_accounts_and_corrections_are_text(database, monkeypatch):
    sign_in(database, monkeypatch, "admin@jahat.example")
    for payload in TEXTS[::6]:
        app = open_page("administrasi")
        app.text_input[0].set_value(payload)
        app.text_input[1].set_value(payload)
        next(b for b in app.button if b.label == "Buat akun").click().run()
        assert not app.exception, app.exception
        said, _ = wrongs(app)
        assert not said, "\n".join(said)


@pytest.mark.parametrize("suffix", ["xlsx", "docx", "pdf"])
def test_reports_of_hostile_data_hold_no_link_formula_or_picture_of_theirs(database, monkeypatch, suffix):  # fmt: skip
    root = sign_in(database, monkeypatch, "pusat@jahat.example")
    stored = sorted(
        r["case_id"] for r in root.rows("SELECT case_id FROM activity WHERE flow = 'A'")
    )
    asked = [Request("kegiatan", TODAY, case_id=case, unit=OFFICE) for case in stored[::5]]
    asked += [
        Request("tahunan", TODAY, 2026, None, OFFICE),
        Request("monitoring", TODAY, 2026, 2, OFFICE),
    ]
    for request in asked:
        report = reports.build(root, request)
        content = reports.write(report, suffix)
        if suffix == "pdf":
            assert not re.search(rb"/URI|/JavaScript|/Launch|/Annots", content)
        else:
            assert not re.search(
                r'TargetMode="External"|<f>|<(w:)?hyperlink|w:instrText[^<]*HYPER', parts(content)
            )
        assert Path(f"{report.stem}.{suffix}").name == f"{report.stem}.{suffix}", (
            "no folder in its name"
        )


def parts(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(
            archive.read(n).decode("utf-8", "replace")
            for n in archive.namelist() if n.endswith((".xml", ".rels"))
        )  # fmt: skip
