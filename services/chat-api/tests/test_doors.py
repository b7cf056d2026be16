"""Doors and slots on a real database: one running turn per conversation and bot, and no more than
a bot's concurrency; whatever waits starts when it may."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text

from chat_api import promoting
from chat_api.cancel import cancel
from chat_api.promoting import Promoter


async def states(world):
    return [turn.state for turn in await world.turns()]


async def test_the_next_turn_starts_when_the_gate_ends_the_one_before(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    first = await world.say(ana, place, "one")
    await world.say(ana, place, "two")
    third = await world.say(ana, place, "three")
    (running, _) = await world.turns()
    world.shelf.take()

    await world.gate.handle([world.outcome(running, "answer to one")])

    assert await states(world) == ["done", "running"]
    (command,) = world.shelf.take("warren.steps")
    said = command["payload"]["messages"]
    assert [one["body"] for one in said] == ["one", "two", "three"]
    assert said[-1]["id"] == str(third.id)
    assert [one["type"] for one in await typed(world, place)] == [
        "message.created", "turn.started", "message.created", "message.created",
        "message.created", "turn.ended", "turn.started",
    ]  # fmt: skip
    (reply,) = [row for row in await world.messages() if row.turn_id]
    assert reply.in_reply_to == first.id


async def typed(world, place):
    return [{"seq": seq, "type": kind} for seq, kind in await world.log(place)]


async def test_the_bots_own_messages_go_to_the_person_they_answered(world):
    ana, ben, bot = await world.person("ana"), await world.person("ben"), await world.bot()
    place = await world.place(ana, ben, bot, kind="group")
    await world.say(ana, place, "@echo one")
    await world.gate.handle([world.outcome((await world.turns())[0], "to ana")])
    world.shelf.take()

    await world.say(ben, place, "@echo two")

    (command,) = world.shelf.take("warren.steps")
    assert [(m["user"], m["recipient"]) for m in command["payload"]["messages"]] == [
        ("ana", "echo"),
        ("echo", "ana"),
        ("ben", "echo"),
    ]


async def test_history_is_the_newest_messages_up_to_the_one_that_is_answered(world):
    ana, bot = await world.person(), await world.bot(history=2, while_busy="queue")
    place = await world.place(ana, bot)
    for number in range(4):
        await world.say(ana, place, f"m{number}")
    (running, *_) = await world.turns()
    world.shelf.take()

    await world.gate.handle([world.outcome(running)])

    (command,) = world.shelf.take("warren.steps")
    assert [one["body"] for one in command["payload"]["messages"]] == ["m0", "m1"]


async def test_a_bot_never_runs_more_turns_than_its_concurrency(world):
    ana, bot = await world.person(), await world.bot(concurrency=3)
    places = [await world.place(ana, bot) for _ in range(10)]

    await asyncio.gather(*(world.say(ana, place) for place in places))

    assert Counter(await states(world)) == {"running": 3, "queued": 7}


async def test_a_freed_slot_goes_to_the_turn_that_has_waited_longest_anywhere(world):
    ana, bot = await world.person(), await world.bot(concurrency=1)
    here, there = await world.place(ana, bot), await world.place(ana, bot)
    await world.say(ana, here, "one")
    await world.say(ana, there, "two")
    await world.say(ana, here, "three")
    one, two, three = await world.turns()

    await world.gate.handle([world.outcome(one)])
    await Promoter(world.store).promote()

    assert [(t.id, t.state) for t in await world.turns()] == [
        (one.id, "done"),
        (two.id, "running"),
        (three.id, "queued"),
    ]
    assert world.store.freed.is_set()
    (_, command) = world.shelf.take("warren.steps")
    assert command["turn_id"] == str(two.id)


async def test_many_promoters_at_once_keep_to_the_limit(world):
    ana, bot = await world.person(), await world.bot(concurrency=2)
    places = [await world.place(ana, bot) for _ in range(8)]
    for place in places:
        await world.say(ana, place)
    running = [turn for turn in await world.turns() if turn.state == "running"]

    await asyncio.gather(
        world.gate.handle([world.outcome(running[0])]),
        world.gate.handle([world.outcome(running[1])]),
        *(Promoter(world.store).promote() for _ in range(4)),
    )
    await Promoter(world.store).promote()

    assert Counter(await states(world)) == {"done": 2, "running": 2, "queued": 4}


async def test_everything_that_waits_is_answered_in_the_end(world):
    ana, bot = await world.person(), await world.bot(concurrency=2, while_busy="queue")
    places = [await world.place(ana, bot) for _ in range(3)]
    for place in places * 3:
        await world.say(ana, place)

    for _ in range(20):
        running = [turn for turn in await world.turns() if turn.state == "running"]
        assert len(running) <= 2
        if not running:
            break
        await world.gate.handle([world.outcome(turn, "yes") for turn in running])
        await Promoter(world.store).promote()

    assert Counter(await states(world)) == {"done": 9}
    for place in places:
        seqs = [seq for seq, _ in await world.log(place)]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_the_waiting_turns_of_a_removed_bot_are_cancelled(world):
    ana, bot = await world.person(), await world.bot(while_busy="queue")
    place = await world.place(ana, bot)
    for _ in range(3):
        await world.say(ana, place)
    await world.bot("echo", number=2, removed=True)

    await Promoter(world.store).promote()

    assert await states(world) == ["running", "cancelled", "cancelled"]
    assert [kind for _, kind in await world.log(place)][-2:] == ["turn.ended", "turn.ended"]


async def test_cancelling_opens_the_door_and_fences_the_rest(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)
    await world.say(ana, place, "one")
    await world.say(ana, place, "two")
    first, _ = await world.turns()
    world.shelf.take()

    shown = await cancel(world.store, ana, first.id)
    (hint,) = [one for one in world.shelf.take() if one.get("type") == "cancel"]
    await world.gate.handle([world.outcome(first, "too late")])

    assert (shown.state, shown.run) == ("cancelled", 2)
    assert (hint["turn_id"], hint["run"]) == (str(first.id), 2)
    assert await states(world) == ["cancelled", "running"]
    assert [row.body for row in await world.messages()] == ["one", "two"]


async def test_cancel_and_gate_at_the_same_moment_leave_one_end(world):
    ana, bot = await world.person(), await world.bot()
    for _ in range(8):
        place = await world.place(ana, bot)
        await world.say(ana, place)
        turn = (await world.turns())[-1]

        await asyncio.gather(
            cancel(world.store, ana, turn.id),
            world.gate.handle([world.outcome(turn, "answer")]),
            return_exceptions=True,
        )

        kinds = Counter(kind for _, kind in await world.log(place))
        assert kinds["turn.ended"] == 1


async def test_many_that_wait_for_one_bot_do_not_delay_the_others(world, monkeypatch):
    monkeypatch.setattr(promoting, "BATCH", 3)
    ana = await world.person()
    busy = await world.bot("busy", concurrency=1)
    idle = await world.bot("idle", concurrency=1, while_busy="queue")
    for _ in range(6):
        await world.say(ana, await world.place(ana, busy))
    place = await world.place(ana, idle)
    for _ in range(5):
        await world.say(ana, place)
    other = await world.place(ana, idle)
    await world.say(ana, other)
    await world.sql("update turn set state = 'done', holds_door = false where state = 'running'")

    await Promoter(world.store).promote()

    running = [turn for turn in await world.turns() if turn.state == "running"]
    assert [turn.bot for turn in running] == ["busy", "idle"]


async def test_all_that_may_start_starts_at_one_look_over_several_batches(world, monkeypatch):
    monkeypatch.setattr(promoting, "BATCH", 2)
    ana, bot = await world.person(), await world.bot(concurrency=1)
    for _ in range(7):
        await world.say(ana, await world.place(ana, bot))
    await world.bot(number=2, concurrency=6)

    await Promoter(world.store).promote()

    assert Counter(await states(world)) == {"running": 6, "queued": 1}


async def test_promoters_and_keepers_that_meet_at_two_bots_do_not_deadlock(world):
    ana = await world.person()
    bots = [await world.bot(name, concurrency=1) for name in ("one", "two")]
    for _ in range(6):
        for bot in (*bots, *reversed(bots)):
            await world.say(ana, await world.place(ana, bot))

    for _ in range(4):
        running = [turn for turn in await world.turns() if turn.state == "running"]
        letters = [
            world.delivery(b"?", correlation_id=str(turn.id), headers={"warren-run": turn.run})
            for turn in running
        ]
        await asyncio.gather(
            world.letters.handle(letters),
            world.letters.handle(letters[::-1]),
            *(Promoter(world.store).promote() for _ in range(3)),
        )
        await Promoter(world.store).promote()

    assert Counter(await states(world)) == {"parked": 8, "running": 2, "queued": 14}


async def test_bots_are_locked_in_the_order_of_their_ids_before_any_turn_starts(world):
    ana = await world.person()
    bots = {await world.bot(name, concurrency=1): name for name in ("one", "two")}
    low, high = sorted(bots)
    for bot in (high, high, low, low):  # the higher one's turns have waited longer
        await world.say(ana, await world.place(ana, bot))
    await world.sql("update turn set state = 'done', holds_door = false where state = 'running'")

    lock = text("select 1 from bot where account_id = :bot for update nowait")
    async with world.store.engine.begin() as other:
        await other.execute(lock, {"bot": low})
        starting = asyncio.ensure_future(Promoter(world.store).promote())
        await waits_for_a_lock(world)
        await other.execute(lock, {"bot": high})  # else the two would wait for each other
    await starting

    assert Counter(await states(world)) == {"done": 2, "running": 2}


async def waits_for_a_lock(world):
    waiting = text("""
        select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
    """)
    async with asyncio.timeout(5):
        while not await world.value(waiting):
            await asyncio.sleep(0.02)


async def test_a_turn_that_cannot_be_started_is_cancelled_and_stops_nobody(world):
    ana, bot = await world.person(), await world.bot(concurrency=1)
    places = [await world.place(ana, bot) for _ in range(3)]
    for place in places:
        await world.say(ana, place)
    await world.bot(number=2, concurrency=9)
    bad = (await world.turns())[1]
    await world.sql("update turn set steps = '[{}]' where id = :id", id=bad.id)

    await Promoter(world.store).promote()

    turns = await world.turns()
    assert [turn.state for turn in turns] == ["running", "cancelled", "running"]
    assert (turns[1].run, turns[1].failure) == (2, promoting.UNSTARTABLE)
    assert (await world.log(places[1]))[-1] == (2, "turn.ended")


@pytest.mark.parametrize(
    ("end", "poison"),
    [
        *(("outcome", one) for one in ("steps = '[{}]'", "steps = '[]'", "answers = '{}'")),
        ("letter", "steps = '[{}]'"),
        ("cancelled", "steps = '[{}]'"),
        # Only the database finds out, and ends the transaction.
        ("outcome", "history = -1"),
        ("letter", "history = -1"),
    ],
)
async def test_a_poisoned_turn_that_is_next_does_not_undo_the_end_before_it(world, end, poison):
    ana, bot = await world.person(), await world.bot(while_busy="queue")
    place = await world.place(ana, bot)
    for body in ("one", "two", "three"):
        await world.say(ana, place, body)
    first, bad, _ = await world.turns()
    await world.sql(f"update turn set {poison} where id = :id", id=bad.id)
    world.store.freed.clear()

    if end == "outcome":
        await world.gate.handle([world.outcome(first, "answer to one")])
    elif end == "letter":
        about = {"correlation_id": str(first.id), "headers": {"warren-run": first.run}}
        await world.letters.handle([world.delivery(b"?", **about)])
    else:
        await cancel(world.store, ana, first.id)

    ends = {"outcome": "done", "letter": "parked", "cancelled": "cancelled"}
    assert await states(world) == [ends[end], "queued", "queued"]
    assert len(await world.letter_rows()) == (end == "letter")
    assert [row.body for row in await world.messages() if row.turn_id] == (
        ["answer to one"] if end == "outcome" else []
    )
    assert world.store.freed.is_set(), "the promoter looks at once"
    await Promoter(world.store).promote()
    assert await states(world) == [ends[end], "cancelled", "running"]
    seqs = [seq for seq, _ in await world.log(place)]
    assert seqs == list(range(1, len(seqs) + 1))
