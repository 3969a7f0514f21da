"""Chance files go all the way: read, previewed, committed; kept whole or nothing of it.

Runs for PANTAU_FUZZ_SECONDS (20). Workbooks of chance cells as .xlsx, .ods or CSV; of most some
bytes are changed, in the file itself or in the XML inside, where a zip's checksum sees nothing.
"""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from sop_core import importing
from sop_core.errors import ImportRefused
from sop_core.exporting import Table, to_csv
from sop_core.importing import SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store
from tests.builders import TODAY, workbook
from tests.importing.hostile.others import ods, ods_row
from tests.upkeep.fingerprint import digest_of

SECONDS = float(os.environ.get("PANTAU_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("PANTAU_FUZZ_SEED", "10"))
# A commit that keeps nothing is still told in the audit.
UNTOLD = ("audit",)
MOST_ACTIVITIES = 60

# What mostly stands in a column, and what may stand in any.
IDS = [*(f"ADV-{n}" for n in range(30)), "DEMO-1", "A-2025-BBPOM-PDG", "D-2025-TW1"]
GOOD = {
    "ID Kegiatan": IDS,
    "Alur": ["A", "B", "C", "D"],
    "Tahun": [2024, 2025, "2025"],
    "Kode Unit": ["BBPOM-PDG", "BPOM-BGR", "Padang"],
    "Judul": ["Advokasi", "Pendampingan UMKM"],
    "No Langkah": [1, 2, 3, 4, "5"],
    "Tanggal Mulai": ["2025-03-03", "03/03/2025", "3 Maret 2025", None],
    "Tanggal Selesai": ["2025-03-14", "14/05/2025", "2026-11-24", None],
    "Dilewati": ["ya", "tidak", None],
    "Alasan": ["Tidak dianggarkan", None],
    "Keterangan": ["lengkap", None],
    "ID Fasilitator": ["F-1", "F-2"],
    "Nama": ["Sekar Contoh"],
    "Jenis": ["Keamanan Pangan", "UMKM OT-Kosmetik"],
    "Tanggal Pelatihan": ["2025-03-03", None],
}
NASTY = [None, "", " ", "=1+1", "'", "\u202e", "²", "-1", "9" * 5_000, "x" * 40_000, "1e400", "NaN", "00001", "31/02/2025", "0000-00-00", "\U0001f600", "a\nb", ";", '"', "{x}", "%s", 1e300, -0.0, True, 45_000]  # fmt: skip
TABS = {
    "Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul"],
    "Langkah": ["ID Kegiatan", "No Langkah", "Tanggal Mulai", "Tanggal Selesai", "Dilewati", "Alasan", "Keterangan"],
    "Fasilitator": ["ID Fasilitator", "Nama", "Kode Unit", "ID Kegiatan", "Jenis", "Tanggal Pelatihan"],
}  # fmt: skip
TOKENS = [b"<", b">", b"&", b'"', b"</row>", b"<row>", b"-1", b"99999999999", b"ZZ1048576", b"\xff", b"&#0;", b"]]>", b"<!--", b't="s"', b""]  # fmt: skip


def cell(heading: str) -> st.SearchStrategy:
    good = st.sampled_from(GOOD[heading])
    # Nine of ten are plain, so that whole rows are kept too.
    return st.integers(0, 19).flatmap(lambda n: good if n else st.sampled_from(NASTY) | st.text(max_size=20))  # fmt: skip


@st.composite
def tables(draw) -> dict[str, list[list[object]]]:
    first = draw(st.sampled_from(["Kegiatan", "Kegiatan", "Kegiatan", "Langkah"]))
    names = [first, *draw(st.lists(st.sampled_from([t for t in TABS if t != first]), unique=True))]
    return {
        name: [[draw(cell(h)) for h in TABS[name]] for _ in range(draw(st.integers(1, 6)))]
        for name in names
    }


@st.composite
def files(draw) -> list[SourceFile]:
    rows = draw(tables())
    match draw(st.sampled_from(["xlsx", "xlsx", "csv", "ods"])):
        case "xlsx":
            written = [SourceFile("a.xlsx", workbook(TABS, **rows))]
        case "ods":
            name = next(iter(rows))
            texts = [[str("" if v is None else v) for v in row] for row in rows[name]]
            content = "".join(map(ods_row, [TABS[name], *texts]))
            # XML has no place for these at all.
            plain = "".join(c for c in content if c >= " " or c in "\t\n")
            written = [SourceFile("a.ods", ods(plain, name))]
        case _:
            written = [
                SourceFile(f"{name}.csv", to_csv(Table(name, TABS[name], rows[name])))
                for name in rows
            ]
    return [SourceFile(f.name, draw(mutated(f.content))) for f in written]


@st.composite
def mutated(draw, content: bytes) -> bytes:
    match draw(st.sampled_from(["whole", "whole", "inside", "outside"])):
        case "whole":
            return content
        case "inside" if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            path = draw(st.sampled_from(sorted(parts)))
            parts[path] = spliced(draw, parts[path])
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, part in parts.items():
                    archive.writestr(name, part)
            return out.getvalue()
        case _:
            return spliced(draw, content)


def spliced(draw, content: bytes) -> bytes:
    """Some pieces of the content gone, doubled, or something else in their place."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(made)))
        end = at + draw(st.integers(0, 30))
        match draw(st.integers(0, 3)):
            case 0:
                made[at:end] = draw(st.sampled_from(TOKENS))
            case 1:
                made[at:at] = made[at:end]
            case 2:
                del made[at:]
            case _:
                made[at:end] = draw(st.binary(max_size=8))
    return bytes(made)


class Trial:
    """One store, and what became of the files that were brought to it."""

    def __init__(self) -> None:
        self.store = Store()
        self.seen: Counter[str] = Counter()
        self.slowest = 0.0
        self.last = self.rows(), self.digest()

    def digest(self) -> str:
        with self.store.cursor() as cursor:
            return digest_of(cursor, "memory", UNTOLD)

    def rows(self) -> dict[str, int]:
        return {s.name: self.store.one(f"SELECT count(*) FROM {s.table}") for s in SHEETS}

    def bring(self, brought: list[SourceFile], whole: bool) -> None:
        if self.last[0]["Kegiatan"] > MOST_ACTIVITIES:
            self.store.close()
            self.store = Store()
            self.last = self.rows(), self.digest()
        begun = time.monotonic()
        outcome = self.outcome(brought, whole, self.last[0])
        self.slowest = max(self.slowest, time.monotonic() - begun)
        assert self.slowest < 60, "no hang"
        self.seen[outcome] += 1
        now = self.rows(), self.digest()
        assert (now == self.last) == (outcome != "kept"), outcome
        self.last = now

    def outcome(self, brought: list[SourceFile], whole: bool, before: dict[str, int]) -> str:
        try:
            parsed = importing.read(self.store, brought, TODAY)
            found = importing.preview(self.store, parsed, TODAY)
        except ImportRefused:
            return "refused"
        try:
            result = importing.commit(self.store, parsed, "uji", whole, TODAY)
        except ImportRefused:
            return "refused at commit"
        assert (result.sheets, result.problems) == (found.sheets, found.problems), "as previewed"
        rows = found.rows
        if not result.kept:
            assert (whole and rows.rejected) or rows.new + rows.changed == 0
            return "nothing to keep"
        for name, counts in found.sheets.items():
            assert self.rows()[name] == before[name] + counts.new, name
        of_batch = sum(
            self.store.one(f"SELECT count(*) FROM {s.table} WHERE batch_id = {result.batch_id}")
            for s in SHEETS
        )
        assert of_batch == rows.new + rows.changed
        reasons = self.store.one(
            f"SELECT count(*) FROM import_rejection WHERE batch_id = {result.batch_id}"
        )
        assert reasons == len(found.problems)
        if found.problem_total:
            self.seen["kept in part"] += 1
        return "kept"


@pytest.mark.fuzz
def test_chance_files_are_kept_as_previewed_or_leave_nothing():
    trial = Trial()
    end = time.monotonic() + SECONDS

    @settings(max_examples=40, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(brought=files(), whole=st.sampled_from([False, False, True]))
    def go(brought: list[SourceFile], whole: bool) -> None:
        # Hypothesis knows numbers of examples, not time.
        if time.monotonic() < end:
            trial.bring(brought, whole)

    rounds = 0
    while time.monotonic() < end:
        seed(SEED + rounds)(go)()
        rounds += 1
    done = trial.seen.total() - trial.seen["kept in part"]
    print(f"{done} lots of files (seed {SEED}) in {SECONDS:g} s, the slowest {trial.slowest:.1f} s: {dict(trial.seen)}")  # fmt: skip
    assert done >= SECONDS / 4
    # Chance that only ever finds one door would show nothing.
    assert min(trial.seen["kept"], trial.seen["refused"]) > 0
