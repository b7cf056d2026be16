"""The publisher against a real broker: confirmed, returned, dead."""

from uuid import uuid4

import aio_pika
import pytest

from conftest import Vhost
from warren.broker.connection import connect
from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable, Unroutable


def outgoing(exchange: str, key: str, mandatory: bool = True) -> Outgoing:
    return Outgoing(
        exchange, key, b'{"a":1}', "warren.test.v1", uuid4(), uuid4(), mandatory=mandatory
    )


async def test_a_confirmed_message_is_in_its_queue_with_its_properties(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        message = outgoing("warren.outcomes", "echo.bot")

        await Publisher(broker, "test").publish(message)

    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("chat.outcomes", ensure=False)
        async with queue.iterator(timeout=5) as found:
            got = await anext(found)
            await got.ack()
    assert got.body == message.body
    assert (got.message_id, got.correlation_id) == (
        str(message.message_id),
        str(message.correlation_id),
    )
    assert (got.type, got.app_id, got.delivery_mode) == ("warren.test.v1", "test", 2)


async def test_a_message_that_no_queue_takes_raises(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        with pytest.raises(Unroutable):
            await Publisher(broker, "test").publish(outgoing("warren.progress", "nobody"))


async def test_a_fact_that_nobody_listens_to_does_not_raise(vhost: Vhost):
    async with connect(vhost.url("chat"), "test") as broker:
        await Publisher(broker, "test").publish(outgoing("warren.events", "a.b.c", mandatory=False))


async def test_a_command_of_a_kind_that_nobody_serves_becomes_a_dead_letter(vhost: Vhost):
    async with connect(vhost.url("chat"), "test") as broker:
        await Publisher(broker, "test").publish(outgoing("warren.steps", "unknown.bot"))

    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        letters = await channel.get_queue("dead-letters", ensure=False)
        async with letters.iterator(timeout=5) as found:
            got = await anext(found)
            await got.ack()
    assert got.routing_key == "unknown.bot"


async def test_a_lost_connection_is_told_and_heals(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        await publisher.publish(outgoing("warren.outcomes", "echo.bot"))

        for one in vhost.node.management("GET", f"/api/vhosts/{vhost.name}/connections") or []:
            vhost.node.management("DELETE", f"/api/connections/{one['name'].replace(' ', '%20')}")
        for _ in range(100):
            try:
                await publisher.publish(outgoing("warren.outcomes", "echo.bot"), timeout_seconds=2)
                break
            except BrokerUnavailable:
                pass
        else:
            pytest.fail("the publisher never healed")


async def test_an_oversize_body_never_reaches_the_channel(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        big = Outgoing("warren.outcomes", "a.b", b"x" * (5 * 1024 * 1024), "t", uuid4())
        with pytest.raises(ValueError, match="over"):
            await publisher.publish(big)

        await publisher.publish(outgoing("warren.outcomes", "echo.bot"))
