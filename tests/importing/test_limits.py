"""Each limit, at its bound and one past it, through the reader that users meet."""

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable

import pytest

from sop_core import revisions
from sop_core.errors import ImportRefused
from sop_core.importing import SourceFile, limits
from sop_core.importing.limits import LIMITS, refusal
from sop_core.importing.parsing import parse_book
from sop_core.importing.reading import read_book
from sop_core.paths import DATA
from sop_core.units import UnitFinder
from tests.builders import TODAY, workbook
from tests.importing.hostile.corpus import GOOD, HEAD, ROW, cell, csv, xlsx, zipped_more

TOLD = {"name": "a.xlsx", "sheet": "Kegiatan", "cell": "XFD1", "line": 7}


@pytest.mark.parametrize("key", LIMITS)
def test_the_bound_itself_is_allowed_and_one_more_is_said_in_words(key):
    most = LIMITS[key].most
    assert refusal(key, most, **TOLD) is None
    assert refusal(key, 0, **TOLD) is None
    said = refusal(key, most + 1, **TOLD)
    assert said is not None
    assert "{" not in said, "every blank of the words is filled in"
    if "{found}" in LIMITS[key].message:
        assert f"{most + 1:,}".replace(",", ".") in said
    if "{most}" in LIMITS[key].message:
        assert f"{most:,}".replace(",", ".") in said


def unpacked(content: bytes) -> tuple[int, int]:
    """Bytes of a zip's parts, unpacked and packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    return sum(e.file_size for e in entries), sum(e.compress_size for e in entries)


PLAIN = xlsx()
BOOK = workbook(Kegiatan=[ROW], Langkah=[["ADV-1", 1]])
TABLE = csv(ROW, ["ADV-2", *ROW[1:]]).encode()
LINES = csv([*ROW[:4], '"' + "judul" * 9 + "\n" * 30 + '"']).encode()
LONG = csv([*ROW[:4], "x" * 2_000]).encode()
REPEATED = zipped_more(PLAIN, {"xl/media/a.bin": b"a" * 100_000})
WIDE = xlsx(GOOD + f'<row r="3">{cell("AD3", "x")}</row>')
TALL = xlsx(GOOD + f'<row r="90">{cell("A90", "x")}</row>')
TOML = (DATA / "sop" / "rev04.toml").read_bytes()
CHARACTERS = sum(map(len, HEAD)) + sum(map(len, ROW)) + sum(map(len, ["ADV-2", *ROW[1:]]))

# (the limit that is set, the number of it that the files have, the limit whose words are said,
# the files, other limits that go with it)
Case = tuple[str, int, str, list[SourceFile], dict[str, int]]
CASES: list[Case] = [
    ("files", 2, "files", [SourceFile("Kegiatan.csv", TABLE), SourceFile("Langkah.csv", b"ID Kegiatan,No Langkah\nADV-1,1")], {}),
    ("file_bytes", len(PLAIN), "file_bytes", [SourceFile("a.xlsx", PLAIN)], {}),
    ("all_bytes", len(PLAIN), "all_bytes", [SourceFile("a.xlsx", PLAIN)], {}),
    ("toml_bytes", len(TOML), "toml_bytes", [SourceFile("rev04.toml", TOML)], {}),
    ("entries", 5, "entries", [SourceFile("a.xlsx", PLAIN)], {}),
    ("unpacked", unpacked(PLAIN)[0], "unpacked", [SourceFile("a.xlsx", PLAIN)], {}),
    ("ratio", unpacked(REPEATED)[0] // unpacked(REPEATED)[1], "ratio", [SourceFile("a.xlsx", REPEATED)], {"unpacked": 200_000}),
    ("sheets", 2, "sheets", [SourceFile("a.xlsx", BOOK)], {}),
    ("rows", 3, "rows", [SourceFile("Kegiatan.csv", TABLE)], {}),
    ("columns", 5, "columns", [SourceFile("Kegiatan.csv", TABLE)], {}),
    ("cells", 15, "cells", [SourceFile("Kegiatan.csv", TABLE)], {}),
    ("cells", 10, "cells", [SourceFile("a.xlsx", PLAIN)], {}),
    ("columns", 30, "far", [SourceFile("a.xlsx", WIDE)], {}),
    ("rows", 90, "far", [SourceFile("a.xlsx", TALL)], {}),
    ("cells", 90, "far", [SourceFile("a.xlsx", WIDE)], {}),
    ("field", 2_000, "field", [SourceFile("Kegiatan.csv", LONG)], {}),
    ("lines", 30, "lines", [SourceFile("Kegiatan.csv", LINES)], {}),
    ("text", CHARACTERS, "text", [SourceFile("Kegiatan.csv", TABLE)], {}),
]  # fmt: skip


def read(files: list[SourceFile]) -> None:
    if files[0].name.endswith(".toml"):
        revisions.read(files[0], TODAY)
    else:
        read_book(files)


@pytest.fixture
def bounded(monkeypatch) -> Callable[[str, int], None]:
    def bound(key: str, most: int) -> None:
        monkeypatch.setitem(LIMITS, key, dataclasses.replace(LIMITS[key], most=most))

    return bound


@pytest.mark.parametrize(
    ("key", "number", "words", "files", "more"), CASES, ids=[f"{c[0]}-{c[2]}-{i}" for i, c in enumerate(CASES)]
)  # fmt: skip
def test_a_file_at_the_bound_is_read_and_one_past_it_refused(
    bounded, key, number, words, files, more
):
    for other, most in more.items():
        bounded(other, most)
    bounded(key, number)
    read(files)
    bounded(key, number - 1)
    with pytest.raises(ImportRefused) as refusal:
        read(files)
    blanks = re.sub(r"\\\{\w+\\\}", ".+", re.escape(LIMITS[words].message))
    assert re.fullmatch(blanks, str(refusal.value))


def test_a_cell_at_the_bound_is_kept_and_one_past_it_is_a_reason(bounded):
    length = len(ROW[4])
    for most, reasons in ((length, []), (length - 1, ["teks terlalu panjang untuk satu sel"])):
        bounded("cell", most)
        book = read_book([SourceFile("a.xlsx", xlsx())])
        finder = UnitFinder([])
        problems = [p for p in parse_book(book, finder, TODAY).problems if p.column == "Judul"]
        assert [p.message.split(" Excel")[0] for p in problems] == reasons


def test_no_limit_is_without_a_case():
    assert {words for _, _, words, _, _ in CASES} | {"cell"} == set(LIMITS)


def test_the_job_is_told_every_limit():
    told = limits.for_job()
    assert {key: (most, message) for key, (most, message) in told.items()} == {
        key: (limit.most, limit.message) for key, limit in LIMITS.items()
    }
