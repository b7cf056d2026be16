"""Connections are cut in the middle of the work: consumers and publishers go on by themselves."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from conftest import Vhost
from warren.broker.batches import BatchConsumer
from warren.broker.connection import Broker, connect
from warren.broker.consumer import Consumer
from warren.broker.delivery import Delivery
from warren.broker.hints import Hints
from warren.broker.link import Link
from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable

COUNT = 200


async def cut(link: Link) -> None:
    """Close the connection under everybody's feet."""
    link.wire.abort()


def outcome(number: int) -> Outgoing:
    return Outgoing("warren.outcomes", "a.b", str(number).encode(), "t", uuid4())


async def publish_all(publisher: Publisher) -> int:
    """Publish COUNT messages, each again until it is confirmed; return how often one was not."""
    failures = 0
    for number in range(COUNT):
        while True:
            try:
                await publisher.publish(outcome(number))
                break
            except BrokerUnavailable:
                failures += 1
                await asyncio.sleep(0.05)
    return failures


async def until_all(seen: set[bytes]) -> None:
    async with asyncio.timeout(30):
        while len(seen) < COUNT:
            await asyncio.sleep(0.01)


async def test_a_consumer_goes_on_after_its_connection_was_cut(vhost: Vhost):
    seen: set[bytes] = set()

    async def handle(delivery: Delivery) -> None:
        await asyncio.sleep(0.02)
        seen.add(delivery.body)

    async with (
        connect(vhost.url("runner"), "test") as filling,
        connect(vhost.url("chat"), "test") as broker,
    ):
        assert await publish_all(Publisher(filling, "test")) == 0
        consumer = Consumer(broker, "chat.outcomes", handle, prefetch=10)
        await consumer.start()
        for _ in range(2):
            await _some_more(seen)
            await cut(broker.consuming)
        await until_all(seen)
        assert consumer.consuming
        await consumer.stop(5)
        assert not consumer.consuming
        assert consumer.busy == 0


async def test_a_batch_consumer_goes_on_after_its_connection_was_cut(vhost: Vhost):
    seen: set[bytes] = set()

    async def handle(batch: Sequence[Delivery]) -> None:
        await asyncio.sleep(0.05)
        seen.update(one.body for one in batch)

    async with (
        connect(vhost.url("runner"), "test") as filling,
        connect(vhost.url("chat"), "test") as broker,
    ):
        await publish_all(Publisher(filling, "test"))
        task = asyncio.ensure_future(BatchConsumer(broker, "chat.outcomes", handle, size=10).run())
        for _ in range(2):
            await _some_more(seen)
            await cut(broker.consuming)
        await until_all(seen)
        task.cancel()
        await asyncio.wait([task])


async def test_a_publisher_says_what_was_not_confirmed_and_then_goes_on(vhost: Vhost):
    seen: set[bytes] = set()

    async def handle(batch: Sequence[Delivery]) -> None:
        seen.update(one.body for one in batch)

    async with (
        connect(vhost.url("runner"), "test") as broker,
        connect(vhost.url("chat"), "test") as reading,
    ):
        listening = asyncio.ensure_future(BatchConsumer(reading, "chat.outcomes", handle).run())
        publishing = asyncio.ensure_future(publish_all(Publisher(broker, "test")))
        await _some_more(seen)
        await cut(broker.publishing)
        failures = await asyncio.wait_for(publishing, 30)
        await until_all(seen)
        listening.cancel()
        await asyncio.wait([listening])
    assert failures > 0, "the cut fell into the publishing"


async def test_a_hint_into_a_cut_connection_is_dropped_without_a_word(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        hints = Hints(broker, "test")
        await hints.send("warren.progress", "progress.x", b"{}", "t")
        closing = asyncio.ensure_future(cut(broker.publishing))
        for _ in range(20):
            await hints.send("warren.progress", "progress.x", b"{}", "t")
        await closing
        async with asyncio.timeout(10):
            await broker.publishing.connected.wait()
            await hints.send("warren.progress", "progress.x", b"{}", "t")


async def test_a_queue_is_asked_for_again_after_a_cut(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        assert await broker.queue_exists("step.nowhere") is False
        await cut(broker.consuming)
        assert await _exists_at_last(broker, "chat.outcomes")


async def _exists_at_last(broker: Broker, queue: str) -> bool:
    async with asyncio.timeout(20):
        while True:
            try:
                return await broker.queue_exists(queue)
            except BrokerUnavailable:
                await asyncio.sleep(0.05)


async def _some_more(seen: set[bytes]) -> None:
    """Wait until the work goes on: another twentieth of all has been seen."""
    goal = min(COUNT - 20, len(seen) + COUNT // 20)
    async with asyncio.timeout(20):
        while len(seen) < goal:
            await asyncio.sleep(0.005)
