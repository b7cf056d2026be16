"""The runners' side of the registry: takes their beats, and looks every two seconds who is gone."""

import asyncio
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import heartbeats, kinds
from warren.contracts.registry import Heartbeat, HeartbeatAnswer
from warren.db.relay import Relay
from warren.logging import get_logger
from warren.metrics import RUNNERS_LIVE

log = get_logger(__name__)

SETTLE_SECONDS = 2.0  # how soon a runner that fell silent is noticed, after its 8 s


class Runners:
    """Patient for a while after each absence of our own: runners could not tell us that they
    live."""

    def __init__(self, engine: AsyncEngine, relay: Relay) -> None:
        self._engine = engine
        self._relay = relay
        self._away_until = monotonic()

    async def beat(self, heartbeat: Heartbeat) -> HeartbeatAnswer:
        """Note that a runner lives; return every kind in use."""
        async with self._engine.begin() as connection:
            await heartbeats.beat(connection, heartbeat)
            return HeartbeatAnswer(kinds=await kinds.all_kinds(connection))

    async def goodbye(self, name: str) -> None:
        """Forget a runner that ends, and tell what nobody serves now."""
        async with self._engine.begin() as connection:
            await heartbeats.goodbye(connection, name)
            rows = await heartbeats.settle(connection, patient=self._patient)
        self._relay.offer(rows)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                async with self._engine.begin() as connection:
                    rows = await heartbeats.settle(connection, patient=self._patient)
                    RUNNERS_LIVE.set(len(await heartbeats.live(connection)))
                self._relay.offer(rows)
            except (SQLAlchemyError, OSError) as error:
                self._away_until = monotonic()
                log.warning("runners could not be looked at", error=type(error).__name__)
            await asyncio.sleep(SETTLE_SECONDS)

    @property
    def _patient(self) -> bool:
        return monotonic() - self._away_until < heartbeats.GONE_AFTER.total_seconds()
