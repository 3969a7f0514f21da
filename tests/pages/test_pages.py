"""Each page under AppTest: empty, with demo data, by URL, and what its buttons do."""

import ast
import datetime as dt
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from pages.kit import session
from pages.kit.doors import uploads
from pages.kit.navigation import TITLES
from sop_core import accounts, evaluation, importing, process, sessions
from sop_core.evaluation import Headline, Scope
from sop_core.importing import SourceFile
from sop_core.reports import writing
from sop_core.store import Store
from tests.builders import TODAY, workbook

ROOT = Path(__file__).parent.parent.parent
APP = str(ROOT / "app.py")
D = dt.date
PAGES = (
    "nasional", "wilayah", "terlambat", "fasilitator", "tindak_lanjut", "rekomendasi", "laporan",
    "catat", "unggah", "sop", "kalender",
)  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_store():
    """Each test opens its own store; the app keeps one a process."""
    process.close_all()
    yield
    process.close_all()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "kosong.duckdb"
    monkeypatch.setenv("PANTAU_DB", str(path))
    return path


@pytest.fixture
def demo(demo_file: Path, tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "demo.duckdb"
    shutil.copyfile(demo_file, path)
    monkeypatch.setenv("PANTAU_DB", str(path))
    return path


def open_page(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in {"tanggal": TODAY.isoformat(), **query}.items():
        app.query_params[name] = value
    app.run()
    if [t.value for t in app.title] != [TITLES[page]]:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
    return app


def table(app: AppTest, heading: str) -> pd.DataFrame:
    """The first table on the page that has a column of that heading."""
    return next(d.value for d in app.dataframe if heading in d.value)


@pytest.fixture
def sign_in(monkeypatch):
    """Signs somebody invented in: role, office; returns their login."""

    def as_role(role: str, unit: str | None = None) -> str:
        import os

        root = process.store_at(os.environ["PANTAU_DB"])
        login = f"{role}.{unit or 'nasional'}".lower()
        if login not in {a.login for a in accounts.accounts(root)}:
            accounts.add(root, login, f"{role} contoh", role, unit)
        token = sessions.open_session(root, accounts.viewer_of(root, login))
        monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: token})
        return login

    return as_role


def metric(app: AppTest, label: str) -> str:
    return next(m.value for m in app.metric if m.label == label)


def button(app: AppTest, label: str) -> Button:
    return next(b for b in app.button if b.label == label)


def overdue(store: Store) -> int:
    return evaluation.headline(store, Scope(TODAY)).overdue


def in_use() -> Store:
    """The store that the app under test opened."""
    import os

    return process.store_at(os.environ["PANTAU_DB"])


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_says_what_to_do_and_offers_demo_data(empty, page):
    app = open_page(page)
    if page in ("kalender", "sop"):
        assert app.title[0].value == TITLES[page]
        return
    assert "Belum ada data" in app.info[0].value
    assert "Muat data demo" in [b.label for b in app.button]


def test_every_choice_invites_in_indonesian():
    """Without a placeholder a box that is emptied says "Choose an option"."""
    missing = []
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = {k.arg for k in node.keywords}
                if node.func.attr in ("selectbox", "multiselect") and "placeholder" not in given:
                    missing.append(f"{path.name}:{node.lineno}")
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize(("role", "most"), [(None, (100, 20)), ("pusat", (300, 40))])
def test_the_limits_stand_beside_the_uploader(empty, sign_in, role, most):
    if role:
        sign_in(role, "PST-PMPUPO")
    said = "".join(c.value for c in open_page("unggah").caption)
    assert "Paling besar 100 MB per berkas" in said
    assert f"{most[0]} MB dan {most[1]} berkas" in said
    allowed = uploads.limits(demo=role is None)
    assert (allowed.file, allowed.total, allowed.files) == (100, *most)


@pytest.mark.slow
def test_one_click_loads_labelled_demo_data(empty):
    app = open_page("nasional")
    next(b for b in app.button if b.label == "Muat data demo").click().run()
    assert not app.exception
    assert in_use().has_demo_data
    assert int(metric(app, "Langkah terbuka").replace(".", "")) > 100


def test_an_empty_store_sends_nobody_where_they_may_not_go(empty, sign_in):
    sign_in("pimpinan")
    app = open_page("nasional")
    assert "setelah staf data unit mengunggahnya" in app.info[0].value
    assert [b.label for b in app.button] == []


def test_demo_data_is_labelled(demo):
    # AppTest shows what the entry file draws on its first run only; the browser
    # journeys look for the label on every page.
    assert "Data demo" in open_page("nasional").warning[0].value


