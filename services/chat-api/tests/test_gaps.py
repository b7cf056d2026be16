"""What a bot's file expects, and what is a gap: as a table, and through the gate."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from chat_api.changes import changing
from chat_api.ledger.gaps import Heard, of_end, of_reply
from chat_api.ledger.tables import expectation
from chat_api.tables import account
from chat_api.turn_rows import TurnRow
from warren.contracts.bot import Expectation, Shape


def row(**more):
    given = {
        "id": uuid4(), "conversation_id": uuid4(), "bot_id": uuid4(), "bot": "echo",
        "revision": "r1", "state": "running", "run": 1, "stream": True, "holds_door": True,
        "history": 10, "steps": (), "answers": (uuid4(),), "created_at": datetime.now(UTC),
    }  # fmt: skip
    return TurnRow(**(given | more))


@pytest.mark.parametrize(
    ("expect", "seconds", "run", "gap"),
    [
        ({}, 1e6, 1, None),
        ({"latency_seconds": 20}, 20, 1, None),
        ({"latency_seconds": 20}, 34.26, 1, ("an answer within 20 s", "an answer after 34.26 s")),
        ({"latency_seconds": 0.5}, 0.51, 1, ("an answer within 0.5 s", "an answer after 0.51 s")),
        ({"latency_seconds": 20}, 1e6, 2, None),  # it waited for a person, or failed
        ({"unedited_share": 0.8, "shape": {"max_chars": 5}}, 1e6, 1, None),
    ],
)
def test_an_answer_that_came_late(expect, seconds, run, gap):
    found = of_end(row(run=run), Expectation.model_validate(expect), seconds)

    assert (found and (found.expected, found.actual)) == gap
    assert found is None or (found.kind, found.bot, found.step, found.distance) == (
        "latency", "echo", "", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "metadata", "expected"),
    [
        ({}, {}, None),
        ({"contains": ["Ana", "Hello"]}, {}, None),
        ({"contains": ["Ben"]}, {}, "a reply that holds “Ben”"),
        ({"max_chars": 9}, {}, None),
        ({"max_chars": 8}, {}, "a reply that has at most 8 characters (it has 9)"),
        ({"metadata": ["mood"]}, {"mood": None}, None),
        ({"metadata": ["mood"]}, {}, "a reply that has “mood” in its metadata"),
        ({"contains": ["x", "y"], "max_chars": 1}, {},
         "a reply that holds “x”, and holds “y”, and has at most 1 characters (it has 9)"),
    ],
)  # fmt: skip
def test_a_reply_that_does_not_look_as_expected(shape, metadata, expected):
    found = of_reply(row(), Shape.model_validate(shape), "Hello Ana", metadata)

    assert (found and found.expected) == expected
    assert found is None or (found.kind, found.actual) == ("shape", "Hello Ana")


async def entries(world):
    names = ("kind", "bot", "revision", "message_id", "expected", "actual")
    rows = await world.rows(
        select(*(expectation.c[name] for name in names)).order_by(expectation.c.id)
    )
    return [tuple(one) for one in rows]


async def test_only_bots_that_are_expected_something_have_gaps(world):
    expect = Expectation.model_validate({"latency_seconds": 1, "shape": {"contains": ["!"]}})
    strict, other = await world.bot("strict", expect=expect), await world.bot("other")
    heard = Heard()
    for bot, name in ((strict, "strict"), (other, "other")):
        heard.reply(row(bot_id=bot, bot=name), "Hello", {})
        heard.reply(row(bot_id=bot, bot=name), "Hello!", {})
        heard.end(row(bot_id=bot, bot=name), 5)

    async with changing(world.store) as changes:
        await changes.lock([])
        await heard.write(changes)
        await Heard().write(changes)

    assert await entries(world) == [
        ("shape", "strict", "r1", None, "a reply that holds “!”", "Hello"),
        ("latency", "strict", "r1", None, "an answer within 1 s", "an answer after 5.00 s"),
    ]


async def asked(world, **expect):
    """A running turn of a bot that is expected this."""
    ana = await world.person()
    bot = await world.bot(expect=Expectation.model_validate(expect))
    await world.say(ana, await world.place(ana, bot))
    return (await world.turns())[-1]


async def test_the_gate_writes_the_gaps_of_what_it_posts(world):
    turn = await asked(world, latency_seconds=10, shape={"max_chars": 3})
    await world.sql("update turn set created_at = now() - interval '1 minute'")

    sent = world.outcome(turn, "Hi", "Hello")
    await world.gate.handle([sent, sent])

    shape, latency = await entries(world)
    (long,) = [one.id for one in await world.messages() if one.body == "Hello"]
    assert (shape[0], shape[3], shape[5]) == ("shape", long, "Hello")
    assert (latency[0], latency[4]) == ("latency", "an answer within 10 s")
    assert (await world.turns())[0].state == "done"


async def test_a_draft_is_measured_when_the_bot_is_done_not_when_the_person_is(world):
    turn = await asked(world, latency_seconds=10, shape={"contains": ["!"]})
    await world.sql("update turn set approval = true, created_at = now() - interval '5 seconds'")

    await world.gate.handle([world.outcome(turn, "Hello")])

    assert (await world.turns())[0].state == "waiting"
    assert [one[0] for one in await entries(world)] == ["shape"]


async def test_what_came_as_expected_or_late_for_its_run_is_no_entry(world):
    turn = await asked(world, latency_seconds=10, shape={"contains": ["Hello"]})
    late = world.outcome(turn, "nonsense", run=2)

    await world.gate.handle([late, world.outcome(turn, "Hello")])

    assert await entries(world) == []


async def test_a_text_by_hand_is_no_gap_of_the_bot(world, failing):
    await world.bot(expect=Expectation.model_validate({"shape": {"contains": ["!"]}}))
    (bot,) = await world.rows(select(account.c.id).where(account.c.username == "echo"))
    letter = await failing.turn(bot=bot.id)
    await failing.operator()

    done = await failing.post(f"{letter.id}/finish", reply={"body": "By hand"})

    assert (done.status_code, await entries(world)) == (200, [])
