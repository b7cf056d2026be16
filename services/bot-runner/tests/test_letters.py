"""What cannot go on becomes a letter, once, with its cause; the runner lives and takes the next."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from warren.contracts.failure import Failure
from warren.contracts.registry import Revision
from warren.contracts.slip import MAX_PAYLOAD_BYTES, StepCommand
from warren.testing.commands import as_outgoing, first_command, said
from warren.testing.runner_mesh import RunnerMesh

MISCHIEF = """
import time
from warren.errors import Retryable
from warren.step import Step

class Odd(Exception):
    @property
    def response(self): raise RuntimeError("no response yet")
    status_code = response
    __str__ = __repr__ = lambda self: 1 / 0

class Panic(BaseException):
    pass

class Tricky(dict):
    def __contains__(self, key): raise LookupError("do not look")

class Mischief(Step):
    async def process(self, payload):
        match payload["messages"][-1]["body"]:
            case "boom": raise ValueError("boom")
            case "nothing": return None
            case "big": payload["big"] = "x" * (256 * 1024)
            case "nul": payload["nul"] = "\\0"
            case "nan": payload["nan"] = float("nan")
            case "exit": raise SystemExit(1)
            case "blank": payload["reply"] = {"body": "  "}
            case "passing": raise Retryable("the server is busy")
            case "date": raise Retryable("busy", retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
            case "odd": raise Odd()
            case "panic": raise Panic("an extension gave up")
            case "cancelled": raise __import__("asyncio").CancelledError
            case "tricky": return Tricky(payload)
            case "slow":
                import asyncio
                await asyncio.sleep(60)
            case "deaf":
                import asyncio
                while True:
                    try:
                        await asyncio.sleep(60)
                    except asyncio.CancelledError:
                        pass
            case text: payload["reply"] = {"body": text}
        return payload
"""
BOT = {"class": "Mischief", "timeout_seconds": 1, "retry": {"attempts": 1}}


def asking(bot: Revision, body: str, **changes: Any) -> StepCommand:
    command = first_command(bot, payload={"messages": [said(body, bot.name)]})
    return command.model_copy(update=changes)


async def test_each_bad_message_becomes_one_letter_and_the_next_is_answered(mesh: RunnerMesh):
    revision = await mesh.bot(BOT, source=MISCHIEF)
    good = as_outgoing(asking(revision, "still here"))
    text = good.body.decode()
    poison = {
        "bad json": text[:-1],
        "no object": "[]",
        "NaN": text.replace('"attempt"', '"x"').replace('"run":1', '"run":NaN'),
        "deep": text.replace('"still here"', "[" * 10_000 + "]" * 10_000),
        "deeper than JSON can be written": text.replace(
            '"still here"', '{"a":' * 300 + "1" + "}" * 300
        ),
        "half a character": text.replace("still here", "\\ud800"),
        "NUL": text.replace("still here", "\\u0000"),
        "raw NUL": text.replace("still here", "\0"),
        "not UTF-8": "",
        "wrong fields": '{"turn_id": 7}',
    }
    await mesh.runner()

    turns: dict[UUID, str] = {}
    for name, body in poison.items():
        turn = uuid4()
        turns[turn] = name
        raw = b"\xff\xfe" if name == "not UTF-8" else body.encode()
        await mesh.publish(
            as_outgoing(asking(revision, ""), body=raw, correlation_id=turn, message_id=uuid4())
        )
    await mesh.publish(good)
    letters = await mesh.letter(len(poison))
    (outcome,) = await mesh.outcome()

    assert outcome.replies[0].body == "still here"
    assert {turns[each.turn_id]: each.reason for each in letters if each.turn_id} == dict.fromkeys(
        poison, "undecodable"
    )
    by_name = {turns[each.turn_id]: each for each in letters if each.turn_id}
    assert base64.b64decode(by_name["not UTF-8"].raw or "") == b"\xff\xfe"
    assert (by_name["NaN"].kind, by_name["NaN"].bot, by_name["NaN"].run) == (
        "mischief",
        "tester",
        1,
    )
    assert mesh.letters[0].routing_key == "mischief.tester"


async def test_a_step_that_goes_wrong_is_a_letter_with_its_cause(mesh: RunnerMesh):
    revision = await mesh.bot(BOT, source=MISCHIEF)
    await mesh.runner()
    expected = {
        "boom": ("failed", "ValueError", "boom"),
        "nothing": ("bad_output", "BadOutput", "return payload"),
        "big": ("too_large", "TooLarge", str(MAX_PAYLOAD_BYTES)),
        "nul": ("bad_output", "BadOutput", "NUL"),
        "nan": ("bad_output", "BadOutput", "nan"),
        "exit": ("failed", "SystemExit", "1"),
        "blank": ("bad_output", "BadOutput", "empty reply"),
        "passing": ("failed", "Retryable", "busy"),
        "date": ("failed", "Retryable", "busy"),
        "odd": ("failed", "Odd", "no text"),
        "panic": ("failed", "Panic", "gave up"),
        "cancelled": ("failed", "CancelledError", "cancelled itself"),
        "tricky": ("failed", "LookupError", "do not look"),
        "slow": ("timeout", "StepTimeout", "longer than 1 s"),
    }

    for body in expected:
        await mesh.ask(asking(revision, body))
    letters = {asked(each): each for each in await mesh.letter(len(expected))}

    for body, (reason, kind, words) in expected.items():
        each = letters[body]
        assert (each.reason, each.error.type) == (reason, kind), body
        assert words in each.error.text, body
        assert each.command is not None
        assert each.command.log[-1].outcome == "dead"
        assert each.command.log[-1].error
        assert each.command.payload.keys() == {"messages"}, "the last good input"
    assert letters["boom"].error.frame.startswith("step:")
    assert "ValueError: boom" in letters["boom"].error.stack
    assert not mesh.outcomes


async def test_a_step_file_that_panics_at_import_is_a_letter(mesh: RunnerMesh):
    source = MISCHIEF + "\nraise Panic('an extension gave up')\n"
    revision = await mesh.bot(BOT, source=source)
    await mesh.runner()

    await mesh.ask(asking(revision, "hello"))
    (letter,) = await mesh.letter()

    assert (letter.reason, letter.error.type) == ("gone", "BrokenStep")
    assert "Panic: an extension gave up" in letter.error.text


async def test_commands_that_may_not_run_are_letters_at_once(mesh: RunnerMesh):
    revision = await mesh.bot(BOT, source=MISCHIEF)
    await mesh.runner()
    past = datetime.now(UTC) - timedelta(seconds=5)

    await mesh.ask(asking(revision, "late", deadline=past))
    await mesh.ask(asking(revision, "unknown revision", revision="a" * 64))
    await mesh.ask(asking(revision, "no such step", position=7))
    await mesh.ask(asking(revision, "next year"), type="warren.step.requested.v2")
    await mesh.ask(asking(revision, "stranger"), type="something.else.v1")
    letters = await mesh.letter(5)

    reasons = sorted(each.reason for each in letters)
    assert reasons == ["expired", "gone", "gone", "undecodable", "unsupported_version"]
    newer = next(each for each in letters if each.reason == "unsupported_version")
    body = orjson.loads(base64.b64decode(newer.raw or ""))
    assert body["payload"]["messages"][0]["body"] == "next year"


async def test_a_step_that_nothing_stops_is_cut_and_the_runner_starts_anew(mesh: RunnerMesh):
    revision = await mesh.bot(BOT, source=MISCHIEF)
    runner = await mesh.runner()

    await mesh.ask(asking(revision, "deaf"))
    (letter,) = await mesh.letter()

    assert letter.reason == "timeout"
    assert runner.process.wait(15) == 75
    assert mesh.registry.goodbyes


async def test_a_passing_fault_is_tried_again_and_then_dead(mesh: RunnerMesh):
    revision = await mesh.bot(BOT | {"retry": {"attempts": 2}}, source=MISCHIEF)
    await mesh.runner()
    command = asking(revision, "passing")

    await mesh.ask(command)
    (letter,) = await mesh.letter()

    assert letter.attempt == 2
    assert letter.command is not None
    assert [(each.attempt, each.outcome) for each in letter.command.log] == [
        (1, "retried"), (2, "dead"),
    ]  # fmt: skip
    waited = letter.command.log[1].started_at - letter.command.log[0].ended_at
    assert timedelta(seconds=4.5) < waited < timedelta(seconds=20)


async def test_a_next_kind_that_nobody_serves_goes_to_the_dead_letters(mesh: RunnerMesh):
    revision = await mesh.bot("Draft", "Nowhere", source="", queues=False)
    await mesh.queue("draft")
    mesh.registry.kinds.discard("nowhere")
    await mesh.runner()

    await mesh.ask(first_command(revision))
    await mesh.unread_letter(1)

    assert mesh.letters[0].routing_key == "nowhere.tester"
    assert mesh.letters[0].type == "warren.step.requested.v1"


def asked(letter: Failure) -> str:
    assert letter.command is not None
    return letter.command.payload["messages"][-1]["body"]
