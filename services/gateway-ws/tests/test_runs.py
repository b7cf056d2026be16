"""Which runs are open, whatever order the facts come in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

import gateway_ws.runs as module
from gateway_ws.runs import Runs
from warren.contracts.chat import TurnView
from warren.contracts.inner import Missed

WHERE, TURN = uuid4(), uuid4()


def started(runs: Runs, seq: int, run: int = 1, turn: UUID = TURN, **body: Any) -> None:
    facts = {"turn_id": str(turn), "run": run, "bot": "echo", "stream": True}
    runs.hear("turn.started", WHERE, seq, facts | body)


def ended(runs: Runs, seq: int, run: int = 1, type: str = "turn.ended") -> None:
    runs.hear(type, WHERE, seq, {"turn_id": str(TURN), "run": run, "bot": "echo"})


def missed(head: int, *turns: TurnView) -> Missed:
    return Missed(conversation=WHERE, head=head, reset=False, changes=(), turns=turns)


def view(run: int = 1, state: Any = "running") -> TurnView:
    return TurnView(
        id=TURN,
        conversation_id=WHERE,
        bot="echo",
        revision="r",
        state=state,
        run=run,
        stream=True,
        answers=(),
        steps=(),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_started_run_is_open_and_no_other():
    runs = Runs()
    started(runs, 1)

    assert runs.find(TURN, 1)
    assert not runs.find(TURN, 2)
    assert not runs.find(uuid4(), 1)


@pytest.mark.parametrize("type", ["turn.ended", "turn.failed"])
def test_an_end_closes_even_when_it_comes_before_the_start(type: str):
    runs = Runs()
    ended(runs, 2, type=type)
    started(runs, 1)

    assert not runs.find(TURN, 1)


def test_a_resumed_turn_is_open_with_its_new_run():
    runs = Runs()
    started(runs, 1)
    ended(runs, 2, type="turn.failed")
    started(runs, 3, run=2)

    assert not runs.find(TURN, 1)
    assert runs.find(TURN, 2)


def test_streaming_is_only_what_the_event_says():
    runs = Runs()
    started(runs, 1, stream="yes")

    run = runs.find(TURN, 1)
    assert run
    assert run.stream is False


def test_an_answer_opens_what_runs_and_closes_what_does_not():
    runs = Runs()
    runs.learn(missed(5, view()))
    assert runs.find(TURN, 1)

    runs.learn(missed(7))
    assert not runs.find(TURN, 1)


def test_an_answer_that_is_older_than_an_event_changes_nothing():
    runs = Runs()
    ended(runs, 6)
    runs.learn(missed(5, view()))
    assert not runs.find(TURN, 1)

    started(runs, 8, run=2)
    runs.learn(missed(7))
    assert runs.find(TURN, 2)


@pytest.mark.parametrize("state", ["queued", "waiting", "parked"])
def test_a_turn_that_does_not_run_is_not_open(state: str):
    runs = Runs()
    runs.learn(missed(5, view(state=state)))

    assert not runs.find(TURN, 1)


def test_an_event_of_another_conversation_cannot_take_a_turn_over():
    runs = Runs()
    started(runs, 1)
    runs.hear("turn.started", uuid4(), 9, {"turn_id": str(TURN), "run": 1, "bot": "evil"})

    run = runs.find(TURN, 1)
    assert run
    assert run.conversation == WHERE


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_takeover_ends_all_text_in_the_making_whatever_comes_first(order: tuple[int, int]):
    runs = Runs()
    for seq in order:
        if seq == 1:
            started(runs, 1)
        else:
            runs.hear("takeover.changed", WHERE, 2, {"takeover": {"by": "ana"}})

    run = runs.find(TURN, 1)
    assert run is not None
    assert run.stream is False


def test_after_a_release_new_runs_show_their_text():
    runs = Runs()
    runs.hear("takeover.changed", WHERE, 1, {"takeover": {"by": "ana"}})
    runs.hear("takeover.changed", WHERE, 2, {"takeover": None})
    started(runs, 3)

    run = runs.find(TURN, 1)
    assert run is not None
    assert run.stream


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_RUNS", 10)
    runs = Runs()
    turns = [uuid4() for _ in range(50)]
    for seq, turn in enumerate(turns, start=1):
        started(runs, seq, turn=turn)

    assert [bool(runs.find(turn, 1)) for turn in turns] == [False] * 40 + [True] * 10
    assert len(runs._by_conversation[WHERE]) == 10
