"""Catat: what somebody types is a batch like any other, and only what changed is written."""

import contextlib
import datetime as dt

import pytest

from sop_core import cli, importing
from sop_core.access import Viewer
from sop_core.errors import AccessDenied, Refused, UndoRefused
from sop_core.importing import recording
from sop_core.importing.contract import KEGIATAN, LANGKAH, TINDAK_LANJUT
from sop_core.importing.recording import Typed, record
from tests.builders import TODAY, steps_of

D = dt.date
STAFF = Viewer("siti", "Siti contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
OTHER = Viewer("budi", "Budi contoh", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))


def step(before=None, case="ADV-1", no=3, **after):
    key = {"case_id": case, "step_no": no}
    return Typed(LANGKAH, key | (before or {}), key | (before or {}) | after)


def stored(store, case="ADV-1", no=3):
    rows = store.rows("SELECT * FROM step_record WHERE case_id = $c AND step_no = $n", c=case, n=no)
    return rows[0] if rows else None


def test_a_step_is_a_batch_of_its_own_with_its_file_and_its_undo(one_case):
    store = one_case.as_viewer(STAFF)
    done = record(
        store, [step(started=D(2025, 5, 5), finished=D(2025, 5, 9), document_no="B-1")], today=TODAY
    )
    assert done.kept
    assert done.rows.new == 1
    assert stored(store)["finished"] == D(2025, 5, 9)
    assert steps_of(store, "ADV-1", TODAY)[3]["status"] == "selesai"
    (batch, _) = importing.history(store)
    assert batch.imported_by == "Siti contoh"
    assert batch.files == "catat-langkah ADV-1-3.csv"
    file = importing.stored_files(store, batch.batch_id)[0]
    assert file.content.decode("utf-8-sig").splitlines() == [
        "ID Kegiatan;No Langkah;Tanggal Mulai;Tanggal Selesai;Nomor Dokumen",
        "ADV-1;3;2025-05-05;2025-05-09;B-1",
    ]
    again = importing.import_files(store, [file], "Siti contoh", today=TODAY)
    assert not again.kept
    assert again.rows.unchanged == 1
    importing.undo(store, batch.batch_id, "Siti contoh", TODAY)
    assert stored(store) is None


def test_only_what_changed_is_written(one_case):
    shown = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    record(one_case, [step(shown, no=2, document_no="B-2")], today=TODAY)
    columns = one_case.one("SELECT columns FROM import_sheet ORDER BY batch_id DESC LIMIT 1")
    assert columns == ["case_id", "step_no", "document_no"]
    # The dates are the first upload's word still: with it undone nothing else vouches for them.
    with pytest.raises(UndoRefused):
        importing.undo(one_case, 1, "uji", TODAY)
    assert stored(one_case, no=2) | shown == stored(one_case, no=2)


def test_an_emptied_field_is_cleared_and_the_others_stay(one_case):
    shown = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    record(one_case, [step(shown, no=2, finished=None)], today=TODAY)
    assert stored(one_case, no=2)["finished"] is None
    assert stored(one_case, no=2)["started"] == D(2025, 3, 17)


def test_what_somebody_changed_meanwhile_is_not_overwritten(one_case):
    shown = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    record(one_case.as_viewer(STAFF), [step(shown, no=2, finished=D(2025, 4, 29))], today=TODAY)
    with pytest.raises(Refused, match=r"Tanggal Selesai pada ADV-1 / 2 berubah .* 30 April 2025"
                       r" menjadi 29 April 2025 oleh Siti contoh \(unggahan 2\)"):  # fmt: skip
        record(one_case, [step(shown, no=2, finished=D(2025, 4, 28))], today=TODAY)
    # Another field of the same step is nobody's business.
    assert record(one_case, [step(shown, no=2, document_no="B-9")], today=TODAY).kept
    assert stored(one_case, no=2)["finished"] == D(2025, 4, 29)


@pytest.mark.slow
def test_a_page_of_an_earlier_moment_does_not_overwrite_either(one_case):
    shown = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    with one_case.snapshot() as page:
        record(one_case, [step(shown, no=2, finished=D(2025, 4, 29))], today=TODAY)
        with pytest.raises(Refused, match="berubah sementara formulir ini terbuka"):
            record(page, [step(shown, no=2, finished=D(2025, 4, 28))], today=TODAY)


