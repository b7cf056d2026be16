"""What the gateway asks chat-api, so many at a time: a storm of hellos waits here, not there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from pydantic import ValidationError

from warren.app.inner_client import ChatApiInner
from warren.contracts.accounts import Identity
from warren.contracts.inner import CatchUp, CaughtUp, Credentials
from warren.errors import NotFound, Retryable

AT_ONCE = 16  # questions in flight
CONVERSATIONS_A_QUESTION = 20  # each may answer 200 changes: bounds the size of one answer


class Asking:
    """Questions to chat-api's inner port.

    All raise Unauthenticated, or Retryable when it is away or its answer cannot be read.
    """

    def __init__(self, chat_api: ChatApiInner) -> None:
        self._chat_api = chat_api
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def identify(self, credentials: Credentials) -> Identity:
        """Return who holds these credentials."""
        async with self._one():
            return await self._chat_api.identify(credentials)

    async def catch_up(
        self, identity: Identity, known: Mapping[UUID, int]
    ) -> AsyncIterator[CaughtUp]:
        """Yield the answers for the conversations, a few at a time; at least one answer comes."""
        named = list(known.items())
        for start in range(0, max(1, len(named)), CONVERSATIONS_A_QUESTION):
            some = dict(named[start : start + CONVERSATIONS_A_QUESTION])
            async with self._one():
                answer = await self._chat_api.catch_up(
                    CatchUp(user=identity.id, conversations=some, session=identity.session)
                )
            yield answer

    @asynccontextmanager
    async def _one(self) -> AsyncGenerator[None]:
        async with self._at_once:
            try:
                yield
            except (NotFound, ValidationError) as error:
                raise Retryable(f"chat-api answers {type(error).__name__}") from error
