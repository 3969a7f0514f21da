"""Kept templates: who may, under which names, only such as can be filled; on page and command line."""

import io
import json

import docx
import pytest

from sop_core import accounts
from sop_core.access import ROLES, VISITOR, Viewer, stranger
from sop_core.cli import main
from sop_core.errors import AccessDenied, ReportRefused
from sop_core.importing import SourceFile
from sop_core.reports import templates
from sop_core.reports.templates import MOST_KEPT, SHIPPED
from sop_core.reports.word import LARGEST_TEMPLATE, TEMPLATE
from sop_core.store import Store, Trace
from tests.builders import load
from tests.pages.test_pages import demo, fresh_store, in_use, open_page, sign_in
from tests.reports import hostile
from tests.reports.test_reports import words

pytestmark = pytest.mark.slow

__all__ = ["demo", "fresh_store", "sign_in"]
MAY = {"pusat", "admin"}
BAD = hostile.saying("{{ ''.__class__ }}")


def letterhead(text: str = "BALAI CONTOH DI PADANG") -> SourceFile:
    """The shipped template under an office's own head."""
    document = docx.Document(TEMPLATE)
    document.paragraphs[0].text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return SourceFile("kop.docx", buffer.getvalue())


def as_role(store: Store, role: str) -> Store:
    return store.as_viewer(Viewer(role, f"{role} contoh", role, "BBPOM-PDG", ("BBPOM-PDG",)))


def audit(store: Store) -> list[tuple[str, str, str]]:
    rows = store.rows("SELECT login, subject, outcome FROM audit WHERE action = 'templat' ORDER BY entry_no")  # fmt: skip
    return [tuple(row.values()) for row in rows]


