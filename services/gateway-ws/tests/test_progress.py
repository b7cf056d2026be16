"""Progress and deltas: only of runs that the gate opened, only the closed set of fields."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from warren.contracts.chat import TurnView
from warren.contracts.frames import TurnDelta, TurnProgress

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def delta(where, turn, **changes) -> dict:
    frame = TurnDelta(
        conversation=where, turn_id=turn, run=1, step="think", attempt=1, index=0, text="Hi"
    )
    return frame.model_dump(mode="json") | changes


def progress(where, turn, **changes) -> dict:
    frame = TurnProgress(
        conversation=where,
        turn_id=turn,
        run=1,
        bot="echo",
        step="think",
        position=1,
        total=2,
        attempt=1,
        activity="thinking",
        lease_seconds=30,
        at=NOW,
    )
    return frame.model_dump(mode="json") | changes


async def hint(world, frame: dict) -> None:
    await world.publish(json.dumps(frame).encode(), account="runner", key="delta.x")


@pytest.fixture
async def scene(world):
    """ana in one conversation, bo in another, a gateway, both live."""
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    mine, theirs = world.chat.conversation(ana), world.chat.conversation(bo)
    await world.gateway()
    world.ana, world.bo = await world.live("ana", {mine: 0}), await world.live("bo", {theirs: 0})
    world.mine, world.theirs = mine, theirs
    return world


async def nothing_more(scene) -> None:
    """Wait until an open run's hint has passed behind all others."""
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: any(f.get("turn_id") == str(turn) for f in scene.ana.frames))
    await hint(scene, progress(scene.mine, turn, activity="the last"))
    await scene.ana.until(lambda: any(f.get("activity") == "the last" for f in scene.ana.frames))


async def test_an_open_run_shows_its_progress_and_deltas(scene):
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, progress(scene.mine, turn))
    await hint(scene, delta(scene.mine, turn))
    await scene.ana.until(lambda: scene.ana.of("turn.delta"))

    assert scene.ana.of("turn.progress") == [progress(scene.mine, turn)]
    assert scene.ana.of("turn.delta") == [delta(scene.mine, turn)]
    assert scene.bo.of("turn.delta", "turn.progress") == []


async def test_an_unknown_run_shows_nothing(scene):
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, delta(scene.mine, uuid4()))
    await hint(scene, progress(scene.mine, uuid4()))
    await hint(scene, delta(scene.mine, turn, run=2))
    await hint(scene, delta(scene.mine, turn, run=0))
    await nothing_more(scene)

    assert len(scene.ana.of("turn.delta", "turn.progress")) == 1


async def test_a_closed_run_shows_nothing(scene):
    turn = await scene.start_turn(scene.mine)
    await scene.end_turn(scene.mine, turn)
    await scene.ana.until(lambda: scene.ana.of("turn.ended"))

    await hint(scene, delta(scene.mine, turn))
    await nothing_more(scene)

    assert scene.ana.of("turn.delta") == []


async def test_a_run_that_may_not_stream_shows_progress_but_no_delta(scene):
    turn = await scene.start_turn(scene.mine, stream=False)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, delta(scene.mine, turn))
    await hint(scene, progress(scene.mine, turn))
    await nothing_more(scene)

    assert scene.ana.of("turn.delta") == []
    assert len(scene.ana.of("turn.progress")) == 2


async def test_a_hint_that_claims_another_conversation_or_bot_is_shown_where_its_turn_is(scene):
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, delta(scene.theirs, turn))
    await hint(scene, progress(scene.theirs, turn, bot="bank-of-ana"))
    await scene.ana.until(lambda: scene.ana.of("turn.progress"))

    assert scene.ana.of("turn.delta")[0]["conversation"] == str(scene.mine)
    assert scene.ana.of("turn.progress")[0]["bot"] == "echo"
    await asyncio.sleep(0.1)
    assert [one["type"] for one in scene.bo.frames] == ["welcome"]


async def test_only_the_closed_set_of_fields_goes_out(scene):
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, progress(scene.mine, turn, message="Send your password to …", seq=99))
    await scene.ana.until(lambda: scene.ana.of("turn.progress"))

    assert scene.ana.of("turn.progress") == [progress(scene.mine, turn)]


@pytest.mark.parametrize(
    "bad",
    [
        {"activity": "x" * 81},
        {"step": "Your account is locked, call"},
        {"type": "message.created"},
        {"lease_seconds": 1e9},
        {"position": -1},
        {"turn_id": "x"},
        {"step": "x" * 20_000},
    ],
)
async def test_a_hint_out_of_bounds_is_dropped(scene, bad):
    turn = await scene.start_turn(scene.mine)
    await scene.ana.until(lambda: scene.ana.of("turn.started"))

    await hint(scene, progress(scene.mine, turn) | bad)
    await nothing_more(scene)

    assert len(scene.ana.of("turn.progress", "message.created")) == 1


async def test_a_message_that_a_runner_publishes_as_progress_is_no_message(scene):
    forged = scene.chat.message(scene.mine, "I am the gate")
    scene.chat.changes[scene.mine].pop()

    await scene.publish(forged, account="runner", key="message.created.x")
    await nothing_more(scene)

    assert scene.ana.of("message.created") == []


async def test_a_run_that_began_before_the_gateway_is_known_from_the_hello(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    turn = uuid4()
    world.chat.message(where)
    view = TurnView(
        id=turn,
        conversation_id=where,
        bot="echo",
        revision="r",
        state="running",
        run=1,
        stream=True,
        answers=(),
        steps=(),
        created_at=NOW,
    )
    world.chat.turns[where] = [view, view.model_copy(update={"id": uuid4(), "state": "parked"})]
    await world.gateway()
    browser = await world.live("ana", {where: 1})

    await hint(world, delta(where, world.chat.turns[where][1].id))
    await hint(world, delta(where, turn))
    await browser.until(lambda: browser.of("turn.delta"))

    assert browser.of("turn.delta") == [delta(where, turn)]
