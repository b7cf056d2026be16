"""Dead letters on a real database: kept once, the turn parked once, people told in plain words."""

import asyncio
import base64
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from chat_api.cancel import cancel
from chat_api.deadlines import Deadlines
from chat_api.letters.keeper import Letters
from warren.contracts.failure import STEP_FAILED, ErrorFacts, Failure
from warren.contracts.slip import STEP_REQUESTED, StepCommand


async def running_turn(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    await world.say(ana, place, "hello")
    (turn,) = await world.turns()
    command = StepCommand.model_validate_json(turn.command)
    world.shelf.take()
    return ana, place, turn, command


def failure(world, command, **more):
    values = {
        "reason": "failed",
        "error": ErrorFacts(type="ValueError", text="no number 17", stack="…", frame="a.py:3"),
        "turn_id": command.turn_id,
        "run": command.run,
        "bot": command.bot,
        "step": command.step,
        "kind": command.kind,
        "position": command.position,
        "revision": command.revision,
        "runner": "r1",
        "failed_at": datetime.now(UTC),
        "command": command,
    }
    letter = Failure.model_validate(values | more)
    return world.delivery(
        letter.model_dump_json().encode(),
        type=STEP_FAILED,
        correlation_id=str(command.turn_id),
        headers={"warren-run": command.run, "x-death": [{"queue": "retry.5s"}], "n\0": b"\0\xff"},
    )


async def test_a_failed_step_parks_its_turn_and_says_so(world):
    _, place, _, command = await running_turn(world)

    await world.letters.handle([failure(world, command)])

    (after,) = await world.turns()
    assert (after.state, after.holds_door) == ("parked", False)
    assert after.command is not None, "kept until the turn ends"
    told, opened = world.shelf.take("warren.events")
    assert (told["type"], told["seq"], told["step"]) == ("turn.failed", 3, "draft")
    assert "kept safe" in told["text"]
    assert "ValueError" not in told["text"]
    (letter,) = await world.letter_rows()
    assert (letter.status, letter.reason, letter.reference) == ("open", "failed", told["reference"])
    assert (opened["type"], opened["letter"]) == ("dead_letter.opened", str(letter.id))
    assert letter.conversation_id == place
    assert letter.error_type == "ValueError"
    assert StepCommand.model_validate_json(letter.command) == command


async def test_the_same_letter_many_times_is_kept_once(world):
    _, place, _, command = await running_turn(world)
    letter = failure(world, command)

    await world.letters.handle([letter, letter])
    await asyncio.gather(*(world.letters.handle([letter]) for _ in range(3)))

    assert len(await world.letter_rows()) == 1
    assert len(await world.log(place)) == 3


async def test_a_parked_turn_opens_the_door(world):
    ana, place, _, command = await running_turn(world)
    await world.say(ana, place, "next")

    await world.letters.handle([failure(world, command)])

    assert [turn.state for turn in await world.turns()] == ["parked", "running"]


async def test_a_letter_of_an_older_run_is_kept_closed_and_changes_nothing(world):
    ana, place, turn, command = await running_turn(world)
    await cancel(world.store, ana, turn.id)

    await world.letters.handle([failure(world, command)])

    (letter,) = await world.letter_rows()
    assert letter.status == "late"
    assert (await world.turns())[0].state == "cancelled"
    assert len(await world.log(place)) == 3


async def test_a_second_letter_of_a_parked_run_is_kept_closed(world):
    _, place, _, command = await running_turn(world)

    await world.letters.handle([failure(world, command), failure(world, command, attempt=2)])

    assert sorted(one.status for one in await world.letter_rows()) == ["double", "open"]
    assert len(await world.log(place)) == 3


async def test_a_reply_that_its_letter_overtook_is_still_posted(world):
    _, _, turn, command = await running_turn(world)
    await world.letters.handle([failure(world, command)])

    await world.gate.handle([world.outcome(turn, "said before it failed", end=False, step="a")])

    assert [row.body for row in await world.messages()] == ["hello", "said before it failed"]
    assert (await world.turns())[0].state == "parked"


async def test_a_second_copy_that_ends_well_resolves_the_letter(world):
    _, place, turn, command = await running_turn(world)
    await world.letters.handle([failure(world, command)])

    await world.gate.handle([world.outcome(turn, "done after all")])

    (after,) = await world.turns()
    assert (after.state, after.failure) == ("done", None)
    (letter,) = await world.letter_rows()
    assert letter.status == "resolved"
    assert [kind for _, kind in await world.log(place)][-1] == "turn.ended"


async def test_cancelling_a_parked_turn_closes_its_letter(world):
    ana, _, turn, command = await running_turn(world)
    await world.letters.handle([failure(world, command)])

    await cancel(world.store, ana, turn.id)

    (letter,) = await world.letter_rows()
    assert letter.status == "cancelled"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "unroutable"),
        ({"x-death": [{"queue": "retry.30s", "reason": "expired"}]}, "unroutable"),
        ({"x-death": [{"queue": "retry.5s"}, {"queue": "step.draft"}]}, "undeliverable"),
        ({"x-death": "nonsense"}, "unroutable"),
    ],
)
async def test_a_command_that_comes_back_says_why(world, headers, reason):
    _, _, turn, command = await running_turn(world)
    back = world.delivery(turn.command, type=STEP_REQUESTED, headers=headers)

    await world.letters.handle([back])

    (letter,) = await world.letter_rows()
    assert (letter.reason, letter.status) == (reason, "open")
    assert (await world.turns())[0].state == "parked"
    assert StepCommand.model_validate_json(letter.command) == command


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff", b"[" * 5000, b'{"reason":"new"}', "ü".encode("latin-1")]
)
@pytest.mark.parametrize("type", [STEP_FAILED, STEP_REQUESTED, None, "warren.step.requested.v9\0"])
async def test_what_nobody_can_read_is_kept_and_parks_by_its_correlation_id(world, body, type):
    _, _, turn, _ = await running_turn(world)
    letter = world.delivery(body, type=type, correlation_id=str(turn.id))

    await world.letters.handle([letter])
    await world.letters.handle([letter])

    (kept,) = await world.letter_rows()
    assert (kept.reason, kept.raw, kept.status) == ("undecodable", body, "open")
    assert (await world.turns())[0].state == "parked"