def test_kept_chosen_and_withdrawn_again(store: Store):
    centre, office = as_role(store, "pusat"), as_role(store, "kepala_balai")
    file = letterhead()
    assert templates.keep(centre, "  Kop   Padang ", file, "Pusat contoh") == 1
    kept = templates.live(office)
    assert [(t.name, t.file_name, t.sha256, t.size, t.kept_by) for t in kept] == [
        ("Kop Padang", "kop.docx", file.sha256, len(file.content), "Pusat contoh")
    ]
    assert templates.fetch(office, "Kop Padang") == file.content
    assert templates.fetch(office, SHIPPED) == TEMPLATE.read_bytes()
    with pytest.raises(ReportRefused, match="sudah ada"):
        templates.keep(centre, "kop PADANG", letterhead(), "x")
    templates.withdraw(centre, "Kop Padang", "Pusat contoh")
    assert templates.live(office) == []
    with pytest.raises(ReportRefused, match=f"Kop Padang tidak ada; yang ada: {SHIPPED}"):
        templates.fetch(office, "Kop Padang")
    with pytest.raises(ReportRefused, match="tidak ada di antara"):
        templates.withdraw(centre, "Kop Padang", "x")
    assert templates.keep(centre, "Kop Padang", letterhead("LAIN"), "x") == 2
    assert [t.live for t in templates.history(office)] == [True, False]
    assert audit(store) == [
        ("pusat", "simpan Kop Padang: kop.docx", "ok"), ("pusat", "cabut Kop Padang", "ok"),
        ("pusat", "simpan Kop Padang: kop.docx", "ok"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [*ROLES, "demo", "-"])
def test_only_the_centre_and_admins_keep_and_withdraw(store: Store, role):
    somebody = {"demo": store.as_viewer(VISITOR), "-": store.as_viewer(stranger("siapa"))}.get(role)
    somebody = somebody or as_role(store, role)
    templates.keep(store, "Kop", letterhead(), "Operator")
    if role in MAY:
        templates.keep(somebody, "Lain", letterhead(), "x")
        templates.withdraw(somebody, "Kop", "x")
        return
    for attempt in (
        lambda: templates.keep(somebody, "Lain", letterhead(), "x"),
        lambda: templates.withdraw(somebody, "Kop", "x"),
    ):
        with pytest.raises(AccessDenied, match="mengelola templat laporan"):
            attempt()
    assert [t.name for t in templates.live(store)] == ["Kop"]
    assert [outcome for *_, outcome in audit(store)] == ["ok", "ditolak", "ditolak"]


@pytest.mark.parametrize(
    ("name", "file", "says"),
    [
        ("", letterhead(), "1 sampai 60"),
        (" \n ", letterhead(), "1 sampai 60"),
        ("x" * 61, letterhead(), "1 sampai 60"),
        ("a\u202eb", letterhead(), "1 sampai 60"),
        ("a\x00b", letterhead(), "1 sampai 60"),
        ("kop.docx", letterhead(), "garis miring"),
        ("../kop", letterhead(), "garis miring"),
        (SHIPPED.upper(), letterhead(), "sudah ada"),
        ("Kop", SourceFile("kop.docm", TEMPLATE.read_bytes()), "harus berkas"),
        ("Kop", SourceFile("k" * 300 + ".docx", TEMPLATE.read_bytes()), "harus berkas"),
        ("Kop", SourceFile("kop.docx", b""), "kosong"),
        ("Kop", SourceFile("kop.docx", bytes(LARGEST_TEMPLATE + 1)), "lebih besar dari 5 MB"),
        ("Kop", SourceFile("kop.docx", BAD), "__class__ tidak ada"),
        ("Kop", SourceFile("kop.docx", hostile.saying("{{ judul }}")), "judul tidak ada dalam"),
    ],
)
def test_what_is_not_kept(store: Store, name, file, says):
    with pytest.raises(ReportRefused, match=says):
        templates.keep(store, name, file, "x")
    assert store.one("SELECT count(*) FROM report_template") == 0
    assert audit(store) == []


def test_no_more_than_so_many(store: Store):
    with store.write(Trace("templat", "uji")) as cursor:
        cursor.execute(
            "INSERT INTO report_template SELECT n, 'Templat ' || n, 'a.docx', '', 0, ''::BLOB, 'x', now()::TIMESTAMP, NULL, NULL"
            f" FROM range({MOST_KEPT}) t(n)"
        )
    with pytest.raises(ReportRefused, match=f"Sudah ada {MOST_KEPT} templat"):
        templates.keep(store, "Kop", letterhead(), "x")


# ------------------------------------------------------------- the command line


@pytest.fixture
def db(tmp_path, monkeypatch):
    path = tmp_path / "uji.duckdb"
    with Store(path) as store:
        load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]])
    monkeypatch.setenv("PANTAU_DB", str(path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kop.docx").write_bytes(letterhead().content)
    (tmp_path / "jahat.docx").write_bytes(BAD)
    return path


def run(capsys, *said: object) -> tuple[int, str, str]:
    code = main([str(w) for w in said])
    out, err = capsys.readouterr()
    assert err.count("\n") <= 1
    return code, out, err


REPORT = ("report", "kegiatan", "--case", "ADV-1", "--as-of", "2026-11-24", "--out", "l.docx")  # fmt: skip


def test_templates_from_the_command_line(db, tmp_path, capsys):
    assert json.loads(run(capsys, "templat", "list", "--json")[1]) == []
    said = json.loads(
        run(capsys, "templat", "add", "kop.docx", "--name", "Kop Padang", "--json")[1]
    )
    assert (said["template_no"], said["name"], len(said["sha256"])) == (1, "Kop Padang", 64)
    assert "Kop Padang: kop.docx" in run(capsys, "templat", "list")[1]
    for given in ("Kop Padang", "kop.docx"):
        (tmp_path / "l.docx").unlink(missing_ok=True)
        assert run(capsys, *REPORT, "--template", given)[0] == 0
        assert "BALAI CONTOH DI PADANG" in words((tmp_path / "l.docx").read_bytes())
    assert run(capsys, *REPORT, "--template", SHIPPED)[0] == 0
    assert "BADAN PENGAWAS" in words((tmp_path / "l.docx").read_bytes())
    assert json.loads(run(capsys, "templat", "withdraw", "Kop Padang", "--json")[1]) == {"withdrawn": "Kop Padang"}  # fmt: skip
    assert run(capsys, "templat", "withdraw", "Kop Padang")[0] == 1
    assert json.loads(run(capsys, "templat", "list", "--json")[1])[0]["live"] is False
    assert "dicabut" in run(capsys, "templat", "list")[1]


def test_the_command_line_holds_the_same_limits(db, tmp_path, capsys):
    (tmp_path / "besar.docx").write_bytes(TEMPLATE.read_bytes() + bytes(LARGEST_TEMPLATE))
    for given, reason in (
        ("jahat.docx", "__class__ tidak ada"), ("besar.docx", "lebih besar dari 5 MB"),
        ("/dev/zero", "lebih besar dari 5 MB"), ("tidak-ada.docx", "tidak ada"),
        ("Tidak Ada", "Templat Tidak Ada tidak ada"), (".", "sebuah folder"),
    ):  # fmt: skip
        code, _, err = run(capsys, *REPORT, "--template", given)
        assert (code, reason in err) == (1, True), err
        assert not (tmp_path / "l.docx").exists()
        if given not in ("Tidak Ada", "."):
            assert run(capsys, "templat", "add", given, "--name", "Kop")[0] == 1
    assert json.loads(run(capsys, "templat", "list", "--json")[1]) == []


def test_a_file_of_ones_own_is_for_those_who_could_keep_it(db, tmp_path, capsys):
    with Store(db) as store:
        accounts.add(store, "kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG")
        accounts.add(store, "pusat", "Pusat contoh", "pusat", "PST-PPSDM")
        templates.keep(store, "Kop Padang", letterhead(), "x")
    code, _, err = run(capsys, *REPORT, "--template", "kop.docx", "--as", "kepala")
    assert (code, "mengelola templat laporan" in err) == (1, True)
    assert run(capsys, *REPORT, "--template", "Kop Padang", "--as", "kepala")[0] == 0
    assert run(capsys, *REPORT, "--template", "kop.docx", "--as", "pusat")[0] == 0


# ------------------------------------------------------------- the pages


def button(app, label):
    return next(b for b in app.button if b.label == label)


def labels(app) -> list[str]:
    return [b.label for b in [*app.button, *app.expander]]


def test_the_centre_keeps_a_template_on_the_page_and_an_office_writes_in_it(demo, sign_in):
    sign_in("pusat", "PST-PPSDM")
    app = open_page("laporan", tahun_laporan="2025")
    assert app.selectbox(key="templat").options == [SHIPPED]
    app.file_uploader[0].upload("kop.docx", letterhead().content, "application/octet-stream").run()
    app.text_input(key="templat_nama_0").input("Kop *Padang*").run()
    button(app, "Simpan templat").click().run()
    assert not app.exception
    assert "Templat Kop *Padang* disimpan." in [t.value for t in app.text]
    assert app.selectbox(key="templat").options == [SHIPPED, "Kop *Padang*"]

    sign_in("kepala_balai", "BBPOM-PDG")
    app = open_page("laporan", tahun_laporan="2025", templat="Kop *Padang*")
    assert app.selectbox(key="templat").value == "Kop *Padang*"
    assert not app.file_uploader
    button(app, "Susun laporan").click().run()
    files = app.session_state["laporan"][4]
    assert "BALAI CONTOH DI PADANG" in words(files["docx"])
    app.selectbox(key="templat").select(SHIPPED).run()
    assert not app.success, "what was written in another template is not offered any more"
    button(app, "Susun laporan").click().run()
    assert "BADAN PENGAWAS" in words(app.session_state["laporan"][4]["docx"])


def test_a_hostile_template_is_refused_on_the_page(demo, sign_in):
    sign_in("pusat", "PST-PPSDM")
    app = open_page("laporan")
    app.file_uploader[0].upload("jahat.docx", BAD, "application/octet-stream").run()
    app.text_input(key="templat_nama_0").input("Kop").run()
    button(app, "Simpan templat").click().run()
    assert not app.exception
    assert "Templat tidak disimpan" in app.error[0].value
    assert any("__class__ tidak ada" in t.value for t in app.text)
    assert templates.history(in_use()) == []


@pytest.mark.parametrize("role", ["pimpinan", "kepala_balai", "data_staf", None])
def test_others_choose_and_give_none(demo, sign_in, role):
    if role:
        sign_in(role, None if role == "pimpinan" else "BBPOM-PDG")
    app = open_page("laporan", templat="Tidak Ada")
    assert app.selectbox(key="templat").value == SHIPPED
    assert not app.file_uploader
    assert not [label for label in labels(app) if "emplat" in label]


def test_an_admin_keeps_and_withdraws_on_administrasi(demo, sign_in):
    sign_in("admin")
    app = open_page("administrasi")
    app.file_uploader[0].upload("kop.docx", letterhead().content, "application/octet-stream").run()
    app.text_input(key="templat_nama_0").input("Kop").run()
    button(app, "Simpan templat").click().run()
    assert not app.exception
    assert [t.name for t in templates.live(in_use())] == ["Kop"]
    app.button(key="templat_cabut_1").click().run()
    assert not app.exception
    assert "Templat Kop dicabut." in [t.value for t in app.text]
    assert templates.live(in_use()) == []


def test_a_withdrawn_template_falls_back_to_the_shipped_one(demo, sign_in):
    templates.keep(in_use(), "Kop", letterhead(), "x")
    sign_in("kepala_balai", "BBPOM-PDG")
    app = open_page("laporan", tahun_laporan="2025", templat="Kop")
    templates.withdraw(in_use(), "Kop", "x")
    app.run()
    assert not app.exception
    assert app.selectbox(key="templat").value == SHIPPED
