"""Publish what may be lost: progress, deltas, cancel hints. Not persistent, not confirmed, never
raises."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from pika.exceptions import AMQPError
from pika.spec import BasicProperties

from warren.broker.connection import Broker
from warren.broker.lane import Lane
from warren.errors import BrokerUnavailable

HINT_SECONDS = 1.0  # a hint that cannot be sent in a second is old


class Hints:
    """A channel without confirms. A hint that cannot be sent at once is dropped."""

    def __init__(self, broker: Broker, app_id: str) -> None:
        self._broker = broker
        self._app_id = app_id
        self._opening = asyncio.Lock()
        self._lane: Lane | None = None

    async def send(self, exchange: str, key: str, body: bytes, type: str) -> None:
        """Send and forget."""
        properties = BasicProperties(
            content_type="application/json",
            delivery_mode=1,
            message_id=uuid4().hex,
            type=type,
            app_id=self._app_id,
        )
        with suppress(AMQPError, BrokerUnavailable, TimeoutError):  # a hint never stops anybody
            lane = self._lane
            if lane is None or not lane.is_open:
                async with asyncio.timeout(HINT_SECONDS):
                    lane = await self._open()
            if lane.wire.clear:
                lane.basic_publish(exchange, key, body, properties)

    async def _open(self) -> Lane:
        async with self._opening:
            if self._lane is None or not self._lane.is_open:
                self._lane = await self._broker.publishing.lane()
            return self._lane
