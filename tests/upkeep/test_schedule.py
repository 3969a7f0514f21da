"""A backup a day, the keep rule, and what is never removed."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import accounts, upkeep
from sop_core.cli import main
from sop_core.errors import UsageError
from sop_core.store import Store
from sop_core.upkeep import schedule
from sop_core.upkeep.schedule import Keep, kept

pytestmark = pytest.mark.slow

NOON = dt.datetime(2026, 11, 25, 12)
RULE = Keep(7, 5, 12)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PANTAU_BACKUPS", str(tmp_path / "cadangan lain"))
    return tmp_path / "cadangan lain"


@pytest.fixture
def real(small):
    with Store(small) as store:
        yield store


def test_once_a_day(real, folder):
    made = upkeep.daily(real, NOON)
    assert made == folder / "uji-2026-11-25.zip"
    assert upkeep.daily(real, NOON.replace(hour=23)) is None
    assert upkeep.daily(real, NOON + dt.timedelta(days=1)).name == "uji-2026-11-26.zip"
    assert len(list(folder.iterdir())) == 2


def test_beside_the_store_unless_told_otherwise(real, small, monkeypatch):
    monkeypatch.delenv("PANTAU_BACKUPS", raising=False)
    assert upkeep.daily(real, NOON) == small.parent / "cadangan" / "uji-2026-11-25.zip"


def test_not_of_a_demo_nor_of_memory(demo, store, folder):
    with Store(demo) as only_demo:
        assert upkeep.daily(only_demo, NOON) is None
        accounts.add(only_demo, "admin", "Admin contoh", "admin")
        assert upkeep.daily(only_demo, NOON) is not None
    shutil.rmtree(folder)
    assert upkeep.daily(store, NOON) is None
    assert not folder.exists()


def test_one_that_is_not_whole_is_made_again_and_left_alone(real, folder):
    folder.mkdir()
    (folder / "uji-2026-11-25.zip").write_bytes(b"PK\x03\x04 separuh")
    assert upkeep.daily(real, NOON).name == "uji-2026-11-25-2.zip"
    assert (folder / "uji-2026-11-25.zip").read_bytes() == b"PK\x03\x04 separuh"


def test_only_our_own_whole_backups_past_the_rule_are_removed(real, folder, monkeypatch):
    monkeypatch.setenv("PANTAU_BACKUPS_KEEP", "2,0,0")
    first = upkeep.daily(real, NOON)
    for name in ("uji-2020-01-01.zip", "uji-2020-01-02.zip", "lain-2020-01-01.zip", "uji-2020-13-01.zip", "uji-2020-01-03.zip.bak"):  # fmt: skip
        shutil.copyfile(first, folder / name)
    (folder / "uji-2020-01-04.zip").write_bytes(b"bukan cadangan")
    (folder / "catatan.txt").write_text("halo")
    upkeep.daily(real, NOON + dt.timedelta(days=1))
    assert {p.name for p in folder.iterdir()} == {
        "uji-2026-11-25.zip", "uji-2026-11-26.zip", "lain-2020-01-01.zip", "uji-2020-13-01.zip",
        "uji-2020-01-03.zip.bak", "uji-2020-01-04.zip", "catatan.txt",
    }  # fmt: skip


def test_a_store_of_three_years_keeps_days_weeks_and_months():
    day, present = dt.date(2024, 1, 1), set()
    while day <= dt.date(2026, 11, 25):
        present = kept(present | {day}, RULE)
        day += dt.timedelta(days=1)
    written = sorted(present)
    assert written[-7:] == [dt.date(2026, 11, n) for n in range(19, 26)]
    months = {(d.year, d.month) for d in written}
    assert len(months) == 12
    assert (2025, 12) in months
    assert {d.isocalendar()[:2] for d in written} >= {(2026, w) for w in range(44, 49)}
    assert len(written) <= 7 + 5 + 12


@given(st.sets(st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1)), min_size=1))
def test_the_rule_keeps_the_newest_and_is_settled(days):
    stay = kept(days, RULE)
    assert stay <= days
    assert max(days) in stay
    assert len(stay) <= 7 + 5 + 12
    assert kept(stay, RULE) == stay


def test_the_command(small, folder, capsys):
    assert main(["backup", "--daily", "--db", str(small)]) == 0
    assert "Cadangan hari ini" in capsys.readouterr().out
    assert main(["backup", "--daily", "--db", str(small)]) == 0
    assert "Tidak ada yang perlu" in capsys.readouterr().out
    assert len(list(folder.iterdir())) == 1
    for words in (["backup"], ["backup", "a.zip", "--daily"]):
        assert main([*words, "--db", str(small)]) == 2
    capsys.readouterr()


def test_a_rule_that_cannot_be_read_is_said(real, folder, monkeypatch):
    monkeypatch.setenv("PANTAU_BACKUPS_KEEP", "banyak")
    with pytest.raises(UsageError, match="hari,minggu,bulan"):
        upkeep.daily(real, NOON)


def test_a_failure_is_logged_and_tried_again(real, folder, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "_LOOK_EVERY", 0.05)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("sebuah berkas, bukan folder")
    thread = schedule.Daily(real)
    while not thread.last:
        thread._ended.wait(0.05)
    folder.unlink()
    while thread.last:
        thread._ended.wait(0.05)
    thread.stop()
    assert len(list(folder.glob("uji-*.zip"))) == 1
    assert "daily backup failed" in caplog.text


def test_a_fault_of_ours_is_not_the_last_backup_of_the_process(real, folder, monkeypatch, caplog):
    faults = iter([RuntimeError("galat"), KeyError("galat")])
    made = schedule.daily

    def daily(*given):
        for fault in faults:
            raise fault
        return made(*given)

    monkeypatch.setattr(schedule, "_LOOK_EVERY", 0.05)
    monkeypatch.setattr(schedule, "daily", daily)
    thread = schedule.Daily(real)
    while not list(folder.glob("uji-*.zip")):
        thread._ended.wait(0.05)
    thread.stop()
    assert caplog.text.count("daily backup failed") == 2


def test_a_damaged_backup_of_ours_is_in_nobodys_way(real, folder):
    whole = upkeep.daily(real, NOON - dt.timedelta(days=1))
    content = whole.read_bytes()
    at = content.rindex(b"PK\x01\x02") + 6
    whole.write_bytes(content[:at] + b"\xff" + content[at + 1 :])  # a version that there is not
    assert upkeep.daily(real, NOON) is not None
    assert whole.exists()
