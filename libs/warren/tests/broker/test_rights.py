"""Each right of design §6 tried both ways on a real broker: what an account may do, and what it
may not."""

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused

from conftest import Vhost
from warren.broker.topology import step_queue

MAY_PUBLISH = {
    "chat": ["warren.steps", "warren.events", "warren.control"],
    "registry": [],
    "gateway": [],
    "runner": ["warren.steps", "warren.outcomes", "warren.progress", "warren.dead", "retry.5s"],
}
EXCHANGES = sorted({one for some in MAY_PUBLISH.values() for one in some})


@pytest.mark.parametrize("account", sorted(MAY_PUBLISH))
@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_an_account_publishes_only_where_it_may(vhost: Vhost, account: str, exchange: str):
    connection = await aio_pika.connect(vhost.url(account))
    async with connection:
        channel = await connection.channel()
        target = await channel.get_exchange(exchange, ensure=False)
        publish = target.publish(aio_pika.Message(b"{}"), "nobody.here", mandatory=False)

        if exchange in MAY_PUBLISH[account]:
            await publish
        else:
            with pytest.raises(ChannelAccessRefused):
                await publish


@pytest.mark.parametrize(
    ("key", "allowed"),
    [("bot.published.echo", True), ("kind.served.gpt", True), ("message.created.x", False)],
)
async def test_the_registry_speaks_only_of_bots_and_kinds(vhost: Vhost, key: str, allowed: bool):
    async with await aio_pika.connect(vhost.url("registry")) as connection:
        channel = await connection.channel()
        events = await channel.get_exchange("warren.events", ensure=False)
        publish = events.publish(aio_pika.Message(b"{}"), key, mandatory=False)

        if allowed:
            await publish
        else:
            with pytest.raises(ChannelAccessRefused):
                await publish


MAY_CONSUME = {
    "chat": {"chat.outcomes", "chat.bots", "dead-letters"},
    "registry": {"step.echo"},
    "gateway": set[str](),
    "runner": {"step.echo"},
}


@pytest.mark.parametrize("account", sorted(MAY_CONSUME))
@pytest.mark.parametrize(
    "queue", ["chat.outcomes", "chat.bots", "dead-letters", "step.echo", "retry.5s"]
)
async def test_an_account_consumes_only_what_is_its_own(vhost: Vhost, account: str, queue: str):
    async with await aio_pika.connect(vhost.url("registry")) as connection:
        channel = await connection.channel()
        plan = step_queue("echo")
        await channel.declare_queue(plan.name, durable=True, arguments={**plan.arguments})
    async with await aio_pika.connect(vhost.url(account)) as connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue, ensure=False)

        async def take(_: aio_pika.abc.AbstractIncomingMessage) -> None: ...

        if queue in MAY_CONSUME[account]:
            await source.consume(take)
        else:
            with pytest.raises(ChannelAccessRefused):
                await source.consume(take)


@pytest.mark.parametrize(
    ("account", "queue", "allowed"),
    [
        ("registry", "step.new", True),
        ("gateway", "gw.one.events", True),
        ("runner", "runner.one", True),
        ("chat", "chat.more", False),
        ("runner", "step.new", False),
        ("gateway", "step.new", False),
        ("registry", "chat.more", False),
    ],
)
async def test_an_account_declares_only_its_own_queues(
    vhost: Vhost, account: str, queue: str, allowed: bool
):
    async with await aio_pika.connect(vhost.url(account)) as connection:
        channel = await connection.channel()
        declare = channel.declare_queue(queue, exclusive=account in ("gateway", "runner"))

        if allowed:
            await declare
        else:
            with pytest.raises(ChannelAccessRefused):
                await declare


async def test_the_monitor_sees_figures_and_touches_nothing(vhost: Vhost):
    async with await aio_pika.connect(vhost.url("monitor")) as connection:
        channel = await connection.channel()
        outcomes = await channel.get_queue("chat.outcomes", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await outcomes.get(fail=False)
