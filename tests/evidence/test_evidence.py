"""Evidence: added by who answers for the case, seen in scope, opened with a trace, taken back."""

import datetime as dt
import stat

import pytest

from sop_core import blobs, evidence, importing, indonesian, past, upkeep
from sop_core.access import VISITOR, Viewer
from sop_core.demo import demo_workbook
from sop_core.errors import AccessDenied, Refused, StoreUnreachable
from sop_core.evidence import Place, keeping
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, enter, load, revised
from tests.evidence.conftest import ADMIN, CENTRE, HEAD, KUPANG, LEADER, PADANG, SIJUNJUNG, fill
from tests.evidence.papers import BAD, pdf, photo, picture

pytestmark = pytest.mark.slow

D = dt.date
REPORT = Place("ADV-1", 4)
FOLLOW_UP = Place("ADV-1", recommendation="1")
EVERYONE = (PADANG, SIJUNJUNG, KUPANG, HEAD, LEADER, CENTRE, ADMIN)


def audit(store: Store) -> list[tuple[str, str, str, str]]:
    rows = store.nationwide().rows("SELECT * FROM audit ORDER BY entry_no")
    return [(r["login"], r["action"], r["subject"], r["outcome"]) for r in rows]


def shown(store: Store, case: str = "ADV-1") -> list[tuple]:
    frame = evidence.listed(store, case)
    return list(frame[["evidence_no", "kind", "name"]].itertuples(index=False, name=None))


def test_a_document_is_kept_once_by_its_digest_and_comes_back_as_it_was(cases):
    mine = cases.as_viewer(PADANG)
    content = pdf("Laporan Padang")
    number = evidence.add_document(mine, REPORT, "Laporan A.4.pdf", content, "scan TU")
    again = evidence.add_document(mine, Place("ADV-1", 3), "sama.pdf", content)
    assert shown(mine) == [(again, "pdf", "sama.pdf"), (number, "pdf", "Laporan A.4.pdf")]
    document = evidence.content(mine, number)
    assert (document.content, document.media) == (content, "application/pdf")
    assert document.name == "Laporan A.4.pdf"
    folder = blobs.of(cases)
    (digest,) = blobs.names(folder)
    kept = folder / digest[:2] / digest
    assert kept.read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [p.name for p in kept.parent.iterdir()] == [digest], "nothing half written stays"
    assert upkeep.doctor(cases) == []


def test_the_kind_is_that_of_the_content_and_the_name_ends_so(cases):
    number = evidence.add_document(cases, REPORT, r"C:\TU\..\surat\foto.pdf.exe", photo())
    assert shown(cases) == [(number, "jpg", "foto.pdf.exe")]
    document = evidence.content(cases, number)
    assert (document.name, document.media) == ("foto.pdf.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("/", "dokumen"), ("", "dokumen"), (".", "dokumen"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"), ("\u202efdp.exe", "fdp.exe"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"), ("..\\..\\boot.ini", "boot.ini"),
        ("nul\0.png", "nul .png"),
    ],
)  # fmt: skip
def test_a_name_is_a_name_and_no_place(given, kept):
    assert keeping._name(given) == kept


@pytest.mark.parametrize("kind", list(BAD)[::6])
def test_what_is_refused_leaves_nothing(cases, kind):
    content, said = BAD[kind]
    before = cases.version
    with pytest.raises(Refused, match=said):
        evidence.add_document(cases, REPORT, "a.pdf", content)
    assert shown(cases) == []
    assert list(blobs.names(blobs.of(cases))) == []
    assert cases.version == before


def test_limits_are_said_before_the_file_is_looked_at(cases, monkeypatch):
    monkeypatch.setattr(keeping.confined, "run", lambda *_: pytest.fail("looked at"))
    for content, said in ((b"", "kosong"), (b"%PDF-" + bytes(keeping.LARGEST), "10 MB")):
        with pytest.raises(Refused, match=said):
            evidence.add_document(cases, REPORT, "a.pdf", content)
    with pytest.raises(Refused, match="Catatan"):
        evidence.add_document(cases, REPORT, "a.pdf", pdf(), "x" * 501)


