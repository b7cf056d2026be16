"""Bots that work on bots: each group of letters once, as a draft for the operators; never their
own."""

import asyncio
from typing import Any, cast

import orjson
import pytest
from sqlalchemy import select

from chat_api.decisions.tables import decision
from chat_api.mechanics.looking import Looking
from chat_api.tables import turn
from warren.app.inner_client import InnerClient
from warren.contracts.slip import StepCommand
from warren.errors import NotFound


class NoRegistry:
    """A registry that knows no revision."""

    async def call(self, *_):
        raise NotFound("There is no such thing.")


def looking_at(world: Any) -> Looking:
    return Looking(world.store, cast(InnerClient, NoRegistry()))


@pytest.fixture
async def looking(world):
    await world.bot("mechanic", on="dead_letter")
    return looking_at(world)


async def turns_of(world, name):
    return await world.rows(select(turn).where(turn.c.bot == name).order_by(turn.c.created_at))


async def test_a_new_group_starts_one_turn_however_often_it_is_looked_for(world, failing, looking):
    olga = await failing.operator()
    letter = await failing.turn()

    assert [await looking.look() for _ in range(3)] == [1, 0, 0]

    (started,) = await turns_of(world, "mechanic")
    assert (started.state, started.answers, started.stream) == ("running", [], False)
    given = StepCommand.model_validate_json(started.command).payload
    assert given["dead_letter"]["reference"] == letter.reference
    assert given["dead_letter"]["error"]["type"] == "ValueError"
    assert "ended with ValueError: no number" in given["messages"][-1]["body"]
    assert given["dead_letter"]["case"]["fixes"] == letter.fingerprint
    (place,) = (await world.http.get("/api/v1/conversations")).json()["items"]
    assert place["title"] == "Operators"
    assert {one["username"] for one in place["members"]} == {olga.username, "mechanic"}


async def test_what_it_says_is_a_draft_and_then_a_message_to_the_operators(world, failing, looking):
    await failing.operator()
    await failing.turn()
    await looking.look()
    (started,) = await turns_of(world, "mechanic")

    await world.gate.handle([world.outcome(started, "It asks for a number.")])
    before = [row.body for row in await world.messages()]
    (row,) = await world.rows(select(decision))
    approved = await world.http.post(f"/api/v1/drafts/{row.id}/approve", json={})

    assert "It asks for a number." not in before
    assert approved.status_code == 200
    said = (await world.messages())[-1]
    assert (said.body, said.in_reply_to) == ("It asks for a number.", None)


async def test_its_own_failures_never_start_it(world, failing, looking):
    await failing.operator()
    await failing.turn()
    await looking.look()
    (started,) = await turns_of(world, "mechanic")
    command = StepCommand.model_validate_json(started.command)

    await world.letters.handle([failing.letter(command, error={"type": "KeyError"})])

    assert await looking.look() == 0
    mine = [row for row in await world.letter_rows() if row.bot == "mechanic"]
    assert len(mine) == 1
    whole = (await world.http.get(f"/api/v1/dead-letters/{mine[0].id}")).json()
    assert whole["conversation"] == []


async def test_two_processes_start_it_once(world, failing, looking):
    await failing.operator()
    await failing.turn()

    counts = await asyncio.gather(looking.look(), looking_at(world).look())

    assert sorted(counts) == [0, 1]
    assert orjson.loads((await turns_of(world, "mechanic"))[0].command)["bot"] == "mechanic"