def test_the_same_checks_and_all_or_nothing(one_case):
    rows = [
        step(started=D(2025, 5, 5), finished=D(2025, 5, 2)),
        step(no=4, started=D(2025, 5, 12), finished=D(2025, 5, 13)),
    ]
    result = record(one_case, rows, today=TODAY)
    assert not result.kept
    assert result.rows.rejected == 1
    assert result.problems
    assert stored(one_case) is None
    assert stored(one_case, no=4) is None


def test_several_sheets_at_once(one_case):
    new = {"case_id": "KEG-1", "flow": "A", "year": 2025, "unit_code": "BBPOM-PDG", "title": "Baru"}
    advice = {"case_id": "ADV-1", "recommendation_no": "1", "description": "Perbaiki label"}
    result = record(one_case, [
        Typed(KEGIATAN, {}, new),
        step(case="KEG-1", no=1, started=D(2025, 6, 2)),
        Typed(TINDAK_LANJUT, {}, advice | {"target_on": D(2025, 7, 1)}),
    ], today=TODAY)  # fmt: skip
    assert result.kept, result.problems
    assert result.rows.new == 3
    assert recording.follow_ups(one_case, "ADV-1")[0]["description"] == "Perbaiki label"
    assert recording.new_case_id(one_case, new, "KEG-") == "KEG-A-2025-BBPOM-PDG-001"


def test_a_row_does_not_bring_back_what_its_form_showed_in_a_field_that_another_row_changes(
    one_case,
):
    first = {"started": D(2025, 3, 3), "finished": D(2025, 3, 14)}
    second = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    record(one_case.as_viewer(STAFF), [step(second, no=2, finished=D(2025, 4, 29))], today=TODAY)
    rows = [step(first, no=1, finished=D(2025, 3, 13)), step(second, no=2, document_no="B-7")]
    assert record(one_case, rows, today=TODAY).rows.changed == 2
    assert stored(one_case, no=1)["finished"] == D(2025, 3, 13)
    assert stored(one_case, no=2)["finished"] == D(2025, 4, 29), "a colleague's, of meanwhile"
    assert stored(one_case, no=2)["document_no"] == "B-7"


def test_nothing_changed_is_said(one_case):
    shown = {
        "started": D(2025, 3, 17),
        "finished": D(2025, 4, 30),
        "document_no": None,
        "skipped": None,
    }
    with pytest.raises(Refused, match="Tidak ada yang diubah"):
        record(one_case, [step(shown, no=2, document_no="  ", skipped=False)], today=TODAY)


@pytest.mark.slow
def test_a_step_does_not_speak_for_its_office_unless_that_is_said(one_case):
    def until():
        return one_case.one("SELECT max(until) FROM office_horizon WHERE unit_code = 'BBPOM-PDG'")

    before = until()
    record(one_case, [step(started=D(2025, 5, 5))], today=D(2026, 12, 1))
    assert until() == before
    record(one_case, [step({"started": D(2025, 5, 5)}, finished=D(2025, 5, 9))],
           until=D(2026, 11, 30), today=D(2026, 12, 1))  # fmt: skip
    assert until() == D(2026, 11, 30)


def test_another_office_neither_records_nor_learns(one_case):
    theirs = one_case.as_viewer(OTHER)
    with pytest.raises(Refused) as refused:  # what is stored there reads as if it were not
        record(
            theirs, [step({"finished": D(2000, 1, 1)}, no=2, finished=D(2025, 4, 28))], today=TODAY
        )
    assert "menjadi kosong." in str(refused.value)
    result = record(theirs, [step(no=2, finished=D(2025, 4, 28))], today=TODAY)
    assert not result.kept
    said = " ".join(p.message for p in result.problems)
    assert "Advokasi Pasar" not in said
    assert "30 April" not in said
    assert not recording.may_record(theirs, "BBPOM-PDG")
    assert recording.steps(theirs, "ADV-1", TODAY) == []
    head = Viewer("k", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))
    with pytest.raises(AccessDenied):
        record(one_case.as_viewer(head), [step(started=D(2025, 5, 5))], today=TODAY)


def test_what_a_form_shows(one_case):
    store = one_case.as_viewer(STAFF)
    assert list(recording.offices(store, TODAY)) == ["BBPOM-PDG"]
    (case,) = [c for c in recording.cases(store, ["BBPOM-PDG"], TODAY) if c["case_id"] == "ADV-1"]
    assert (case["level"], case["step"], case["title"]) == (
        "activity",
        "A.3",
        "Advokasi Pasar Aman Padang",
    )
    shown = {s["step_no"]: s for s in recording.steps(store, "ADV-1", TODAY)}
    assert sorted(shown) == [1, 2, 3, 4, 5, 6]
    assert shown[2]["finished"] == D(2025, 4, 30)
    assert shown[3]["finished"] is None