def test_a_job_that_dies_is_a_refusal(cases, monkeypatch):
    monkeypatch.setattr(keeping, "JOB", keeping.Limits(memory=512, seconds=0.01, answer=1))
    with pytest.raises(Refused, match="tidak dapat diperiksa"):
        evidence.add_document(cases, REPORT, "a.pdf", pdf())
    assert shown(cases) == []


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://contoh.go.id/a",
        "contoh.go.id", "https://", "https:///a", "https://admin:x@contoh.go.id/",
        "https://contoh.go.id@lain.id/", "https://contoh.go.id/a b", "https://contoh.go.id/\u202ea",
        'https://contoh.go.id/"onclick=', "https://contoh.go.id/<script>", "http://[::1", "https://a:99999/",
        "https://contoh.go.id/\n", " ", "https://contoh.go.id/" + "a" * 2000, "HTTPS:contoh.go.id",
    ],
)  # fmt: skip
def test_a_link_leads_to_the_web_or_is_refused(cases, link):
    if link.endswith("\n"):
        number = evidence.add_link(cases, REPORT, link)
        assert evidence.listed(cases, "ADV-1")["link"].tolist() == ["https://contoh.go.id/"]
        assert number == 1
        return
    with pytest.raises(Refused, match="Tautan"):
        evidence.add_link(cases, REPORT, link)
    assert shown(cases) == []


def test_a_link_is_kept_and_holds_nothing_to_open(cases):
    address = "https://arsip.contoh.go.id/surat?id=7&x=%20a#hal-2"
    number = evidence.add_link(cases, REPORT, f" {address} ", "SIMPEL")
    (row,) = evidence.listed(cases, "ADV-1").to_dict("records")
    assert (row["link"], row["kind"], row["note"]) == (address, "tautan", "SIMPEL")
    with pytest.raises(Refused, match="sebuah tautan"):
        evidence.content(cases, number)
    with pytest.raises(Refused, match="sama sudah ada"):
        evidence.add_link(cases, REPORT, address)


def test_only_who_uploads_for_the_office_adds_and_takes_back(cases):
    number = evidence.add_document(cases.as_viewer(PADANG), REPORT, "a.pdf", pdf())
    for viewer in EVERYONE[1:]:
        other = cases.as_viewer(viewer)
        for act in (
            lambda other=other: evidence.add_document(other, REPORT, "b.pdf", pdf("lain")),
            lambda other=other: evidence.add_link(other, REPORT, "https://contoh.go.id/a"),
            lambda other=other: evidence.withdraw(other, number),
        ):
            with pytest.raises(Refused):
                act()
        assert "ditolak" in {a[3] for a in audit(cases) if a[0] == viewer.login}, viewer
    assert shown(cases) == [(number, "pdf", "a.pdf")]
    evidence.withdraw(cases.as_viewer(PADANG), number)
    assert shown(cases) == []
    assert list(blobs.names(blobs.of(cases))), "what was known stays known"
    with pytest.raises(Refused, match="sudah ditarik"):
        evidence.withdraw(cases.as_viewer(PADANG), number)
    assert upkeep.doctor(cases) == []


def test_a_follow_up_is_of_the_office_in_charge_of_it(cases):
    for viewer in (PADANG, KUPANG, CENTRE, HEAD):
        with pytest.raises(AccessDenied):
            evidence.add_document(cases.as_viewer(viewer), FOLLOW_UP, "a.pdf", pdf())
    number = evidence.add_document(cases.as_viewer(SIJUNJUNG), FOLLOW_UP, "a.pdf", pdf())
    own = Place("ADV-1", recommendation="2")
    second = evidence.add_document(cases.as_viewer(PADANG), own, "b.png", picture())
    with pytest.raises(AccessDenied):
        evidence.add_document(cases.as_viewer(SIJUNJUNG), own, "a.pdf", pdf())
    assert shown(cases.as_viewer(SIJUNJUNG)) == [(number, "pdf", "a.pdf")]
    assert shown(cases.as_viewer(PADANG)) == [(second, "png", "b.png")]
    assert len(shown(cases.as_viewer(HEAD))) == 2
    for viewer in (KUPANG, ADMIN):
        assert shown(cases.as_viewer(viewer)) == []
        with pytest.raises(Refused, match="tidak ada"):
            evidence.content(cases.as_viewer(viewer), number)


def test_what_there_is_not_is_refused(cases):
    for place in (Place("ADV-9", 1), Place("ADV-1", 99), Place("ADV-1", recommendation="9")):
        with pytest.raises(Refused, match="tidak ada"):
            evidence.add_link(cases, place, "https://contoh.go.id")
        with pytest.raises(AccessDenied, match="dalam kewenangan Anda"):
            evidence.add_link(cases.as_viewer(PADANG), place, "https://contoh.go.id")
    for wrong in ({}, {"step_no": 1, "recommendation": "1"}):
        with pytest.raises(ValueError, match="a step or"):
            Place("ADV-1", **wrong)


