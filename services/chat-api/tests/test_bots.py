"""The read model of bots: only higher numbers, one name for one account, reconciled when woken."""

import asyncio
from contextlib import suppress

import httpx2
import orjson
from sqlalchemy import select

from chat_api import bots, registry_feed
from chat_api.registry_feed import RegistryFeed
from chat_api.tables import account, bot
from warren.app.inner_client import InnerClient
from warren.errors import Retryable


async def known(world, name="echo"):
    rows = await world.rows(
        select(bot.c.number, account.c.display_name, account.c.active)
        .join(account, account.c.id == bot.c.account_id)
        .where(bot.c.name == name)
    )
    return tuple(rows[0]) if rows else (0, "", False)


async def test_only_higher_numbers_apply(world):
    persona = {"display_name": "Second"}
    assert await bots.apply(world.store, world.card(number=2, persona=persona))

    assert not await bots.apply(world.store, world.card(number=1))
    assert not await bots.apply(world.store, world.card(number=2))
    assert await known(world) == (2, "Second", True)

    assert await bots.apply(world.store, world.card(number=3, removed=True))
    assert await known(world) == (3, "Echo", False)
    assert await bots.apply(world.store, world.card(number=4))
    assert await known(world) == (4, "Echo", True)


async def test_many_publications_at_once_leave_the_highest(world):
    await asyncio.gather(*(bots.apply(world.store, world.card(number=n)) for n in range(1, 15)))

    assert (await known(world))[0] == 14


async def test_a_persons_name_is_not_given_to_a_bot(world, capsys):
    await world.person("echo")

    assert not await bots.apply(world.store, world.card())

    assert (await known(world))[0] == 0
    assert "a person has this name" in capsys.readouterr().out


class Registry(InnerClient):
    """A registry that fails as often as it is told."""

    def __init__(self, cards, fails=0):
        self.cards, self.fails, self.asked = cards, fails, 0

    async def send(self, method, path, body=None):
        self.asked += 1
        if self.asked <= self.fails:
            raise Retryable("/inner/bots: ConnectError")
        return httpx2.Response(
            200, content=orjson.dumps([one.model_dump(mode="json") for one in self.cards])
        )


async def test_reconciling_goes_on_until_it_has_worked_and_again_when_woken(world, monkeypatch):
    monkeypatch.setattr(registry_feed, "TRY_AGAIN_SECONDS", 0.01)
    registry = Registry([world.card(), world.card("tutor")], fails=2)
    feed = RegistryFeed(world.store, registry)
    running = asyncio.ensure_future(feed.run())

    async def until(asked):
        async with asyncio.timeout(5):
            while registry.asked < asked or not (await known(world, "tutor"))[0]:
                await asyncio.sleep(0.01)

    await until(3)
    registry.cards = [world.card(number=5)]
    feed.reconcile_soon()
    async with asyncio.timeout(5):
        while (await known(world))[0] != 5:
            await asyncio.sleep(0.01)

    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert registry.asked == 4


async def test_a_card_that_cannot_be_read_is_dropped(world):
    feed = RegistryFeed(world.store, Registry([]))

    await feed.handle(world.delivery(b"nonsense"))
    await feed.handle(world.delivery(world.card().model_dump_json().encode()))

    assert (await known(world))[0] == 1
