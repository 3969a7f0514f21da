"""The command line on what is known when, who is silent, and years of flows."""

import datetime as dt
import json
from pathlib import Path

import pytest

from sop_core import indonesian
from sop_core.demo import demo_workbook
from tests.builders import workbook
from tests.test_cli import answer, db, demo_db, run

pytestmark = pytest.mark.slow

__all__ = ["db", "demo_db"]
D = dt.date
ROWS = {
    "Kegiatan": [["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
    "Langkah": [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)], ["ADV-1", 2, D(2025, 3, 17), None]],
}
END = "2025-12-31"
QUESTIONS = (
    ("status", "--as-of", END), ("status", "--overdue", "--as-of", END, "--silence-is-late"),
    ("facilitators", "--as-of", END), ("silence", "--as-of", END),
    ("recommend", "--year", "2025"),
)  # fmt: skip


@pytest.fixture
def clock(monkeypatch):
    """Sets the day on the clock in Jakarta, at noon."""

    def at(day: D) -> None:
        moment = dt.datetime.combine(day, dt.time(12), indonesian.JAKARTA)
        monkeypatch.setattr(indonesian, "clock", lambda: moment)

    return at


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "padang.xlsx"
    path.write_bytes(workbook(**ROWS))
    return path


def add(capsys, login: str, role: str, unit: str | None) -> None:
    words = ["user", "add", login, "--role", role, "--name", "Contoh", "--no-password"]
    assert run(capsys, *words, *(["--unit", unit] if unit else []))[0] == 0


def of(rows: list[dict], **keys: object) -> dict:
    return next(r for r in rows if all(r[k] == v for k, v in keys.items()))


def test_a_file_speaks_up_to_the_day_that_is_named(db, file, capsys):
    dry = answer(capsys, "import", file, "--dry-run", "--until", "2025-03-31")
    assert (dry["until"], dry["spoken_for"]) == ("2025-03-31", [])
    kept = answer(capsys, "import", file, "--until", "2025-03-31")
    assert (kept["until"], kept["spoken_for"]) == ("2025-03-31", ["BBPOM-PDG"])
    row = of(answer(capsys, "silence", "--as-of", "2025-06-30"), code="BBPOM-PDG")
    assert (row["until"], row["days_silent"], row["silent"], row["unknown"]) == (
        "2025-03-31", 91, True, 1,
    )  # fmt: skip
    again = run(capsys, "import", file, "--until", "2025-06-30")[1]
    assert "Tidak ada yang disimpan.\nData 1 unit dinyatakan s.d. 30 Juni 2025." in again
    assert of(answer(capsys, "silence"), code="BBPOM-PDG")["until"] == "2025-06-30"


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_nobody_knows_how_things_stand_on_a_day_to_come(db, file, capsys, more):
    code, _, err = run(capsys, "import", file, "--until", "2035-01-01", *more)
    assert (code, "belum mungkin" in err) == (1, True)
    code, _, err = run(capsys, "state", "padang", "--until", "2035-01-01")
    assert (code, "belum mungkin" in err) == (1, True)


def test_an_office_says_without_a_file_that_nothing_is_new(db, file, capsys):
    answer(capsys, "import", file, "--until", "2025-03-31")
    assert answer(capsys, "state", "BB PADANG", "--until", "2025-06-30") == {
        "unit": "BBPOM-PDG", "statement": 2, "until": "2025-06-30",
    }  # fmt: skip
    late = answer(capsys, "status", "--overdue", "--as-of", "2025-06-30")
    assert [(r["case_id"], r["step"]) for r in late] == [("ADV-1", 2)], "what it said makes it late"
    code, _, err = run(capsys, "state", "BB PADANG", "--until", "2025-06-30")
    assert (code, "sudah dinyatakan lengkap" in err) == (1, True)
    assert "s.d. 30 Juni 2025" in run(capsys, "state", "padang", "--until", "2025-05-31")[2]
    assert run(capsys, "state", "BB PADANG")[0] == 2
    assert run(capsys, "state", "entah", "--until", "2025-06-30")[0] == 2
    assert run(capsys, "state", "", "--until", "2025-06-30")[0] == 2


def test_what_was_said_without_a_file_is_listed_and_taken_back(db, file, capsys):
    answer(capsys, "import", file, "--until", "2025-03-31")
    run(capsys, "state", "padang", "--until", "2025-06-30")
    newest, upload = answer(capsys, "state", "padang", "--list")
    assert (newest["statement_no"], newest["until"], newest["batch_id"]) == (2, "2025-06-30", None)
    assert (upload["until"], upload["batch_id"]) == ("2025-03-31", 1)
    assert run(capsys, "state", "kupang", "--take-back", 2)[0] == 1, "another office's"
    assert run(capsys, "state", "padang", "--take-back", 1)[0] == 1, "an upload's is undone"
    assert "ditarik" in run(capsys, "state", "padang", "--take-back", 2)[1]
    assert of(answer(capsys, "silence"), code="BBPOM-PDG")["until"] == "2025-03-31"
    assert "ditarik oleh" in run(capsys, "state", "padang", "--list")[1]


