"""A process's own queue: exclusive, auto-delete, named, bound, consumed without ack (gateways,
runner control)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pika.spec import Basic, BasicProperties

from warren.broker.connection import Broker
from warren.broker.delivery import Delivery, to_delivery
from warren.broker.lane import Lane
from warren.errors import BrokerUnavailable
from warren.logging import get_logger

log = get_logger(__name__)

OWN_PREFETCH = 500  # only bounds what one socket read may bring; nothing is acked
OPEN_SECONDS = 10.0  # to declare, bind and consume
AGAIN_SECONDS = 0.5  # between two tries to make the queues


class OwnQueue:
    """One queue of this process: its name by generation, its bindings, and who takes its messages.

    name is called with 1, 2, 3 …: a connection that died half-open keeps its exclusive names locked
    until the broker notices (up to 40 s), so every generation needs a name of its own.
    """

    def __init__(
        self,
        name: Callable[[int], str],
        bindings: Sequence[tuple[str, str]],
        handler: Callable[[Delivery], Awaitable[None]],
    ) -> None:
        self.name = name
        self.bindings = bindings
        self.handler = handler
        self._busy: set[asyncio.Task[None]] = set()

    async def open(self, lane: Lane, generation: int) -> None:
        """Declare, bind and consume on a channel. Raises LaneLost."""
        name = self.name(generation)
        await lane.ask(lane.queue_declare, queue=name, exclusive=True, auto_delete=True)
        for exchange, key in self.bindings:
            await lane.ask(lane.queue_bind, queue=name, exchange=exchange, routing_key=key)
        await lane.consume(name, self._take, prefetch=OWN_PREFETCH, no_ack=True)

    def _take(self, method: Basic.Deliver, properties: BasicProperties, body: bytes) -> None:
        task = asyncio.get_running_loop().create_task(
            self._handle(to_delivery(method, properties, body))
        )
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _handle(self, delivery: Delivery) -> None:
        try:
            await self.handler(delivery)
        except Exception:  # nobody else hears of it, and the next message must come
            log.exception("handler failed, the message is lost", key=delivery.routing_key)


async def consume_own(
    broker: Broker,
    queues: Sequence[OwnQueue],
    on_fresh: Callable[[], Awaitable[None]],
    on_lost: Callable[[], None] = lambda: None,
) -> None:
    """Consume the queues until cancelled; after every loss make them anew under fresh names.

    on_fresh is awaited each time all of them are bound and consumed: from then on nothing is
    missed,
    but what was published before is not in them, and the caller must catch up otherwise.
    """
    generation = 0
    while True:
        generation += 1
        lane: Lane | None = None
        try:
            await broker.consuming.connected.wait()
            async with asyncio.timeout(OPEN_SECONDS):
                lane = await broker.consuming.lane()
                for queue in queues:
                    await queue.open(lane, generation)
            await on_fresh()
            await asyncio.shield(lane.lost)
            log.warning("own queues are lost, making them anew", queue=queues[0].name(generation))
        except (BrokerUnavailable, TimeoutError) as error:
            log.warning("own queues cannot be made yet", error=type(error).__name__)
        finally:
            on_lost()
            if lane is not None:
                await lane.shut()
        await asyncio.sleep(AGAIN_SECONDS)
