"""Pengesahan: an upload counts at once, is marked until the head's word, and can be left out."""

import datetime as dt

import pytest

from sop_core import approvals, evaluation, importing, past, region
from sop_core.access import Viewer
from sop_core.approvals import CONFIRMED, SENT_BACK
from sop_core.errors import AccessDenied, Refused
from sop_core.evaluation import Scope
from sop_core.importing import recording
from sop_core.importing.contract import LANGKAH, TINDAK_LANJUT
from sop_core.importing.recording import Typed
from sop_core.indonesian import today
from sop_core.reports import sources
from sop_core.upkeep import doctor
from tests.builders import load

D = dt.date
PADANG = "BBPOM-PDG"
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
STAFF = Viewer("siti", "Siti contoh", "data_staf", PADANG, (PADANG,))
HEAD = Viewer("kepala", "Kepala contoh", "kepala_balai", PADANG, (PADANG, "LOKA-DMS"))
OTHER_HEAD = Viewer("lain", "Kepala lain", "kepala_balai", "BBPOM-KPG", ("BBPOM-KPG",))


def advocacy(case="ADV-1", title="Advokasi"):
    return [case, "A", 2025, PADANG, title]


@pytest.fixture
def asked(store):
    """A store in which Padang's uploads are put to its head; one upload came before that."""
    load(
        store.as_viewer(STAFF),
        Kegiatan=[advocacy()],
        Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]],
    )
    approvals.require(store.as_viewer(CENTRE), PADANG)
    return store


def brought(store, **sheets):
    return load(store.as_viewer(STAFF), **sheets).batch_id


def test_an_upload_counts_at_once_and_waits_for_the_head(asked):
    assert approvals.awaiting(asked) == [], "what came before waits for nobody"
    number = brought(asked, Kegiatan=[advocacy("ADV-2")])
    assert asked.one("SELECT count(*) FROM activity") == 2
    (waiting,) = approvals.awaiting(asked.as_viewer(HEAD))
    assert (waiting.batch_id, waiting.standing, waiting.said) == (
        number,
        "menunggu",
        "Belum disahkan",
    )
    assert approvals.contents(asked, number)["case_id"].tolist() == ["ADV-2"]
    approvals.approve(asked.as_viewer(HEAD), number, CONFIRMED)
    assert approvals.awaiting(asked) == []
    assert doctor(asked) == []


def test_one_sent_back_names_who_and_why_until_it_is_confirmed(asked):
    number = brought(asked, Kegiatan=[advocacy("ADV-2")])
    head = asked.as_viewer(HEAD)
    with pytest.raises(Refused, match="apa yang perlu diperbaiki"):
        approvals.approve(head, number, SENT_BACK, "  ")
    approvals.approve(head, number, SENT_BACK, "judulnya salah")
    (waiting,) = approvals.awaiting(asked.as_viewer(STAFF))
    assert waiting.said == "Dikembalikan oleh Kepala contoh: judulnya salah"
    assert approvals.said([waiting]) == "1 unggahan dikembalikan"
    approvals.approve(head, number, CONFIRMED)
    assert [w["verdict"] for w in approvals.history(asked, number)] == ["sah", "kembali"]
    with pytest.raises(Refused, match="tidak menunggu"):
        approvals.approve(head, number, CONFIRMED)


def test_what_is_recorded_step_by_step_waits_too(asked):
    key = {"case_id": "ADV-1", "step_no": 2}
    recording.record(
        asked.as_viewer(STAFF), [Typed(LANGKAH, key, {**key, "started": D(2025, 3, 17)})]
    )
    (waiting,) = approvals.awaiting(asked)
    assert waiting.files.startswith("catat-langkah ")


@pytest.mark.slow
def test_figures_without_what_is_not_confirmed(asked):
    before = evaluation.headline(asked, Scope(today()))
    confirmed = past.known_on(asked, None, confirmed=True)
    assert evaluation.headline(confirmed, Scope(today())) == before, "nothing waits yet"
    brought(asked, Kegiatan=[advocacy("ADV-2")],
            Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 17)], ["ADV-2", 1, D(2025, 5, 5)]])  # fmt: skip
    number = approvals.awaiting(asked)[0].batch_id
    assert evaluation.headline(asked, Scope(today())) != before
    confirmed = past.known_on(asked, None, confirmed=True)
    assert evaluation.headline(confirmed, Scope(today())) == before
    assert region.case_records(confirmed, "ADV-1")["finished"].dropna().dt.date.tolist() == [
        D(2025, 3, 14)
    ]
    with pytest.raises(Refused):
        load(confirmed, Kegiatan=[advocacy("ADV-3")])
    approvals.approve(asked.as_viewer(HEAD), number, CONFIRMED)
    confirmed = past.known_on(asked, None, confirmed=True)
    assert evaluation.headline(confirmed, Scope(today())) == evaluation.headline(
        asked, Scope(today())
    )
    past.close(asked.database)


@pytest.mark.slow
def test_what_builds_on_an_unconfirmed_activity_waits_with_it(asked):
    brought(asked, Kegiatan=[advocacy("ADV-2")])
    # The centre's upload waits for nobody; its step is of an activity that does.
    load(asked, Langkah=[["ADV-2", 1, D(2025, 5, 5), D(2025, 5, 6)]],
         Tindak_Lanjut=[["ADV-2", "1", "Perbaiki"]])  # fmt: skip
    confirmed = past.known_on(asked, None, confirmed=True)
    for table in ("activity", "step_record", "follow_up", "sop_case"):
        assert confirmed.one(f"SELECT count(*) FROM {table} WHERE case_id = 'ADV-2'") == 0, table
    past.close(asked.database)


