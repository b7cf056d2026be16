"""The gate on a real database: nothing twice, nothing late, nobody stopped by a bad outcome."""

import asyncio
import secrets

import orjson
import pytest


async def running_turn(world, **card):
    ana, bot = await world.person(), await world.bot(**card)
    place = await world.place(ana, bot)
    asked = await world.say(ana, place, "hello")
    (turn,) = await world.turns()
    world.shelf.take()
    return place, asked, turn


def replies(rows):
    return [row.body for row in rows if row.turn_id]


async def test_a_reply_is_posted_with_the_turns_author_and_place(world):
    place, asked, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, "hi")])

    created, ended = world.shelf.take("warren.events")
    assert created["message"]["author"] == "echo"
    assert created["message"]["in_reply_to"] == str(asked.id)
    assert (created["seq"], ended["seq"], ended["end"]) == (3, 4, "done")
    (after,) = await world.turns()
    assert (after.state, after.holds_door, after.command) == ("done", False, None)
    assert after.first_input is not None
    assert [kind for _, kind in await world.log(place)][2:] == ["message.created", "turn.ended"]


async def test_the_same_message_twice_changes_nothing(world):
    place, _, turn = await running_turn(world)
    outcome = world.outcome(turn, "hi", end=False)

    await world.gate.handle([outcome, outcome])
    await world.gate.handle([outcome])

    assert replies(await world.messages()) == ["hi"]
    assert len(await world.log(place)) == 3


async def test_another_answer_for_the_same_slot_is_not_shown(world):
    _, _, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, "first", end=False)])
    await world.gate.handle([world.outcome(turn, "second", end=False)])

    assert replies(await world.messages()) == ["first"]


async def test_two_gates_with_the_same_outcomes_post_once(world):
    _, _, turn = await running_turn(world)
    same = world.outcome(turn, "hi")
    other = world.outcome(turn, "ho")

    await asyncio.gather(
        world.gate.handle([same, other]),
        world.gate.handle([same]),
        world.gate.handle([other, same]),
    )

    assert len(replies(await world.messages())) == 1


async def test_several_replies_of_several_steps_are_posted_in_order(world):
    place, _, turn = await running_turn(world)

    await world.gate.handle(
        [
            world.outcome(turn, "one", "two", end=False, step="draft", position=0),
            world.outcome(turn, "three"),
        ]
    )

    assert replies(await world.messages()) == ["one", "two", "three"]
    assert [seq for seq, _ in await world.log(place)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("run", [0, 2])
async def test_an_outcome_of_another_run_is_late(world, run):
    _, _, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, "late", run=run)])

    assert replies(await world.messages()) == []
    assert (await world.turns())[0].state == "running"


async def test_after_the_end_nothing_more_is_shown(world):
    place, _, turn = await running_turn(world)
    await world.gate.handle([world.outcome(turn, "hi")])

    await world.gate.handle([world.outcome(turn, "again", step="other")])

    assert replies(await world.messages()) == ["hi"]
    assert len(await world.log(place)) == 4


async def test_an_unknown_turn_is_late_and_stops_nobody(world):
    _, _, turn = await running_turn(world)
    unknown = world.outcome(turn, "who?", turn_id="00000000-0000-4000-8000-000000000000")

    await world.gate.handle([unknown, world.outcome(turn, "hi")])

    assert replies(await world.messages()) == ["hi"]


async def test_a_nul_in_a_reply_is_replaced(world):
    _, _, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, "a\0b")])

    assert replies(await world.messages()) == ["a\N{REPLACEMENT CHARACTER}b"]


POISON = [
    b"",
    b"not json",
    b"[]",
    b"\xff\xfe",
    b"[" * 10_000,
    b'{"turn_id": "x"}',
    rb'{"turn_id":"00000000-0000-4000-8000-000000000000","run":1,"bot":"\ud800"}',
]


@pytest.mark.parametrize("body", POISON)
async def test_what_nobody_can_read_parks_its_turn_and_stops_nobody(world, body):
    place, _, turn = await running_turn(world)
    ben = await world.person("ben")
    bot = (await world.turns())[0].bot_id
    other_place = await world.place(ben, bot)
    await world.say(ben, other_place)
    other = (await world.turns())[-1]
    poison = world.delivery(body, correlation_id=str(turn.id), headers={"warren-run": 1})

    await world.gate.handle([poison, world.outcome(other, "hi")])

    assert replies(await world.messages()) == ["hi"]
    assert [one.state for one in await world.turns()] == ["parked", "done"]
    (letter,) = await world.letter_rows()
    assert (letter.reason, letter.raw, letter.turn_id) == ("undecodable", body, turn.id)
    assert (await world.log(place))[-1] == (3, "turn.failed")


