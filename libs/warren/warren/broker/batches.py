"""Take messages in batches, in order, for one transaction each: used by the gate and the
dead-letter keeper."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel

from warren.broker.channels import CHANNEL_GONE, close_channel, open_channel, when_closed
from warren.broker.connection import Broker
from warren.broker.consumer import AGAIN_SECONDS, HOLD_SECONDS, Delivery, from_channel
from warren.errors import BrokerUnavailable
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

    async def run(self) -> None:
        """Consume until cancelled. When the channel is lost, another one is opened."""
        while True:
            await self._broker.consuming.connected.wait()
            try:
                channel = await open_channel(self._broker.consuming)
                try:
                    await self._consume(channel)
                finally:
                    await close_channel(channel)
                log.warning("batch consumer lost its channel", queue=self._name)
            except (BrokerUnavailable, *CHANNEL_GONE) as error:
                log.info("not consuming yet", queue=self._name, cause=str(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _consume(self, channel: Channel) -> None:
        """Hand on batches until the channel is lost; what waits then will come again."""
        waiting: asyncio.Queue[DeliveredMessage | None] = asyncio.Queue()  # bounded by the prefetch
        when_closed(channel, lambda: waiting.put_nowait(None))
        await channel.basic_qos(prefetch_count=self._size)
        await channel.basic_consume(self._name, waiting.put)
        while (first := await waiting.get()) is not None:
            batch = [first]
            while len(batch) < self._size and not waiting.empty():
                if (one := waiting.get_nowait()) is None:
                    return
                batch.append(one)
            await self._handle([from_channel(one) for one in batch])
            await channel.basic_ack(batch[-1].delivery_tag or 0, multiple=True)

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