def test_who_confirms(asked):
    number = brought(asked, Kegiatan=[advocacy("ADV-2")])
    for viewer in (STAFF, CENTRE, Viewer("p", "Pimpinan contoh", "pimpinan")):
        with pytest.raises(AccessDenied):
            approvals.approve(asked.as_viewer(viewer), number, CONFIRMED)
    with pytest.raises(AccessDenied, match="bukan dari unit Anda"):
        approvals.approve(asked.as_viewer(OTHER_HEAD), number, CONFIRMED)
    assert approvals.awaiting(asked.as_viewer(OTHER_HEAD)) == []
    for viewer in (STAFF, HEAD):
        with pytest.raises(AccessDenied):
            approvals.release(asked.as_viewer(viewer), PADANG)
    refused = asked.one(
        "SELECT count(*) FROM audit WHERE action = 'pengesahan' AND outcome = 'ditolak'"
    )
    assert refused == 4


@pytest.mark.slow
def test_the_rule_is_set_and_lifted_by_the_centre(asked):
    centre = asked.as_viewer(CENTRE)
    with pytest.raises(Refused, match="sudah wajib"):
        approvals.require(centre, PADANG)
    with pytest.raises(Refused, match="bukan Balai"):
        approvals.require(centre, "NASIONAL")
    brought(asked, Kegiatan=[advocacy("ADV-2")])
    assert [u.code for u in approvals.offices(centre, today())] == [PADANG]
    approvals.release(centre, PADANG)
    assert approvals.awaiting(asked) == []
    with pytest.raises(Refused, match="tidak wajib"):
        approvals.release(centre, PADANG)
    # Asked again from now on: what came in between waits for nobody.
    approvals.require(centre, PADANG)
    assert approvals.awaiting(asked) == []


@pytest.mark.slow
def test_an_undone_upload_waits_no_more(asked):
    number = brought(asked, Kegiatan=[advocacy("ADV-2")])
    importing.undo(asked.as_viewer(STAFF), number, "Siti contoh")
    assert approvals.awaiting(asked) == []
    assert doctor(asked) == []


def recorded(store, before=None, **after):
    key = {"case_id": "ADV-1", "step_no": 2, **(before or {})}
    return recording.record(store.as_viewer(STAFF), [Typed(LANGKAH, key, {**key, **after})])


@pytest.mark.slow
def test_what_goes_on_with_an_unconfirmed_upload_is_confirmed_after_it(asked):
    first = recorded(asked, started=D(2025, 3, 17), finished=D(2025, 4, 30)).batch_id
    second = recorded(asked, {"finished": D(2025, 4, 30)}, finished=D(2025, 4, 8)).batch_id
    head = asked.as_viewer(HEAD)
    approvals.approve(head, first, SENT_BACK, "tanggalnya salah")
    with pytest.raises(Refused, match=f"sahkan unggahan {first} lebih dahulu"):
        approvals.approve(head, second, CONFIRMED)
    approvals.approve(head, first, CONFIRMED)
    approvals.approve(head, second, CONFIRMED)


@pytest.mark.slow
def test_half_a_record_is_none(asked):
    number = brought(asked, Tindak_Lanjut=[["ADV-1", "1", "Perbaiki label"]])
    # The centre's word waits for nobody, and says of it no more than when it was done.
    before = {"case_id": "ADV-1", "recommendation_no": "1", "description": "Perbaiki label"}
    recording.record(
        asked, [Typed(TINDAK_LANJUT, before, {**before, "finished_on": D(2025, 6, 2)})]
    )
    confirmed = past.known_on(asked, None, confirmed=True)
    assert confirmed.one("SELECT count(*) FROM follow_up") == 0
    approvals.approve(asked.as_viewer(HEAD), number, CONFIRMED)
    confirmed = past.known_on(asked, None, confirmed=True)
    assert confirmed.one("SELECT finished_on FROM follow_up") == D(2025, 6, 2)
    past.close(asked.database)


@pytest.mark.slow
def test_what_a_confirmed_upload_said_stands_though_one_that_waits_said_as_much(asked):
    brought(asked, Kegiatan=[advocacy("ADV-2")])
    number = brought(asked, Kegiatan=[advocacy("ADV-3")])
    approvals.approve(asked.as_viewer(HEAD), number, CONFIRMED)
    confirmed = past.known_on(asked, None, confirmed=True)
    until = "SELECT max(until) FROM office_horizon WHERE unit_code = 'BBPOM-PDG'"
    assert confirmed.one(until) == asked.one(until)
    past.close(asked.database)


@pytest.mark.slow
def test_a_report_says_that_it_counts_the_confirmed_alone(asked):
    brought(asked, Kegiatan=[advocacy("ADV-2")])
    about = sources.subject(asked, PADANG, False, today())
    waits = dict(sources.identity(asked, about, today(), "2025"))
    assert waits["Pengesahan"] == "1 unggahan belum disahkan; isinya ikut dihitung"
    confirmed = past.known_on(asked, None, confirmed=True)
    assert "disahkan" in dict(sources.identity(confirmed, about, today(), "2025"))["Isi"]
    past.close(asked.database)
