"""The edges of repair: pipelines that changed, replies that stand, bytes that nobody reads."""

from datetime import UTC, datetime

import orjson
from sqlalchemy import select

from chat_api.cancel import cancel
from chat_api.deadlines import Deadlines
from chat_api.letters.tables import audit, letter_act
from warren.contracts.registry import StepCard
from warren.contracts.slip import AttemptOutcome, LogEntry, StepCommand


def cards(*ids: str) -> tuple[StepCard, ...]:
    return tuple(
        StepCard(id=one, class_name="Reply", kind="reply", timeout_seconds=1, attempts=1)
        for one in ids
    )


def entry(step: str, position: int, outcome: AttemptOutcome, *patch: dict[str, object]) -> LogEntry:
    now = datetime.now(UTC)
    return LogEntry(
        step=step, kind="reply", position=position, revision="r1", runner="r", queued_at=now,
        started_at=now, ended_at=now, outcome=outcome, patch=patch,
    )  # fmt: skip


def at_second(command: StepCommand, step: str) -> StepCommand:
    """Return the command of the second step; the first one added x."""
    added = {"op": "add", "path": "/x", "value": 1}
    return command.model_copy(
        update={
            "position": 1,
            "step": step,
            "payload": command.payload | {"x": 1},
            "first_input": command.payload,
            "log": (entry(command.step, 0, "done", added), entry(step, 1, "dead")),
        }
    )


async def asked(world, *ids: str):
    """Return who asked a bot with these steps, and the turn, which is at its first step."""
    bot = await world.bot(steps=cards(*ids))
    ana = await world.person()
    place = await world.place(ana, bot)
    await world.say(ana, place)
    return ana, (await world.turns())[-1]


async def test_a_turn_whose_command_nobody_can_read_is_parked_and_the_sweep_goes_on(world, failing):
    await asked(world, "think")
    await world.sql("update turn set command = '{}', deadline = now() - interval '1 s'")

    await Deadlines(world.store, world.letters).sweep()

    (letter,) = await world.letter_rows()
    assert ((await world.turns())[0].state, letter.reason) == ("parked", "lost")
    assert letter.raw == b"{}"
    await failing.operator()
    assert (await failing.post(f"{letter.id}/replay")).status_code == 409
    answer = await failing.post(f"{letter.id}/finish", reply={"body": "here I am"})
    assert answer.status_code == 200
    assert (await world.turns())[0].state == "answered"


async def test_a_turn_whose_command_nobody_can_read_can_be_cancelled(world):
    ana, turn = await asked(world, "think")
    await world.sql("update turn set command = '{}'")

    assert (await cancel(world.store, ana, turn.id)).state == "cancelled"


async def test_an_output_with_a_reply_before_the_last_step_is_refused(world, failing):
    _, turn = await asked(world, "first", "second")
    command = failing.command(turn)
    await world.letters.handle([failing.letter(command, step="first", position=0)])
    (letter,) = await world.letter_rows()
    await failing.operator()

    output = command.payload | {"reply": {"body": "by a person"}}
    answer = await failing.post(f"{letter.id}/finish", output=output)

    assert answer.status_code == 422
    assert "once more after you" in answer.json()["detail"]
    assert [one.turn_id for one in await world.messages()] == [None]
    assert (await failing.post(f"{letter.id}/finish", output=command.payload)).status_code == 200


async def test_a_reply_that_stands_is_not_posted_again_by_a_renamed_step(world, failing):
    _, turn = await asked(world, "reply", "bad")
    command = failing.command(turn)
    await world.gate.handle([world.outcome(turn, "hello", end=False, position=0, step="reply")])
    await world.letters.handle([failing.letter(at_second(command, "bad"), step="bad", position=1)])
    (letter,) = await world.letter_rows()
    await world.bot(number=2, revision="r2", steps=cards("answer", "bad"))
    await failing.operator()

    renamed = await failing.post(f"{letter.id}/replay", revision="current", from_step="answer")
    same = await failing.post(f"{letter.id}/replay", from_step="reply")

    assert renamed.status_code == 409
    assert "was posted already" in renamed.json()["detail"]
    assert same.status_code == 200  # its reply has one place
    turn = (await world.turns())[-1]
    await world.gate.handle([world.outcome(turn, "again", end=False, position=0, step="reply")])
    assert [one.body for one in await world.messages() if one.turn_id] == ["hello"]


async def test_a_cancelled_replay_keeps_its_trace_and_says_who_cancelled(world, failing):
    ana, turn = await asked(world, "first", "second")
    command = failing.command(turn)
    failed = at_second(command, "second")
    await world.letters.handle([failing.letter(failed, step="second", position=1)])
    (letter,) = await world.letter_rows()
    await failing.operator()
    await failing.post(f"{letter.id}/replay")

    await cancel(world.store, ana, turn.id)

    (ended,) = await world.turns()
    assert orjson.loads(ended.first_input) == command.payload
    assert [one["step"] for one in orjson.loads(ended.log)] == ["first"]
    assert [one.kind for one in await world.rows(select(letter_act))] == ["replayed", "cancelled"]
    assert "dead_letter.cancelled" in [one.act for one in await world.rows(select(audit))]
    second = await failing.post(f"{letter.id}/replay")
    assert second.status_code == 409
    assert "cancelled the turn of this letter at" in second.json()["detail"]


async def test_an_output_is_not_taken_for_another_step_than_the_failed_one(world, failing):
    _, turn = await asked(world, "first", "second")
    broken = world.delivery(
        b"{", type="warren.step.requested.v1", routing_key="reply.echo", correlation_id=str(turn.id)
    )
    await world.letters.handle([broken])
    (letter,) = await world.letter_rows()
    await failing.operator()

    answer = await failing.post(f"{letter.id}/finish", output=failing.command(turn).payload)

    assert answer.status_code == 409
    assert "answer by hand" in answer.json()["detail"]
    assert (await world.turns())[0].state == "parked"
