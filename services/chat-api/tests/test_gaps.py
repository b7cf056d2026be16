"""What a bot's file expects, and what is a gap: as a table, and through the gate."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from chat_api.changes import changing
from chat_api.ledger.gaps import Heard, of_end, of_reply
from chat_api.ledger.tables import expectation
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
