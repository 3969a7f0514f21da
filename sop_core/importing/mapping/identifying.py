"""IDs for rows that have none: the stored one where the row is known again, else a stable new one.

All tables of one upload are looked at together: monthly tabs that each begin at No 1 must not take
one another's IDs. A row is known by its title and, where one title stands more than once, by the
day of its first step; what remains in doubt is asked, never guessed: neither is an activity
doubled because its title was written otherwise, nor does one become another because their numbers
moved.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Read
from dataclasses import dataclass, field
from typing import NamedTuple

MADE = "REKAP-"
"""How the IDs that are made here begin."""
_LIKE = 0.8
"""How alike two titles are of which one may be the other, written otherwise."""
_MOST_COMPARED = 20_000
"""Pairs of titles; past it renamed ones are only known by their day or number."""


@dataclass(frozen=True)
class Stored:
    """An activity or a person with an ID of ours: its title or name, and its first day."""

    title: str
    day: dt.date | None = None


class Row(NamedTuple):
    """``before``: the ID's beginning, of unit, flow and year; empty where one of them is missing.

    ``number`` is what its table counts it by, empty without; ``day`` its first step's; ``telling``
    what tells it from others of its title: that day, or another. ``table`` numbers the tables of
    the upload.
    """

    before: str
    number: str
    title: str
    day: dt.date | None = None
    telling: str = ""
    table: int = 0


@dataclass(frozen=True)
class Question:
    """Whether a row is the activity that is stored under an ID, now of another title.

    ``why`` says what speaks for it: ``nomornya sama``.
    """

    made: str
    stored: str
    title: str
    why: str


@dataclass
class Identified:
    """An ID for each row, in order, and the rows that are in doubt, by their place in it.

    ``alike``: rows of one title that nothing tells apart. ``by_title``: beginnings of IDs in which
    numbers are missing or stand more than once, so that rows go by their title.
    """

    ids: list[str]
    questions: dict[int, Question] = field(default_factory=dict)
    alike: dict[int, list[int]] = field(default_factory=dict)
    by_title: set[str] = field(default_factory=set)


def identify(
    rows: Sequence[Row], stored: Read[str, Stored], same: Collection[str], new: Collection[str]
) -> Identified:
    """IDs of all rows of an upload. ``same`` and ``new`` are the answers to earlier questions."""
    found = Identified([""] * len(rows))
    groups: dict[str, list[int]] = defaultdict(list)
    plains = [plain(row.title) for row in rows]
    for at, row in enumerate(rows):
        if row.before and plains[at]:
            groups[row.before].append(at)
        else:
            # Refused for what it lacks, and of no other row's ID, nor of one made of nothing.
            found.ids[at] = f"{MADE}?{at + 1}"
    of_group: dict[str, list[str]] = defaultdict(list)
    for made in stored:
        of_group[made.rpartition("-")[0]].append(made)
    for before, members in groups.items():
        held = {made: stored[made] for made in of_group[before]}
        _Group(rows, plains, members, before, held, found).settle(frozenset(same), frozenset(new))
    return found


def plain(title: str) -> str:
    """A title by which an activity is known again, however it is written."""
    return re.sub(r"\W+", "", title.casefold())


def hashed(*texts: str) -> str:
    """What stands for a title in an ID."""
    return hashlib.sha256("".join(map(plain, texts)).encode()).hexdigest()[:8]


class _Group:
    """Rows of one unit, flow and year, and what is stored of it."""

    def __init__(
        self,
        rows: Sequence[Row],
        plains: Sequence[str],
        members: list[int],
        before: str,
        stored: dict[str, Stored],
        found: Identified,
    ) -> None:
        self.rows, self.plains, self.members, self.before = rows, plains, members, before
        self.stored, self.found = stored, found
        self.free = dict.fromkeys(sorted(stored, key=_natural))
        """IDs that no row has yet; in order, as a dict keeps it."""
        self.numbered = self._numbered()
        self.follows = self._again()
        self.members = [at for at in members if at not in self.follows]
        self.left = dict.fromkeys(self.members)
        """Rows without an ID."""

    def settle(self, same: frozenset[str], new: frozenset[str]) -> None:
        self.same, self.new = same, new
        self._by_title()
        self._by_number()
        self._renamed()
        self._made()
        for at, first in self.follows.items():
            self.found.ids[at] = self.found.ids[first]
            if first in self.found.questions:
                self.found.questions[at] = self.found.questions[first]

    def _again(self) -> dict[int, int]:
        """Rows of an activity that another table lists too: one title, one first day."""
        first: dict[tuple[str, str], int] = {}
        follows = {}
        for at in self.members:
            row = self.rows[at]
            if self.numbered and not row.telling:
                continue
            other = first.setdefault((self.plains[at], row.telling), at)
            if self.rows[other].table != row.table:
                follows[at] = other
        return follows

    def _take(self, at: int, made: str) -> None:
        self.found.ids[at] = made
        self.free.pop(made, None)
        self.left.pop(at, None)

    def _ask(self, at: int, made: str) -> bool:
        """Settle by an answer, or ask; whether the row is settled by it."""
        if made in self.new:
            return False
        if made in self.same:
            self._take(at, made)
            return True
        title = self.rows[at].title
        self.found.questions[at] = Question(
            made, self.stored[made].title, title, self._why(at, made)
        )
        self._take(at, made)
        self.found.ids[at] = f"{made}?"  # its steps must not become the other one's
        return True

    def _why(self, at: int, made: str) -> str:
        if self.plains[at] == plain(self.stored[made].title):
            return "judulnya sama" if self._may_be(at, made) else "judulnya sama, tanggalnya lain"
        if self._same_number(at, made):
            return "nomornya sama"
        return "tanggalnya sama" if self._same_day(at, made) else "judulnya mirip"

    def _by_title(self) -> None:
        here: dict[str, list[int]] = defaultdict(list)
        for at in self.members:
            here[self.plains[at]].append(at)
        there: dict[str, list[str]] = defaultdict(list)
        for made in self.free:
            there[plain(self.stored[made].title)].append(made)
        for title, places in here.items():
            if title in there:
                self._of_one_title(places, there[title])

    def _of_one_title(self, places: list[int], ids: list[str]) -> None:
        """Rows and stored activities of one title: by day, by what tells, by number; else asked."""
        alone = len(places) == len(ids) == 1
        for fits in (self._same_day, self._same_telling, self._same_number):
            for at in [p for p in places if p in self.left]:
                made = next((m for m in ids if m in self.free and fits(at, m)), None)
                # A number moves when a row is put above: it tells only beside the day.
                if made is not None and (alone or fits != self._same_number):
                    self._take(at, made)
        rows = [p for p in places if p in self.left]
        rest = [m for m in ids if m in self.free]
        if len(rows) == len(rest):
            for at, made in zip(rows, rest, strict=True):
                if self._may_be(at, made):
                    self._take(at, made)
                else:
                    self._ask(at, made)
            return
        for at in rows:
            made = next((m for m in ids if m in self.free and m not in self.new), None)
            if made is not None:
                self._ask(at, made)

    def _same_day(self, at: int, made: str) -> bool:
        day = self.rows[at].day
        return day is not None and day == self.stored[made].day

    def _same_telling(self, at: int, made: str) -> bool:
        row = self.rows[at]
        return bool(row.telling) and made == f"{self.before}-{hashed(row.title, row.telling)}"

    def _same_number(self, at: int, made: str) -> bool:
        number = self.rows[at].number
        return bool(number) and made == f"{self.before}-{number}"

    def _may_be(self, at: int, made: str) -> bool:
        """Whether their days do not speak against it."""
        ours, theirs = self.rows[at].day, self.stored[made].day
        return ours is None or theirs is None or ours == theirs

    def _by_number(self) -> None:
        """A row whose number is stored under a title that stands nowhere any more: renamed?"""
        if not self.numbered:
            return
        for at in list(self.left):
            made = f"{self.before}-{self.rows[at].number}"
            if made in self.free:
                self._ask(at, made)

    def _numbered(self) -> bool:
        numbers = [self.rows[at].number for at in self.members]
        if all(numbers) and len(set(numbers)) == len(numbers):
            return True
        if any(numbers):
            self.found.by_title.add(self.before)
        return False

    def _renamed(self) -> None:
        """A new row, and a stored activity that is gone, of one first day or of like titles."""
        if not self.free or not self.left:
            return
        by_day: dict[dt.date, list[str]] = defaultdict(list)
        for made in self.free:
            day = self.stored[made].day
            if day is not None:
                by_day[day].append(made)
        few = len(self.left) * len(self.free) <= _MOST_COMPARED
        for at in list(self.left):
            day = self.rows[at].day
            near = [m for m in by_day.get(day, ()) if m in self.free] if day else []
            if few:
                near += self._like(at)
            for made in near:
                if made in self.free and self._ask(at, made):
                    break

    def _like(self, at: int) -> list[str]:
        titles = {m: self.stored[m].title.casefold() for m in self.free if self._may_be(at, m)}
        if not titles:
            return []
        near = difflib.get_close_matches(
            self.rows[at].title.casefold(), titles.values(), len(titles), _LIKE
        )
        return [m for title in dict.fromkeys(near) for m, t in titles.items() if t == title]

    def _made(self) -> None:
        """New IDs: of the number where each row has its own, else of the title, and of the day
        where the title stands twice.
        """
        titles = Counter(self.plains[at] for at in self.members)
        taken = {self.found.ids[at] for at in self.members} | set(self.stored)
        made: dict[str, list[int]] = defaultdict(list)
        for at in self.left:
            row = self.rows[at]
            number = f"{self.before}-{row.number}"
            if self.numbered and number not in taken:
                made[number].append(at)
                continue
            whole = f"{self.before}-{hashed(row.title)}"
            if titles[self.plains[at]] > 1 or whole in taken:
                whole = f"{self.before}-{hashed(row.title, row.telling)}"
            if whole in taken or (row.number and whole in made):
                whole = f"{self.before}-{hashed(row.title, row.telling, row.number)}"
            made[whole].append(at)
        for one, places in made.items():
            for at in places:
                self.found.ids[at] = one
                if len(places) > 1:
                    self.found.alike[at] = places


def _natural(made: str) -> tuple[int, int, str]:
    """Numbers in their order, before what is none."""
    end = made.rpartition("-")[2]
    return (0, int(end), made) if end.isdecimal() else (1, 0, made)
