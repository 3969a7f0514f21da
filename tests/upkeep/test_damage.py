"""Each kind of damage is found by the doctor and named; a sound store gives no finding."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from sop_core import importing, upkeep
from sop_core.demo import demo_workbook
from sop_core.errors import BackupRefused, StoreDamaged
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY

ONE = "(SELECT min(case_id) FROM activity)"
TABLES = (
    "unit", "sop_revision", "sop_step", "calendar_day", "activity", "step_record", "facilitator",
    "import_batch", "sop_case", "step_fact", "meta", "audit",
)  # fmt: skip
DAMAGE = [
    *((f"INSERT INTO {t} SELECT * FROM {t} LIMIT 1", "kunci") for t in TABLES),
    *((f"UPDATE {t} SET unit_code = 'HILANG' WHERE case_id = {ONE}", "")
      for t in ("activity", "sop_case", "step_fact")),
    *((f"UPDATE {t} SET batch_id = 99 WHERE rowid = 0", "unggahan")
      for t in ("activity", "step_record", "facilitator", "target", "import_file")),
    *((f"DROP VIEW {v}", "skema") for v in ("sop_document_in_use",)),
    *((f"CREATE TABLE {t} (a INTEGER)", "skema") for t in ("asing",)),
    *((f"ALTER TABLE {t} DROP COLUMN {c}", "skema")
      for t, c in (("activity", "title"), ("audit", "chain"), ("meta", "value"))),
    *((f"ALTER TABLE {t} ALTER {c} TYPE VARCHAR", "skema")
      for t, c in (("target", "year"), ("step_record", "finished"))),
    *((f"DELETE FROM {t}", "") for t in
      ("unit", "sop_revision", "sop_step", "calendar_day", "sop_case", "step_fact", "meta",
       "import_batch", "import_file", "activity", "schema_version")),
    ("DELETE FROM calendar_day WHERE day = '2026-03-03'", "hitung ulang"),
    ("UPDATE calendar_day SET working_no = working_no + 1 WHERE day > '2026-01-01'",
     "hitung ulang"),
    ("UPDATE step_fact SET days_late = 7 WHERE rowid = 5", "hitung ulang"),
    ("UPDATE sop_case SET title = 'lain' WHERE rowid = 5", "hitung ulang"),
    ("UPDATE sop_step SET sla_days = 99 WHERE rowid = 1", "hitung ulang"),
    ("UPDATE unit SET name = 'lain' WHERE rowid = 1", "hitung ulang"),
    ("UPDATE import_file SET content = 'x'::BLOB", "berkas"),
    ("UPDATE import_batch SET rows_new = rows_new + 1", "unggahan"),
    ("UPDATE import_batch SET undone_at = now(), undone_by = 'x'", "unggahan"),
    ("DELETE FROM activity_prior WHERE rowid = 0", "unggahan"),
    ("UPDATE step_record SET step_no = 99 WHERE rowid = 0", "fakta"),
    ("UPDATE step_record SET case_id = 'TIDAK-ADA' WHERE rowid = 0", "kegiatan"),
    ("UPDATE step_record SET finished = started - 1 WHERE rowid = 0", "tanggal"),
    ("UPDATE activity SET flow = 'Z' WHERE rowid = 0", "alur"),
    ("UPDATE target SET activities = -1 WHERE rowid = 0", "jumlah"),
    ("INSERT INTO app_user VALUES ('a', 'A', 'raja', NULL, NULL, true, now(), 'x')", "akun"),
    ("INSERT INTO sign_in VALUES ('t', 'siapa', now(), now(), NULL)", "sesi"),
    ("UPDATE audit SET subject = 'lain' WHERE entry_no = 1", "jejak"),
    ("UPDATE audit SET entry_no = 1000 WHERE entry_no = 1", "nomor"),
    ("DELETE FROM meta WHERE key = 'data_version'", "meta"),
    ("UPDATE meta SET value = 'x' WHERE key = 'data_version'", "meta"),
]  # fmt: skip


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.duckdb"
    with Store(path) as store:
        file = SourceFile("demo.xlsx", demo_workbook(cases=60, until=TODAY))
        importing.import_files(store, [file], "uji", today=TODAY)
    return path


def test_damage_is_found_and_named(small, tmp_path):
    named, missed = 0, []
    place = tmp_path / "a.duckdb"
    shutil.copyfile(small, place)
    with Store(place) as store:
        assert upkeep.doctor(store) == []
        real = store.cursor
        for damage, check in DAMAGE:
            cursor = real()
            cursor.begin()
            cursor.execute(damage)
            found = upkeep.doctor_of(cursor, store.shipped_revisions)
            cursor.rollback()
            if found and (not check or check in {f.check for f in found}):
                named += 1
            else:
                missed.append((damage, found))
    print(f"{named} of {len(DAMAGE)} named", missed)
    assert len(DAMAGE) >= 50
    assert named >= 0.95 * len(DAMAGE), missed


def test_what_is_no_whole_backup_is_refused(small, tmp_path):
    target, whole = tmp_path / "t.duckdb", tmp_path / "whole.duckdb"
    shutil.copyfile(small, target)
    with Store(target) as store:
        upkeep.backup(store, whole)
    before = target.read_bytes()
    foreign = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("CREATE TABLE x (a INTEGER)")
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    cut = tmp_path / "cut.duckdb"
    cut.write_bytes(whole.read_bytes()[:500_000])
    loose = tmp_path / "loose.duckdb"
    shutil.copyfile(whole, loose)
    (tmp_path / "loose.duckdb.wal").write_bytes(b"x")
    for bad in (foreign, empty, cut, loose, tmp_path):
        with pytest.raises((StoreDamaged, BackupRefused)):
            upkeep.restore(bad, target)
        assert target.read_bytes() == before
    first, second = upkeep.restore(whole, target), upkeep.restore(whole, target)
    assert first != second
    assert first.read_bytes() == before
