"""Take messages one by one, in many tasks: handle, then ack. What a handler cannot finish it keeps.

A handler returns when its message is settled for good (done, forwarded, dead-lettered): then it is
acked.
If it raises, the message is kept un-acked and handed to it again after a pause: nothing is lost,
nothing is
requeued in a loop. When the connection drops, the handler is cancelled and the message comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from aio_pika.abc import AbstractIncomingMessage
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.channel import Channel

from warren.broker.acks import Acker
from warren.broker.channels import CHANNEL_GONE, close_channel, open_channel, until_closed
from warren.broker.connection import Broker
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import HANDLER_HELD

log = get_logger(__name__)

AGAIN_SECONDS = 0.5  # between two tries to consume again
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


def from_channel(message: DeliveredMessage) -> Delivery:
    """Return what a handler may know of a message that came over a bare channel."""
    properties = message.header.properties
    headers = properties.headers or {}
    count = headers.get("x-delivery-count", 0)
    return Delivery(
        body=message.body,
        routing_key=message.routing_key or "",
        type=properties.message_type,
        message_id=properties.message_id,
        correlation_id=properties.correlation_id,
        headers=headers,
        timestamp=properties.timestamp,
        delivery_count=count if isinstance(count, int) else 0,
        redelivered=bool(message.redelivered),
    )


class Consumer:
    """Consumes one queue with its own prefetch. start() and stop() may each be called once.

    When its channel is lost it opens another, for as long as it is not stopped.
    """

    def __init__(self, broker: Broker, queue: str, handler: Handler, *, prefetch: int) -> None:
        self._broker = broker
        self._name = queue
        self._handler = handler
        self._prefetch = prefetch
        self._channel: Channel | None = None
        self._tag = ""
        self._keeping: asyncio.Task[None] | None = None
        self._busy: set[asyncio.Task[Any]] = set()
        self._ackers: WeakKeyDictionary[AbstractChannel, Acker] = WeakKeyDictionary()

    @property
    def busy(self) -> int:
        """How many deliveries are being handled now."""
        return len(self._busy)

    @property
    def consuming(self) -> bool:
        """Whether the broker sends to this consumer at this moment."""
        return self._channel is not None and not self._channel.is_closed

    async def start(self) -> None:
        """Begin to consume. The queue must exist (see Broker.queue_exists).

        Raises BrokerUnavailable when the connection is down or there is no such queue.
        """
        channel = await self._open()
        self._keeping = asyncio.get_running_loop().create_task(self._keep(channel))

    async def stop(self, drain_seconds: float) -> None:
        """Take no more, let what runs finish for at most drain_seconds, then close. The rest comes
        to others."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait((self._keeping,))
        channel = self._channel
        if channel is None:
            return
        with suppress(*CHANNEL_GONE):
            await channel.basic_cancel(self._tag)
        await asyncio.sleep(0)  # what came just before the cancel has a task, it must begin
        if self._busy:
            await asyncio.wait(self._busy, timeout=drain_seconds)
        await close_channel(channel)
        self._channel = None

    async def _open(self) -> Channel:
        channel = await open_channel(self._broker.consuming)
        try:
            # Per consumer: a quorum queue refuses a global one.
            await channel.basic_qos(prefetch_count=self._prefetch)
            answer = await channel.basic_consume(self._name, self._on_message)
        except CHANNEL_GONE as error:
            await close_channel(channel)
            raise BrokerUnavailable(f"cannot consume {self._name}") from error
        self._channel, self._tag = channel, answer.consumer_tag or ""
        return channel

    async def _keep(self, channel: Channel) -> None:
        """Open another channel each time one is lost."""
        while True:
            await until_closed(channel)
            log.warning("consumer lost its channel", queue=self._name)
            await close_channel(channel)
            await asyncio.sleep(AGAIN_SECONDS)
            while not self.consuming:
                await self._broker.consuming.connected.wait()
                try:
                    channel = await self._open()
                except BrokerUnavailable as error:
                    log.info("not consuming yet", queue=self._name, cause=str(error))
                    await asyncio.sleep(AGAIN_SECONDS)
            log.info("consuming again", queue=self._name)

    async def _on_message(self, message: DeliveredMessage) -> None:
        task = asyncio.current_task()
        assert task is not None  # the client library runs every callback in a task
        self._busy.add(task)
        try:
            await self._handle(from_channel(message), task)
            await self._ack(message)
        except CHANNEL_GONE:
            log.info("ack came too late, the message will come again", queue=self._name)
        finally:
            self._busy.discard(task)

    async def _ack(self, message: DeliveredMessage) -> None:
        if message.channel not in self._ackers:
            self._ackers[message.channel] = Acker(message.channel)
        await self._ackers[message.channel].ack(message.delivery_tag or 0)

    async def _handle(self, delivery: Delivery, task: asyncio.Task[Any]) -> None:
        while True:
            try:
                return await self._handler(delivery)
            except asyncio.CancelledError:
                if task.cancelling():  # the channel is gone, or the process ends
                    raise
                log.warning("handler was cancelled from inside, the message is kept")
            except Exception:  # the one place that must not let a message go
                HANDLER_HELD.labels(self._name).inc()
                log.exception("handler failed, the message is kept", queue=self._name)
            await asyncio.sleep(HOLD_SECONDS)
