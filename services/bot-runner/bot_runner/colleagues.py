"""The bots that a bot may ask: the registry's cards, by handle or by the persona's name."""

import asyncio
from time import monotonic

from pydantic import TypeAdapter, ValidationError

from warren.app.inner_client import InnerClient
from warren.contracts.registry import BotCard
from warren.errors import NotFound, Retryable, Unauthenticated
from warren.logging import get_logger

log = get_logger(__name__)

FRESH_SECONDS = 2.0
ASK_AGAIN_SECONDS = 1.0
_CARDS = TypeAdapter(tuple[BotCard, ...])


class Colleagues:
    """Asks the registry, at most every FRESH_SECONDS. `waiting` counts the deliveries held."""

    def __init__(self, client: InnerClient) -> None:
        self._client = client
        self._cards: tuple[BotCard, ...] = ()
        self._asked_at = -FRESH_SECONDS
        self._one = asyncio.Lock()
        self.waiting = 0

    async def find(self, bot: str | None, persona: str | None) -> BotCard | None:
        """Return the bot with this handle, else with this persona; None when there is none.

        No attempt is used while the registry is away: the caller keeps its delivery and waits here.
        """
        cards = await self._fresh()
        for card in cards:
            if not card.removed and (
                card.name == bot if bot is not None else card.persona.display_name == persona
            ):
                return card
        return None

    async def _fresh(self) -> tuple[BotCard, ...]:
        async with self._one:
            if monotonic() - self._asked_at >= FRESH_SECONDS:
                self._cards = await self._ask()
                self._asked_at = monotonic()
            return self._cards

    async def _ask(self) -> tuple[BotCard, ...]:
        told = False
        self.waiting += 1
        try:
            while True:
                try:
                    answer = await self._client.send("GET", "/inner/bots")
                    return _CARDS.validate_json(answer.content)
                except (Retryable, NotFound, Unauthenticated, ValidationError) as error:
                    if not told:
                        told = True
                        log.warning("waiting for the registry", error=type(error).__name__)
                await asyncio.sleep(ASK_AGAIN_SECONDS)
        finally:
            self.waiting -= 1