@pytest.mark.slow
def test_from_the_command_line(one_case, monkeypatch, capsys):
    monkeypatch.setattr(cli.common, "Store", lambda _: contextlib.nullcontext(one_case))
    given = ["record", "ADV-1", "3", "--start", "2025-05-05", "--finish", "2025-05-09"]
    assert cli.main([*given, "--document", "B-1"]) == 0
    assert "Tersimpan sebagai unggahan 2." in capsys.readouterr().out
    assert stored(one_case)["finished"] == D(2025, 5, 9)
    assert cli.main(["record", "ADV-1", "3", "--finish", "2025-05-02"]) == 1
    assert "Tanggal Selesai" in capsys.readouterr().err
    assert stored(one_case)["document_no"] == "B-1"
    assert cli.main(["record", "ADV-1", "9", "--finish", "2025-05-02"]) == 1
    assert cli.main(["record", "ADV-1", "3"]) == 2


def test_a_new_recommendation_takes_no_number_that_somebody_else_answers_for(one_case):
    store = one_case.as_viewer(STAFF)

    def advise(text, unit=None):
        number = recording.new_recommendation(store, "ADV-1")
        row = {
            "case_id": "ADV-1",
            "recommendation_no": number,
            "description": text,
            "unit_code": unit,
        }
        return record(store, [Typed(TINDAK_LANJUT, {}, row)], today=TODAY), row

    advise("Perbaiki label", "BBPOM-KPG")
    result, row = advise("Sediakan ruang", "BBPOM-PDG")
    assert result.kept
    assert row["recommendation_no"] == "2"
    with pytest.raises(Refused, match="ADV-1 / 1 sudah dipakai"):
        record(store, [Typed(TINDAK_LANJUT, {}, {**row, "recommendation_no": "1"})], today=TODAY)
    importing.undo(one_case, result.batch_id, "uji", TODAY)
    assert recording.new_recommendation(store, "ADV-1") == "3", "what was undone is not its number"


def test_an_undone_activity_leaves_its_id(one_case):
    new = {"flow": "A", "year": 2025, "unit_code": "BBPOM-PDG", "title": "Salah"}
    first = recording.new_case_id(one_case, new, "KEG-")
    done = record(one_case, [Typed(KEGIATAN, {}, {"case_id": first, **new})], today=TODAY)
    importing.undo(one_case, done.batch_id, "uji", TODAY)
    assert recording.new_case_id(one_case, new, "KEG-") == "KEG-A-2025-BBPOM-PDG-002"


def test_a_row_of_several_vouches_for_no_field_that_it_leaves_alone(one_case):
    wrong = record(one_case, [step(no=3, started=D(2025, 5, 5))], today=TODAY)
    rows = [
        step({"started": D(2025, 5, 5)}, no=3, remarks="menunggu"),
        step({"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}, no=2, started=D(2025, 3, 18)),
    ]
    assert record(one_case, rows, today=TODAY).kept
    importing.undo(one_case, wrong.batch_id, "uji", TODAY)
    assert stored(one_case, no=3)["started"] is None
    assert stored(one_case, no=3)["remarks"] == "menunggu"


def test_a_nought_is_a_value(one_case):
    before = {"case_id": "ADV-1", "participants": None}
    record(one_case, [Typed(KEGIATAN, before, {**before, "participants": 0})], today=TODAY)
    assert one_case.one("SELECT participants FROM activity WHERE case_id = 'ADV-1'") == 0


def test_a_field_emptied_on_one_sheet_empties_none_of_another(one_case):
    counts = {"case_id": "ADV-1", "title": "Advokasi Pasar Aman Padang", "participants": None}
    record(one_case, [Typed(KEGIATAN, counts, {**counts, "participants": 40})], today=TODAY)
    first = {"started": D(2025, 3, 3), "finished": D(2025, 3, 14)}
    second = {"started": D(2025, 3, 17), "finished": D(2025, 4, 30)}
    counts["participants"] = 40
    rows = [
        Typed(KEGIATAN, counts, {**counts, "participants": None}),
        step(first, no=1, finished=D(2025, 3, 13)),
        step(second, no=2, document_no="B-7"),
    ]
    assert record(one_case, rows, today=TODAY).kept
    assert one_case.one("SELECT participants FROM activity WHERE case_id = 'ADV-1'") is None
    assert stored(one_case, no=2)["finished"] == D(2025, 4, 30)