def test_a_file_that_tells_of_days_after_its_own_is_told(db, file, capsys):
    for more in (["--dry-run"], []):
        said = run(capsys, "import", file, "--until", "2025-03-16", *more)[1]
        assert "Berkas memuat tanggal sampai 17 Maret 2025, sesudah data s.d. 16 Maret" in said
    assert "Berkas memuat" not in run(capsys, "import", file, "--until", "2025-03-17")[1]


def test_figures_of_a_past_day_say_what_came_in_after_it(db, file, clock, capsys):
    clock(D(2025, 3, 31))
    answer(capsys, "import", file)
    questions = ("status", "silence", "facilitators", ("recommend", "--year", 2025))
    said = "Sejak 28 Maret 2025: 3 catatan masuk kemudian"
    for asked in questions:
        asked = (asked,) if isinstance(asked, str) else asked
        assert said in run(capsys, *asked, "--as-of", "2025-03-28")[1], asked
        assert "Sejak" not in run(capsys, *asked)[1]
    clock(D(2026, 5, 4))
    out = run(capsys, "status", "--as-of", "2025-03-28", "--known-on", "2025-12-31")[1]
    assert "Sejak 28 Maret 2025 sampai 31 Desember 2025: 3 catatan" in out


def test_silence_is_read_as_lateness_where_that_is_asked_for(db, file, capsys):
    answer(capsys, "import", file, "--until", "2025-03-31")
    asked = ("status", "--overdue", "--as-of", "2025-06-30")
    assert answer(capsys, *asked) == []
    assert [r["step"] for r in answer(capsys, *asked, "--silence-is-late")] == [2]


def test_silence_in_words_and_by_office(db, file, capsys):
    answer(capsys, "import", file, "--until", "2025-03-31")
    *words, since = run(capsys, "silence", "--as-of", "2025-04-11")[1].splitlines()
    assert len(words) == 76 + 1
    assert since.startswith("Sejak 11 April 2025: 3 catatan")
    assert words[-1] == (
        "1 dari 76 unit melapor dalam 31 hari terakhir per 11 April 2025; 0 langkah tidak diketahui"
        " keadaannya"
    )
    assert words[0].endswith("0 terutang")
    assert "belum pernah" in words[0]
    assert "diam" not in words[0]
    assert "s.d. 31 Maret 2025" in words[-2], "the longest silent first"
    (row,) = answer(capsys, "silence", "--unit", "padang")
    assert row["code"] == "BBPOM-PDG"
    assert len(answer(capsys, "silence", "--unit", "padang", "--lokas")) > 1
    asked = ("silence", "--as-of", "2025-06-30", "--unit", "padang", "--year")
    assert [answer(capsys, *asked, y)[0]["unknown"] for y in (2025, 2024)] == [1, 0]


def test_a_year_is_opened_and_closed(db, capsys):
    assert answer(capsys, "year", "list") == []
    assert "dibuka" in run(capsys, "year", "open", "A", 2025, "--reason", "rapat")[1]
    (row,) = answer(capsys, "year", "list")
    assert (row["flow"], row["year"], row["by_hand"], row["reason"], row["opened_on"]) == (
        "A", 2025, True, "rapat", None,
    )  # fmt: skip
    assert "dibuka oleh Operator" in run(capsys, "year", "list")[1]
    assert len(answer(capsys, "status", "--as-of", "2026-01-05", "--year", 2025)) == 76 + 3
    for words, code, said in (
        (("open", "A", 2025, "--reason", "lagi"), 1, "sudah dibuka"),
        (("open", "A", 2025), 2, "perlu diisi"),
        (("open", "E", 2025, "--reason", "x"), 2, "bukan pilihan"),
        (("open", "A", 1999, "--reason", "x"), 2, "bukan tahun"),
        (("open", "B", 2025, "--reason", " "), 1, "Alasan wajib"),
        (("close", "B", 2025), 1, "tidak dibuka"),
        ((), 2, "list|open|close"),
    ):
        got, _, err = run(capsys, "year", *words)
        assert (got, said in err) == (code, True), err
    assert answer(capsys, "year", "close", "A", 2025)["state"] == "ditutup"
    assert answer(capsys, "year", "list") == []


