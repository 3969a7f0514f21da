"""The command line: shapes, exit codes, one line on stderr."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest

from sop_core import attempts, sessions
from sop_core.cli import main
from sop_core.demo import demo_workbook
from sop_core.errors import SignInRefused
from sop_core.store import Store
from tests.builders import REV04, TODAY, form_of, revised, workbook
from tests.revisions.test_form import changed as cells_changed


@pytest.fixture
def db(tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "uji.duckdb"
    monkeypatch.setenv("PANTAU_DB", str(path))
    return path


@pytest.fixture
def demo_db(demo_file: Path, tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "demo.duckdb"
    shutil.copyfile(demo_file, path)
    monkeypatch.setenv("PANTAU_DB", str(path))
    return path


def run(capsys, *words: object) -> tuple[int, str, str]:
    code = main([str(w) for w in words])
    out, err = capsys.readouterr()
    assert err.count("\n") <= 1, "errors are one line"
    return code, out, err


def answer(capsys, *words: object):
    code, out, _ = run(capsys, *words, "--json")
    assert code == 0
    return json.loads(out)


def test_calendar(db, capsys):
    assert answer(capsys, "calendar", "add", "2024-04-05", 5) == {
        "date": "2024-04-22", "provisional": False,
    }  # fmt: skip
    assert answer(capsys, "calendar", "count", "2025-03-27", "2025-04-22") == {"days": 10}
    assert answer(capsys, "calendar", "add", "2028-01-03", 5)["provisional"] is True
    assert run(capsys, "calendar", "add", "2024-04-05", 5)[1] == "22 April 2024\n"


def test_sop(db, capsys):
    sop = answer(capsys, "sop")
    assert (sop["code"], sop["revision"], sop["effective"]) == (
        "POM-04.01/CFM.01/SOP.01", "04", "2022-04-07",
    )  # fmt: skip
    assert len(sop["steps"]) == 37
    wanted = {"flow", "no", "level", "activity", "inputs", "output", "sla_days", "optional"}
    assert all(wanted <= set(step) for step in sop["steps"])


@pytest.mark.slow
def test_a_revision_from_its_form_to_its_withdrawal(db, tmp_path, capsys):
    form, changed = tmp_path / "rev04.xlsx", tmp_path / "rev05.xlsx"
    assert answer(capsys, "sop", "form", form)["bytes"] == form.stat().st_size
    code, _, err = run(capsys, "sop", "add", form)
    assert (code, "sama dengan revisi 04" in err) == (1, True)
    changed.write_bytes(form_of(revised(norms={"B.2": 20})).content)
    preview = answer(capsys, "sop", "add", changed, "--dry-run")
    assert {"place": "B.2", "what": "Norma", "before": "40 HK", "after": "20 HK"} in preview[
        "differences"
    ]
    assert (preview["against"], preview["obstacles"], preview["kept"]) == ("04", [], False)
    assert answer(capsys, "sop", "list")["entered"] == []
    assert run(capsys, "sop", "add", changed)[1].endswith("Tersimpan.\n")
    assert [r["revision"] for r in answer(capsys, "sop", "list")["revisions"]] == ["04", "05"]
    norm = next(s for s in answer(capsys, "sop", "--revision", "05")["steps"] if (s["flow"], s["no"]) == ("B", 2))  # fmt: skip
    assert norm["sla_days"] == 20
    assert "05, berlaku 2 Maret 2026" in run(capsys, "sop", "list")[1]
    assert run(capsys, "sop", "--revision", "09")[0] == 2
    assert answer(capsys, "sop", "withdraw", "05") == {"withdrawn": "05"}
    assert run(capsys, "sop", "withdraw", "05")[0] == 1


def test_a_form_at_fault_is_told_by_its_cells(db, tmp_path, capsys):
    path = tmp_path / "rev05.xlsx"
    path.write_bytes(cells_changed(REV04, "Langkah SOP", {"Norma HK": "x", "Output": None}).content)
    code, out, err = run(capsys, "sop", "add", path)
    assert code == 1
    assert out.splitlines() == [
        "Langkah SOP, baris 2, Norma HK: x: harus bilangan bulat",
        "Langkah SOP, baris 2, Output: (kosong): wajib diisi",
    ]
    assert "rev05.xlsx: 2 isian tidak dapat dipakai" in err


@pytest.mark.slow
def test_import_status_and_undo(db, tmp_path, capsys):
    path = tmp_path / "demo.xlsx"
    path.write_bytes(demo_workbook(cases=80, until=TODAY))
    dry = answer(capsys, "import", path, "--dry-run")
    assert dry["batch_id"] is None
    assert answer(capsys, "status") == []
    kept = answer(capsys, "import", path)
    assert kept["rows"] == dry["rows"]
    assert kept["spoken_for"], "a look says nothing for anybody"
    assert dry | {
        "dry_run": False, "kept": True, "batch_id": 1, "spoken_for": kept["spoken_for"],
    } == kept  # fmt: skip
    assert kept["sheets"]["Kegiatan"]["new"] > 0
    assert set(kept) == {
        "dry_run",
        "kept",
        "sheets",
        "notes",
        "readings",
        "changes",
        "changes_total",
        "emptied",
        "emptied_total",
        "others",
        "others_total",
        "batch_id",
        "sha256",
        "until",
        "spoken_for",
        "last_on",
        "rows",
        "errors",
        "errors_total",
        "errors_by_kind",
        "older",
        "older_total",
        "warnings",
        "warnings_total",
        "warnings_by_kind",
    }
    assert set(kept["rows"]) == {"new", "changed", "unchanged", "rejected"}
    assert set(kept["errors"][0]) == {"sheet", "row", "column", "value", "message"}
    again = answer(capsys, "import", path)
    assert (again["rows"]["new"], again["rows"]["changed"], again["batch_id"]) == (0, 0, 1)
    rows = answer(capsys, "status", "--as-of", "2025-06-30")
    assert list(rows[0]) == [
        "case_id", "flow", "step", "level", "unit", "started", "finished", "owed_on", "counted_on",
        "start_rule", "due", "days_waited", "days_used", "days_late", "days_left", "due_soon",
        "status", "hindrance", "plan", "plan_on",
    ]  # fmt: skip
    late = answer(capsys, "status", "--overdue", "--as-of", "2025-06-30")
    assert late == [r for r in rows if r["status"] == "terlambat_berjalan"]
    assert run(capsys, "undo", 1)[0] == 0
    assert answer(capsys, "status") == []


def test_status_filters(demo_db, capsys):
    everything = answer(capsys, "status", "--overdue", "--as-of", TODAY)
    padang = answer(capsys, "status", "--overdue", "--as-of", TODAY, "--unit", "BB PADANG")
    assert padang == [r for r in everything if r["unit"] == "BBPOM-PDG"]
    flow = answer(capsys, "status", "--overdue", "--as-of", TODAY, "--flow", "B")
    assert flow == [r for r in everything if r["flow"] == "B"]


@pytest.mark.slow
def test_blanks_clear_where_they_are_said_to(db, tmp_path, capsys):
    first, later = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(workbook(
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]], Langkah=[["ADV-1", 1, "2025-03-03"]],
    ))  # fmt: skip
    later.write_bytes(workbook(Langkah=[["ADV-1", 1, None, "2025-03-14", "LAP.01"]]))
    assert run(capsys, "import", first)[0] == 0
    said = run(capsys, "import", later, "--dry-run", "--kosongkan")[1].splitlines()
    assert said[:2] == [
        "Perhatian: 1 isian yang tersimpan akan menjadi kosong.",
        "Dikosongkan: Langkah baris 2, ADV-1 / 1, Tanggal Mulai: “2025-03-03”",
    ]
    assert "kosong" not in run(capsys, "import", later, "--dry-run")[1]
    assert answer(capsys, "import", later)["emptied_total"] == 0
    assert answer(capsys, "status")[0]["started"] == "2025-03-03"
    cleared = answer(capsys, "import", first, "--kosongkan")
    assert (cleared["emptied_total"], {c["after"] for c in cleared["emptied"]}) == (2, {""})
    assert [c["column"] for c in cleared["emptied"]] == ["Tanggal Selesai", "Nomor Dokumen"]


@pytest.mark.slow
def test_template_backup_restore_doctor(demo_db, tmp_path, capsys):
    before = answer(capsys, "status", "--overdue", "--as-of", TODAY)
    assert run(capsys, "template", tmp_path / "t.xlsx")[0] == 0
    assert (tmp_path / "t.xlsx").stat().st_size > 10_000
    assert run(capsys, "backup", tmp_path / "b.duckdb")[0] == 0
    assert run(capsys, "backup", tmp_path / "b.duckdb")[0] == 1, "a backup is never overwritten"
    assert run(capsys, "undo", 1)[0] == 0
    assert run(capsys, "restore", tmp_path / "b.duckdb")[0] == 0
    assert answer(capsys, "status", "--overdue", "--as-of", TODAY) == before
    assert answer(capsys, "doctor") == []
    assert list(demo_db.parent.glob("demo.sebelum-*.duckdb")), "the replaced store is kept"


@pytest.mark.slow
def test_doctor_finds_what_is_broken(demo_db, capsys):
    import duckdb

    with duckdb.connect(str(demo_db)) as connection:
        connection.execute("INSERT INTO step_record SELECT * FROM step_record LIMIT 1")
    code, out, _ = run(capsys, "doctor", "--json")
    assert code == 1
    assert "kunci" in {f["check"] for f in json.loads(out)}


def test_demo_file(db, tmp_path, capsys):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (first, second):
        assert (
            run(capsys, "demo", "--cases", 60, "--seed", 9, "--until", TODAY, "--out", path)[0] == 0
        )
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_all_or_nothing_exits_1_and_keeps_nothing(db, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    good, bad = ["X-1", "A", 2025, "BBPOM-PDG", "Judul"], ["X-2", "A", 2025, "entah", "Judul"]
    path.write_bytes(workbook(Kegiatan=[good, bad]))
    assert run(capsys, "import", path, "--all-or-nothing")[0] == 1
    assert answer(capsys, "doctor") == []
    assert answer(capsys, "import", path)["rows"] == {
        "new": 1, "changed": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["calendar", "add", "31/02/2026", 5], 2, "Februari 2026 hanya 28 hari"),
        (["calendar", "add", "2026-02-02", -1], 2, "negatif"),
        (["calendar"], 2, "add|count"),
        (["calendar", "add", "2035-12-20", 100], 1, "akhir kalender"),
        (["status", "--unit", "BPOM-XYZ"], 2, "tidak dikenal"),
        (["status", "--flow", "Z"], 2, "--flow"),
        (["terbang"], 2, "terbang"),
        (["demo", "--cases", "0"], 2, "bukan bilangan bulat positif"),
        (["import", "tidak-ada.xlsx"], 1, "tidak-ada.xlsx"),
        (["restore", "tidak-ada.duckdb"], 1, "tidak ada"),
        (["undo", 5], 1, "Unggahan 5 tidak ada"),
        (["undo", "9" * 20], 2, "bukan bilangan bulat"),
        (["calendar", "add", "2026-02-02", "9" * 5000], 2, "bukan bilangan bulat"),
        (["demo", "--cases", "²"], 2, "bukan bilangan bulat positif"),
        (["status", "--as", "\udcff"], 2, "bukan UTF-8"),
        (["backup", "\udcff.zip"], 2, "bukan UTF-8"),
        *(
            ([*words, "--year", year], 2, "bukan tahun 2018")
            for words in (["status"], ["recommend"], ["report", "tahunan", "--out", "x.docx"])
            for year in ("0", "-1", "2017", "2036", "9999", "9" * 20, "9" * 5000, "²", "x", "")
        ),
    ],
)
def test_errors(db, capsys, words, code, says):
    got, _, err = run(capsys, *words)
    assert got == code
    assert says in err
    assert err.count("\n") == 1
    assert len(err) < 500


WRONG = (
    [], ["terbang"], ["status", "--terbang"], ["status", "--flow", "Z"], ["status", "--year"],
    ["status", "lebih"], ["status", "--json=1"], ["status", "--un"], ["backup", "--d", "x"],
    ["report"], ["report", "puisi", "--out", "x"], ["report", "monitoring", "--quarter", "9"],
    ["report", "monitoring", "--quarter", "x"], ["import"], ["user", "add", "a"],
    ["user", "add", "a", "--role", "raja", "--name", "x"], ["demo", "--until", "besok"],
    ["facilitators", "--by", "x"], ["calendar", "count", "2025-01-01"], ["status", "--", "x"],
)  # fmt: skip


@pytest.mark.parametrize("words", WRONG)
def test_wrong_usage_is_told_in_indonesian(db, capsys, words):
    code, _, err = run(capsys, *words)
    assert (code, err.count("\n")) == (2, 1)
    english = "argument|invalid|choose|choice|required|expected|unrecognized|ambiguous|could|ignored|value"
    assert not re.search(rf"\b({english})s?\b", err), err


def test_a_file_that_is_no_spreadsheet_is_refused(db, tmp_path, capsys):
    path = tmp_path / "catatan.pdf"
    path.write_bytes(b"%PDF-1.7")
    code, _, err = run(capsys, "import", path)
    assert (code, "bukan lembar kerja" in err) == (1, True)


def test_a_file_that_is_no_database_is_refused(tmp_path, capsys):
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"bukan basis data" * 1000)
    code, _, err = run(capsys, "status", "--db", path)
    assert (code, "bukan basis data Pantau" in err) == (1, True)


def with_password(monkeypatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


def test_accounts_from_the_command_line(db, capsys, monkeypatch):
    with_password(monkeypatch, "kata sandi contoh 1")
    assert run(capsys, "user", "add", "admin", "--role", "admin", "--name", "Admin contoh")[0] == 0
    words = ("user", "add", "staf", "--role", "data_staf", "--unit", "BB PADANG", "--name", "Staf contoh")  # fmt: skip
    assert run(capsys, *words, "--no-password")[0] == 0
    assert [(a["login"], a["role"], a["unit_code"], a["has_password"]) for a in answer(capsys, "user", "list")] == [
        ("admin", "admin", None, True), ("staf", "data_staf", "BBPOM-PDG", False),
    ]  # fmt: skip
    assert run(capsys, "user", "set", "staf", "--role", "pusat", "--unit", "PST-PPSDM")[0] == 0
    assert answer(capsys, "user", "list")[1]["role"] == "pusat"
    with_password(monkeypatch, "pendek")
    code, _, err = run(capsys, "user", "password", "admin")
    assert code == 1
    assert "paling sedikit 12" in err
    with_password(monkeypatch, "kata sandi contoh 2")
    assert run(capsys, "user", "password", "admin")[0] == 0
    assert [a["must_change"] for a in answer(capsys, "user", "list")] == [True, False]
    assert "kata sandi awal" in run(capsys, "user", "list")[1]
    assert run(capsys, "user", "unlock", "admin")[0] == 0
    code, _, err = run(capsys, "user", "unlock", "siapa")
    assert (code, "Pengguna siapa tidak ada." in err) == (1, True)
    traces = answer(capsys, "audit")
    assert [t["action"] for t in traces] == ["pengguna"] * 5
    assert "kata sandi contoh" not in json.dumps(traces)


def test_who_waits_is_listed_and_unlocked_from_the_command_line(db, capsys, monkeypatch):
    with_password(monkeypatch, "kata sandi contoh 1")
    assert run(capsys, "user", "add", "admin", "--role", "admin", "--name", "Admin contoh")[0] == 0
    with Store(db) as store:
        for _ in range(attempts.MOST_FAILURES):
            with pytest.raises(SignInRefused):
                sessions.check_password(store, "admin", "salah sekali ini", "192.0.2.7")
    assert "terkunci sampai" in run(capsys, "user", "list")[1]
    assert run(capsys, "user", "unlock", "admin")[0] == 0
    assert "terkunci" not in run(capsys, "user", "list")[1]
    with Store(db) as store:
        assert sessions.check_password(store, "admin", "kata sandi contoh 1", "192.0.2.7")


@pytest.mark.slow
def test_a_command_as_somebody(demo_db, capsys, monkeypatch):
    words = ("user", "add", "kepala", "--role", "kepala_balai", "--unit", "kupang", "--name", "Kepala contoh")  # fmt: skip
    assert run(capsys, *words, "--no-password")[0] == 0
    mine = answer(capsys, "status", "--as", "kepala")
    everything = answer(capsys, "status")
    units = {r["unit"] for r in mine} - {"NASIONAL"}
    assert "BBPOM-KPG" in units
    assert mine == [r for r in everything if r["unit"] in units | {"NASIONAL"}]
    assert len(mine) < len(everything)
    code, _, err = run(capsys, "status", "--unit", "padang", "--as", "kepala")
    assert (code, "di luar kewenangan Anda" in err) == (1, True)
    code, _, err = run(capsys, "user", "list", "--as", "siapa")
    assert (code, "belum terdaftar" in err) == (1, True)
    assert answer(capsys, "user", "list", "--as", "kepala") == []
    refused = [t for t in answer(capsys, "audit") if t["outcome"] == "ditolak"]
    assert [(t["login"], t["action"], t["subject"]) for t in refused] == [
        ("kepala", "akses", "BBPOM-PDG")
    ]


@pytest.mark.slow
def test_a_report_as_somebody_is_of_their_offices(demo_db, capsys, tmp_path):
    words = ("user", "add", "kepala", "--role", "kepala_balai", "--unit", "kupang", "--name", "Kepala contoh")  # fmt: skip
    run(capsys, *words, "--no-password")
    out = tmp_path / "l.xlsx"
    said = answer(capsys, "report", "tahunan", "--year", "2025", "--out", out, "--as", "kepala")
    assert said["title"] == "Laporan Tahunan"
    assert said["subtitle"].startswith("Balai Besar POM di Kupang beserta")
    code, _, err = run(capsys, "report", "tahunan", "--year", 2025, "--unit", "padang", "--out", out, "--as", "kepala")  # fmt: skip
    assert (code, "di luar kewenangan" in err) == (1, True)


@pytest.mark.slow
def test_a_report_needs_a_format_it_knows_and_a_case_that_is_there(demo_db, capsys, tmp_path):
    for words, reason in (
        (("tahunan", "--year", 2025, "--out", tmp_path / "l.odt"), "odt tidak dikenal"),
        (("kegiatan", "--case", "NIHIL", "--out", tmp_path / "l.pdf"), "NIHIL tidak ada"),
        (("tahunan", "--out", tmp_path / "l.pdf"), "memerlukan tahun"),
        (("tahunan", "--year", 2025, "--template", "README.md", "--out", tmp_path / "l.docx"),
         "bukan berkas Word"),
    ):  # fmt: skip
        code, _, err = run(capsys, "report", *words)
        assert (code, reason in err) == (1, True)
    assert run(capsys, "report", "entah", "--out", "x.pdf")[0] == 2


def test_status_goes_by_case_and_step(demo_db, capsys):
    rows = answer(capsys, "status", "--as-of", TODAY, "--unit", "BBPOM-PDG")
    keys = [(row["case_id"], row["step"]) for row in rows]
    assert keys == sorted(keys)
    assert len({case_id for case_id, _ in keys}) > 1
    printed = run(capsys, "status", "--as-of", TODAY, "--unit", "BBPOM-PDG")[1].splitlines()
    assert [line.split()[0] for line in printed[: len(keys)]] == [case_id for case_id, _ in keys]
