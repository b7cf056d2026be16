"""Publish and know: persistent, confirmed, returned messages raise, every wait has an end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import aio_pika
from aiormq.channel import Channel
from pamqp.commands import Basic
from pamqp.common import FieldValue

from warren.broker.channels import CHANNEL_GONE, open_channel
from warren.broker.connection import Broker
from warren.errors import BrokerUnavailable, Unroutable
from warren.metrics import PUBLISH_FAILURES

CONFIRM_SECONDS = 10.0  # under a memory alarm the confirm never comes until it ends
MAX_BODY_BYTES = (
    4 * 1024 * 1024
)  # far under 4.x's 16 MiB: over it 406 would close the channel for everybody


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
    headers: Mapping[str, FieldValue] = field(default_factory=lambda: {})
    persistent: bool = True
    mandatory: bool = True


class Publisher:
    """A confirming channel of one service. Safe for many tasks at once: confirms are pipelined."""

    def __init__(self, broker: Broker, app_id: str) -> None:
        self._broker = broker
        self._app_id = app_id
        self._channel: Channel | None = None
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
        try:
            async with asyncio.timeout(timeout_seconds):
                channel = await self._open()
                # wait=False: not for the socket; the confirm says more, and bytes go out together.
                await channel.basic_publish(
                    message.body,
                    exchange=message.exchange,
                    routing_key=message.key,
                    properties=self._properties(message),
                    mandatory=message.mandatory,
                    wait=False,
                )
        except aio_pika.exceptions.DeliveryError as error:
            PUBLISH_FAILURES.labels(message.exchange, "returned").inc()
            if isinstance(error, aio_pika.exceptions.PublishError):
                raise Unroutable(f"no queue for {message.exchange} {message.key}") from error
            raise BrokerUnavailable(
                f"the broker refused {message.exchange} {message.key}"
            ) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            PUBLISH_FAILURES.labels(message.exchange, "connection").inc()
            raise BrokerUnavailable("the channel was closed under the publish") from error
        except TimeoutError as error:
            PUBLISH_FAILURES.labels(message.exchange, "timeout").inc()
            raise BrokerUnavailable(f"no confirm in {timeout_seconds} s") from error
        except CHANNEL_GONE as error:
            PUBLISH_FAILURES.labels(message.exchange, "connection").inc()
            raise BrokerUnavailable(f"the connection is down: {type(error).__name__}") from error
        except Exception as error:
            if type(error) is not Exception:  # the client rejects confirms with a bare one at times
                raise
            PUBLISH_FAILURES.labels(message.exchange, "connection").inc()
            raise BrokerUnavailable("the channel was closed under the publish") from error

    def _properties(self, message: Outgoing) -> Basic.Properties:
        correlation = message.correlation_id
        return Basic.Properties(
            headers=dict(message.headers),
            content_type="application/json",
            delivery_mode=2 if message.persistent else 1,
            message_id=str(message.message_id),
            correlation_id=str(correlation) if correlation else None,
            message_type=message.type,
            app_id=self._app_id,
            timestamp=datetime.now(UTC),
        )

    async def _open(self) -> Channel:
        """Return the channel, a new one when the last is closed. Raises BrokerUnavailable."""
        channel = self._channel
        if channel is not None and not channel.is_closed:
            return channel
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await open_channel(self._broker.publishing, confirms=True)
            return self._channel
