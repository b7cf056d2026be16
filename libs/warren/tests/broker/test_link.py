"""A bad network and a broker in trouble: nobody hangs, memory stays bounded, the work goes on."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from uuid import uuid4

import pytest

from conftest import Vhost
from infra.native.rabbitmq import RabbitNode
from warren.broker import link, wire
from warren.broker.connection import Broker, connect
from warren.broker.consumer import Consumer
from warren.broker.declare import declare_kind
from warren.broker.delivery import Delivery
from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable
from warren.testing.broker_proxy import BrokerProxy

CTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


def outcome(body: bytes = b"{}") -> Outgoing:
    return Outgoing("warren.outcomes", "a.b", body, "t", uuid4())


async def until(done: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


async def published(publisher: Publisher, message: Outgoing, seconds: float = 30) -> None:
    """Publish until it is confirmed."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await publisher.publish(message, timeout_seconds=2)
            except BrokerUnavailable:
                await asyncio.sleep(0.1)


class Heard:
    """What a consumer of chat.outcomes was given."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    async def __call__(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def has(self, body: bytes) -> bool:
        return any(one.body == body for one in self.deliveries)


@asynccontextmanager
async def consuming(broker: Broker, heard: Heard) -> AsyncGenerator[Consumer]:
    consumer = Consumer(broker, "chat.outcomes", heard, prefetch=10)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop(5)


async def test_a_half_open_connection_is_found_by_its_silence(
    vhost: Vhost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(link, "HEARTBEAT_SECONDS", 1)
    async with BrokerProxy(vhost.url("admin")) as proxy, connect(proxy.url, "test") as broker:
        heard, publisher = Heard(), Publisher(broker, "test")
        async with consuming(broker, heard) as consumer:
            await published(publisher, outcome(b"before"))
            await until(lambda: heard.has(b"before"))

            proxy.freeze()
            unsent = [publisher.publish(outcome(b"x" * 2_000_000)) for _ in range(8)]
            lost = asyncio.gather(*unsent, return_exceptions=True)
            await until(lambda: not broker.connected)
            assert all(isinstance(one, BrokerUnavailable) for one in await lost)
            proxy.cut()
            proxy.thaw()

            await published(publisher, outcome(b"after"))
            await until(lambda: heard.has(b"after") and consumer.consuming)


async def test_while_the_broker_is_away_a_publish_says_so_at_once(vhost: Vhost):
    async with BrokerProxy(vhost.url("admin")) as proxy, connect(proxy.url, "test") as broker:
        publisher = Publisher(broker, "test")
        await publisher.publish(outcome())
        await proxy.go()
        await until(lambda: not broker.connected)

        begin = monotonic()
        with pytest.raises(BrokerUnavailable):
            await publisher.publish(outcome())
        assert monotonic() - begin < 1

        await proxy.come()
        await published(publisher, outcome())
        await asyncio.wait_for(broker.wait_connected(), 10)


async def test_a_process_may_start_before_its_broker(vhost: Vhost):
    async with BrokerProxy(vhost.url("admin")) as proxy:
        await proxy.go()

        async def publish_one() -> None:
            async with connect(proxy.url, "test") as broker:
                await Publisher(broker, "test").publish(outcome())

        starting = asyncio.ensure_future(publish_one())
        await asyncio.sleep(0.5)
        assert not starting.done()
        await proxy.come()
        await asyncio.wait_for(starting, 15)


async def test_a_connection_that_waits_for_its_broker_can_be_given_up(vhost: Vhost):
    async with BrokerProxy(vhost.url("admin")) as proxy:
        proxy.freeze()

        async def wait_for_it() -> None:
            async with connect(proxy.url, "test"):
                pytest.fail("the proxy lets nothing through")

        starting = asyncio.ensure_future(wait_for_it())
        await asyncio.sleep(0.3)
        starting.cancel()
        await asyncio.wait_for(asyncio.wait((starting,)), 10)
        assert starting.cancelled()


async def test_publishers_wait_for_a_broker_that_reads_slowly(vhost: Vhost):
    body = b"x" * 200_000
    async with BrokerProxy(vhost.url("admin")) as proxy, connect(proxy.url, "test") as broker:
        publisher = Publisher(broker, "test")
        await publisher.publish(outcome())
        proxy.freeze()
        all_of_them = asyncio.gather(*(publisher.publish(outcome(body)) for _ in range(200)))
        await asyncio.sleep(1)
        standing = broker.publishing.wire
        unsent = standing.unsent_bytes
        assert not standing.clear
        assert 0 < unsent < wire.UNSENT_BYTES + 2 * wire.COLLECTED_BYTES + len(body)

        proxy.thaw()
        await asyncio.wait_for(all_of_them, 20)
        assert standing.clear


@asynccontextmanager
async def memory_alarm(node: RabbitNode) -> AsyncGenerator[None]:
    """The node believes that it has no memory left."""
    await _watermark(node, "0")
    try:
        yield
    finally:
        await _watermark(node, "0.4")


async def _watermark(node: RabbitNode, share: str) -> None:
    command = [CTL, "-n", node.environment()["RABBITMQ_NODENAME"]]
    command += ["set_vm_memory_high_watermark", share]
    await asyncio.to_thread(
        subprocess.run, command, env=node.environment(), check=True, capture_output=True
    )


async def test_a_memory_alarm_holds_publishers_not_consumers_and_nobody_for_ever(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        heard, publisher = Heard(), Publisher(broker, "test")
        await publisher.publish(outcome(b"before"))
        again = outcome(b"again")
        async with memory_alarm(vhost.node):
            for _ in range(3):
                with pytest.raises(BrokerUnavailable):
                    await publisher.publish(again, timeout_seconds=0.5)
            assert not broker.publishing.wire.clear
            async with consuming(broker, heard):
                await until(lambda: heard.has(b"before"))
                assert not heard.has(b"again")
        await published(publisher, again)
        async with consuming(broker, heard):
            await until(lambda: heard.has(b"again"))
            await asyncio.sleep(0.3)
    copies = sum(one.body == b"again" for one in heard.deliveries)
    assert copies <= 2, "only the first try reached the socket before the broker said blocked"


async def test_a_consumer_whose_queue_is_deleted_takes_the_new_one(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        await declare_kind(broker, "fleeting")
        heard = Heard()
        consumer = Consumer(broker, "step.fleeting", heard, prefetch=10)
        await consumer.start()
        lane = await broker.consuming.lane()
        await lane.ask(lane.queue_delete, queue="step.fleeting")
        await lane.shut()
        await until(lambda: not consumer.consuming)
        await asyncio.sleep(0.7)  # in which it finds no queue
        await declare_kind(broker, "fleeting")

        await until(lambda: consumer.consuming)
        message = Outgoing("warren.steps", "fleeting.bot", b"new", "t", uuid4())
        await Publisher(broker, "test").publish(message)
        await until(lambda: heard.has(b"new"))
        await consumer.stop(5)


async def test_a_consumer_of_no_queue_says_so(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        with pytest.raises(BrokerUnavailable):
            await Consumer(broker, "step.nowhere", Heard(), prefetch=10).start()
        await Publisher(broker, "test").publish(outcome())


async def test_consumers_that_stop_and_start_handle_each_message_once(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        publisher = Publisher(broker, "test")
        await asyncio.gather(*(publisher.publish(outcome(b"%d" % n)) for n in range(300)))
        heard = Heard()
        while len(heard.deliveries) < 300:
            before = len(heard.deliveries)
            async with consuming(broker, heard):
                await until(lambda before=before: len(heard.deliveries) > before)
    assert len({one.body for one in heard.deliveries}) == len(heard.deliveries) == 300


@pytest.mark.long
async def test_a_broker_that_was_killed_and_started_finds_its_consumers_again(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        heard, publisher = Heard(), Publisher(broker, "test")
        async with consuming(broker, heard):
            server = vhost.node._server
            assert server is not None
            os.killpg(server.pid, signal.SIGKILL)
            await until(lambda: not broker.connected)
            vhost.node.stop()
            vhost.node.start()  # not in a thread: the node dies with the thread that started it

            await published(publisher, outcome(b"after"), seconds=60)
            await until(lambda: heard.has(b"after"))
