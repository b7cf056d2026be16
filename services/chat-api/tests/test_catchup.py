"""Catch-up: every change after a seq, or reset; never a part. And who may ask."""

from typing import Any
from uuid import uuid4

import pytest

from chat_api.catchup import MAX_CHANGES, unbroken
from chat_api.sessions import open_session, who_has
from warren.contracts.inner import CaughtUp


async def session_of(world, user) -> str:
    """A signed-in person's session, by its name."""
    async with world.store.engine.begin() as connection:
        secret = await open_session(connection, user, "cookie")
    return str((await who_has(world.store, secret)).session)


async def ask(world, user, known, session=None) -> Any:
    body = {
        "user": str(user),
        "conversations": {str(k): v for k, v in known.items()},
        "session": session or await session_of(world, user),
    }
    answer = await world.inner.post("/inner/catch-up", json=body)
    if answer.status_code != 200:
        return answer
    return CaughtUp.model_validate_json(answer.content)


async def test_what_was_missed_comes_in_order_with_the_open_runs(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    shown = await world.say(ana, place)

    caught = await ask(world, ana.id, {place: 0})

    (missed,) = caught.missed
    assert (missed.head, missed.reset) == (2, False)
    assert [one["type"] for one in missed.changes] == ["message.created", "turn.started"]
    assert missed.changes[0]["message"]["id"] == str(shown.id)
    assert [(turn.bot, turn.state) for turn in missed.turns] == [("echo", "running")]
    assert caught.heads == {place: 2}
    assert caught.identity.username == "ana"


async def test_open_runs_are_told_even_when_nothing_was_missed(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    await world.say(ana, place)

    (missed,) = (await ask(world, ana.id, {place: 2})).missed

    assert (missed.changes, missed.reset, len(missed.turns)) == ((), False, 1)


async def test_foreign_conversations_are_left_out(world):
    ana, ben, eve = [await world.person(name) for name in ("ana", "ben", "eve")]
    place = await world.place(ana, ben)
    await world.say(ana, place)

    caught = await ask(world, eve.id, {place: 0, uuid4(): 0})

    assert (caught.missed, caught.heads) == ((), {})


async def test_too_much_or_forgotten_or_impossible_is_a_reset(world):
    ana, ben = await world.person("ana"), await world.person("ben")
    many, old, ahead = [await world.place(ana, ben, kind="group") for _ in range(3)]
    for _ in range(5):
        await world.say(ana, old)
    await world.sql(
        "update conversation set last_seq = :n where id = :c", n=MAX_CHANGES + 1, c=many
    )
    await world.sql("delete from outbox where conversation_id = :c and seq = 2", c=old)

    caught = await ask(world, ana.id, {many: 0, old: 1, ahead: 7})

    assert [(one.reset, one.changes) for one in caught.missed] == [(True, ())] * 3
    (fine,) = (await ask(world, ana.id, {old: 2})).missed
    assert [one["seq"] for one in fine.changes] == [3, 4, 5]


@pytest.mark.parametrize(
    ("known", "head", "seqs", "whole"),
    [
        (0, 0, [], True),
        (0, 2, [1, 2], True),
        (0, 2, [1, 2, 3], True),
        (0, 3, [1, 2], False),
        (0, 2, [2], False),
        (0, 3, [1, 3], False),
        (5, 2, [], False),
        (0, 200, range(1, 201), True),
        (0, 201, range(1, 202), False),
    ],
)
def test_unbroken(known, head, seqs, whole):
    assert unbroken(known, head, [(seq, b"") for seq in seqs]) is whole


async def test_an_ended_session_or_person_is_unauthenticated(world):
    ana = await world.person()
    session = await session_of(world, ana.id)

    assert (await ask(world, ana.id, {}, session=session)).identity.session == session
    for wrong in (str(uuid4()), "nonsense"):
        assert (await ask(world, ana.id, {}, session=wrong)).status_code == 401
    assert (await ask(world, uuid4(), {}, session=session)).status_code == 401
    await world.sql("delete from session")
    assert (await ask(world, ana.id, {}, session=session)).status_code == 401


async def test_who_names_no_session_learns_nothing(world):
    ana = await world.person()

    answer = await world.inner.post(
        "/inner/catch-up", json={"user": str(ana.id), "conversations": {}}
    )

    assert answer.status_code == 422
