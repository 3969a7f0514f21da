"""Unggah: the history reads no file and no reason that nobody asked for; older files are told."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from sop_core import importing
from sop_core.access import Viewer
from sop_core.errors import AccessDenied
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, load, workbook
from tests.pages.test_pages import button, empty, fresh_store, open_page, sign_in

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date
PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
BATCHES = 31


@pytest.fixture
def many(empty: Path) -> Path:
    """A store with 31 uploads, each with a refused row."""
    with Store(empty) as store:
        for i in range(BATCHES):
            rows = [[f"ADV-{i}", "A", 2025, "BBPOM-PDG", "x"], [f"X-{i}", "A", 2025, "entah", "x"]]
            load(store, Kegiatan=rows)
    return empty


@pytest.fixture
def asked(monkeypatch) -> Counter[str]:
    """Counts the store's answers: bytes of file contents, and questions for reasons."""
    seen: Counter[str] = Counter()
    rows = Store.rows

    def counted(self, query, **parameters):
        answer = rows(self, query, **parameters)
        for row in answer:
            seen["bytes"] += sum(len(v) for v in row.values() if isinstance(v, bytes | bytearray))
        seen["reasons"] += "import_rejection" in query
        seen["files"] += "import_file" in query and "size" in query
        return answer

    monkeypatch.setattr(Store, "rows", counted)
    return seen


@pytest.mark.slow
def test_a_history_of_31_uploads_reads_no_file(many, sign_in, asked):
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("unggah")
    assert len([e for e in app.expander if e.label.startswith("Unggahan ")]) == BATCHES
    assert (asked["bytes"], asked["reasons"], asked["files"]) == (0, 0, 0)
    app.session_state["unggahan_7"] = True
    app.run()
    assert not app.exception
    assert (asked["bytes"], asked["reasons"], asked["files"]) == (0, 1, 1)
    assert [b.label for b in app.get("download_button") if "uji.xlsx" in b.label] == [
        f"Unduh uji.xlsx ({size_of(many)} KiB)"
    ]


def size_of(path: Path) -> int:
    return -(-len(workbook(Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "x"], ["X-1", "A", 2025, "entah", "x"]])) // 1024)  # fmt: skip


def test_a_file_is_handed_out_to_those_who_may_have_it(store: Store):
    file = SourceFile("k.xlsx", workbook(Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "x"]]))
    importing.import_files(store, [file], "uji", today=TODAY)
    listed = importing.file_list(store, 1)
    assert [(f.name, f.sha256, f.size) for f in listed] == [
        (file.name, file.sha256, len(file.content))
    ]
    assert importing.stored_file(store, 1, file.sha256) == file
    padang = store.as_viewer(PADANG)
    assert importing.file_list(padang, 1) == [], "the operator uploaded it"
    with pytest.raises(AccessDenied):
        importing.stored_file(padang, 1, file.sha256)
    leader = store.as_viewer(Viewer("pimpinan", "Pimpinan contoh", "pimpinan"))
    assert importing.file_list(leader, 1) == [], "the file holds names"


@pytest.mark.slow
def test_the_page_warns_of_an_older_file(empty, sign_in):
    rows = {"Kegiatan": [["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]]}
    steps = [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]]
    with Store(empty) as store:
        load(store, **rows, Langkah=steps)
        load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]])
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    app.file_uploader[0].upload("lama.xlsx", workbook(**rows, Langkah=steps), "application/octet-stream").run()  # fmt: skip
    assert not app.exception
    told = "tampaknya lebih lama daripada isi basis data: 1 isian"
    assert any(told in w.value for w in app.warning)
    frame = next(f.value for f in app.dataframe if "Diganti oleh unggahan" in f.value.columns)
    assert frame.iloc[0][["Kunci", "Tersimpan", "Menurut berkas", "Diganti oleh unggahan"]].tolist() == [
        "ADV-1 / 1", "2025-03-20", "2025-03-14", 2,
    ]  # fmt: skip


@pytest.mark.slow
def test_blanks_keep_and_the_toggle_makes_them_clear_after_a_warning(empty, sign_in):
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
            Langkah=[["ADV-1", 1, D(2025, 3, 3)]],
        )
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    content = workbook(Langkah=[["ADV-1", 1, None, D(2025, 3, 14)]])
    app.file_uploader[0].upload("baru.xlsx", content, "application/octet-stream").run()
    assert not app.exception
    assert not any("menjadi kosong" in w.value for w in app.warning)
    (toggle,) = (t for t in app.toggle if t.label == "Sel kosong mengosongkan isi yang tersimpan")
    toggle.set_value(True).run()
    assert not app.exception
    said = "1 isian yang tersimpan akan menjadi kosong"
    assert any(w.value.startswith(said) for w in app.warning)
    frame = next(
        f.value for f in app.dataframe if "Sesudah" not in f.value and "Sebelum" in f.value
    )
    assert frame.iloc[0][["Kunci", "Kolom", "Sebelum"]].tolist() == [
        "ADV-1 / 1", "Tanggal Mulai", "2025-03-03",
    ]  # fmt: skip
    next(b for b in app.button if b.label == "Simpan semua").click().run()
    assert not app.exception
    with Store(empty) as store:
        assert store.rows("SELECT started, finished FROM step_record") == [
            {"started": None, "finished": D(2025, 3, 14)}
        ]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "unit"), [("data_staf", "BBPOM-PDG"), ("pusat", "PST-PMPUPO")])
def test_who_sees_several_offices_chooses_whose_template_it_is(empty, sign_in, role, unit):
    with Store(empty) as store:
        load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    sign_in(role, unit)
    app = open_page("unggah")
    boxes = [b for b in app.selectbox if b.key == "unit_templat"]
    assert len(boxes) == (role == "pusat")
    filled = "Templatnya sudah memuat kegiatan yang belum selesai"
    if boxes:
        assert not any(filled in c.value for c in app.caption)
        boxes[0].set_value("Balai Besar POM di Padang").run()
        assert not app.exception
    assert any(filled in c.value for c in app.caption)


# ------------------------------------------------------------------ the second uploader

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]
SARI = Viewer("sari", "Sari Contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))


def keep_as(who: Viewer, path: Path, **sheets) -> None:
    with Store(path) as root:
        store = root.as_viewer(who)
        file = SourceFile("s.xlsx", workbook(**sheets))
        assert importing.import_files(store, [file], who.name, today=TODAY).kept


@pytest.mark.slow
def test_the_second_uploader_sees_whose_values_would_go_and_what_changed_meanwhile(
    empty: Path, sign_in
):
    keep_as(SARI, empty, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]])
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    mine = workbook(Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]])
    app.file_uploader[0].upload("b.xlsx", mine, KIND).run()
    assert not app.exception
    assert any(
        "1 isian yang akan diganti atau dikosongkan baru diisi" in w.value for w in app.warning
    )
    (changes,) = [d.value for d in app.dataframe if "Diisi oleh unggahan" in d.value.columns]
    assert changes["Diisi oleh unggahan"].tolist() == ["1 oleh Sari Contoh"]
    keep_as(SARI, empty, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 17)]])
    button(app, "Simpan semua").click().run()
    assert not app.exception
    assert any(
        "berubah sejak pratinjau: unggahan 2 oleh Sari Contoh" in w.value for w in app.warning
    )
    with Store(empty) as store:
        assert store.one("SELECT finished FROM step_record") == D(2025, 3, 17)
    button(app, "Simpan semua").click().run()
    assert "Tersimpan sebagai unggahan 3" in app.success[0].value
