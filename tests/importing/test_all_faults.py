"""A row says all of its faults at once: an unreadable or bad cell hides no fault of another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import importing
from sop_core.importing import Preview, SourceFile
from sop_core.importing.contract import FASILITATOR, KEGIATAN, LANGKAH, SHEETS, Sheet
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

D = dt.date
AHEAD = D(2026, 12, 1)
HEADINGS = {s.name: [c.name for c in s.columns] for s in SHEETS}


def look(store: Store, headings: dict[str, list[str]] | None = None, **sheets: Any) -> Preview:
    file = SourceFile("uji.xlsx", workbook(headings or HEADINGS, **sheets))
    return importing.preview(store, importing.read(store, [file], TODAY), TODAY)


def reasons(found: Preview, sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.message) for p in found.problems if p.sheet == sheet.name]


def row(sheet: Sheet, cells: dict[str, Any]) -> list[Any]:
    assert set(cells) <= {c.field for c in sheet.columns}
    return [cells.get(c.field) for c in sheet.columns]


@pytest.fixture(scope="module")
def ground() -> Iterator[Store]:
    """A store with a batch of facilitators and an advocacy, to look at only."""
    with Store() as opened:
        load(
            opened,
            Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"], ["FKP-1", "D", 2025, "BPOM-BGR", "Angkatan"]],
            Langkah=[["FKP-1", 4, None, None, None, "ya", "Tidak dianggarkan"], ["FKP-1", 1, D(2025, 3, 3)]],
        )  # fmt: skip
        yield opened


# ------------------------------------------------------------- one after another


@pytest.mark.parametrize(
    ("step", "said"),
    [
        # A step number that cannot be read, one that the flow lacks, a case that nobody knows.
        (["ADV-1", "empat", D(2025, 4, 2), D(2025, 4, 1)], ["No Langkah", "Tanggal Selesai"]),
        (["ADV-1", 11, D(2025, 4, 2), D(2025, 4, 1)], ["No Langkah", "Tanggal Selesai"]),
        (["ENTAH", 1, D(2025, 4, 2), D(2025, 4, 1)], ["ID Kegiatan", "Tanggal Selesai"]),
        # An unreadable day or step hides neither of them.
        (["ENTAH", 1, "entah", D(2025, 4, 1)], ["ID Kegiatan", "Tanggal Mulai"]),
        (["ENTAH", "empat", D(2025, 4, 1)], ["ID Kegiatan", "No Langkah"]),
        # Of one cell two reasons that are not the same: before its start, and still to come.
        (["ADV-1", 2, D(2026, 12, 2), AHEAD], ["Tanggal Selesai", "Tanggal Selesai"]),
        (["ADV-1", 2, D(2025, 4, 2), D(2025, 4, 1), None, "ya"], ["Alasan", "Dilewati", "Tanggal Selesai"]),
    ],
)  # fmt: skip
def test_a_step_says_every_fault(ground: Store, step, said):
    found = reasons(look(ground, Langkah=[step]), LANGKAH)
    assert [column for _, column, _ in found] == said
    assert len({message for _, _, message in found}) == len(said)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        # Nothing is known of a cell that could not be read: not that it is blank, nor its order.
        (["FKP-1", 5, None, None, None, "ya", "a" * 40_000], ["Alasan"]),
        (["FKP-1", 5, None, None, None, "mungkin", None], ["Dilewati"]),
        (["ADV-1", 2, "31/02/2025", D(2025, 1, 1)], ["Tanggal Mulai"]),
        (["ADV-1", 2, "31/02/2025", AHEAD], ["Tanggal Mulai", "Tanggal Selesai"]),
    ],
)  # fmt: skip
def test_a_cell_that_could_not_be_read_has_one_reason(ground: Store, step, said):
    content = "\n".join(
        ",".join(
            cell.isoformat() if isinstance(cell, dt.date) else str(cell or "") for cell in line
        )
        for line in (HEADINGS["Langkah"], step)
    )
    file = SourceFile("Langkah.csv", content.encode())
    found = importing.preview(ground, importing.read(ground, [file], TODAY), TODAY)
    assert [column for _, column, _ in reasons(found, LANGKAH)] == said


def test_people_say_every_fault_but_not_that_an_unread_date_is_missing(ground: Store):
    person = {"facilitator_id": "F-1", "name": "Sekar Laksmana", "unit_code": "BPOM-BGR",
              "case_id": "ADV-1", "kind": "Keamanan Pangan", "trained_on": AHEAD,
              "competence_on": "32/13/2025", "valid_until": D(2028, 4, 1),
              "applied_on": D(2025, 6, 2), "endorsed_on": D(2025, 6, 1)}  # fmt: skip
    found = reasons(look(ground, Fasilitator=[row(FASILITATOR, person)]), FASILITATOR)
    assert [column for _, column, _ in found] == [
        "Tanggal Pelatihan", "Tanggal Pengesahan", "Tanggal Sertifikat Kompetensi",
    ]  # fmt: skip
    readable = person | {"competence_on": D(2025, 4, 1)}
    found = reasons(look(ground, Fasilitator=[row(FASILITATOR, readable)]), FASILITATOR)
    assert ("ID Kegiatan", "bukan angkatan fasilitator (alur A, seharusnya D)") in [f[1:] for f in found]  # fmt: skip
    assert len(found) == 4


def test_a_column_that_the_file_lacks_is_not_blank_in_a_row_that_is_refused(ground: Store):
    """Its stored value was not looked up: the reason for skipping D.4 is on record."""
    names = {"Langkah": ["ID Kegiatan", "No Langkah", "Dilewati", "Tanggal Mulai"]}
    found = look(ground, names, Langkah=[["FKP-1", 4, "ya", "entah"], ["FKP-1", 4, "ya", None]])
    assert [(r, column) for r, column, _ in reasons(found, LANGKAH)] == [(2, "Tanggal Mulai")]


def test_a_bad_step_still_gives_no_ground_against_others(ground: Store):
    """D.5 is not blamed for a D.4 that is skipped in a row that is not kept."""
    found = look(ground, Kegiatan=[row(KEGIATAN, {"case_id": "FKP-2", "flow": "D", "year": 2025, "unit_code": "BPOM-BGR", "title": "x"})],
                 Langkah=[["FKP-2", 4, None, None, None, "ya"], ["FKP-2", 5, D(2025, 6, 2)]])  # fmt: skip
    assert [(r, column) for r, column, _ in reasons(found, LANGKAH)] == [(2, "Alasan")]


# ------------------------------------------------------------- whatever the faults


@dataclass(frozen=True)
class Fault:
    """Cells that are wrong by themselves, and the heading and words under which it is told."""

    cells: tuple[tuple[str, Any], ...]
    column: str
    says: str


def fault(column: str, says: str, **cells: Any) -> Fault:
    return Fault(tuple(cells.items()), column, says)


SOUND = {
    "activity": {"flow": "A", "year": 2025, "unit_code": "BBPOM-PDG", "title": "Advokasi"},
    "step_record": {"step_no": 2},
    "facilitator": {"name": "Sekar Laksmana", "unit_code": "BPOM-BGR", "kind": "Keamanan Pangan"},
    "follow_up": {"case_id": "ADV-1", "description": "Melanjutkan pendampingan"},
}
KEYS = {
    "step_record": "case_id",
    "activity": "case_id",
    "facilitator": "facilitator_id",
    "follow_up": "recommendation_no",
}
FAULTS = {
    "activity": (
        fault("Alur", "alur tidak dikenal", flow="E", function="CAPA", certification="ya"),
        fault("Tahun", "harus antara", year=1998),
        fault("Tahun", "wajib diisi", year=None),
        fault("Kode Unit", "unit tidak dikenal", unit_code="entah"),
        fault("Judul", "wajib diisi", title=" "),
        fault("Jumlah Peserta", "bilangan", participants="banyak"),
        fault("Fungsi", "hanya diisi untuk alur B", function="CAPA"),
        fault("Fungsi", "", function="entah"),
        fault("Lanjut Sertifikasi", "hanya diisi untuk alur D", certification="tidak"),
        fault("Lanjut Sertifikasi", "harus ya atau tidak", certification="mungkin"),
    ),
    "step_record": (
        fault("No Langkah", "harus bilangan bulat", step_no="empat"),
        fault("No Langkah", "wajib diisi", step_no=None),
        fault("Tanggal Selesai", "mendahului mulai", started=D(2025, 4, 2), finished=D(2025, 4, 1)),
        fault("Tanggal Selesai", "belum terjadi", finished=AHEAD),
        fault("Tanggal Mulai", "Februari 2025 hanya 28 hari", started="31/02/2025"),
        fault("Tanggal Selesai", "tahun 2206 di luar rentang", finished=D(2206, 4, 1)),
        fault("Dilewati", "harus ya atau tidak", skipped="mungkin", reason="x"),
    ),
    "facilitator": (
        fault("Nama", "wajib diisi", name=None),
        fault("Kode Unit", "unit tidak dikenal", unit_code="entah"),
        fault("Jenis", "", kind="entah"),
        fault("Tanggal Pelatihan", "belum terjadi", trained_on=AHEAD),
        fault("Tanggal Pelatihan", "Februari 2025 hanya 28 hari", trained_on="31/02/2025"),
        fault("Tanggal Pengesahan", "disahkan tanpa", endorsed_on=D(2025, 6, 1), applied_on=None),
        fault("Tanggal Pengajuan Pengakuan", "Februari 2025", applied_on="31/02/2025", endorsed_on=D(2025, 6, 1)),
        fault("Berlaku Sampai", "tanpa tanggal", valid_until=D(2028, 6, 1), competence_on=None),
        fault("Tanggal Sertifikat Kompetensi", "Februari 2025", competence_on="31/02/2025", valid_until=D(2028, 6, 1)),
        fault("Aktif", "harus ya atau tidak", active="mungkin"),
    ),
    "follow_up": (
        fault("Uraian", "wajib diisi", description=None),
        fault("Unit Penanggung Jawab", "unit tidak dikenal", unit_code="entah"),
        fault("Target Selesai", "Februari 2025", target_on="31/02/2025"),
        fault("Tanggal Selesai", "belum terjadi", finished_on=AHEAD),
        fault("Hasil", "", outcome="entah"),
    ),
}  # fmt: skip


@st.composite
def faulty(draw: st.DrawFn, sheet: Sheet) -> tuple[Fault, ...]:
    """Faults of one row that have no cell in common, so that each stands beside the others."""
    chosen: list[Fault] = []
    taken: set[str] = set()
    for one in draw(st.permutations(FAULTS[sheet.table]))[: draw(st.integers(1, 6))]:
        cells = {name for name, _ in one.cells}
        if not cells & taken:
            chosen.append(one)
            taken |= cells
    return tuple(chosen)


@pytest.mark.slow
@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.table in FAULTS], ids=list(FAULTS))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_of_a_row_with_so_many_faults_all_are_listed(ground: Store, sheet: Sheet, data):
    rows = data.draw(st.lists(faulty(sheet), min_size=1, max_size=8))
    sheets: dict[str, list[list[Any]]] = {sheet.name.replace(" ", "_"): []}
    for number, faults in enumerate(rows):
        cells = SOUND[sheet.table] | {KEYS[sheet.table]: f"X-{number}"}
        cells |= {name: value for one in faults for name, value in one.cells}
        sheets[sheet.name.replace(" ", "_")].append(row(sheet, cells))
    if sheet is LANGKAH:
        sheets["Kegiatan"] = [
            row(KEGIATAN, SOUND["activity"] | {"case_id": f"X-{number}"})
            for number in range(len(rows))
        ]
    found = reasons(look(ground, **sheets), sheet)
    for number, faults in enumerate(rows):
        told = [(column, message) for at, column, message in found if at == number + 2]
        wanted = [(one.column, one.says) for one in faults]
        assert sorted(c for c, _ in told) == sorted(c for c, _ in wanted)
        for column, says in wanted:
            assert any(c == column and says in message for c, message in told)
