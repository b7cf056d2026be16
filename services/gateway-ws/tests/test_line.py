"""The order of one conversation's events, as sequences."""

import random
from uuid import uuid4

import pytest

from gateway_ws.event import Event
from gateway_ws.line import MAX_EARLY, Line

WHERE = uuid4()


def event(seq: int) -> Event:
    return Event("message.created", WHERE, seq, b"{}")


def seqs(events: list[Event]) -> list[int | None]:
    return [one.seq for one in events]


def begun(head: int = 0) -> Line:
    line = Line(WHERE)
    line.skip_to(head)
    return line


def test_an_early_event_waits_for_the_one_before():
    line = begun()

    assert seqs(line.take(event(2))) == []
    assert line.hole
    assert seqs(line.take(event(1))) == [1, 2]
    assert not line.hole


def test_an_event_that_was_passed_on_is_dropped():
    line = begun(5)

    assert [seqs(line.take(event(seq))) for seq in (5, 4, 6, 6)] == [[], [], [6], []]


def test_a_line_that_has_not_begun_keeps_what_comes():
    line = Line(WHERE)
    for seq in (11, 9, 10, 13):
        assert line.take(event(seq)) == []

    assert seqs(line.skip_to(9)) == [10, 11]
    assert line.hole


def test_skipping_never_goes_back():
    line = begun(5)

    assert line.skip_to(3) == []
    assert line.head == 5


def test_too_many_early_events_are_forgotten_but_the_hole_is_known():
    line = begun()
    for seq in range(2, MAX_EARLY + 100):
        line.take(event(seq))

    assert seqs(line.take(event(1))) == list(range(1, MAX_EARLY + 2))
    assert line.hole


@pytest.mark.parametrize("seed", range(20))
def test_any_order_with_doubles_comes_out_in_order_once(seed: int):
    chance = random.Random(seed)
    arriving = [*range(1, 101), *chance.choices(range(1, 101), k=30)]
    chance.shuffle(arriving)
    line = begun()

    out = [one.seq for seq in arriving for one in line.take(event(seq))]

    assert out == list(range(1, 101))
