"""Publish what may be lost: progress, deltas, cancel hints. Not persistent, not confirmed, never
raises."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractExchange
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.broker.connection import Broker

HINT_SECONDS = 1.0  # a hint that cannot be written in a second is old


class Hints:
    """A channel without confirms. A hint that cannot be sent is dropped."""

    def __init__(self, broker: Broker, app_id: str) -> None:
        self._broker = broker
        self._app_id = app_id
        self._opening = asyncio.Lock()
        self._exchanges: dict[str, AbstractExchange] = {}

    async def send(self, exchange: str, key: str, body: bytes, type: str) -> None:
        """Send and forget."""
        if not self._broker.publishing.connected.is_set():
            return
        message = aio_pika.Message(
            body,
            content_type="application/json",
            delivery_mode=1,
            message_id=uuid4().hex,
            type=type,
            app_id=self._app_id,
        )
        with suppress(
            AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError, TimeoutError
        ):
            async with asyncio.timeout(HINT_SECONDS):
                target = await self._exchange(exchange)
                await target.publish(message, routing_key=key, mandatory=False)

    async def _exchange(self, name: str) -> AbstractExchange:
        async with self._opening:
            if name not in self._exchanges:
                channel = await self._broker.publishing.channel(publisher_confirms=False)
                self._exchanges[name] = await channel.get_exchange(name, ensure=False)
        return self._exchanges[name]