def test_who_sees_no_names_sees_that_there_is_one_and_no_more(cases):
    number = evidence.add_document(cases, REPORT, "Surat Budi contoh.pdf", pdf(), "dari Budi")
    evidence.add_link(cases, REPORT, "https://contoh.go.id/budi")
    leader = cases.as_viewer(LEADER)
    frame = evidence.listed(leader, "ADV-1")
    assert frame["kind"].tolist() == ["pdf", "tautan"]
    assert "udi" not in frame.to_csv()
    assert leader.rows("SELECT sha256, name, link, note FROM evidence") == [
        {"sha256": None, "name": "", "link": None, "note": ""}
    ] * 2  # fmt: skip
    with pytest.raises(AccessDenied, match="nama orang"):
        evidence.content(leader, number)
    assert ("pimpinan", "ekspor_nama", f"bukti {number}", "ditolak") in audit(cases)


def test_every_change_and_every_opening_is_in_the_audit(cases):
    head, mine = cases.as_viewer(HEAD), cases.as_viewer(PADANG)
    number = evidence.add_document(mine, REPORT, "a.pdf", pdf())
    evidence.content(head, number)
    evidence.withdraw(mine, number)
    assert audit(cases)[-3:] == [
        ("staf.padang", "bukti", f"bukti {number}: ADV-1 langkah 4", "ok"),
        ("kepala", "ekspor_nama", f"bukti {number}: ADV-1", "ok"),
        ("staf.padang", "bukti", f"tarik bukti {number}", "ok"),
    ]
    told = cases.one("SELECT after FROM audit WHERE action = 'bukti' ORDER BY entry_no LIMIT 1")
    assert cases.one("SELECT sha256 FROM evidence") in told
    assert "a.pdf" not in told, "an administrator sees no names"


def test_the_centre_adds_to_the_nations_cycle_and_everyone_sees_it(cases):
    from tests.builders import open_years

    open_years(cases, ("A", 2024))
    recap = Place("A-2024-NASIONAL", 8)
    number = evidence.add_document(cases.as_viewer(CENTRE), recap, "rekap.pdf", pdf())
    for viewer in (PADANG, KUPANG, LEADER):
        assert len(shown(cases.as_viewer(viewer), "A-2024-NASIONAL")) == 1
    with pytest.raises(AccessDenied):
        evidence.withdraw(cases.as_viewer(PADANG), number)


def test_a_visitor_touches_demo_cases_alone_and_only_so_much(tmp_path, monkeypatch):
    with Store() as store:
        file = SourceFile("demo.xlsx", demo_workbook(cases=60, until=TODAY))
        importing.import_files(store, [file], "uji", today=TODAY)
        visitor = store.as_viewer(VISITOR)
        case = store.one("SELECT min(case_id) FROM step_record JOIN activity USING (case_id)")
        number = evidence.add_document(visitor, Place(case, 1), "a.pdf", pdf())
        evidence.withdraw(visitor, number)
        monkeypatch.setattr(keeping, "MOST_OF_DEMO", len(pdf()) + 10)
        with pytest.raises(Refused, match="Mode demo"):
            evidence.add_document(visitor, Place(case, 1), "b.pdf", pdf("lain"))
        fill(store)
        real = evidence.add_link(store, REPORT, "https://contoh.go.id")
        with pytest.raises(AccessDenied, match="data demo"):
            evidence.add_link(visitor, REPORT, "https://contoh.go.id/2")
        with pytest.raises(AccessDenied, match="data demo"):
            evidence.withdraw(visitor, real)


