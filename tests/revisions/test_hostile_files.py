"""The reader of revisions has the guard of the import: hostile files are refused, in time."""

import random
import re
import time

import pytest

from sop_core import revisions
from sop_core.errors import DefinitionError, ImportRefused, PantauError
from sop_core.importing import SourceFile
from sop_core.importing.limits import LIMITS, TRIAL
from sop_core.paths import DATA
from sop_core.revisions.sheets import STEPS
from tests.builders import REV04, TODAY, form_of
from tests.importing.hostile import corpus
from tests.importing.hostile.corpus import ANY, farthest
from tests.revisions.test_form import changed, problems, row_of

pytestmark = pytest.mark.slow

TOML = (DATA / "sop" / "rev04.toml").read_text(encoding="utf-8")
MOST = LIMITS["toml_bytes"].most


def refused(name: str, content: bytes) -> str:
    begun = time.monotonic()
    with pytest.raises((ImportRefused, DefinitionError)) as refusal:
        revisions.read(SourceFile(name, content), TODAY)
    assert time.monotonic() - begun < 2 * TRIAL.seconds + 10
    said = str(refusal.value)
    assert not re.search("Traceback|Input|should", said), "in our words"
    assert len(said) < 1_000
    return said


@pytest.mark.parametrize("sheet", [STEPS.name, "Revisi"])
def test_the_farthest_cell_of_all_is_refused_here_too(sheet):
    said = refused("21.xlsx", farthest(sheet, "Alur"))
    assert f"sel XFD1048576 pada lembar {sheet} jauh di luar tabel" in said


# Those that try the reader itself; of those that only differ in a byte or a cell, some.
HARD = [case for case in corpus.cases() if case[0].startswith(("jauh-", "bom-", "bagian-", "lembar-banyak", "lembar-1", "sandi", "sel-", "baris-", "entitas", "dalam", "kutip", "ukuran-bohong"))]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), HARD, ids=[c[0] for c in HARD])
def test_a_hostile_spreadsheet(name, content, words):
    assert len(HARD) >= 25
    said = refused(name, content)
    # What the import reads has none of the sheets of a revision; the rest is refused alike.
    if words is not None and words != ANY:
        assert "tidak dikenal" in said or not said.startswith("Tidak ada lembar")


def instead_of_steps(text: str) -> str:
    """A good file whose steps are something else."""
    return text + "\n" + re.sub(r"\[\[steps\]\]\n(?:[^\[\n].*\n|\n)+", "", TOML)