async def test_a_runners_word_on_an_unreadable_body_keeps_the_bytes(world):
    _, _, turn, _ = await running_turn(world)
    letter = Failure(
        reason="undecodable",
        error=ErrorFacts(type="Unreadable", text="the body is not JSON"),
        runner="r1",
        failed_at=datetime.now(UTC),
        raw=base64.b64encode(b"\0raw").decode(),
    )

    await world.letters.handle(
        [
            world.delivery(
                letter.model_dump_json().encode(), type=STEP_FAILED, correlation_id=str(turn.id)
            )
        ]
    )

    (kept,) = await world.letter_rows()
    assert (kept.raw, kept.turn_id, kept.run) == (b"\0raw", turn.id, 1)
    assert (await world.turns())[0].state == "parked"


async def test_a_letter_of_nobodys_turn_is_kept_open(world):
    letter = world.delivery(b"?", type=None, correlation_id="no uuid")

    await world.letters.handle([letter])

    (kept,) = await world.letter_rows()
    assert (kept.status, kept.turn_id) == ("open", None)


async def test_texts_that_postgres_refuses_are_kept_readable(world):
    _, _, _, command = await running_turn(world)
    error = ErrorFacts(type="E\0", text="a\0" * 2000, stack="\0" * 40_000)

    await world.letters.handle([failure(world, command, error=error, runner="r\0")])

    (letter,) = await world.letter_rows()
    assert len(letter.error_text) == 2000
    assert "\0" not in letter.error_text + letter.error_type + letter.runner


async def test_like_failures_have_one_fingerprint(world):
    ana, bot = await world.person(), await world.bot()
    for number in (17, 18):
        await world.say(ana, await world.place(ana, bot))
        command = StepCommand.model_validate_json((await world.turns())[-1].command)
        error = ErrorFacts(type="ValueError", text=f"no number {number}", frame="a.py:3")
        await world.letters.handle([failure(world, command, error=error)])

    prints = {letter.fingerprint for letter in await world.letter_rows()}
    assert len(prints) == 1


