"""Each kind of damage is found by the doctor and named; a sound store gives no finding."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from sop_core import upkeep
from sop_core.cli import main
from sop_core.store import Store
from sop_core.upkeep import looking
from sop_core.upkeep.doctor import doctor_of
from sop_core.upkeep.rules.writing import KEYS

pytestmark = pytest.mark.slow

_EMPTY = {"report_template", "sign_in_refusal"}  # nothing there to double
ANY = "case_id = (SELECT min(case_id) FROM step_fact WHERE level = 'activity')"
STEP = "rowid = (SELECT min(rowid) FROM step_record WHERE started < finished)"
PERSON = "rowid = (SELECT min(rowid) FROM facilitator WHERE endorsed_on IS NOT NULL)"

# By hand in the tables: the statement, and the check that must name it.
DAMAGE = {
    **{f"a doubled row in {t}": (f"INSERT INTO {t} FROM {t} LIMIT 1", "kunci")
       for t in KEYS if not t.endswith("_vouched") and t not in _EMPTY},
    "a doubled vouched row": (
        "INSERT INTO activity_vouched FROM activity_vouched LIMIT 1", "kunci"),
    "a record unlike its upload": (
        f"UPDATE activity SET title = 'lain' WHERE {ANY}", "unggahan"),
    "a case doubled with other content": (
        "INSERT INTO activity SELECT * REPLACE ('lain' AS title) FROM activity LIMIT 1", "kunci"),
    # references
    "an activity of no office": (f"UPDATE activity SET unit_code = 'HILANG' WHERE {ANY}", "unit"),
    "a target of no office": ("UPDATE target SET unit_code = 'HILANG' WHERE year = 2027", "unit"),
    "a person of no office": (f"UPDATE facilitator SET unit_code = 'HILANG' WHERE {PERSON}", "unit"),
    "an office dropped": ("DELETE FROM unit WHERE code = 'BBPOM-PDG'", "hitung ulang"),
    "a step of no case": (f"UPDATE step_record SET case_id = 'HILANG' WHERE {STEP}", "kegiatan"),
    "a person of no batch": (f"UPDATE facilitator SET case_id = 'HILANG' WHERE {PERSON}", "kegiatan"),
    "a follow-up of no case": (
        "UPDATE follow_up SET case_id = 'HILANG' WHERE rowid = (SELECT min(rowid) FROM follow_up)",
        "kegiatan"),
    "a fact of no case": (f"UPDATE step_fact SET case_id = 'HILANG' WHERE {ANY}", "kegiatan"),
    "a record of no upload": (f"UPDATE step_record SET batch_id = 99 WHERE {STEP}", "unggahan"),
    "a file of no upload": ("UPDATE import_file SET batch_id = 99 WHERE batch_id = 1", "unggahan"),
    "a refusal of no upload": ("UPDATE import_rejection SET batch_id = 99", "unggahan"),
    "an account of no office": ("UPDATE app_user SET unit_code = 'X' WHERE login = 'staf'", "unit"),
    # records
    "an activity gone": ("DELETE FROM activity WHERE case_id = 'ADV-5'", "hitung ulang"),
    "a step gone": (f"DELETE FROM step_record WHERE {STEP}", "hitung ulang"),
    "a finish before its start": (f"UPDATE step_record SET finished = started - 1 WHERE {STEP}", "tanggal"),
    "a finish still to come": (f"UPDATE step_record SET finished = '2099-01-01' WHERE {STEP}", "tanggal"),
    "a date moved by a day": (f"UPDATE step_record SET finished = finished - 1 WHERE {STEP}", "hitung ulang"),
    "a date of another century": (f"UPDATE step_record SET started = '1926-01-05' WHERE {STEP}", "tanggal"),
    "a step past the flow's last": (f"UPDATE step_record SET step_no = 99 WHERE {STEP}", "fakta"),
    "a step number of nothing": (f"UPDATE step_record SET step_no = -1 WHERE {STEP}", "langkah"),
    "an owed step passed over": (
        f"UPDATE step_record SET skipped = true, reason = 'x' WHERE {STEP}", "langkah"),
    "passed over without a reason": (f"UPDATE step_record SET skipped = true WHERE {STEP}", "langkah"),
    "a year of another time": (
        "UPDATE activity SET year = 2019 WHERE case_id IN (SELECT case_id FROM step_record)", "tanggal"),
    "a flow there is not": ("UPDATE activity SET flow = 'Z' WHERE case_id = 'ADV-5'", "alur"),
    "a function outside flow B": ("UPDATE activity SET function = 'CAPA' WHERE case_id = 'ADV-5'", "alur"),
    "a choice there is not": (f"UPDATE facilitator SET kind = 'lain' WHERE {PERSON}", "isian"),
    "a blank title": ("UPDATE activity SET title = ' ' WHERE case_id = 'ADV-5'", "isian"),
    "a negative target": ("UPDATE target SET activities = -1 WHERE year = 2027", "jumlah"),
    "a reserved id": ("UPDATE activity SET case_id = 'A-2025-NASIONAL' WHERE case_id = 'ADV-5'", "kegiatan"),
    "endorsed before applied": (
        f"UPDATE facilitator SET endorsed_on = applied_on - 1 WHERE {PERSON}", "fasilitator"),
    "certified before trained": (
        f"UPDATE facilitator SET competence_on = trained_on - 1 WHERE {PERSON}", "fasilitator"),
    # what is counted
    "a fact changed": (f"UPDATE step_fact SET finished_late = NOT finished_late WHERE {ANY}", "hitung ulang"),
    "a due date moved": (f"UPDATE step_fact SET due_on = due_on + 1 WHERE {ANY}", "hitung ulang"),
    "a fact gone": (f"DELETE FROM step_fact WHERE {ANY}", "hitung ulang"),
    "a case's title changed": (f"UPDATE sop_case SET title = 'lain' WHERE {ANY}", "hitung ulang"),
    "a case judged by another revision": (f"UPDATE sop_case SET revision = '05' WHERE {ANY}", "hitung ulang"),
    # reference
    "a calendar day gone": ("DELETE FROM calendar_day WHERE day = '2026-03-03'", "hitung ulang"),
    "a calendar day turned": ("UPDATE calendar_day SET working = NOT working WHERE day = '2026-03-03'", "hitung ulang"),
    "the working-day number moved": (
        "UPDATE calendar_day SET working_no = working_no + 1 WHERE day > '2026-01-01'", "hitung ulang"),
    "a holiday renamed": ("UPDATE calendar_day SET name = 'x' WHERE day = '2026-01-01'", "hitung ulang"),
    "a norm changed": ("UPDATE sop_step SET sla_days = 99 WHERE flow = 'A' AND step_no = 3", "hitung ulang"),
    "a revision's day changed": ("UPDATE sop_revision SET effective_from = '2026-03-03' WHERE revision = '05'", "hitung ulang"),
    "an office renamed": ("UPDATE unit SET name = 'lain' WHERE code = 'BBPOM-PDG'", "hitung ulang"),
    "a correction changed": ("UPDATE calendar_override SET working = true", "hitung ulang"),
    "a correction gone": ("DELETE FROM calendar_override", "hitung ulang"),
    "an opened year without its reason": ("UPDATE opened_year SET reason = ''", "tahun"),
    "an opened year put in by hand": (
        "INSERT INTO opened_year VALUES ('B', 2024, 'x', 'x', TIMESTAMP '2030-01-01', NULL, NULL)", "jejak"),
    "an opened year half taken back": (
        "UPDATE opened_year SET withdrawn_by = 'x' WHERE withdrawn_at IS NULL", "tahun"),
    "an opening gone": ("DELETE FROM flow_year WHERE year = 2025", "hitung ulang"),
    "a day of opening moved": ("UPDATE flow_year SET opened_on = '2030-01-01'", "hitung ulang"),
    "a rule of confirming half taken back": (
        "UPDATE approving_office SET withdrawn_by = 'x'", "pengesahan"),
    "a rule of confirming of no office": (
        "UPDATE approving_office SET unit_code = 'HILANG'", "pengesahan"),
    "a rule of confirming put in by hand": (
        "INSERT INTO approving_office SELECT 'LOKA-TPI', 'x', TIMESTAMP '2099-01-01', NULL, NULL", "jejak"),
    "an unknown verdict": ("UPDATE approval SET verdict = 'entah'", "pengesahan"),
    "sent back without a note": ("UPDATE approval SET note = ' '", "pengesahan"),
    "a verdict on no upload": ("UPDATE approval SET batch_id = 99", "pengesahan"),
    "a verdict put in by hand": ("INSERT INTO approval SELECT 2, 2, 'sah', '', 'x', TIMESTAMP '2099-01-01'", "jejak"),
    "a statement of tomorrow": ("UPDATE office_statement SET until = '2099-01-01'", "pernyataan"),
    "a statement gone": (
        "DELETE FROM office_statement WHERE statement_no = 1", "pernyataan"),
    "a statement of no office": ("UPDATE office_statement SET unit_code = 'HILANG'", "unit"),
    "a statement of no upload": (
        "UPDATE office_statement SET batch_id = 99 WHERE batch_id IS NOT NULL", "unggahan"),
    "a statement half taken back": (
        "UPDATE office_statement SET withdrawn_by = 'x' WHERE withdrawn_at IS NULL", "pernyataan"),
    "a statement put in by hand": (
        "INSERT INTO office_statement BY NAME SELECT * REPLACE (statement_no + 90 AS statement_no,"
        " 'LOKA-BLU' AS unit_code, TIMESTAMP '2026-01-02' AS stated_at, DATE '2026-01-01' AS until)"
        " FROM office_statement WHERE batch_id IS NULL LIMIT 1", "pernyataan"),
    "a statement of an undone upload stands": (
        "UPDATE office_statement SET batch_id = (SELECT batch_id FROM import_batch"
        " WHERE undone_at IS NOT NULL)", "pernyataan"),
    "evidence gone": ("DELETE FROM evidence WHERE evidence_no = 1", "bukti"),
    "the last evidence gone": ("DELETE FROM evidence WHERE evidence_no = 2", "jejak"),
    "evidence put in by hand": (
        "INSERT INTO evidence BY NAME SELECT * REPLACE (3 AS evidence_no) FROM evidence"
        " WHERE evidence_no = 2", "jejak"),
    "evidence withdrawn by hand": (
        "UPDATE evidence SET withdrawn_by = 'x', withdrawn_at = added_at WHERE evidence_no = 2", "jejak"),
    "evidence half withdrawn": ("UPDATE evidence SET withdrawn_by = 'x' WHERE evidence_no = 2", "bukti"),
    "evidence of nothing": ("UPDATE evidence SET step_no = NULL WHERE evidence_no = 2", "bukti"),
    "evidence of two things": ("UPDATE evidence SET recommendation_no = '1' WHERE evidence_no = 2", "bukti"),
    "evidence of no office": ("UPDATE evidence SET unit_code = 'HILANG' WHERE evidence_no = 2", "unit"),
    "evidence of another kind": ("UPDATE evidence SET kind = 'exe' WHERE evidence_no = 2", "bukti"),
    "a link that leads elsewhere": (
        "UPDATE evidence SET link = 'javascript:alert(1)' WHERE evidence_no = 2", "bukti"),
    "a link that says it is a document": ("UPDATE evidence SET kind = 'pdf' WHERE evidence_no = 2", "bukti"),
    "a kept mapping that does not read": ("UPDATE kept_mapping SET mapping = '{}'", "pemetaan"),
    "a kept mapping gone": ("UPDATE kept_mapping SET mapping_no = 2", "pemetaan"),
    "a kept mapping of no office": ("UPDATE kept_mapping SET unit_code = 'HILANG'", "unit"),
    "a kept mapping half taken back": ("UPDATE kept_mapping SET withdrawn_by = 'x'", "pemetaan"),
    "a kept mapping of a name twice": (
        "INSERT INTO kept_mapping SELECT * REPLACE (2 AS mapping_no) FROM kept_mapping", "pemetaan"),
    "a step counted from elsewhere": (
        "UPDATE sop_step SET counted_from = 'mulai' WHERE flow = 'A' AND step_no = 4", "hitung ulang"),
    "a trait of a flow turned": ("UPDATE flow_trait SET people = NOT people", "hitung ulang"),
    "a correction that counts twice": (
        "INSERT INTO calendar_override BY NAME SELECT * REPLACE (entered_at + INTERVAL 1 HOUR AS entered_at)"
        " FROM calendar_override LIMIT 1", "kalender"),
    "a correction without its reason": ("UPDATE calendar_override SET reason = ''", "kalender"),
    # uploads
    "a file's content changed": ("UPDATE import_file SET content = 'x'::BLOB WHERE batch_id = 1", "berkas"),
    "a file gone": ("DELETE FROM import_file WHERE batch_id = 1", "berkas"),
    "one of two files gone": ("DELETE FROM import_file WHERE name = 'Target.csv'", "berkas"),
    "an upload's digest changed": ("UPDATE import_batch SET sha256 = 'x' WHERE batch_id = 1", "berkas"),
    "an upload's count changed": ("UPDATE import_batch SET rows_new = rows_new + 1 WHERE batch_id = 1", "unggahan"),
    "an upload gone": ("DELETE FROM import_batch WHERE batch_id = 1", "unggahan"),
    "an upload marked undone": ("UPDATE import_batch SET undone_at = '2099-01-01', undone_by = 'x' WHERE batch_id = 1", "unggahan"),
    "an undo without its name": ("UPDATE import_batch SET undone_by = NULL WHERE undone_at IS NOT NULL", "unggahan"),
    "an undo taken back": ("UPDATE import_batch SET undone_at = NULL, undone_by = NULL WHERE undone_at IS NOT NULL", "unggahan"),
    "a vouched row gone": ("DELETE FROM activity_vouched WHERE rowid = (SELECT min(rowid) FROM activity_vouched)", "unggahan"),
    "a part of no upload": ("INSERT INTO import_part VALUES (99, 'Langkah', 0, 'Maret')", "unggahan"),
    "a warning of no upload": ("INSERT INTO import_warning VALUES (99, 'Langkah', 2, 'x', '', 'x')", "unggahan"),
    "more warnings than rows": (
        "INSERT INTO import_warning SELECT 1, 'Langkah', range, 'x', '', 'x' FROM range(2, 99999)", "unggahan"),
    "a refusal gone": ("DELETE FROM import_rejection WHERE batch_id = 5", "unggahan"),
    # numbers, schema, meta
    **{f"{name} set back": (f"DROP SEQUENCE {name}; CREATE SEQUENCE {name}", "nomor")
       for name in ("batch_number", "audit_number", "disposition_number")},
    "a sequence gone": ("DROP SEQUENCE batch_number", "skema"),
    "a table gone": ("DROP TABLE target", "skema"),
    "a table more": ("CREATE TABLE asing (a INTEGER)", "skema"),
    "a table in a room of its own": ("CREATE SCHEMA lain; CREATE TABLE lain.activity AS FROM activity LIMIT 3", "skema"),
    "an index more": ("CREATE INDEX asing ON activity (case_id)", "skema"),
    "a type more": ("CREATE TYPE asing AS ENUM ('a')", "skema"),
    "a column gone": ("ALTER TABLE activity DROP COLUMN title", "skema"),
    "a column more": ("ALTER TABLE activity ADD COLUMN asing INTEGER", "skema"),
    "a column of another type": ("ALTER TABLE target ALTER activities TYPE VARCHAR", "skema"),
    "a column that may be empty": ("ALTER TABLE activity ALTER title DROP NOT NULL", "skema"),
    "a view gone": ("DROP VIEW sop_document_in_use", "skema"),
    "a view changed": ("CREATE OR REPLACE VIEW register AS FROM unit LIMIT 3", "skema"),
    "a macro changed": ("CREATE OR REPLACE MACRO tanggal(d) AS 'kapan saja'", "skema"),
    "a schema step forgotten": ("DELETE FROM schema_version WHERE version = 2", "skema"),
    "all schema steps forgotten": ("DELETE FROM schema_version", "skema"),
    "the data's version gone": ("DELETE FROM meta WHERE key = 'data_version'", "meta"),
    "the data's version no number": ("UPDATE meta SET value = 'x' WHERE key = 'data_version'", "meta"),
    "the reference's mark gone": ("DELETE FROM meta WHERE key = 'reference'", "meta"),
    "the reference's mark no mark": ("UPDATE meta SET value = 'x' WHERE key = 'reference'", "meta"),
    # people
    "a role there is not": ("UPDATE app_user SET role = 'raja' WHERE login = 'staf'", "akun"),
    "an office's role without an office": ("UPDATE app_user SET unit_code = NULL WHERE login = 'staf'", "akun"),
    "a password in the clear": ("UPDATE app_user SET password_hash = 'rahasia' WHERE login = 'admin'", "akun"),
    "no administrator left": ("UPDATE app_user SET active = false WHERE login = 'admin'", "akun"),
    "an account put in by hand": (
        "INSERT INTO app_user BY NAME SELECT * REPLACE ('penyusup' AS login) FROM app_user"
        " WHERE login = 'admin'", "jejak"),
    "an account gone": ("DELETE FROM app_user WHERE login = 'staf'", "jejak"),
    "all accounts gone": ("DELETE FROM app_user; DELETE FROM sign_in", "jejak"),
    "an account given another role": (
        "UPDATE app_user SET role = 'admin', unit_code = NULL WHERE login = 'staf'", "jejak"),
    "an account given another office": (
        "UPDATE app_user SET unit_code = 'BBPOM-KPG' WHERE login = 'staf'", "jejak"),
    "an account let in again": (
        "UPDATE app_user SET active = NOT active WHERE login = 'staf'", "jejak"),
    "a session of nobody": ("UPDATE sign_in SET login = 'siapa'", "sesi"),
    "a session that ends before it begins": ("UPDATE sign_in SET ended_at = '2001-01-01'", "sesi"),
    "a token in the clear": ("UPDATE sign_in SET token_hash = 'rahasia'", "sesi"),
    # decisions and revisions
    "a decision there is not": ("UPDATE disposition SET decision = 'mungkin'", "disposisi"),
    "a decision's target changed": ("UPDATE disposition SET target = target + 1", "disposisi"),
    "a decision without its note": ("UPDATE disposition SET note = ''", "disposisi"),
    "a decision gone": ("DELETE FROM disposition", "jejak"),
    "a revision that does not read": ("UPDATE sop_document SET document = '{}'", "revisi"),
    "a revision of another day": ("UPDATE sop_document SET effective = '2026-03-03'", "revisi"),
    "a revision's file changed": ("UPDATE sop_document SET content = 'x'::BLOB", "berkas"),
    "a revision withdrawn by nobody": ("UPDATE sop_document SET withdrawn_at = '2099-01-01'", "revisi"),
    # what is said beside the records
    "a hindrance without its plan": ("UPDATE hindrance SET plan = ''", "hambatan"),
    "a plan of before it was made": ("UPDATE hindrance SET plan_on = '2020-01-01'", "hambatan"),
    "a hindrance taken back by nobody": (
        "UPDATE hindrance SET withdrawn_at = '2099-01-01' WHERE hindrance_no = 1", "hambatan"),
    "a hindrance gone": ("DELETE FROM hindrance WHERE hindrance_no = 1", "hambatan"),
    "the last hindrance gone": ("DELETE FROM hindrance WHERE hindrance_no = 2", "jejak"),
    "a hindrance of another step": ("UPDATE hindrance SET step_no = 3", "jejak"),
    "a reason without its words": ("UPDATE hindrance_reason SET label = ''", "hambatan"),
    "a reason of another code": ("UPDATE hindrance_reason SET code = 'lain'", "jejak"),
    "the only remark gone": ("DELETE FROM case_remark", "jejak"),
    "an empty remark": ("UPDATE case_remark SET remark = ''", "catatan"),
    "a remark moved to another case": ("UPDATE case_remark SET case_id = 'ADV-3'", "jejak"),
    "a remark of no office": ("UPDATE case_remark SET unit_code = 'HILANG'", "unit"),
    # the trace
    "an entry changed": ("UPDATE audit SET subject = 'lain' WHERE entry_no = 2", "jejak"),
    "an entry gone": ("DELETE FROM audit WHERE entry_no = 2", "jejak"),
    "the first entry gone": ("DELETE FROM audit WHERE entry_no = 1", "jejak"),
    "the last entries cut off": ("DELETE FROM audit WHERE entry_no >= 6", "jejak"),
    "an entry put between": (
        "INSERT INTO audit BY NAME SELECT * REPLACE (0 AS entry_no) FROM audit WHERE entry_no = 2",
        "jejak"),
    "two entries exchanged": (
        "UPDATE audit SET entry_no = CASE entry_no WHEN 2 THEN 3 ELSE 2 END WHERE entry_no IN (2, 3)",
        "jejak"),
    "an entry's time changed": (
        "UPDATE audit SET happened_at = happened_at - INTERVAL 1 DAY WHERE entry_no = 2", "jejak"),
    "an entry without its digest": ("UPDATE audit SET chain = NULL WHERE entry_no = 2", "jejak"),
}  # fmt: skip


SLICES = 6  # each takes some ten seconds; together they would keep one worker for a minute


@pytest.mark.parametrize("part", range(SLICES))
def test_every_kind_of_damage_in_the_tables_is_found_and_named(small, capsys, part, monkeypatch):
    missed: dict[str, list[object]] = {}
    tried, whole = dict(list(DAMAGE.items())[part::SLICES]), doctor_of.__globals__
    rules = whole["RULES"]
    with Store(small) as store:
        for kind, (statements, check) in tried.items():
            # Of the 246 rules those that may name it: all of them take a second, 150 times.
            monkeypatch.setitem(whole, "RULES", [r for r in rules if r.check == check])
            with store.cursor() as cursor:
                cursor.begin()
                done = [cursor.execute(one).fetchone() for one in statements.split(";")]
                found = doctor_of(cursor, store.shipped_revisions)
                cursor.rollback()
            if (0,) in done:
                missed[kind] = ["nothing was damaged"]
            elif check not in {f.check for f in found}:
                missed[kind] = list(found)
        monkeypatch.setitem(whole, "RULES", rules)
        assert upkeep.doctor(store) == []
    with capsys.disabled():
        print(f"\n{len(tried) - len(missed)} of {len(tried)} (of {len(DAMAGE)} in all) named")
    assert missed == {}


def test_there_are_enough_kinds():
    assert len(DAMAGE) + len(BYTES) >= 100


def turned(path: Path, at: int, many: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        part = file.read(many)
        file.seek(at)
        file.write(bytes(b ^ 255 for b in part))


def block_of(path: Path, table: str, block: int = 0) -> int:
    """Where a block of a table's data lies in the file, in bytes."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS t (READ_ONLY)")
        rows = connection.execute(
            f"SELECT DISTINCT block_id FROM pragma_storage_info('t.{table}') WHERE block_id >= 0"
            " ORDER BY block_id"
        ).fetchall()
    return 3 * 4096 + rows[block][0] * 262144


