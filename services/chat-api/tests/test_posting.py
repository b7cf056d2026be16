"""Posting on a real database: one transaction, one order, one message per key."""

import asyncio
from uuid import uuid4

import pytest

from warren.errors import BadRequest, NotFound, Unprocessable


async def test_a_message_to_a_bot_starts_its_turn(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)

    shown = await world.say(ana, place, "hello")

    (turn,) = await world.turns()
    assert (turn.state, turn.run, turn.holds_door, turn.answers) == ("running", 1, True, [shown.id])
    assert await world.log(place) == [(1, "message.created"), (2, "turn.started")]
    created, started, command = world.shelf.take()
    assert created["message"] == shown.model_dump(mode="json")
    assert (started["turn_id"], started["stream"]) == (str(turn.id), True)
    assert (command["turn_id"], command["position"], command["kind"]) == (str(turn.id), 0, "draft")
    assert command["payload"]["messages"][-1] == {
        "id": str(shown.id),
        "user": "ana",
        "recipient": "echo",
        "body": "hello",
        "timestamp": shown.model_dump(mode="json")["created_at"],
    }


async def test_fifty_posts_at_once_get_gapless_seqs_in_the_order_of_the_log(world):
    ana, ben = await world.person("ana"), await world.person("ben")
    place = await world.place(ana, ben)

    shown = await asyncio.gather(*(world.say(ana, place, f"m{n}") for n in range(50)))

    assert sorted(one.seq for one in shown) == list(range(1, 51))
    assert [seq for seq, _ in await world.log(place)] == list(range(1, 51))
    times = [row.created_at for row in await world.messages()]
    assert times == sorted(times), "a later seq is never earlier"


async def test_fifty_posts_at_once_to_a_bot_give_one_running_and_one_merged_turn(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)

    shown = await asyncio.gather(*(world.say(ana, place, f"m{n}") for n in range(50)))

    first, second = await world.turns()
    assert (first.state, second.state) == ("running", "queued")
    in_order = [one.id for one in sorted(shown, key=lambda one: one.seq)]
    assert [*first.answers, *second.answers] == in_order
    assert [seq for seq, _ in await world.log(place)] == list(range(1, 52))


async def test_the_same_key_gives_the_same_answer_for_ever(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)

    first = await world.say(ana, place, "hello", "k")
    again = await world.say(ana, place, "hello", "k")

    assert again == first
    assert len(await world.turns()) == len(await world.messages()) == 1
    assert [seq for seq, _ in await world.log(place)] == [1, 2], "no seq was used up"


async def test_the_same_key_at_the_same_moment_makes_one_message(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)

    answers = await asyncio.gather(*(world.say(ana, place, "hello", "k") for _ in range(10)))

    assert len({one.model_dump_json() for one in answers}) == 1
    assert len(await world.turns()) == len(await world.messages()) == 1


async def test_the_same_key_in_two_conversations_at_the_same_moment_is_taken_once(world):
    ana, ben, cleo = [await world.person(name) for name in ("ana", "ben", "cleo")]
    places = [await world.place(ana, ben), await world.place(ana, cleo)]

    answers = await asyncio.gather(
        *(world.say(ana, place, "hello", "k") for place in places), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in answers) == ["MessageView", "Unprocessable"]
    assert len(await world.messages()) == 1


async def test_a_key_used_for_another_body_is_refused(world):
    ana, ben = await world.person("ana"), await world.person("ben")
    place = await world.place(ana, ben)
    await world.say(ana, place, "hello", "k")

    with pytest.raises(Unprocessable, match="another message"):
        await world.say(ana, place, "goodbye", "k")

    assert (await world.say(ben, place, "hello", "k")).seq == 2, "keys belong to their author"


@pytest.mark.parametrize("key", [None, "", "  ", "x" * 201])
async def test_a_missing_or_long_key_is_refused(world, key):
    ana, ben = await world.person("ana"), await world.person("ben")
    place = await world.place(ana, ben)

    from chat_api.posting import post

    with pytest.raises(BadRequest, match="Idempotency-Key"):
        await post(world.store, ana, place, "hello", key)


async def test_a_foreign_and_an_unknown_conversation_are_not_found(world):
    ana, ben, eve = [await world.person(name) for name in ("ana", "ben", "eve")]
    place = await world.place(ana, ben)

    for where in (place, uuid4()):
        with pytest.raises(NotFound):
            await world.say(eve, where)
    assert await world.messages() == []
    assert await world.log(place) == []


async def test_in_a_group_those_mentioned_and_those_who_hear_all_answer(world):
    ana = await world.person()
    bots = [
        await world.bot("echo"),
        await world.bot("tutor"),
        await world.bot("scribe", listens="all"),
    ]
    place = await world.place(ana, *bots, kind="group")

    await world.say(ana, place, "hi @Tutor, not you echo")

    assert sorted(turn.bot for turn in await world.turns()) == ["scribe", "tutor"]
    commands = world.shelf.take("warren.steps")
    assert {one["payload"]["messages"][-1]["recipient"] for one in commands} == {"scribe", "tutor"}


async def test_a_removed_bot_answers_nothing(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    await world.bot("echo", number=2, removed=True)

    await world.say(ana, place)

    assert await world.turns() == []


async def test_with_while_busy_queue_each_message_waits_for_its_own_turn(world):
    ana, bot = await world.person(), await world.bot(while_busy="queue")
    place = await world.place(ana, bot)

    shown = [await world.say(ana, place, f"m{n}") for n in range(3)]

    turns = await world.turns()
    assert [turn.state for turn in turns] == ["running", "queued", "queued"]
    assert [turn.answers for turn in turns] == [[one.id] for one in shown]


async def test_a_turn_keeps_the_revision_that_it_was_given(world):
    ana, bot = await world.person(), await world.bot(while_busy="queue")
    place = await world.place(ana, bot)
    await world.say(ana, place)
    await world.bot("echo", number=2, revision="r2", while_busy="queue")

    await world.say(ana, place)

    assert [turn.revision for turn in await world.turns()] == ["r1", "r2"]