@pytest.mark.parametrize("body", ["  ", "x" * 600_000])
async def test_a_reply_that_cannot_be_shown_becomes_a_letter(world, body):
    _, _, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, body)])

    assert replies(await world.messages()) == []
    assert (await world.turns())[0].state == "parked"


async def test_an_outcome_that_breaks_the_gate_is_kept_and_the_others_go_on(world, monkeypatch):
    _, _, turn = await running_turn(world)
    ben = await world.person("ben")
    await world.say(ben, await world.place(ben, turn.bot_id))
    other = (await world.turns())[-1]
    from chat_api import reply, taking

    real = reply.bubble

    def bubble(row, said, *more):
        if said.body == "poison":
            raise ValueError(said.body)
        return real(row, said, *more)

    monkeypatch.setattr(taking, "bubble", bubble)

    await world.gate.handle([world.outcome(turn, "poison"), world.outcome(other, "hi")])

    assert replies(await world.messages()) == ["hi"]
    assert [one.state for one in await world.turns()] == ["parked", "done"]


async def test_a_batch_is_held_while_the_database_is_away(world, monkeypatch):
    from sqlalchemy.exc import OperationalError

    _, _, turn = await running_turn(world)
    from chat_api import gate

    async def down(*_):
        raise OperationalError("select", {}, Exception("down"))

    with monkeypatch.context() as patch:
        patch.setattr(gate, "take", down)
        with pytest.raises(OperationalError):
            await world.gate.handle([world.outcome(turn, "hi")])

    assert await world.letter_rows() == []
    await world.gate.handle([world.outcome(turn, "hi")])
    assert replies(await world.messages()) == ["hi"]


async def test_a_big_batch_keeps_the_order_within_each_conversation(world):
    ana, bot = await world.person(), await world.bot(concurrency=1000)
    places = [await world.place(ana, bot) for _ in range(20)]
    for place in places:
        await world.say(ana, place)
    turns = await world.turns()
    batch = [
        world.outcome(turn, f"r{n}", end=n == 4, step=f"s{n}") for n in range(5) for turn in turns
    ]

    await world.gate.handle(batch)

    for place in places:
        log = await world.log(place)
        assert [seq for seq, _ in log] == list(range(1, 9))
    bodies = [row.body for row in await world.messages() if row.conversation_id == places[3]]
    assert bodies == ["hello", "r0", "r1", "r2", "r3", "r4"]


async def test_metadata_with_strange_texts_is_kept(world):
    _, _, turn = await running_turn(world)
    body = orjson.loads(world.outcome(turn, "hi").body)
    body["replies"][0]["metadata"] = {"a\0": ["\0", {"deep": "\0"}], "n": 1}

    await world.gate.handle([world.delivery(orjson.dumps(body))])

    (reply,) = [row for row in await world.messages() if row.turn_id]
    mark = "\N{REPLACEMENT CHARACTER}"
    assert reply.metadata == {f"a{mark}": [mark, {"deep": mark}], "n": 1}


def unlike(chars):
    """A text that Postgres cannot make shorter."""
    return secrets.token_hex(chars // 2)


@pytest.mark.parametrize("more", [{"step": unlike(20_000)}, {"path": (unlike(20_000),)}])
async def test_an_outcome_with_too_long_a_path_becomes_a_letter(world, more):
    _, _, turn = await running_turn(world)

    await world.gate.handle([world.outcome(turn, "hi", **more)])

    assert replies(await world.messages()) == []
    assert [one.reason for one in await world.letter_rows()] == ["undecodable"]
    assert (await world.turns())[0].state == "parked"


@pytest.mark.parametrize("checked", [True, False])
async def test_an_outcome_with_too_long_a_slot_becomes_a_letter(world, monkeypatch, checked):
    """Not checked: what only the database notices is no reason to wait for the database."""
    from chat_api import reply

    if not checked:
        monkeypatch.setattr(reply, "MAX_NAME_BYTES", 10**9)
    _, _, turn = await running_turn(world)
    body = orjson.loads(world.outcome(turn, "hi").body)
    body["replies"][0]["slot"] = unlike(20_000)
    poison = world.delivery(
        orjson.dumps(body), correlation_id=str(turn.id), headers={"warren-run": 2**40}
    )
    ben = await world.person("ben")
    await world.say(ben, await world.place(ben, turn.bot_id))
    other = (await world.turns())[-1]

    await world.gate.handle([poison, world.outcome(other, "hi")])

    assert replies(await world.messages()) == ["hi"]
    assert [one.reason for one in await world.letter_rows()] == ["undecodable"]
    assert [one.state for one in await world.turns()] == ["parked", "done"]
