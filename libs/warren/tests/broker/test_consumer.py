"""Consumers against a real broker: ack after the handler, hold when it raises, batches in order."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import pytest

from conftest import Vhost
from warren.broker.batches import BatchConsumer
from warren.broker.connection import Broker, connect
from warren.broker.consumer import Consumer
from warren.broker.delivery import Delivery
from warren.broker.publisher import Outgoing, Publisher


async def fill(vhost: Vhost, count: int) -> None:
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        for number in range(count):
            await publisher.publish(
                Outgoing("warren.outcomes", "a.b", str(number).encode(), "t", uuid4(), uuid4())
            )


async def depth(broker: Broker, queue: str) -> int:
    """Messages ready in a queue that nobody else consumes, counted by taking them."""
    seen = 0
    arrived = asyncio.Event()

    async def count(_: Sequence[Delivery]) -> None:
        nonlocal seen
        seen += len(_)
        arrived.set()

    task = asyncio.ensure_future(BatchConsumer(broker, queue, count).run())
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(arrived.wait(), 1)
            arrived.clear()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return seen


async def test_every_message_is_handled_and_then_gone(vhost: Vhost):
    await fill(vhost, 20)
    done: list[bytes] = []

    async def handle(delivery: Delivery) -> None:
        done.append(delivery.body)

    async with connect(vhost.url("chat"), "test") as broker:
        consumer = Consumer(broker, "chat.outcomes", handle, prefetch=5)
        await consumer.start()
        async with asyncio.timeout(10):
            while len(done) < 20:
                await asyncio.sleep(0.01)
        await consumer.stop(5)
        assert await depth(broker, "chat.outcomes") == 0
    assert sorted(done) == sorted(str(n).encode() for n in range(20))


async def test_a_handler_that_raises_is_given_the_same_message_again(
    vhost: Vhost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("warren.broker.consumer.HOLD_SECONDS", 0.01)
    await fill(vhost, 1)
    calls: list[int] = []
    finished = asyncio.Event()

    async def handle(delivery: Delivery) -> None:
        calls.append(delivery.delivery_count)
        if len(calls) < 3:
            raise RuntimeError("not yet")
        finished.set()

    async with connect(vhost.url("chat"), "test") as broker:
        consumer = Consumer(broker, "chat.outcomes", handle, prefetch=5)
        await consumer.start()
        await asyncio.wait_for(finished.wait(), 10)
        await consumer.stop(5)
    assert calls == [0, 0, 0], "the message was held, not given back"


async def test_a_consumer_that_stops_waits_for_what_it_has_begun(vhost: Vhost):
    await fill(vhost, 3)
    begun, ended = asyncio.Event(), 0

    async def handle(_: Delivery) -> None:
        nonlocal ended
        begun.set()
        await asyncio.sleep(0.3)
        ended += 1

    async with connect(vhost.url("chat"), "test") as broker:
        consumer = Consumer(broker, "chat.outcomes", handle, prefetch=2)
        await consumer.start()
        await asyncio.wait_for(begun.wait(), 10)
        await consumer.stop(5)
        first = ended
        rest = await depth(broker, "chat.outcomes")
    assert first + rest == 3
    assert first >= 1


async def test_batches_keep_the_order_and_are_repeated_until_taken(
    vhost: Vhost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("warren.broker.batches.HOLD_SECONDS", 0.01)
    await fill(vhost, 60)
    taken: list[bytes] = []
    fails = 2

    async def handle(batch: Sequence[Delivery]) -> None:
        nonlocal fails
        if fails:
            fails -= 1
            raise RuntimeError("the database is down")
        taken.extend(one.body for one in batch)

    async with connect(vhost.url("chat"), "test") as broker:
        task = asyncio.ensure_future(BatchConsumer(broker, "chat.outcomes", handle, size=25).run())
        async with asyncio.timeout(10):
            while len(taken) < 60:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert await depth(broker, "chat.outcomes") == 0
    assert taken == [str(n).encode() for n in range(60)]
