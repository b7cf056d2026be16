"""The gateway as a process: it starts, tells its health, and ends in time."""

import asyncio
import signal
import time

import httpx2


async def test_sigterm_tells_every_socket_to_come_back_and_ends_within_5_seconds(world, process):
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    reading = await world.live("ana", {where: 0}, port=world.port)
    stuck = await world.browser("ana", read=False, max_queue=1, port=world.port, close_timeout=0.1)
    await stuck.hello()
    for _ in range(100):
        await world.say(where, "x" * 15_000)

    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(process.wait(), 10)

    assert time.monotonic() - begun < 5
    assert code == 0
    assert await reading.close_code() == 1012


async def test_a_killed_gateway_loses_nothing(world, process):
    """The client comes back to another gateway with what it knows."""
    ana = world.chat.person("ana")
    where = world.chat.conversation(ana)
    await world.gateway()
    browser = await world.live("ana", {where: 0}, port=world.port)
    await world.say(where)
    await browser.until(lambda: browser.seqs(where) == [1])

    process.kill()
    await world.say(where)
    back = await world.live("ana", {where: 1})

    assert back.seqs(where) == [2]


async def test_metrics_and_health_are_on_the_inner_port(world, process):
    world.chat.person("ana")
    await world.live("ana", port=world.port)

    async with httpx2.AsyncClient() as http:
        alive = await http.get(f"{world.inner}/livez")
        metrics = await http.get(f"{world.inner}/metrics")

    assert alive.json() == {"status": "alive"}
    assert "warren_sockets 1.0" in metrics.text
