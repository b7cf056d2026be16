"""What a hello brings: the missed changes in order, then welcome, then live. No gap, no double."""

import asyncio
import json
import random

import pytest


async def test_the_missed_changes_come_in_order_and_then_the_live_ones(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    for number in range(5):
        world.chat.message(where, str(number))

    browser = await world.live("ana", {where: 2})
    await world.say(where, "live")
    await browser.until(lambda: len(browser.seqs(where)) == 4)

    assert browser.seqs(where) == [3, 4, 5, 6]
    assert [one["type"] for one in browser.frames] == [
        "message.created",
        "message.created",
        "message.created",
        "welcome",
        "message.created",
    ]
    assert browser.of("welcome")[0]["heads"] == {str(where): 5}


async def test_an_event_reaches_browsers_with_its_bytes_unchanged(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.browser("ana", read=False)
    await browser.hello({where: 0})
    await browser.socket.recv()
    body = world.chat.message(where, "a  b é \\u0041 🙂")
    spaced = body.replace(b'{"type"', b'{ "unknown": 1.50 ,  "type"', 1)

    await world.publish(spaced)

    assert (await browser.socket.recv(decode=False)) == spaced


async def test_over_200_missed_changes_are_a_reset(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    for _ in range(201):
        world.chat.message(where)

    browser = await world.live("ana", {where: 0})
    await world.say(where)
    await browser.until(lambda: browser.of("message.created"))

    assert browser.of("reset") == [{"type": "reset", "conversation": str(where), "head": 201}]
    assert browser.seqs(where) == [202]


async def test_a_client_that_knows_more_than_there_is_must_read_anew(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    world.chat.message(where)
    await world.gateway()

    browser = await world.live("ana", {where: 7})

    assert browser.of("reset") == [{"type": "reset", "conversation": str(where), "head": 1}]


async def test_a_conversation_that_was_not_named_is_live_only(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    world.chat.message(where)
    await world.gateway()

    browser = await world.live("ana")
    await world.say(where)
    await browser.until(lambda: browser.seqs(where))

    assert browser.of("welcome")[0]["heads"] == {str(where): 1}
    assert browser.seqs(where) == [2]


async def test_somebody_elses_conversation_shows_nothing_even_while_the_hello_is_answered(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    theirs = world.chat.conversation(bo)
    await world.gateway()
    other = await world.live("bo", {theirs: 0})
    world.chat.pause = lambda: 0.3
    browser = await world.browser("ana")

    await browser.hello({theirs: 0})
    await asyncio.sleep(0.2)
    await world.say(theirs, "private")
    await browser.welcomed()
    await world.say(theirs, "private too")
    await other.until(lambda: len(other.seqs(theirs)) == 2)
    await asyncio.sleep(0.1)

    assert browser.frames == [{"type": "welcome", "user": "ana", "heads": {}}]
    assert ana.id != bo.id


async def test_a_hello_on_a_living_socket_brings_what_it_asks_for_again(world):
    ana = world.chat.person("ana")
    where, other = world.chat.conversation(ana), world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0, other: 0})
    for _ in range(3):
        await world.say(where)
    await world.say(other)
    await browser.until(lambda: len(browser.seqs(where)) == 3 and browser.seqs(other))

    await browser.hello({where: 1})
    await browser.welcomed(2)
    await world.say(where)
    await world.say(other)
    await browser.until(lambda: len(browser.seqs(other)) == 2)

    assert browser.seqs(where) == [1, 2, 3, 2, 3, 4]
    assert browser.seqs(other) == [1, 2]


async def test_a_hello_that_names_more_than_one_question_may_ask_is_answered_whole(world):
    ana = world.chat.person("ana")
    places = [world.chat.conversation(ana) for _ in range(45)]
    for where in places:
        world.chat.message(where)
    await world.gateway()

    browser = await world.live("ana", dict.fromkeys(places, 0))

    assert [browser.seqs(where) for where in places] == [[1]] * 45
    assert [len(ask.conversations) for ask in world.chat.asked] == [20, 20, 5]


@pytest.mark.parametrize("seed", range(4))
async def test_no_gap_and_no_double_while_events_stream(world, seed):
    """Sockets come and go on two gateways while 3 conversations grow, events cross and some are
    lost: what one client is sent is 1, 2, 3 … in each conversation, from where each hello asks."""
    chance = random.Random(seed)
    ana = world.chat.person("ana")
    places = [world.chat.conversation(ana) for _ in range(3)]
    world.chat.pause = lambda: chance.random() * 0.01
    for _ in range(2):
        await world.gateway(client_frames_per_second=1000, sockets_per_user=100)
    streaming = asyncio.ensure_future(_stream(world, places, chance))
    seen = dict.fromkeys(places, 0)

    for session in range(12):
        browser = await world.live("ana", dict(seen), of=session % 2)
        asked = [dict(seen)]
        await asyncio.sleep(chance.random() * 0.1)
        for _ in range(chance.randrange(3)):  # says hello again, mid-stream
            asked.append({where: _end(browser, where, seen) for where in places})
            await browser.hello(asked[-1])
            await browser.welcomed(len(asked))
        await browser.socket.close()
        await asyncio.sleep(0.02)
        for where in places:
            _check(browser.seqs(where), [one[where] for one in asked])
            seen[where] = _end(browser, where, seen)
    await streaming
    browser = await world.live("ana", dict(seen))
    await browser.until(lambda: all(_end(browser, at, seen) == 120 for at in places))
    for where in places:
        _check(browser.seqs(where), [seen[where]])


def _check(got, asked):
    """Every frame follows the one before; only a hello may begin anew, and only once."""
    last, *later = asked
    for seq in got:
        if seq != last + 1:
            assert seq - 1 in later, f"{last} is followed by {seq} in {got}, asked {asked}"
            while later.pop(0) != seq - 1:
                pass
        last = seq


def _end(browser, where, seen):
    return max([seen[where], *browser.seqs(where)])


async def _stream(world, places, chance):
    """Publish 120 events a conversation; some cross, some are lost on the way."""
    for _ in range(120):
        bodies = [world.chat.message(where) for where in places]
        chance.shuffle(bodies)
        for body in bodies:
            if chance.random() < 0.03:
                continue
            if chance.random() < 0.1:
                asyncio.get_running_loop().call_later(
                    chance.random() * 0.02, lambda b=body: asyncio.ensure_future(world.publish(b))
                )
            else:
                await world.publish(body)
        await asyncio.sleep(chance.random() * 0.02)
    await asyncio.sleep(0.1)
    for where in places:  # a last one, so that a loss at the very end shows
        await world.publish(json.dumps(world.chat.changes[where][-1]).encode())
