"""The record of each bot, step and revision: what is counted together, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from chat_api.ledger.record import Entries, Letters, Turns, record

T0 = datetime(2026, 11, 23, tzinfo=UTC)


def at(hours):
    return T0 + timedelta(hours=hours)


def turns(bot="echo", revision="r1", turns=10, failures=2, seconds=3.5, first=0, last=1):
    return Turns(bot, revision, turns, failures, seconds, at(first), at(last))


def letters(step="think", letters=2, bot="echo", revision="r1", first=0, last=1):
    return Letters(bot, step, revision, letters, at(first), at(last))


def entries(kind, number=1, step="", distance=0.0, apart=0, bot="echo", revision="r1", last=1):
    return Entries(bot, step, revision, kind, number, distance, apart, at(0), at(last))


def shown(rows, *names):
    return [tuple(getattr(one, name) for name in names) for one in rows]


def test_nothing_counted_is_no_row():
    assert record([], [], []) == []


def test_whole_answers_stand_beside_their_steps():
    rows = record([turns()], [letters()], [])

    assert shown(rows, "step", "turns", "failures", "seconds") == [
        ("", 10, 2, 3.5),
        ("think", 10, 2, None),
    ]


def test_the_row_of_a_revision_holds_what_its_steps_rows_tell():
    rows = record(
        [turns()],
        [],
        [
            entries("draft_edited", 1, "think", distance=0.5, apart=1, last=4),
            entries("draft_edited", 3, "reply", distance=0.3, apart=3),
            entries("thumb_up", 2),
        ],
    )

    names = ("step", "edited", "thumbs_up", "distance", "last_at")
    assert shown(rows, *names) == [
        ("", 4, 2, pytest.approx(0.2), at(4)),
        ("think", 1, 0, 0.5, at(4)),
        ("reply", 3, 0, pytest.approx(0.1), at(1)),
    ]


def test_letters_and_entries_without_a_turn_have_rows_too():
    rows = record([], [letters(bot="gone")], [entries("thumb_up", bot="echo")])

    assert shown(rows, "bot", "step", "turns", "failures", "thumbs_up") == [
        ("echo", "", 0, 0, 1),
        ("gone", "", 0, 2, 0),
        ("gone", "think", 0, 2, 0),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([entries("draft_sent", 8), entries("draft_edited", 1, distance=0.5, apart=1)],
         {"drafts": 9, "sent_unedited": 8, "edited": 1, "rejected": 0, "distance": 0.5}),
        ([entries("draft_rejected", 3)],
         {"drafts": 3, "sent_unedited": 0, "rejected": 3, "distance": None}),
        ([entries("correction", 2, distance=0.4, apart=2)],
         {"corrections": 2, "drafts": 0, "distance": 0.2}),
        ([entries("correction", 1, distance=0.2, apart=1),
          entries("draft_edited", 3, distance=0.4, apart=2)],
         {"corrections": 1, "edited": 3, "distance": pytest.approx(0.2)}),
        ([entries("draft_sent", 4, distance=0.0, apart=4)], {"distance": None}),
        ([entries("thumb_up", 5), entries("thumb_down", 2)], {"thumbs_up": 5, "thumbs_down": 2}),
        ([entries("latency", 5), entries("shape", 2)], {"thumbs_up": 0, "corrections": 0}),
    ],
)  # fmt: skip
def test_what_entries_are_counted_as(given, expected):
    (row,) = record([], [], given)
    assert {name: getattr(row, name) for name in expected} == expected


def test_rows_stand_newest_first_and_those_of_one_moment_by_name():
    rows = record(
        [turns("b", last=5), turns("a", "r2", last=5), turns("a", last=5), turns("z", last=9)],
        [],
        [entries("thumb_up", bot="b", last=12)],
    )

    assert shown(rows, "bot", "revision", "last_at", "first_at") == [
        ("b", "r1", at(12), at(0)),
        ("z", "r1", at(9), at(0)),
        ("a", "r1", at(5), at(0)),
        ("a", "r2", at(5), at(0)),
    ]