async def test_a_turn_past_its_deadline_becomes_a_letter_with_its_command(world):
    _, place, _, command = await running_turn(world)
    sweeper = Deadlines(world.store, world.letters)
    assert await sweeper.sweep() == 0
    await world.sql("update turn set deadline = now() - interval '1 second'")

    await asyncio.gather(sweeper.sweep(), sweeper.sweep())

    (letter,) = await world.letter_rows()
    assert (letter.reason, letter.status) == ("lost", "open")
    assert StepCommand.model_validate_json(letter.command) == command
    assert [kind for _, kind in await world.log(place)][-1] == "turn.failed"
    assert await sweeper.sweep() == 0


async def test_a_turn_that_ends_while_the_sweep_looks_is_not_lost(world):
    from chat_api.letters.facts import lost

    _, _, turn, command = await running_turn(world)
    await world.gate.handle([world.outcome(turn, "just in time")])

    await world.letters.keep([lost(command, datetime.now(UTC))])

    assert await world.letter_rows() == []
    assert (await world.turns())[0].state == "done"


async def test_a_batch_with_letters_of_many_turns_parks_each(world):
    ana, bot = await world.person(), await world.bot()
    for _ in range(5):
        await world.say(ana, await world.place(ana, bot))
    commands = [StepCommand.model_validate_json(turn.command) for turn in await world.turns()]
    strange = world.delivery(b"x", correlation_id=str(uuid4()))

    await world.letters.handle([*(failure(world, one) for one in commands), strange])

    assert {turn.state for turn in await world.turns()} == {"parked"}
    assert len(await world.letter_rows()) == 6


HUGE = 2**40


@pytest.mark.parametrize(
    "more",
    [
        {"position": HUGE},
        {"attempt": -HUGE},
        {"path": tuple(uuid4().hex for _ in range(500))},
        {"failed_at": datetime.min.replace(tzinfo=UTC)},
    ],
)
async def test_a_letter_with_absurd_facts_parks_its_turn_and_stops_nobody(world, more):
    _, _, _, command = await running_turn(world)
    poison = failure(world, command, **more)

    for _ in range(2):
        await world.letters.handle([poison])
        await world.letters.handle([poison, world.delivery(b"x", message_id="next")])

    assert (await world.turns())[0].state == "parked"
    assert Counter(one.turn_id for one in await world.letter_rows()) == {
        command.turn_id: 1,
        None: 1,
    }


async def test_a_letter_of_an_absurd_run_is_late(world):
    _, _, _, command = await running_turn(world)
    absurd = command.model_copy(update={"run": HUGE, "position": HUGE})
    back = world.delivery(
        absurd.model_dump_json().encode(), type=STEP_REQUESTED, headers={"warren-attempt": True}
    )

    await world.letters.handle([failure(world, command, run=HUGE), back])

    assert {one.status for one in await world.letter_rows()} == {"late"}
    assert (await world.turns())[0].state == "running"


@pytest.mark.parametrize("run", [HUGE, -HUGE, 2**70, True, "1"])
async def test_an_absurd_header_of_an_unreadable_letter_is_ignored(world, run):
    _, _, turn, _ = await running_turn(world)
    poison = world.delivery(b"?", correlation_id=str(turn.id), headers={"warren-run": run})

    await world.letters.handle([poison])

    (letter,) = await world.letter_rows()
    assert (letter.run, letter.raw) == (1, b"?")
    assert (await world.turns())[0].state == "parked"


@pytest.mark.parametrize(("faults", "turn_state"), [(2, "parked"), (3, "running")])
async def test_a_letter_that_the_database_refuses_is_kept_as_bytes(
    world, monkeypatch, faults, turn_state
):
    _, _, _, command = await running_turn(world)
    poison = failure(world, command)
    real, left = Letters.keep, iter(range(faults))

    async def keep(self, batch, **how):
        if any(one.turn_id for one in batch) and next(left, None) is not None:
            async with self._store.engine.begin() as connection:
                await connection.execute(text("select cast(:n as int)"), {"n": HUGE})
        await real(self, batch, **how)

    monkeypatch.setattr(Letters, "keep", keep)

    await world.letters.handle([poison])

    (letter,) = await world.letter_rows()
    assert (letter.reason, letter.raw, letter.headers) == ("undecodable", poison.body, {})
    assert letter.error_type == "DataError"
    assert (await world.turns())[0].state == turn_state
