"""Take messages one by one, in many tasks: handle, then ack. What a handler cannot finish it keeps.

A handler returns when its message is settled for good (done, forwarded, dead-lettered): then it is
acked.
If it raises, the message is kept un-acked and handed to it again after a pause: nothing is lost,
nothing is
requeued in a loop. When the connection drops, the handler is cancelled and the message comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustChannel
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.broker.acks import Acker
from warren.broker.connection import Broker
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import HANDLER_HELD

log = get_logger(__name__)

HOLD_SECONDS = 1.0  # between two calls of a handler that raised


@dataclass(frozen=True)
class Delivery:
    """A message as it came. delivery_count is how often it was delivered before and not settled."""

    body: bytes
    routing_key: str
    type: str | None
    message_id: str | None
    correlation_id: str | None
    headers: Mapping[str, Any]
    timestamp: datetime | None
    delivery_count: int
    redelivered: bool


Handler = Callable[[Delivery], Awaitable[None]]


def to_delivery(message: AbstractIncomingMessage) -> Delivery:
    """Return what a handler may know of an AMQP message."""
    count = message.headers.get("x-delivery-count", 0)
    return Delivery(
        body=message.body,
        routing_key=message.routing_key or "",
        type=message.type,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        headers=message.headers,
        timestamp=message.timestamp,
        delivery_count=count if isinstance(count, int) else 0,
        redelivered=bool(message.redelivered),
    )


class Consumer:
    """Consumes one queue with its own prefetch. start() and stop() may each be called once."""

    def __init__(self, broker: Broker, queue: str, handler: Handler, *, prefetch: int) -> None:
        self._broker = broker
        self._name = queue
        self._handler = handler
        self._prefetch = prefetch
        self._channel: AbstractRobustChannel | None = None
        self._queue: AbstractQueue | None = None
        self._tag: str | None = None
        self._busy: set[asyncio.Task[Any]] = set()
        self._ackers: WeakKeyDictionary[AbstractChannel, Acker] = WeakKeyDictionary()

    @property
    def busy(self) -> int:
        """How many deliveries are being handled now."""
        return len(self._busy)

    async def start(self) -> None:
        """Begin to consume. The queue must exist (see Broker.queue_exists).

        Raises BrokerUnavailable when the connection is down or there is no such queue.
        """
        try:
            await self._start()
        except (AMQPError, ChannelInvalidStateError, OSError, RuntimeError) as error:
            raise BrokerUnavailable(f"cannot consume {self._name}") from error

    async def _start(self) -> None:
        self._channel = await self._broker.consuming.channel()
        await self._channel.set_qos(
            prefetch_count=self._prefetch
        )  # per consumer: global is refused by quorum
        queue = self._queue = await self._channel.get_queue(self._name, ensure=False)
        self._tag = await queue.consume(self._on_message)

    async def stop(self, drain_seconds: float) -> None:
        """Take no more, let what runs finish for at most drain_seconds, then close. The rest comes
        to others."""
        if self._queue and self._tag:
            try:
                await self._queue.cancel(self._tag)
            except (AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError):
                log.info("consumer was already gone", queue=self._name)
        if self._busy:
            await asyncio.wait(self._busy, timeout=drain_seconds)
        if self._channel and not self._channel.is_closed:
            await self._channel.close()

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        task = asyncio.current_task()
        assert task is not None  # aio-pika runs every callback in a task
        self._busy.add(task)
        try:
            await self._handle(to_delivery(message))
            await self._ack(message)
        except (AMQPError, ChannelInvalidStateError, ConnectionError):
            log.info("ack came too late, the message will come again", queue=self._name)
        finally:
            self._busy.discard(task)

    async def _ack(self, message: AbstractIncomingMessage) -> None:
        if message.channel not in self._ackers:
            self._ackers[message.channel] = Acker(message.channel)
        await self._ackers[message.channel].ack(message.delivery_tag or 0)

    async def _handle(self, delivery: Delivery) -> None:
        while True:
            try:
                return await self._handler(delivery)
            except Exception:  # the one place that must not let a message go
                HANDLER_HELD.labels(self._name).inc()
                log.exception("handler failed, the message is kept", queue=self._name)
                await asyncio.sleep(HOLD_SECONDS)
