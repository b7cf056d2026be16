"""Keep the bots up to date: cards from the queue `chat.bots`, and all of them from the registry at
start and after every reconnect, since a card may have gone by meanwhile. The same queue brings what
the tests of a revision fix."""

import asyncio

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from chat_api import bots
from chat_api.changes import Store
from chat_api.letters import fixes
from warren.app.inner_client import InnerClient
from warren.broker.delivery import Delivery
from warren.contracts.base import Message
from warren.contracts.registry import BotCard, BotTested
from warren.errors import WarrenError
from warren.logging import get_logger

log = get_logger(__name__)

TRY_AGAIN_SECONDS = 2.0
_CARDS = TypeAdapter(list[BotCard])


class _Named(Message):
    """An event of bots, as far as it says which it is. Cards of old said nothing."""

    type: str = "bot.published"


class RegistryFeed:
    """Applies cards. handle() is for the queue; run() reconciles whenever it is woken."""

    def __init__(self, store: Store, registry: InnerClient) -> None:
        self._store = store
        self._registry = registry
        self._wanted = asyncio.Event()
        self._wanted.set()

    def reconcile_soon(self, *_: object) -> None:
        """Ask the registry for all cards: at start, and after a reconnect."""
        self._wanted.set()

    async def handle(self, delivery: Delivery) -> None:
        """Apply one published card, or what the tests of a revision say. What is neither is logged
        and dropped; events of another kind are not for us."""
        try:
            match _Named.model_validate_json(delivery.body).type:
                case "bot.published":
                    await bots.apply(self._store, BotCard.model_validate_json(delivery.body))
                case "bot.tested":
                    await fixes.tested(self._store, BotTested.model_validate_json(delivery.body))
                case other:
                    log.info("an event of bots that is not for us", event_name=other[:80])
        except ValidationError as error:
            log.error("an event of bots cannot be read, dropped", faults=error.error_count())

    async def run(self) -> None:
        """Reconcile when wanted; until it has worked, again every TRY_AGAIN_SECONDS."""
        quiet = False
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.reconcile()
                quiet = False
            except (WarrenError, SQLAlchemyError, OSError, ValidationError) as error:
                if not quiet:
                    log.warning("bots not reconciled, trying again", error=str(error)[:200])
                quiet = True
                self._wanted.set()
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def reconcile(self) -> None:
        """Apply every card that the registry has."""
        answer = await self._registry.send("GET", "/inner/bots")
        cards = _CARDS.validate_json(answer.content)
        for card in cards:
            await bots.apply(self._store, card)
        log.info("bots reconciled", bots=len(cards))