def test_an_account_may_what_its_role_may(db, file, capsys):
    add(capsys, "staf", "data_staf", "padang")
    add(capsys, "kepala", "kepala_balai", "padang")
    add(capsys, "pusat", "pusat", "PST-PPSDM")
    asked = ("--until", "2025-03-31", "--as")
    assert run(capsys, "import", file, *asked, "staf")[0] == 0
    assert [r["code"] for r in answer(capsys, "silence", "--as", "staf")] == ["BBPOM-PDG"]
    assert len(answer(capsys, "silence", "--as", "pusat")) == 76
    for words, who in (
        (("state", "kupang", "--until", "2025-03-31"), "staf"),
        (("state", "padang", "--until", "2025-04-30"), "kepala"),
        (("state", "padang", "--until", "2025-04-30"), "pusat"),
        (("year", "open", "A", 2025, "--reason", "x"), "staf"),
        (("year", "close", "A", 2025), "kepala"),
    ):
        code, _, err = run(capsys, *words, "--as", who)
        assert (code, "wenang" in err or "kewenangan" in err) == (1, True), (words, err)
    assert run(capsys, "state", "padang", "--until", "2025-04-30", "--as", "staf")[0] == 0
    assert run(capsys, "state", "NASIONAL", "--until", "2025-04-30", "--as", "pusat")[0] == 0
    assert run(capsys, "year", "open", "A", 2025, "--reason", "x", "--as", "pusat")[0] == 0


@pytest.mark.slow
def test_the_past_is_told_as_it_was_known(db, tmp_path, clock, capsys):
    clock(D(2025, 12, 31))
    path, then, now = (tmp_path / n for n in ("demo.xlsx", "then.xlsx", "now.xlsx"))
    path.write_bytes(demo_workbook(cases=400, until=D(2025, 12, 31)))
    answer(capsys, "import", path)
    add(capsys, "kepala", "kepala_balai", "padang")
    known = {
        (words, who): answer(capsys, *words, *who)
        for words in QUESTIONS for who in ((), ("--as", "kepala"))
    }  # fmt: skip
    report = ("report", "tahunan", "--year", 2025, "--as-of", END, "--out")
    assert run(capsys, *report, then)[0] == 0
    clock(D(2026, 5, 4))
    assert run(capsys, "undo", 1)[0] == 0
    for (words, who), before in known.items():
        assert before, "there was something to know"
        more = () if words[0] == "recommend" else ("--known-on", END)
        assert answer(capsys, *words, *who, *more) == before, words
        if words[0] != "silence":
            today = ("--known-on", "2026-05-04")
            assert answer(capsys, *words, *who, *today) == [], "nothing of it is known now"
    assert run(capsys, *report, now, "--known-on", END)[0] == 0
    assert then.read_bytes() == now.read_bytes()


def test_what_was_known_on_a_day_is_of_that_day_unless_another_is_named(db, file, clock, capsys):
    clock(D(2025, 3, 31))
    answer(capsys, "import", file)
    clock(D(2026, 5, 4))
    assert "per 31 Maret 2025" in run(capsys, "status", "--known-on", "2025-03-31")[1]
    both = run(capsys, "status", "--known-on", "2025-03-31", "--as-of", "2025-06-30")[1]
    assert "per 30 Juni 2025" in both
    code, _, err = run(capsys, "status", "--known-on", "2030-01-01")
    assert (code, "1 Januari 2030 belum tiba" in err) == (2, True)


def test_where_nothing_was_known_it_says_so_and_names_the_way_out(db, file, clock, capsys):
    clock(D(2026, 5, 4))
    answer(capsys, "import", file)
    known = ("--known-on", END)
    for asked in (
        ("recommend", "--year", 2025), ("status", *known), ("facilitators", *known),
        ("silence", *known), ("report", "tahunan", "--year", 2025, "--out", "x.pdf", *known),
    ):  # fmt: skip
        code, out, err = run(capsys, *asked)
        assert (code, out) == (1, "")
        assert "pada 31 Desember 2025 belum ada data" in err
        assert "--known-on 2026-05-04" in err
    assert run(capsys, "recommend", "--year", 2025, "--known-on", "2026-05-04")[0] == 0
    assert run(capsys, "recommend", "--year", 2025, "--backtest")[0] == 0, "as known now"
    assert run(capsys, "recommend", "--year", 2026)[0] == 0, "its last day is still to come"
    for asked in (("--year", 2027), ("--year", 2026, "--as-of", "2025-12-31")):
        code, _, err = run(capsys, "recommend", *asked)
        assert (code, "belum mulai" in err) == (1, True)
    assert "dua tahun berturut-turut" in run(capsys, "recommend", "--year", 2026, "--backtest")[1]


def test_a_machine_reads_no_value_as_null(db, capsys):
    out = run(capsys, "silence", "--json")[1]
    row = json.loads(out)[0]
    assert "NaN" not in out
    assert "NaT" not in out
    assert (row["until"], row["days_silent"], row["last_upload"]) == (None, None, None)
