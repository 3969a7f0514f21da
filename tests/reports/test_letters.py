"""Letters of reminder: to whom, what they say, and that page and command give the same."""

import contextlib
import datetime as dt
import io
import json
import zipfile
from dataclasses import replace

import docx
import pytest

from sop_core import statements, years
from sop_core.access import Viewer
from sop_core.cli import common, main
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.reports import letters
from sop_core.store import Store, Trace, bump_version
from tests.builders import load

pytestmark = pytest.mark.slow

D = dt.date
DAY = D(2026, 3, 2)
KUPANG = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-KPG", ("BBPOM-KPG", "LOKA-SMT"))


@pytest.fixture
def owed(store: Store) -> Store:
    """All offices owe A of 2025 by 2 February 2026 (20 HK after its opening on 2 January)."""
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
        Langkah=[
            ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 10)],
            ["A-2025-BBPOM-PDG", 7, None, D(2026, 1, 20)],
        ],
    )
    years.open_year(store, "A", 2025, "uji")
    with store.write(Trace("pernyataan", "semua")) as cursor:
        others = [u.code for u in store.units(DAY) if u.code != "LOKA-SMT"]
        statements.speak(cursor, others, DAY, "uji")
        bump_version(cursor)
    return store


def letter_to(store: Store, code: str, day: dt.date = DAY) -> letters.Letter | None:
    return next((a for a in letters.due_letters(store, Scope(day, 2025)) if a.code == code), None)


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_who_is_late_gets_one_and_who_has_sent_none(owed):
    assert letter_to(owed, "BBPOM-PDG") is None
    kupang = letter_to(owed, "BBPOM-KPG")
    assert [(m.step, m.year, m.due, m.days_late, m.state) for m in kupang.missing] == [
        ("A.7", 2025, "2 Februari 2026", 18, "terlambat 18 hari kerja")
    ]  # fmt: skip
    assert letter_to(owed, "BBPOM-KPG", D(2026, 2, 2)) is None, "its day is not over"
    assert letter_to(owed, "BBPOM-KPG", D(2026, 2, 3)).late == 1
    assert len(letters.due_letters(owed, Scope(D(2026, 2, 2), 2025), only_late=False)) == 75


def test_the_silent_are_asked_and_not_called_late(owed):
    silent = letter_to(owed, "LOKA-SMT")
    assert (silent.late, silent.missing[0].state) == (0, "belum tercatat")
    assert silent.coordinator == "Balai Besar POM di Kupang"


def test_what_a_letter_says(owed):
    scope = Scope(DAY, 2025)
    said = text_of(letters.write(owed, letter_to(owed, "BBPOM-KPG"), scope))
    for part in (
        "Yth. Kepala Balai Besar POM di Kupang", "Tanggal\t: ....",
        "Menurut catatan per 2 Maret 2026, 1 laporan tahunan berikut belum tercatat masuk, seluruhnya terlambat.",
        "Advokasi Pemangku Kepentingan tahun 2025", "terlambat 18 hari kerja", "A.7",
    ):  # fmt: skip
        assert part in said
    assert "Loka menyampaikan" not in said
    assert "{{" not in said
    silent = text_of(letters.write(owed, letter_to(owed, "LOKA-SMT"), scope))
    assert (
        "Loka menyampaikan laporannya kepada Balai Besar POM di Kupang (SOP A.7 keterangan 2)"
        in silent
    )
    assert "seluruhnya lewat tenggat tanpa data terbaru dari unit." in silent
    assert "Tembusan: Kepala Balai Besar POM di Kupang" in silent


def test_a_loka_that_owes_another_flow_is_told_by_which_rule(owed):
    years.open_year(owed, "C", 2025, "uji")
    letter = letter_to(owed, "LOKA-SMT")
    other = replace(letter, missing=tuple(m for m in letter.missing if m.flow == "C"))
    said = text_of(letters.write(owed, other, Scope(DAY, 2025)))
    assert "(SOP A.1 keterangan 2, Keputusan Kepala BPOM" in said


def test_a_central_unit_gets_none_and_no_letter_is_of_a_day_to_come(owed):
    load(owed, Kegiatan=[["KP", "A", 2025, "PST-PMPUPO", "pusat"]],
         Langkah=[["KP", 1, D(2025, 3, 3), D(2025, 3, 10)], ["A-2025-PST-PMPUPO", 7, D(2026, 1, 5), None]])  # fmt: skip
    assert letter_to(owed, "PST-PMPUPO") is None
    with pytest.raises(ReportRefused, match="paling lambat hari ini"):
        letters.zipped(owed, Scope(D(2027, 6, 1)))


def test_an_own_template_is_filled_or_refused(owed):
    own = io.BytesIO()
    made = docx.Document()
    made.add_paragraph("Kepada {{ office }}: {{ rows[0].report }}")
    made.save(own)
    letter = letter_to(owed, "BBPOM-KPG")
    assert "Kepada Balai Besar POM di Kupang: Advokasi" in text_of(letters.write(owed, letter, Scope(DAY, 2025), own.getvalue()))  # fmt: skip
    made.add_paragraph("{{ nama_fasilitator }}")
    made.save(own)
    with pytest.raises(ReportRefused, match="nama_fasilitator tidak ada"):
        letters.write(owed, letter, Scope(DAY, 2025), own.getvalue())


def test_the_command_writes_a_zip_of_the_readers_own_offices(owed, tmp_path, monkeypatch, capsys):
    mine = owed.as_viewer(KUPANG)
    monkeypatch.setattr(common, "Store", lambda _: contextlib.nullcontext(mine))
    file = tmp_path / "surat.zip"
    words = ["letters", "--out", str(file), "--year", "2025", "--as-of", str(DAY), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["offices"] == ["BBPOM-KPG", "LOKA-SMT"]
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == [
            "surat-pengingat-BBPOM-KPG.docx", "surat-pengingat-LOKA-SMT.docx",
        ]  # fmt: skip
    again, offices = letters.zipped(mine, Scope(DAY, 2025))
    assert (again, len(offices)) == (file.read_bytes(), 2), "byte for byte"
