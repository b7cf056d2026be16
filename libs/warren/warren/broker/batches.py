"""Take messages in batches, in order, for one transaction each: used by the gate and the
dead-letter keeper."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pika.spec import Basic, BasicProperties

from warren.broker.connection import Broker
from warren.broker.consumer import AGAIN_SECONDS, HOLD_SECONDS
from warren.broker.delivery import Delivery, to_delivery
from warren.broker.lane import Lane
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import HANDLER_HELD

log = get_logger(__name__)

_Waiting = tuple[int, Delivery]  # with its delivery tag
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
                lane = await self._broker.consuming.lane()
                try:
                    await self._consume(lane)
                finally:
                    await lane.shut()
                log.warning("batch consumer lost its channel", queue=self._name)
            except BrokerUnavailable as error:
                log.info("not consuming yet", queue=self._name, cause=str(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _consume(self, lane: Lane) -> None:
        """Hand on batches until the channel is lost; what waits then will come again."""
        waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue()  # bounded by the prefetch

        def take(method: Basic.Deliver, properties: BasicProperties, body: bytes) -> None:
            waiting.put_nowait((method.delivery_tag, to_delivery(method, properties, body)))

        lane.lost.add_done_callback(lambda _: waiting.put_nowait(None))
        # The next batch comes while this one is written.
        await lane.consume(self._name, take, prefetch=2 * self._size)
        while (first := await waiting.get()) is not None:
            batch = [first]
            while len(batch) < self._size and not waiting.empty():
                if (one := waiting.get_nowait()) is None:
                    return
                batch.append(one)
            await self._handle([delivery for _, delivery in batch])
            if lane.is_open:
                lane.basic_ack(batch[-1][0], multiple=True)

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