DEEP = MOST // 4
HOSTILE = {
    "nested lists": f"a = {'[' * DEEP}{']' * DEEP}",
    "nested lists, never closed": "a = " + "[" * (MOST - 4),
    "nested tables": "a = " + "{b = " * (DEEP // 2) + "1" + "}" * (DEEP // 2),
    "dotted keys": ".".join("a" * DEEP) + " = 1",
    "dotted headings": "[" + ".".join("a" * DEEP) + "]",
    "many dotted headings": "\n".join(f"[{'.'.join('a' * 200)}.b{i}]" for i in range(600)),
    "many lists of tables": "[[a]]\n" * (MOST // 6),
    "many keys": "\n".join(f"k{i} = 1" for i in range(20_000)),
    "a long key": "k" * (MOST - 10) + " = 1",
    "a long text": 'revision = "' + "x" * (MOST - 20) + '"',
    "a long text, never closed": 'revision = """' + "x" * (MOST - 20),
    "a number of many digits": "a = " + "9" * (MOST - 10),
    "a hexadecimal number of many digits": "revision = 0x" + "f" * (MOST - 20),
    "a norm of many hexadecimal digits": TOML.replace("sla_days = 10", "sla_days = 0x" + "f" * 60_000, 1),
    "a fraction of many digits": "a = 1." + "9" * (MOST - 10),
    "a day that does not exist": 'revision = "05"\neffective = 2026-02-30',
    "no day": "effective = 0000-00-00",
    "infinity": "revision = inf",
    "the same key twice": "a = 1\na = 2",
    "no number": TOML.replace("sla_days = 10", "sla_days = nan", 1),
    "steps that are numbers": instead_of_steps("steps = [1]"),
    "steps that are lists": instead_of_steps("steps = [[1], [2]]"),
    "steps that are one table": instead_of_steps("steps = {a = 1}"),
    "a step's number of many digits": TOML.replace("no = 3", "no = 0x" + "f" * 60_000, 1),
    "a text that no cell holds": TOML.replace('activity = "', 'activity = "' + "x" * 40_000, 1),
    "remarks that no cell holds": TOML.replace("remarks = [", "remarks = [" + '"a", ' * 40_000, 1),
    "bytes that are no UTF-8": "a = 1\n\xff",
    "a null byte": "a = \0",
    "only a heading": "[",
    "nothing": "",
    "blanks": " \n" * 1000,
    "a workbook": "PK\x03\x04",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_toml_file(text):
    content = text.encode("latin-1")
    assert len(content) <= MOST, "refused for what it is, not for its size"
    refused("rev05.toml", content)


def test_a_toml_file_past_its_size_is_not_read():
    assert "terlalu besar untuk revisi SOP" in refused("rev05.toml", b"#" * (MOST + 1))


def test_a_number_that_python_cannot_make_is_a_reason_of_its_cell():
    """'²' is a digit to Python, and no number; of more than 4,300 digits it makes none either."""
    for text in ("²", "4; ²", "9" * 5_000, "٣"):
        found = problems(changed(REV04, "Langkah SOP", {"Mensyaratkan": text}, row_of("D.5")))
        assert [(column, message) for _, _, column, message in found] == [
            ("Mensyaratkan", "tulis nomor langkah, mis. 4; 5")
        ]


@pytest.mark.parametrize("seed", range(3))
def test_any_cells_of_a_form_are_read_or_refused_in_words(seed):
    """Each cell of a form in turn holds something that it should not: told, never a fault."""
    chance = random.Random(seed)
    nasty = ["²", "x" * 5_000, "9" * 5_000, "-1", "0", "1e9", "{x}", "%s", "A.99", "=1+1", " ; ; ", "31/02/2026", "\u202e", 1e300, -5, True]  # fmt: skip
    for _ in range(12):
        sheet = chance.choice(list(revisions.reading.SHEETS))
        column = chance.choice(sheet.columns)
        file = changed(REV04, sheet.name, {column.name: chance.choice(nasty)}, 2)
        try:
            draft = revisions.read(file, TODAY)
        except PantauError:
            continue
        assert draft.revision is not None or draft.problems


def test_any_values_of_a_toml_file_are_read_or_refused_in_words():
    """Values of a good file changed one by one: a revision, or our own error."""
    chance = random.Random(4)
    lines = TOML.splitlines()
    valued = [i for i, line in enumerate(lines) if " = " in line]
    nasty = ["-1", "0x" + "f" * 5_000, "1e999", "nan", '"{x}"', '""', "[]", "{}", "true", "2026-01-01", '["A.99"]', '["²"]', "[[1]]", '{a = "b"}', "99999999999999999999"]  # fmt: skip
    kept = 0
    for _ in range(60):
        changed_lines = list(lines)
        at = chance.choice(valued)
        changed_lines[at] = f"{lines[at].split(' = ')[0]} = {chance.choice(nasty)}"
        file = SourceFile("rev05.toml", "\n".join(changed_lines).encode())
        try:
            kept += revisions.read(file, TODAY).revision is not None
        except (ImportRefused, DefinitionError):
            continue
    print(f"{kept} of 60 read")
    assert kept < 60


def test_the_plain_form_is_read():
    assert revisions.read(form_of(REV04), TODAY).revision == REV04
