"""Every hostile file: read, or our own refusal; the store as before or whole; memory bounded."""

import io
import os
import random
import re
import resource
import time

import openpyxl
import pytest

from sop_core import importing
from sop_core.errors import ImportRefused, PantauError
from sop_core.importing import SourceFile
from sop_core.importing.returning import rejected_workbook
from sop_core.store import Store
from tests.builders import TODAY
from tests.importing.hostile.corpus import ANY, ROW, cases, csv, xlsx

CASES = cases()


@pytest.fixture(scope="module")
def shared() -> Store:
    with Store() as opened:
        yield opened


def count(store: Store) -> int:
    return store.one("SELECT (SELECT count(*) FROM activity) + (SELECT count(*) FROM import_batch)")


def held(store: Store, name: str, content: bytes) -> str | None:
    """The words of the refusal, or None where the file is read and previewed."""
    before = count(store)
    try:
        parsed = importing.read(store, [SourceFile(name, content)], TODAY)
        found = importing.preview(store, parsed, TODAY)
        if found.problems:
            openpyxl.load_workbook(io.BytesIO(rejected_workbook(parsed, found.problems)))
    except ImportRefused as error:
        return str(error)
    finally:
        assert count(store) == before
    return None


def test_there_are_at_least_130():
    assert len(CASES) >= 130
    assert len({name for name, _, _ in CASES}) == len(CASES)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "content", "words"), CASES, ids=[c[0] for c in CASES])
def test_a_hostile_file(shared: Store, name, content, words):
    begun = time.monotonic()
    said = held(shared, name, content)
    assert time.monotonic() - begun < 60
    if words is None:
        assert said is None
    elif words != ANY:
        assert said is not None
        assert re.search(words, said), said
    if said is not None:
        assert "Error" not in said
        assert "Traceback" not in said


def test_the_children_stayed_within_their_memory():
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(CASES)} files, peak memory of a reading process {peak:.0f} MiB")
    assert peak < 2560


@pytest.mark.fuzz
def test_mutated_files_give_only_our_own_errors(shared: Store):
    """Runs for PANTAU_FUZZ_SECONDS (20): bytes changed, cut, doubled, in .xlsx and CSV."""
    seconds = float(os.environ.get("PANTAU_FUZZ_SECONDS", "20"))
    seed = int(os.environ.get("PANTAU_FUZZ_SEED", "10"))
    chance = random.Random(seed)
    sources = [("a.xlsx", xlsx()), ("a.csv", csv(ROW, ROW).encode())]
    done = refused = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name, content = chance.choice(sources)
        mutated = bytearray(content)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(mutated) or 1)
            match chance.randrange(3):
                case 0:
                    mutated[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del mutated[at : at + chance.randrange(40)]
                case _:
                    mutated[at:at] = mutated[at : at + chance.randrange(40)]
        try:
            refused += held(shared, name, bytes(mutated)) is not None
        except PantauError:
            refused += 1
        done += 1
    print(f"{done} mutated files (seed {seed}) in {seconds:g} s, {refused} refused")
    assert done >= seconds / 2
