"""The broker's words find their messages: one by one, many at once, and those that came back."""

import asyncio
from uuid import uuid4

import pytest

from conftest import Vhost
from warren.broker.confirms import Unconfirmed, Unconfirmeds
from warren.broker.connection import Broker, connect
from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable, Unroutable


async def waiting(*ids: str) -> Unconfirmeds:
    all_of_them = Unconfirmeds()
    for each in ids:
        all_of_them.add(Unconfirmed(each, asyncio.get_running_loop().create_future()))
    return all_of_them


async def test_one_word_may_be_for_one_or_for_all_up_to_it():
    window = await waiting("a", "b", "c", "d")
    assert [one.message_id for one in window.take(2, multiple=False)] == ["b"]
    assert [one.message_id for one in window.take(3, multiple=True)] == ["a", "c"]
    assert window.take(3, multiple=True) == []
    assert window.take(2, multiple=False) == []
    assert [one.message_id for one in window.take_all()] == ["d"]
    assert len(window) == 0


async def test_of_two_with_one_id_the_older_comes_back_first():
    window = await waiting("a", "b", "b")
    window.returned("b")
    assert [one.returned for one in window.take(3, multiple=True)] == [False, True, False]


async def test_returns_find_their_messages_among_many(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        exchanges = ["warren.outcomes" if n % 3 else "warren.progress" for n in range(300)]
        results = await asyncio.gather(
            *(publisher.publish(Outgoing(one, "a.b", b"{}", "t", uuid4())) for one in exchanges),
            return_exceptions=True,
        )
    returned = [isinstance(one, Unroutable) for one in results]
    assert returned == [one == "warren.progress" for one in exchanges]
    assert [one for one in results if one is not None and not isinstance(one, Unroutable)] == []


async def test_a_full_queue_refuses_and_that_is_no_missing_queue(vhost: Vhost):
    async with connect(vhost.url("admin"), "test") as broker:
        await declare_full(broker, "tiny")
        publisher = Publisher(broker, "test")
        results = await asyncio.gather(
            *(publisher.publish(Outgoing("", "tiny", b"{}", "t", uuid4())) for _ in range(50)),
            return_exceptions=True,
        )
        refused = [one for one in results if one is not None]
    assert refused
    for one in refused:
        assert isinstance(one, BrokerUnavailable)
        assert not isinstance(one, Unroutable)


async def test_a_name_that_amqp_cannot_carry_harms_nobody_else(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        good = [Outgoing("warren.outcomes", "a.b", b"{}", "t", uuid4()) for _ in range(3)]
        bad = Outgoing("warren.outcomes", "a" * 300, b"{}", "t", uuid4())
        results = await asyncio.gather(
            *(publisher.publish(one) for one in (good[0], bad, *good[1:])), return_exceptions=True
        )
    assert [one is None for one in results] == [True, False, True, True]
    assert not isinstance(results[1], BrokerUnavailable)


async def declare_full(broker: Broker, name: str) -> None:
    """A queue that takes one message and refuses the next."""
    lane = await broker.consuming.lane()
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    await lane.ask(lane.queue_declare, queue=name, durable=True, arguments=limits)
    await lane.shut()


async def test_what_is_published_while_a_channel_is_lost_is_told(vhost: Vhost):
    async with connect(vhost.url("runner"), "test") as broker:
        publisher = Publisher(broker, "test")
        await publisher.publish(Outgoing("warren.outcomes", "a.b", b"{}", "t", uuid4()))
        missing = Outgoing("no.such.exchange", "a.b", b"{}", "t", uuid4())
        with pytest.raises(BrokerUnavailable):
            await publisher.publish(missing)

        await publisher.publish(Outgoing("warren.outcomes", "a.b", b"{}", "t", uuid4()))
