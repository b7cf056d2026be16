"""Take messages one by one, in many tasks: handle, then ack. What a handler cannot finish it keeps.

A handler returns when its message is settled for good (done, forwarded, dead-lettered): then it is
acked.
If it raises, the message is kept un-acked and handed to it again after a pause: nothing is lost,
nothing is
requeued in a loop. When the connection drops, the handler is cancelled and the message comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from pika.spec import Basic, BasicProperties

from warren.broker.acks import Acker
from warren.broker.connection import Broker
from warren.broker.delivery import Delivery, to_delivery
from warren.broker.lane import CLOSE_SECONDS, Lane, LaneLost
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import HANDLER_HELD

log = get_logger(__name__)

AGAIN_SECONDS = 0.5  # between two tries to consume again
HOLD_SECONDS = 1.0  # between two calls of a handler that raised

Handler = Callable[[Delivery], Awaitable[None]]


class Consumer:
    """Consumes one queue with its own prefetch. start() and stop() may each be called once.

    When its channel is lost it opens another, for as long as it is not stopped.
    """

    def __init__(self, broker: Broker, queue: str, handler: Handler, *, prefetch: int) -> None:
        self._broker = broker
        self._name = queue
        self._handler = handler
        self._prefetch = prefetch
        self._lane: Lane | None = None
        self._acker: Acker | None = None
        self._tag = ""
        self._keeping: asyncio.Task[None] | None = None
        self._busy: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """How many deliveries are being handled now."""
        return len(self._busy)

    @property
    def consuming(self) -> bool:
        """Whether the broker sends to this consumer at this moment."""
        return self._lane is not None and not self._lane.lost.done()

    async def start(self) -> None:
        """Begin to consume. The queue must exist (see Broker.queue_exists).

        Raises BrokerUnavailable when the connection is down or there is no such queue.
        """
        lane = await self._open()
        self._keeping = asyncio.get_running_loop().create_task(self._keep(lane))

    async def stop(self, drain_seconds: float) -> None:
        """Take no more, let what runs finish for at most drain_seconds, then close. The rest comes
        to others."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait((self._keeping,))
        lane = self._lane
        if lane is None or self._acker is None:
            return
        await lane.cancel(self._tag)
        await asyncio.sleep(0)  # what came just before the cancel has a task, it must begin
        if self._busy:
            await asyncio.wait(self._busy, timeout=drain_seconds)
        self._acker.flush()
        await lane.shut()
        await self._drop_busy()
        self._lane = None

    async def _open(self) -> Lane:
        lane = await self._broker.consuming.lane()
        acker = Acker(lane)
        try:
            self._tag = await lane.consume(
                self._name, partial(self._take, acker), prefetch=self._prefetch
            )
        except LaneLost as error:
            raise BrokerUnavailable(f"cannot consume {self._name}: {error}") from error
        except asyncio.CancelledError:
            lane.abandon()
            raise
        self._lane, self._acker = lane, acker
        return lane

    async def _keep(self, lane: Lane) -> None:
        """Open another channel each time one is lost."""
        while True:
            cause = await asyncio.shield(lane.lost)
            log.warning("consumer lost its channel", queue=self._name, cause=str(cause))
            await self._drop_busy()
            await lane.shut()
            await asyncio.sleep(AGAIN_SECONDS)
            while not self.consuming:
                await self._broker.consuming.connected.wait()
                try:
                    lane = await self._open()
                except BrokerUnavailable as error:
                    log.info("not consuming yet", queue=self._name, cause=str(error))
                    await asyncio.sleep(AGAIN_SECONDS)
            log.info("consuming again", queue=self._name)

    async def _drop_busy(self) -> None:
        """Cancel what is still at work on a lost channel: its messages come again."""
        for task in self._busy:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=CLOSE_SECONDS)

    def _take(
        self, acker: Acker, method: Basic.Deliver, properties: BasicProperties, body: bytes
    ) -> None:
        delivery = to_delivery(method, properties, body)
        task = asyncio.get_running_loop().create_task(
            self._settle(acker, method.delivery_tag, delivery)
        )
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _settle(self, acker: Acker, tag: int, delivery: Delivery) -> None:
        """Call the handler until it returns, then ack."""
        while True:
            try:
                await self._handler(delivery)
                return acker.ack(tag)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():  # the channel is gone, or the process ends
                    raise
                log.warning("handler was cancelled from inside, the message is kept")
            except Exception:  # the one place that must not let a message go
                HANDLER_HELD.labels(self._name).inc()
                log.exception("handler failed, the message is kept", queue=self._name)
            await asyncio.sleep(HOLD_SECONDS)
