"""Publish and know: persistent, confirmed, returned messages raise, every wait has an end."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from pika.spec import BasicProperties

from warren.broker.confirms import Confirms, Nacked
from warren.broker.connection import Broker
from warren.errors import BrokerUnavailable, Unroutable
from warren.metrics import PUBLISH_FAILURES

CONFIRM_SECONDS = 10.0  # under a memory alarm the confirm never comes until it ends
MAX_BODY_BYTES = (
    4 * 1024 * 1024
)  # far under 4.x's 16 MiB: over it 406 would close the channel for everybody


HeaderValue = str | int


@dataclass(frozen=True)
class Outgoing:
    """One message to publish. type is the versioned name of the body; correlation_id is the
    turn."""

    exchange: str
    key: str
    body: bytes
    type: str
    message_id: UUID | str
    correlation_id: UUID | str | None = None
    headers: Mapping[str, HeaderValue] = field(default_factory=lambda: {})
    persistent: bool = True
    mandatory: bool = True


class Publisher:
    """A confirming channel of one service. Safe for many tasks at once: confirms are pipelined."""

    def __init__(self, broker: Broker, app_id: str) -> None:
        self._broker = broker
        self._app_id = app_id
        self._confirms: Confirms | None = None
        self._opening = asyncio.Lock()

    async def publish(self, message: Outgoing, timeout_seconds: float = CONFIRM_SECONDS) -> None:
        """Publish and wait for the broker's confirm.

        Raises Unroutable when it is returned, BrokerUnavailable when it is refused, not confirmed
        in time or
        the connection is down: its fate is then unknown, and the same message may be published
        again.
        """
        if len(message.body) > MAX_BODY_BYTES:
            raise ValueError(f"a message of {len(message.body)} bytes is over {MAX_BODY_BYTES}")
        loop = asyncio.get_running_loop()
        due = loop.time() + timeout_seconds
        try:
            confirms = await self._clear(due)
            confirm = confirms.publish(
                message.exchange,
                message.key,
                message.body,
                self._properties(message),
                mandatory=message.mandatory,
            )
            # A bare timer: asyncio.timeout costs more than the rest of this function.
            late = loop.call_at(due, _too_late, confirm)
            try:
                await confirm
            finally:
                late.cancel()
        except TimeoutError as error:
            PUBLISH_FAILURES.labels(message.exchange, "timeout").inc()
            raise BrokerUnavailable(f"no confirm in {timeout_seconds} s") from error
        except BrokerUnavailable as error:
            kind = "returned" if isinstance(error, Unroutable | Nacked) else "connection"
            PUBLISH_FAILURES.labels(message.exchange, kind).inc()
            raise

    async def _clear(self, due: float) -> Confirms:
        """Return an open channel that the broker reads from, by the time that is due.

        Raises BrokerUnavailable, TimeoutError.
        """
        confirms = self._confirms
        if confirms is not None and confirms.lane.is_open and confirms.lane.wire.clear:
            return confirms
        async with asyncio.timeout_at(due):
            confirms = await self._open()
            # Under an alarm the broker reads nothing: what was written would wait there, and be
            # published a second time by whoever tries again.
            await confirms.lane.wire.until_clear()
            return confirms

    def _properties(self, message: Outgoing) -> BasicProperties:
        correlation = message.correlation_id
        return BasicProperties(
            headers=dict(message.headers),
            content_type="application/json",
            delivery_mode=2 if message.persistent else 1,
            message_id=str(message.message_id),
            correlation_id=str(correlation) if correlation else None,
            type=message.type,
            app_id=self._app_id,
            timestamp=int(time.time()),
        )

    async def _open(self) -> Confirms:
        """Return the channel, a new one when the last is closed. Raises BrokerUnavailable."""
        async with self._opening:
            if self._confirms is None or not self._confirms.lane.is_open:
                self._confirms = await Confirms.open(self._broker.publishing)
            return self._confirms


def _too_late(confirm: asyncio.Future[None]) -> None:
    if not confirm.done():
        confirm.set_exception(TimeoutError())
