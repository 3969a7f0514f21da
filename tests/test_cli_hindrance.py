"""The command line on hindrances, their reasons, and remarks."""

import datetime as dt
import json

import pytest

from sop_core.indonesian import today
from sop_core.store import Store
from tests.builders import load
from tests.test_cli import answer, db, run

pytestmark = pytest.mark.slow

__all__ = ["db"]
SOON = str(today() + dt.timedelta(days=5))


@pytest.fixture
def filled(db):
    with Store(db) as store:
        load(
            store,
            Kegiatan=[
                ["ADV-P", "A", 2026, "BBPOM-PDG", "Advokasi"],
                ["ADV-K", "A", 2026, "BBPOM-KPG", "Advokasi"],
            ],
        )
    return db


def say(capsys, case: str, *more: str, step: str = "A.1", reason: str = "sdm"):
    return run(capsys, "hindrance", case, step, "--reason", reason, "--plan", "Minta bantuan", "--on", SOON, *more)  # fmt: skip


def test_said_listed_and_taken_back(filled, capsys):
    code, out, _ = say(capsys, "ADV-P")
    assert (code, out.strip()) == (0, "Hambatan 1 dicatat pada ADV-P langkah A.1.")
    assert json.loads(say(capsys, "ADV-K", "--json", step="1")[1])["hindrance"] == 2
    assert [r["case_id"] for r in answer(capsys, "hindrance", "--list")] == ["ADV-K", "ADV-P"]
    (row,) = answer(capsys, "hindrance", "--list", "--unit", "Padang")
    assert (row["step"], row["hindrance"], row["plan"], row["plan_on"]) == ("A.1", "SDM terbatas", "Minta bantuan", SOON)  # fmt: skip
    assert answer(capsys, "hindrance", "--passed") == []
    later = str(today() + dt.timedelta(days=6))
    assert len(answer(capsys, "hindrance", "--passed", "--as-of", later)) == 2
    assert "(terlewat)" in run(capsys, "hindrance", "--list", "--as-of", later)[1]
    assert run(capsys, "hindrance", "--take-back", "1")[1].strip() == "Hambatan 1 ditarik."
    assert [r["case_id"] for r in answer(capsys, "hindrance", "--list")] == ["ADV-K"]
    assert "ditarik oleh Operator" in run(capsys, "hindrance", "ADV-P", "--list")[1]


def test_reasons_are_listed_added_and_retired(filled, capsys):
    shipped = answer(capsys, "hindrance", "--reasons")
    assert "anggaran" in [r["code"] for r in shipped]
    assert run(capsys, "hindrance", "--add-reason", "banjir", "Banjir di lokasi")[0] == 0
    assert run(capsys, "hindrance", "--retire-reason", "sdm")[1].strip() == "Alasan sdm ditarik."
    out = run(capsys, "hindrance", "--reasons")[1]
    assert "SDM terbatas (ditarik)" in out
    assert "Banjir di lokasi" in out
    code, _, wrong = say(capsys, "ADV-P")
    assert (code, "Alasan sdm tidak dikenal" in wrong) == (1, True)
    assert run(capsys, "hindrance", "--use-reason", "sdm")[0] == 0
    assert say(capsys, "ADV-P")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["ADV-P"], 2, "perlu diisi"),
        (["ADV-P", "A.x", "--reason", "sdm", "--plan", "x", "--on", SOON], 2, "langkah A.x"),
        (
            ["ADV-P", "A.1", "--reason", "sdm", "--plan", "x", "--on", "2020-01-06"],
            1,
            "paling awal",
        ),
        (["ADV-P", "A.2", "--reason", "sdm", "--plan", "x", "--on", SOON], 1, "belum tiba"),
        (["ADV-P", "B.1", "--reason", "sdm", "--plan", "x", "--on", SOON], 1, "B.1 tidak ada"),
        (["--take-back", "7"], 1, "tidak ada"),
        (["--list", "--reasons"], 2, "tidak dapat bersama"),
    ],
)
def test_what_is_off_is_one_line(filled, capsys, words, code, why):
    got, _, wrong = run(capsys, "hindrance", *words)
    assert (got, why in wrong, wrong.count("\n")) == (code, True, 1), wrong


def test_with_an_account_only_of_the_own_office(filled, capsys):
    run(capsys, "user", "add", "padang", "--role", "data_staf", "--name", "Staf contoh", "--unit", "BBPOM-PDG", "--no-password")  # fmt: skip
    assert say(capsys, "ADV-P", "--as", "padang")[0] == 0
    assert say(capsys, "ADV-K")[0] == 0
    code, _, wrong = say(capsys, "ADV-K", "--as", "padang")
    assert (code, "di luar kewenangan" in wrong) == (1, True)
    assert run(capsys, "hindrance", "--take-back", "2", "--as", "padang")[0] == 1
    assert [r["case_id"] for r in answer(capsys, "hindrance", "--list", "--as", "padang")] == ["ADV-P"]  # fmt: skip
    assert run(capsys, "hindrance", "--add-reason", "x1", "X", "--as", "padang")[0] == 1
    assert run(capsys, "remark", "ADV-P", "Sudah dibahas", "--as", "padang")[0] == 0
    assert run(capsys, "remark", "ADV-K", "x", "--as", "padang")[0] == 1


def test_remarks(filled, capsys):
    assert (
        run(capsys, "remark", "ADV-P", "Satu\ndua")[1].strip()
        == "Catatan 1 ditambahkan pada ADV-P."
    )
    assert answer(capsys, "remark", "ADV-P", "Tiga") == {"case": "ADV-P", "remark": 2}
    assert [r["remark"] for r in answer(capsys, "remark", "ADV-P", "--list")] == ["Tiga", "Satu\ndua"]  # fmt: skip
    assert "WIB, Operator\n      Satu\n      dua" in run(capsys, "remark", "ADV-P", "--list")[1]
    assert run(capsys, "remark", "ADV-P")[0] == 2
    assert run(capsys, "remark", "ADV-P", " ")[0] == 1