def test_a_place_holds_only_so_many(cases, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_AT_A_PLACE", 2)
    for n in range(2):
        evidence.add_link(cases, REPORT, f"https://contoh.go.id/{n}")
    with pytest.raises(Refused, match="tarik dahulu"):
        evidence.add_link(cases, REPORT, "https://contoh.go.id/9")
    evidence.withdraw(cases, 1)
    assert evidence.add_link(cases, REPORT, "https://contoh.go.id/9") == 3


def test_an_id_that_another_office_takes_up_brings_no_evidence_with_it(cases):
    evidence.add_document(cases.as_viewer(PADANG), REPORT, "a.pdf", pdf())
    importing.undo(cases, importing.history(cases)[0].batch_id, "uji")
    assert shown(cases) == [], "its case is gone"
    assert upkeep.doctor(cases) == [], "and the row and the file are not"
    load(
        cases,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-KPG", "Advokasi Kupang"]],
        Langkah=[["ADV-1", 4, D(2025, 4, 9), D(2025, 4, 15)]],
    )
    for viewer in (KUPANG, LEADER, CENTRE):
        assert shown(cases.as_viewer(viewer)) == []
        with pytest.raises(Refused, match="tidak ada"):
            evidence.content(cases.as_viewer(viewer), 1)
    assert cases.as_viewer(KUPANG).one("SELECT count(*) FROM evidence") == 0


def test_a_lost_or_changed_file_is_not_handed_out_and_is_healed_by_the_same(cases):
    number = evidence.add_document(cases, REPORT, "a.pdf", pdf())
    folder = blobs.of(cases)
    (digest,) = blobs.names(folder)
    kept = blobs.place(folder, digest)
    for damage in (lambda: kept.write_bytes(b"<html>"), kept.unlink):
        damage()
        with pytest.raises(Refused, match="hilang atau berubah"):
            evidence.content(cases, number)
        assert {f.check for f in upkeep.doctor(cases)} == {"berkas bukti"}
    evidence.add_document(cases, Place("ADV-1", 3), "b.pdf", pdf())
    assert evidence.content(cases, number).content == pdf()
    assert upkeep.doctor(cases) == []


def test_no_room_is_said_and_keeps_nothing(cases, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)
    with pytest.raises(StoreUnreachable, match="penuh"):
        evidence.add_document(cases, REPORT, "a.pdf", pdf())
    monkeypatch.undo()
    assert shown(cases) == []
    folder = blobs.of(cases)
    assert [p for p in folder.rglob("*") if p.is_file()] == []
    assert upkeep.doctor(cases) == []


def test_what_was_known_on_a_day(cases, monkeypatch):
    def at(day: int) -> None:
        moment = dt.datetime(2026, 11, day, 12, tzinfo=indonesian.JAKARTA)
        monkeypatch.setattr(indonesian, "clock", lambda: moment)

    with Store() as store:
        at(2)
        fill(store)
        at(4)
        number = evidence.add_document(store, REPORT, "a.pdf", pdf())
        at(6)
        evidence.withdraw(store, number)
        at(8)
        known = {day: past.known_on(store, D(2026, 11, day)) for day in (3, 5, 7)}
        assert [len(shown(known[day])) for day in (3, 5, 7)] == [0, 1, 0]
        assert evidence.content(known[5].as_viewer(HEAD), number).content == pdf()
        assert audit(store)[-1][:3] == ("kepala", "ekspor_nama", f"bukti {number}: ADV-1")
        with pytest.raises(Refused, match="lampau"):
            evidence.add_link(known[5], REPORT, "https://contoh.go.id")
        assert not evidence.may_add(known[5], "ADV-1", "BBPOM-PDG")
        past.close(store.database)


def test_may_add_says_what_adding_does(cases):
    for viewer in (*EVERYONE, VISITOR, Viewer("x", "X", "tidak ada")):
        seen = cases.as_viewer(viewer)
        told = evidence.may_add(seen, "ADV-1", "BBPOM-PDG")
        try:
            evidence.add_link(seen, REPORT, f"https://contoh.go.id/{viewer.login}")
        except Refused:
            assert not told, viewer
        else:
            assert told, viewer


def test_a_store_in_memory_lets_its_folder_go(monkeypatch):
    import gc

    with Store() as store:
        fill(store)
        evidence.add_document(store, REPORT, "a.pdf", pdf())
        folder = blobs.of(store)
        assert folder.is_dir()
    del store
    gc.collect()
    assert not folder.exists()


def test_beside_the_file_by_whatever_link_it_is_called(tmp_path):
    path = tmp_path / "toko.duckdb"
    with Store(path) as store:
        fill(store)
        evidence.add_document(store, REPORT, "a.pdf", pdf())
    folder = tmp_path / "toko.bukti"
    assert len(list(blobs.names(folder))) == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (tmp_path / "lain.duckdb").symlink_to(path)
    with Store(tmp_path / "lain.duckdb") as store:
        assert evidence.content(store, 1).content == pdf()


def test_a_revision_says_itself_what_is_a_document(cases):
    enter(cases, revised("05", D(2026, 3, 2)))
    outputs = {s.code: s.output_is_document for s in cases.revisions[-1].steps}
    assert {code for code, is_one in outputs.items() if not is_one} == {
        "A.1", "A.2", "A.3", "A.5", "B.1", "B.2", "B.3", "B.5", "B.10", "C.1", "C.4", "C.8", "D.1",
    }  # fmt: skip
