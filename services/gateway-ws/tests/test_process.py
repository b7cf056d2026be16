"""The gateway as a process: it starts, tells its health, and ends in time."""

import asyncio
import os
import signal
import sys
import time

import httpx2
import pytest


@pytest.fixture
async def process(world):
    settings = world.settings()
    environment = {
        "AMQP_URL": settings.amqp_url.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
        "PUBLIC_URL": settings.public_url,
        "HTTP_PORT": str(settings.http_port),
        "INNER_PORT": str(settings.inner_port),
        "CHAT_API_INNER_URL": settings.chat_api_inner_url,
    }
    world.port, world.inner = settings.http_port, f"http://127.0.0.1:{settings.inner_port}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway_ws", env=os.environ | environment
    )
    try:
        async with httpx2.AsyncClient() as http, asyncio.timeout(20):
            while True:
                try:
                    if (await http.get(f"{world.inner}/readyz")).status_code == 200:
                        break
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


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
