"""Rows that have no IDs: known again whatever was put between, asked about where they are in doubt."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core.importing.mapping.identifying import Identified, Row, Stored, hashed, identify

B = "REKAP-A-2026-X"
D = dt.date


def row(title: str, number: str = "", day: D | None = None, table: int = 0, before: str = B) -> Row:
    return Row(before, number, title, day, day.isoformat() if day else "", table)


def go(rows: list[Row], stored: dict[str, Stored] | None = None, same=(), new=()) -> Identified:
    return identify(rows, stored or {}, same, new)


def kept(rows: list[Row], found: Identified) -> dict[str, Stored]:
    return {i: Stored(r.title, r.day) for i, r in zip(found.ids, rows, strict=True)}


def test_each_rows_own_number_else_its_title():
    assert go([row("Satu", "1"), row("Dua", "2")]).ids == [f"{B}-1", f"{B}-2"]
    assert go([row("Satu"), row("Dua")]).ids == [f"{B}-{hashed(t)}" for t in ("Satu", "Dua")]


def test_tabs_that_each_begin_at_one_go_by_title():
    rows = [row("Januari satu", "1"), row("Januari dua", "2"), row("Februari satu", "1", table=1)]
    found = go(rows)
    assert len(set(found.ids)) == 3
    assert (found.by_title, found.questions, found.alike) == ({B}, {}, {})
    assert go(rows[:1]).ids == [f"{B}-1"], "alone a number will do"


def test_what_two_tabs_list_is_one_activity():
    day = D(2026, 1, 10)
    rows = [row("Pasar", "1", day), row("Lain", "2"), row("Pasar", "1", day, 1), row("Pasar", "2", D(2026, 2, 3), 1)]  # fmt: skip
    found = go(rows)
    assert found.ids[0] == found.ids[2]
    assert len(set(found.ids)) == 3
    assert go(rows, kept(rows, found)).ids == found.ids, "and stays so"


def test_two_of_one_title_keep_their_ids_when_a_row_is_put_above():
    one, two = row("Pasar", "1", D(2026, 1, 10)), row("Pasar", "2", D(2026, 2, 10))
    stored = kept([one, two], go([one, two]))
    moved = [row("Baru", "1"), row("Pasar", "2", D(2026, 1, 10)), row("Pasar", "3", D(2026, 2, 10))]
    found = go(moved, stored)
    assert found.ids[1:] == [f"{B}-1", f"{B}-2"]
    assert found.ids[0] not in stored
    assert not found.questions


def test_two_of_one_title_that_nothing_tells_apart_are_named():
    found = go([row("Pasar"), row("Lain"), row("Pasar")])
    assert found.alike == {0: [0, 2], 2: [0, 2]}


def test_a_corrected_day_of_one_title_is_no_other_activity_and_another_number_is_asked():
    stored = {f"{B}-1": Stored("Pasar", D(2026, 1, 10))}
    assert go([row("Pasar", "1", D(2026, 1, 12))], stored).ids == [f"{B}-1"]
    found = go([row("Pasar", "4", D(2026, 3, 12))], stored)
    assert [q.made for q in found.questions.values()] == [f"{B}-1"]
    assert go([row("Pasar", "4", D(2026, 3, 12))], stored, same=[f"{B}-1"]).ids == [f"{B}-1"]
    assert go([row("Pasar", "4", D(2026, 3, 12))], stored, new=[f"{B}-1"]).ids == [f"{B}-4"]


def test_no_id_is_made_of_nothing():
    found = go([row("Pasar", "1", before=""), row("", "2"), row(" - ", "3"), row("Pasar", "1")])
    assert found.ids[3] == f"{B}-1"
    assert all(i.startswith("REKAP-?") for i in found.ids[:3])
    assert len(set(found.ids)) == 4


TITLES = ["Advokasi Pasar", "Advokasi Pasar Raya", "Bimtek Sekolah", "Audiensi", "Kampung Aman"]
activities = st.lists(
    st.tuples(st.sampled_from(TITLES), st.one_of(st.none(), st.dates(D(2026, 1, 1), D(2026, 6, 30)))),
    min_size=1, max_size=7, unique=True,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(activities, st.booleans(), st.randoms(use_true_random=False))
def test_whatever_is_put_between_or_moved_nothing_doubles(given, numbered, random):
    """The same activities in another order, with others between: each is itself, or is asked."""

    def table(of) -> list[Row]:
        return [row(t, str(n + 1) if numbered else "", d) for n, (t, d) in enumerate(of)]

    found = go(table(given))
    if found.alike:
        return
    stored = kept(table(given), found)
    mixed = [*given, ("Acara lain sama sekali", None)]
    random.shuffle(mixed)
    again = go(table(mixed), stored)
    for at, one in enumerate(mixed):
        if at in again.questions or one not in given:
            continue
        title, day = stored.get(again.ids[at], Stored("", None)).title, one[1]
        assert title == one[0], "no other's ID, and none of its own beside the stored one"
        if day is not None:
            assert stored[again.ids[at]].day in (day, None)
    assert len(set(again.ids)) == len(mixed)


@settings(max_examples=200, deadline=None)
@given(activities, st.booleans(), st.data())
def test_a_rename_never_doubles(given, numbered, data):
    """Whatever title an activity gets, with its day: it is asked about, and "same" updates it."""
    titles = {t for t, _ in given}
    if len(titles) < len(given):
        return
    rows = [row(t, str(n + 1) if numbered else "", d) for n, (t, d) in enumerate(given)]
    stored = kept(rows, go(rows))
    at = data.draw(st.integers(0, len(rows) - 1))
    if not numbered and (rows[at].day is None or [r.day for r in rows].count(rows[at].day) > 1):
        return
    title = data.draw(st.text("abc XYZ", min_size=3).filter(lambda t: t.strip()))
    renamed = [Row(B, r.number, title if n == at else r.title, r.day, r.telling) for n, r in enumerate(rows)]  # fmt: skip
    before = go(rows).ids
    asked = go(renamed, stored)
    assert {n: q.made for n, q in asked.questions.items()} == {at: before[at]}
    assert go(renamed, stored, same=[before[at]]).ids == before
    other = go(renamed, stored, new=[before[at]])
    assert other.ids[at] not in before
    assert not other.questions
