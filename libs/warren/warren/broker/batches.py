"""Take messages in batches, in order, for one transaction each: used by the gate and the
dead-letter keeper."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.broker.connection import Broker
from warren.broker.consumer import HOLD_SECONDS, Delivery, to_delivery
from warren.logging import get_logger
from warren.metrics import HANDLER_HELD

log = get_logger(__name__)

BatchHandler = Callable[[Sequence[Delivery]], Awaitable[None]]


class BatchConsumer:
    """Hands up to `size` messages at a time to the handler; acks them when it returns.

    A handler that raises gets the same batch again after a pause: while the database is down the
    batch is
    held, never given back. After a lost connection messages may come twice: the handler must be
    idempotent.
    """

    def __init__(
        self, broker: Broker, queue: str, handler: BatchHandler, *, size: int = 500
    ) -> None:
        self._broker = broker
        self._name = queue
        self._handler = handler
        self._size = size
        self._waiting: asyncio.Queue[AbstractIncomingMessage] = (
            asyncio.Queue()
        )  # bounded by the prefetch
        self._channel: AbstractRobustChannel | None = None

    async def run(self) -> None:
        """Consume until cancelled."""
        self._channel = await self._broker.consuming.channel()
        await self._channel.set_qos(prefetch_count=self._size)
        queue = await self._channel.get_queue(self._name, ensure=False)
        tag = await queue.consume(self._waiting.put)
        try:
            while True:
                batch = [await self._waiting.get()]
                while len(batch) < self._size and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                await self._handle([to_delivery(one) for one in batch])
                await self._ack(batch)
        finally:
            if self._broker.consuming.connected.is_set() and not self._channel.is_closed:
                await queue.cancel(tag)
                await self._channel.close()

    async def _handle(self, batch: Sequence[Delivery]) -> None:
        while True:
            try:
                return await self._handler(batch)
            except Exception:  # the one place that must not let a message go
                HANDLER_HELD.labels(self._name).inc()
                log.exception(
                    "handler failed, the batch is kept", queue=self._name, size=len(batch)
                )
                await asyncio.sleep(HOLD_SECONDS)

    async def _ack(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        """Ack up to the last tag of each channel that the batch came over (a reconnect opens a new
        one)."""
        last = {one.channel: one for one in batch}
        for message in last.values():
            try:
                await message.ack(multiple=True)
            except (AMQPError, ChannelInvalidStateError, ConnectionError):
                log.info("ack came too late, the messages will come again", queue=self._name)
