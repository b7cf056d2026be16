"""A client that reads slowly is closed and never makes others wait; what it missed is kept."""

import asyncio
import json
import time
from contextlib import suppress

from websockets.exceptions import ConnectionClosed

from warren.contracts.frames import CloseCode

BIG = "x" * 15_000


async def test_a_client_that_does_not_read_is_closed_while_others_keep_getting(world):
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    where = world.chat.conversation(ana, bo)
    gateway = await world.gateway()
    slow = await world.browser("ana", read=False, max_queue=1, max_size=None)
    await slow.hello({where: 0})
    assert json.loads(await slow.socket.recv())["type"] == "welcome"
    quick = await world.live("bo", {where: 0}, max_size=None)
    server_side = next(one for one in gateway.hub.clients if one.identity.username == "ana")
    waits = []

    sent = 0
    while server_side.closed_with is None:
        assert sent < 3000, "the slow reader is never closed"
        begun = time.monotonic()
        await world.say(where, BIG)
        sent += 1
        await quick.until(lambda n=sent: len(quick.seqs(where)) == n)
        waits.append(time.monotonic() - begun)
        waiting = len(server_side.outbound._waiting)
        assert waiting <= 256
        assert server_side.outbound._bytes <= 1024 * 1024 + 16_000

    frames = []
    with suppress(ConnectionClosed):
        async for frame in slow.socket:
            frames.append(json.loads(frame)["seq"])
    assert slow.socket.close_code == CloseCode.FELL_BEHIND
    assert frames == list(range(1, len(frames) + 1))
    assert len(frames) < sent
    assert sorted(waits)[len(waits) // 2] < 0.1

    back = await world.live("ana", {where: frames[-1]}, max_size=None)
    await back.until(lambda: back.seqs(where) or back.of("reset"))


async def test_hints_are_dropped_for_who_does_not_read_and_messages_are_not(world):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    gateway = await world.gateway()
    slow = await world.browser("ana", read=False, max_queue=1, max_size=None)
    await slow.hello({where: 0})
    await slow.socket.recv()
    server_side = next(iter(gateway.hub.clients))

    sent = 0
    while not server_side.connection.paused:
        assert sent < 3000, "the buffers of the kernel never fill"
        await world.say(where, BIG)
        sent += 1
        await asyncio.sleep(0)
    for _ in range(500):
        gateway.hub.publish_hint(where, "turn.delta", b'{"type":"turn.delta"}')
    assert not server_side.outbound._waiting
    assert server_side.closed_with is None

    got = [json.loads(await slow.socket.recv()) for _ in range(sent)]
    assert [one["seq"] for one in got] == list(range(1, sent + 1))


async def test_a_slow_hello_gets_all_of_it_however_much_comes_meanwhile(world):
    """What a hello can keep is bounded; more than that is read once more, and nothing is lost."""
    ana, bo = world.chat.person("ana"), world.chat.person("bo")
    places = [world.chat.conversation(ana, bo) for _ in range(2)]
    await world.gateway()
    other = await world.live("bo", dict.fromkeys(places, 0))
    published = asyncio.Event()
    world.chat.after = published.wait
    browser = await world.browser("ana")
    await browser.hello(dict.fromkeys(places, 0))
    await other.until(lambda: len(world.chat.asked) == 2)

    for _ in range(150):
        for where in places:
            await world.say(where)
    await other.until(lambda: [len(other.seqs(one)) for one in places] == [150, 150])
    published.set()
    await browser.welcomed()
    await world.say(places[0])
    await browser.until(lambda: 151 in browser.seqs(places[0]))

    assert browser.seqs(places[0]) == list(range(1, 152))
    assert browser.seqs(places[1]) == list(range(1, 151))
    assert len(world.chat.asked) == 3