BYTES = {
    "a byte of the first header": lambda p: turned(p, 9),
    "a byte of the block headers": lambda p: (turned(p, 4096 + 20), turned(p, 8192 + 20)),
    "the first page zero": lambda p: p.open("r+b").write(bytes(4096)),
    "a byte of the facts": lambda p: turned(p, block_of(p, "step_fact") + 1000),
    "a byte of an uploaded file": lambda p: turned(p, block_of(p, "import_file") + 5000),
    "a hundred bytes of the steps": lambda p: turned(p, block_of(p, "step_record") + 300, 100),
    "half the file gone": lambda p: os.truncate(p, p.stat().st_size // 2),
    "the last kilobyte gone": lambda p: os.truncate(p, p.stat().st_size - 1000),
    "no byte left": lambda p: os.truncate(p, 0),
    "a text in its place": lambda p: p.write_text("bukan basis data " * 500),
    "a log of noise": lambda p: looking.wal_of(p).write_bytes(os.urandom(5000)),
    "another store's log": lambda p: looking.wal_of(p).write_bytes(log_of_another(p)),
    "another program's database": lambda p: (p.unlink(), other_program(p)),
    "a newer version's": lambda p: newer(p),
}  # fmt: skip


def log_of_another(near: Path) -> bytes:
    path = near.with_name("lain.duckdb")
    child = os.fork()
    if child == 0:
        store = Store(path)
        os._exit(0 if store else 1)
    os.waitpid(child, 0)
    return looking.wal_of(path).read_bytes()


def other_program(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE x (a INTEGER)")


def newer(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, now())")


@pytest.mark.parametrize("kind", BYTES)
def test_damage_to_the_bytes_is_found_and_named(small, kind):
    BYTES[kind](small)
    after = {p.name: p.read_bytes() for p in small.parent.iterdir() if p.is_file()}
    found = upkeep.doctor_file(small)
    assert {f.check for f in found} <= {"berkas", "isi"}
    assert found
    assert {p.name: p.read_bytes() for p in small.parent.iterdir() if p.is_file()} == after


MISSHAPEN = {
    "a schema number in words": (
        "ALTER TABLE schema_version ALTER version TYPE VARCHAR; UPDATE schema_version SET version = 'x'"),
    "a schema number that is none": (
        "ALTER TABLE schema_version ALTER version TYPE DOUBLE; UPDATE schema_version SET version = 'nan'"),
    "no meta": "DROP TABLE meta",
    "meta without values": (
        "DROP TABLE meta; CREATE TABLE meta (key VARCHAR, value VARCHAR);"
        " INSERT INTO meta VALUES ('reference', NULL), ('views', NULL)"),
    "meta of numbers": (
        "DROP TABLE meta; CREATE TABLE meta (key VARCHAR, value INTEGER);"
        " INSERT INTO meta VALUES ('reference', 5), ('views', 5)"),
    "no audit": "DROP TABLE audit",
    "no facts": "DROP TABLE step_fact",
    "a schema step forgotten": "DELETE FROM schema_version WHERE version = 2",
}  # fmt: skip


@pytest.mark.parametrize("kind", MISSHAPEN)
def test_a_store_of_another_shape_is_told_in_words(small, tmp_path, capsys, kind):
    """Whatever is asked of it: no fault of the program, and where to look is said."""
    with duckdb.connect(str(small)) as connection:
        connection.execute(MISSHAPEN[kind])
    for words in (["doctor"], ["status"], ["backup", str(tmp_path / "x.zip")]):
        code = main([*words, "--db", str(small)])
        said, wrong = capsys.readouterr()
        assert "kesalahan program" not in wrong, (words, wrong)
        if words[0] == "doctor":
            assert (code, "utuh" in said) == (1, False)
        if words[0] == "status":  # what it can make anew by itself, it makes anew
            assert code == 0 or "pantau doctor" in wrong


def test_sound_stores_give_no_finding(small, demo, tmp_path):
    empty = tmp_path / "kosong.duckdb"
    Store(empty).close()
    assert [upkeep.doctor_file(path) for path in (small, demo, empty)] == [[], [], []]


def test_a_store_whose_process_was_killed_is_sound(small):
    copy = small.with_name("mati.duckdb")
    with Store(small) as store, store.sessions() as cursor:
        cursor.execute("UPDATE sign_in SET ended_at = seen_at")
        shutil.copyfile(small, copy)
    assert upkeep.doctor_file(copy) == []
