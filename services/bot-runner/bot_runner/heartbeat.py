"""Tell the registry every two seconds that this runner lives, and learn which kinds are in use."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from pydantic import ValidationError

from bot_runner.identity import Identity
from warren.app.inner_client import InnerClient
from warren.contracts.registry import Heartbeat, HeartbeatAnswer
from warren.errors import NotFound, Retryable, Unauthenticated
from warren.logging import get_logger

log = get_logger(__name__)

BEAT_SECONDS = 2.0
SILENT_SECONDS = 7.0  # three beats without an answer: the registry is away
GOODBYE_SECONDS = 2.0

_AWAY = (Retryable, Unauthenticated, NotFound, ValidationError)


class Heartbeats:
    """The beats of one runner. `state` says what to tell, `heard` takes the kinds in use."""

    def __init__(
        self,
        client: InnerClient,
        identity: Identity,
        state: Callable[[Identity], Heartbeat],
        heard: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._client = client
        self._identity = identity
        self._state = state
        self._heard = heard
        self._answered_at: float | None = None

    @property
    def answered(self) -> bool:
        """Whether the registry has answered lately."""
        return self._answered_at is not None and monotonic() - self._answered_at < SILENT_SECONDS

    async def run(self) -> None:
        """Beat until cancelled. A registry that is away is asked again at the next beat."""
        away = False
        while True:
            beat = self._state(self._identity)
            try:
                answer = await self._client.call("POST", "/inner/heartbeat", HeartbeatAnswer, beat)
            except _AWAY as error:
                if not away:
                    log.warning("the registry does not answer", error=type(error).__name__)
                away = True
            else:
                away = False
                self._answered_at = monotonic()
                self._heard(answer.kinds)
            await asyncio.sleep(BEAT_SECONDS)

    async def goodbye(self) -> None:
        """Tell the registry that this runner ends; if it cannot be told, its beats run out."""
        with suppress(*_AWAY, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._client.send("DELETE", f"/inner/heartbeat/{self._identity.runner}")
