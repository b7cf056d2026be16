"""Slips and mapping as tables: what a step is given again, and where a replay may begin."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chat_api.repair.reentry import reentries
from chat_api.repair.slips import (
    ByHand,
    command_of,
    edited,
    finished,
    input_at,
    replayed,
)
from warren.contracts.chat import StepName
from warren.contracts.registry import StepCard
from warren.contracts.slip import LogEntry, StepCommand
from warren.step.patch import diff

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BY = ByHand("ana", NOW)
FIRST = {"n": 0}
STEPS = ("a", "b", "c", "d")


def entry(position, outcome, before, after, **more):
    values = {
        "step": STEPS[position],
        "kind": STEPS[position],
        "position": position,
        "revision": "r1",
        "runner": "runner-1",
        "queued_at": NOW,
        "started_at": NOW,
        "ended_at": NOW,
        "outcome": outcome,
        "patch": diff(before, after),
    }
    return LogEntry.model_validate(values | more)


def ran(*positions):
    """Steps that each wrote their number."""
    return tuple(entry(n, "done", {"n": n}, {"n": n + 1}) for n in positions)


def dead(position):
    return entry(position, "dead", {}, {})


def command(position, payload, log, **more):
    values = {
        "turn_id": uuid4(),
        "run": 1,
        "conversation_id": uuid4(),
        "bot": "echo",
        "revision": "r1",
        "position": position,
        "step": STEPS[position],
        "kind": STEPS[position],
        "queued_at": NOW,
        "deadline": NOW,
        "payload": payload,
        "first_input": FIRST,
        "log": log,
    }
    return StepCommand.model_validate(values | more)


def card(id, kind=None):
    return StepCard(id=id, class_name="X", kind=kind or id, timeout_seconds=1, attempts=1)


def name(id):
    return StepName(id=id, kind=id)


def shape(slip):
    return [(one.position, one.outcome) for one in slip.log]


@pytest.mark.parametrize(
    ("log", "position", "given"),
    [
        ((), 0, {"n": 0}),
        ((dead(0),), 0, {"n": 0}),
        (ran(0, 1, 2), 0, {"n": 0}),
        (ran(0, 1, 2), 2, {"n": 2}),
        (ran(0, 1, 2), 3, {"n": 3}),
        ((*ran(0), entry(1, "retried", {}, {}), *ran(1), dead(2)), 2, {"n": 2}),
        ((*ran(0), entry(1, "edited", {"n": 1}, {"n": 9})), 1, {"n": 9}),
        ((*ran(0), entry(1, "edited", {"n": 1}, {"n": 9})), 0, {"n": 0}),
        ((*ran(0), entry(1, "finished", {"n": 1}, {"n": 5})), 2, {"n": 5}),
        ((*ran(0), entry(1, "finished", {"n": 1}, {"n": 5})), 1, {"n": 1}),
        ((entry(0, "edited", {"n": 0}, {"n": 7, "m": [1]}),), 0, {"n": 7, "m": [1]}),
    ],
)
def test_what_a_step_was_given(log, position, given):
    assert input_at(FIRST, log, position) == given


def test_a_log_that_does_not_fit_is_refused():
    odd = entry(0, "done", {"n": 0}, {"n": 1}, patch=({"op": "remove", "path": "/gone"},))

    with pytest.raises(ValueError, match="cannot be made again"):
        input_at(FIRST, (odd,), 1)


@pytest.mark.parametrize(
    ("position", "payload", "log"),
    [
        (0, {"n": 0}, []),
        (1, {"n": 1}, [(0, "done")]),
        (2, {"n": 2}, [(0, "done"), (1, "done")]),
    ],
)
def test_a_replay_keeps_the_log_before_its_entry(position, payload, log):
    slip = replayed(command(2, {"n": 2}, (*ran(0, 1), dead(2))), position)

    assert (slip.position, slip.payload, slip.patch) == (position, payload, ())
    assert shape(slip) == log


def test_an_edit_stands_in_the_log_with_its_author():
    slip = edited(command(2, {"n": 2}, (*ran(0, 1), dead(2))), 2, name("c"), {"n": 8}, BY)

    assert slip.payload == {"n": 8}
    assert slip.patch == ({"op": "replace", "path": "/n", "value": 8},)
    assert shape(slip) == [(0, "done"), (1, "done"), (2, "edited")]
    assert slip.log[-1].by == "ana"
    assert input_at(FIRST, slip.log, 2) == {"n": 8}


def test_edit_then_fail_then_replay_from_an_earlier_step_forgets_the_edit():
    failed = command(2, {"n": 2}, (*ran(0, 1), dead(2)))
    slip = edited(failed, 2, name("c"), {"n": 8}, BY)
    again = command(2, slip.payload, (*slip.log, dead(2)), run=2)

    earlier, same = replayed(again, 1), replayed(again, 2)

    assert (earlier.payload, shape(earlier)) == ({"n": 1}, [(0, "done")])
    assert (same.payload, shape(same)) == ({"n": 8}, [(0, "done"), (1, "done"), (2, "edited")])


def test_an_edit_of_an_edit_adds_to_it():
    slip = edited(command(1, {"n": 1}, ran(0)), 1, name("b"), {"n": 1, "m": 2}, BY)
    again = edited(command(1, slip.payload, slip.log, run=2), 1, name("b"), {"m": 3}, BY)

    assert input_at(FIRST, again.log, 1) == {"m": 3}
    assert shape(again) == [(0, "done"), (1, "edited"), (1, "edited")]


def test_a_finished_step_goes_on_at_the_next():
    slip = finished(command(1, {"n": 1}, (*ran(0), dead(1))), {"n": 6}, BY)

    assert (slip.position, slip.payload) == (2, {"n": 6})
    assert shape(slip) == [(0, "done"), (1, "finished")]
    assert input_at(FIRST, slip.log, 2) == {"n": 6}


def test_the_first_step_that_failed_has_its_payload_as_first_input():
    failed = command(0, {"n": 0}, (dead(0),), first_input=None)

    slip = edited(failed, 0, name("a"), {"n": 4}, BY)

    assert (slip.first_input, slip.payload) == ({"n": 0}, {"n": 4})


def test_a_command_of_a_new_run():
    failed = command(2, {"n": 2}, (*ran(0, 1), dead(2)), stranger="kept")

    made = command_of(
        failed,
        replayed(failed, 1),
        StepName(id="b", kind="bb"),
        run=5,
        revision="r2",
        now=NOW,
        deadline=NOW,
    )

    assert (made.run, made.revision, made.position) == (5, "r2", 1)
    assert (made.step, made.kind, made.payload, made.first_input) == ("b", "bb", {"n": 1}, FIRST)
    assert made.model_extra == {"stranger": "kept"}


@pytest.mark.parametrize(
    ("failed", "wanted", "free"),
    [
        ("a b c", "a b c d", [True, True, True, False]),
        ("a", "a b c", [True, False, False]),
        ("a b", "a x b", [True, False, False]),
        ("a b", "x b", [True, False]),
        ("a b c", "a b", [True, True]),
        ("a b:old", "a b:new", [True, False]),
        ("a b c", "b a c", [True, False, False]),
        ("", "a b", [True, False]),
    ],
)
def test_where_a_replay_may_begin(failed, wanted, free):
    def cards(text):
        return [card(*one.split(":")) for one in text.split()]

    found = reentries(cards(failed), cards(wanted))

    assert [one.why_not is None for one in found] == free
    assert [one.position for one in found] == list(range(len(free)))
