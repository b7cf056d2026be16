"""Own queues on a real broker: they hear, and come back under fresh names after every loss."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote
from uuid import uuid4

import aio_pika
import pytest

from conftest import Vhost
from warren.broker.connection import connect
from warren.broker.delivery import Delivery
from warren.broker.own_queue import OwnQueue, consume_own
from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable


class Listener:
    """Own queues of a test: what they heard, and how often they were made."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.fresh = 0

    async def handle(self, delivery: Delivery) -> None:
        self.heard.append(delivery.body)

    async def on_fresh(self) -> None:
        self.fresh += 1

    async def until(self, done: Callable[[], bool], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(vhost: Vhost) -> AsyncGenerator[Listener]:
    listener = Listener()
    queues = [
        OwnQueue(lambda n: f"gw.test-{n}.events", [("warren.events", "#")], listener.handle),
        OwnQueue(lambda n: f"gw.test-{n}.progress", [("warren.progress", "#")], listener.handle),
    ]
    async with connect(vhost.url("gateway"), "gw") as broker:
        task = asyncio.ensure_future(consume_own(broker, queues, listener.on_fresh))
        try:
            await listener.until(lambda: listener.fresh == 1)
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def say(vhost: Vhost, *texts: str) -> None:
    async with connect(vhost.url("chat"), "chat") as broker:
        publisher = Publisher(broker, "chat")
        for text in texts:
            event = Outgoing("warren.events", "a.b", text.encode(), "t", uuid4(), mandatory=False)
            await publisher.publish(event)


async def kill_connections(vhost: Vhost, user: str) -> int:
    """Close a user's connections from the broker's side; the list lags by up to 5 s."""
    path = f"/api/vhosts/{quote(vhost.name, safe='')}/connections"
    async with asyncio.timeout(20):
        while True:
            rows = await asyncio.to_thread(vhost.node.management, "GET", path)
            names = [row["name"] for row in rows if row.get("user") == user]
            if len(names) >= 2:
                break
            await asyncio.sleep(0.2)
    for name in names:
        await asyncio.to_thread(
            vhost.node.management, "DELETE", f"/api/connections/{quote(name, safe='')}"
        )
    return len(names)


async def test_an_own_queue_hears_what_is_published_after_it_was_made(vhost: Vhost):
    async with listening(vhost) as listener:
        await say(vhost, "0", "1", "2", "3", "4")

        await listener.until(lambda: len(listener.heard) == 5)

    assert listener.heard == [b"0", b"1", b"2", b"3", b"4"]


async def test_after_a_killed_connection_fresh_queues_hear_again(vhost: Vhost):
    async with listening(vhost) as listener:
        assert await kill_connections(vhost, "gateway") == 2

        await listener.until(lambda: listener.fresh == 2)
        await say(vhost, "after")
        await listener.until(lambda: bool(listener.heard))

        assert listener.heard == [b"after"]


async def test_a_name_that_another_connection_still_holds_is_left_behind(vhost: Vhost):
    async with await aio_pika.connect(vhost.url("gateway")) as other:
        channel = await other.channel()
        await channel.declare_queue("gw.test-1.progress", exclusive=True, auto_delete=True)

        async with listening(vhost) as listener:
            await say(vhost, "heard all the same")
            await listener.until(lambda: bool(listener.heard))


@pytest.mark.long
async def test_after_the_node_was_stopped_and_started_fresh_queues_hear_again(vhost: Vhost):
    async with listening(vhost) as listener:
        vhost.node.stop()
        await asyncio.sleep(1)  # in which the listener sees that its connection is gone
        vhost.node.start()  # not in a thread: the node dies with the thread that started it

        await listener.until(lambda: listener.fresh >= 2)
        async with asyncio.timeout(20):
            while not listener.heard:
                try:
                    await say(vhost, "after")
                except BrokerUnavailable:
                    continue
                await asyncio.sleep(0.1)
