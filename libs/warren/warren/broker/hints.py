"""Publish what may be lost: progress, deltas, cancel hints. Not persistent, not confirmed, never
raises."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from aiormq.channel import Channel
from pamqp.commands import Basic

from warren.broker.channels import open_channel
from warren.broker.connection import Broker

HINT_SECONDS = 1.0  # a hint that cannot be written in a second is old


class Hints:
    """A channel without confirms. A hint that cannot be sent is dropped."""

    def __init__(self, broker: Broker, app_id: str) -> None:
        self._broker = broker
        self._app_id = app_id
        self._opening = asyncio.Lock()
        self._channel: Channel | None = None

    async def send(self, exchange: str, key: str, body: bytes, type: str) -> None:
        """Send and forget."""
        if not self._broker.publishing.connected.is_set():
            return
        properties = Basic.Properties(
            content_type="application/json",
            delivery_mode=1,
            message_id=uuid4().hex,
            message_type=type,
            app_id=self._app_id,
        )
        with suppress(Exception):  # a hint never stops anybody, whatever the client library raises
            channel = await self._open()
            await channel.basic_publish(
                body,
                exchange=exchange,
                routing_key=key,
                properties=properties,
                timeout=HINT_SECONDS,
                wait=False,
            )

    async def _open(self) -> Channel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await open_channel(self._broker.publishing)
            return self._channel