@pytest.mark.slow
def test_demo_data_beside_real_data_is_labelled_as_both(demo, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    rows = workbook(Kegiatan=[["ADV-PDG-9", "A", 2025, "BBPOM-PDG", "Advokasi contoh"]])
    importing.import_files(in_use(), [SourceFile("a.xlsx", rows)], "uji", today=TODAY)
    # Where a clerk lands: see above.
    assert "bercampur" in open_page("unggah").warning[0].value


@pytest.mark.slow
def test_what_an_office_sees_of_the_nation_is_not_taken_for_the_nation(demo, sign_in):
    assert not open_page("nasional").info
    sign_in("kepala_balai", "BBPOM-PDG")
    assert "Bukan angka seluruh Indonesia" in open_page("nasional").info[0].value
    sign_in("pimpinan")
    assert not open_page("nasional").info


def test_a_tie_names_no_single_worst_office():
    late = pd.DataFrame({"name": ["A", "B"], "overdue": [3, 3], "worst_days": [9, 12]})
    now = Headline(on_time=6, late=3, open=6, overdue=6, due_soon=0, unknown=0, cases=9)
    assert "terbanyak di A dan 1 unit lain (masing-masing 3 langkah)" in writing.overdue(now, late)
    late.loc[1, "overdue"] = 2
    assert "terbanyak di A (3 langkah, terlama 9 HK)" in writing.overdue(now, late)


def test_a_table_without_rows_says_so_in_indonesian():
    def draw() -> None:
        import pandas as pd

        from pages.kit import tables

        tables.plain(pd.DataFrame({"a": []}), {"a": "A"}, alt="contoh")
        tables.show(pd.DataFrame({"a": []}), {"a": "A"}, key="k", alt="contoh")

    app = AppTest.from_function(draw).run()
    assert [c.value for c in app.caption] == ["Tidak ada baris."] * 2
    assert not app.dataframe


@pytest.mark.slow
def test_national_shows_counts_against_the_year_before(demo):
    app = open_page("nasional")
    share = next(m for m in app.metric if m.label == "Selesai tepat waktu")
    assert share.value.endswith("%")
    assert "poin" in share.delta
    headings = [h.value for h in app.subheader]
    assert headings == ["Peta unit", "Peringkat unit", "Unit menurut langkah",
                        "Laporan tahunan unit", "Kecenderungan bulanan"]  # fmt: skip
    assert any("dari **76**" in m.value or "dari 76" in m.value for m in app.markdown)


@pytest.mark.slow
def test_filters_come_from_the_url_and_follow_to_the_next_page(demo):
    app = open_page("nasional", tanggal="2025-06-30", tahun="2025")
    assert app.date_input(key="tanggal").value == D(2025, 6, 30)
    assert "Per 30 Juni 2025, kegiatan tahun 2025" in app.caption[0].value
    app.switch_page("pages/terlambat.py").run()
    assert "Per 30 Juni 2025, kegiatan tahun 2025" in app.caption[0].value


@pytest.mark.slow
def test_a_changed_filter_is_in_the_url(demo):
    app = open_page("terlambat")
    app.selectbox(key="alur").select("C").run()
    assert app.query_params["alur"] in ("C", ["C"])
    assert set(table(app, "Langkah")["Langkah"].str[0]) == {"C"}


@pytest.mark.slow
def test_region_by_url_with_its_lokas(demo):
    app = open_page("wilayah", wilayah="Balai Besar POM di Kupang")
    assert app.selectbox(key="wilayah").value == "Balai Besar POM di Kupang"
    assert app.toggle(key="loka").value is True
    with_lokas = int(metric(app, "Langkah terbuka"))
    app.toggle(key="loka").set_value(False).run()
    assert int(metric(app, "Langkah terbuka")) < with_lokas


@pytest.mark.slow
def test_a_case_by_url_down_to_its_records(demo):
    with Store(demo) as store:
        row = store.rows(
            "SELECT case_id, name FROM activity JOIN unit ON code = unit_code"
            " WHERE case_id IN (SELECT case_id FROM step_record) ORDER BY case_id LIMIT 1"
        )[0]
    app = open_page("wilayah", wilayah=row["name"], kasus=row["case_id"])
    assert app.selectbox(key="kasus").value == row["case_id"]
    frames = [f.value for f in app.dataframe]
    assert any("Yang mengikat" in f.columns for f in frames), "planned against actual"
    records = next(f for f in frames if "Berkas" in f.columns)
    assert set(records["Berkas"]) == {"demo.xlsx"}


@pytest.mark.slow
def test_unknown_values_in_the_url_fall_back_to_all(demo):
    app = open_page("terlambat", alur="Z", langkah="A.99", unit="Tidak Ada", tahun="1850")
    assert app.selectbox(key="alur").value == "Semua"
    assert app.selectbox(key="langkah").value == "Semua"
    assert open_page("nasional", tahun="1850").selectbox(key="tahun").value == "Semua tahun"


@pytest.mark.slow
def test_upload_preview_keep_and_undo(empty, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    rows = [
        ["ADV-1", "A", 2025, "BB PADANG", "Advokasi Pasar Aman"],
        ["ADV-2", "A", 2025, "entah", "X"],
    ]
    steps = [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]]
    content = workbook(Kegiatan=rows, Langkah=steps)
    app.file_uploader[0].upload("padang.xlsx", content, "application/octet-stream").run()
    assert not app.exception
    assert [(m.label, m.value) for m in app.metric] == [
        ("Baru", "2"), ("Berubah", "0"), ("Dikosongkan", "0"), ("Ditolak", "1"), ("Peringatan", "0"),
    ]  # fmt: skip
    reasons = next(f.value for f in app.dataframe if "Alasan" in f.value.columns)
    assert reasons.iloc[0][["Lembar", "Baris", "Kolom", "Isi"]].tolist() == ["Kegiatan", 3, "Kode Unit", "entah"]  # fmt: skip
    assert in_use().empty, "a preview keeps nothing"
    next(b for b in app.button if b.label.startswith("Simpan 2")).click().run()
    assert "Tersimpan sebagai unggahan 1: 2 baru" in app.success[0].value
    assert in_use().one("SELECT count(*) FROM step_record") == 1
    app.session_state["unggahan_1"] = True
    app.run().checkbox(key="yakin_1").check().run()
    app.button(key="batal_1").click().run()
    assert "Unggahan 1 (padang.xlsx" in app.success[0].value
    assert in_use().empty


@pytest.mark.slow
def test_upload_refuses_what_is_no_spreadsheet(empty):
    app = open_page("unggah")
    app.file_uploader[0].upload("rusak.xlsx", b"PK\x03\x04", "application/octet-stream").run()
    assert "Tidak dapat diimpor" in app.error[0].value


@pytest.mark.slow
def test_calendar_correction_moves_due_dates(demo):
    app = open_page("kalender")
    before = in_use().one("SELECT count(*) FROM calendar_day WHERE working")
    app.date_input(key="koreksi_tanggal_0").set_value(D(2026, 11, 24))
    app.text_input[0].input("Pilkada susulan (contoh)")
    button(app, "Pratinjau koreksi").click().run()
    assert "dasar hukum wajib" in app.error[0].value
    app.text_input[1].input("Keppres contoh")
    button(app, "Pratinjau koreksi").click().run()
    assert not app.exception
    assert in_use().one("SELECT count(*) FROM calendar_day WHERE working") == before
    freed = int(metric(app, "Tidak lagi terlambat"))
    flips = next(f.value for f in app.dataframe if "Status sebelum" in f.value.columns)
    change = flips["Status sebelum"] + " > " + flips["Status sesudah"]
    back = int((change == "Terlambat (berjalan) > Berjalan").sum())
    in_time = int((change == "Selesai terlambat > Selesai tepat waktu").sum())
    assert (back > 0, back + in_time, len(flips)) == (True, freed, freed)
    late = overdue(in_use())
    button(app, "Simpan koreksi").click().run()
    assert not app.exception
    assert in_use().one("SELECT count(*) FROM calendar_day WHERE working") == before - 1
    assert overdue(in_use()) == late - back
    # Taking it back is looked at too, and can be left alone.
    app.button(key="hapus_2026-11-24").click().run()
    assert int(metric(app, "Menjadi terlambat")) == freed
    button(app, "Batal").click().run()
    assert not app.metric
    app.button(key="hapus_2026-11-24").click().run()
    button(app, "Hapus koreksi").click().run()
    assert in_use().one("SELECT count(*) FROM calendar_day WHERE working") == before
    assert overdue(in_use()) == late


def test_a_year_without_skb_warns(empty):
    app = open_page("kalender", tanggal="2029-01-02")
    assert any("SKB 2029 belum diketahui" in w.value for w in app.warning)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("day", ["2018-01-01", "2024-02-29", "2035-12-31"])
def test_no_page_breaks_on_the_edges_of_time(demo, page, day):
    app = open_page(page, tanggal=day)
    assert app.title[0].value == TITLES[page]


@pytest.mark.slow
def test_frames_hold_values_not_text(demo):
    late = table(open_page("terlambat"), "Tenggat")
    assert pd.api.types.is_datetime64_any_dtype(late["Tenggat"]), "sorted as dates"


def test_no_bare_text_of_the_code_is_drawn():
    """Streamlit's magic draws each text that stands alone in a page's file."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["runner"]["magicEnabled"] is False
