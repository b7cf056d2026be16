"""Everything that needs RabbitMQ, apart from the web side: it starts when the broker is there.

HTTP serves from the first second; what it writes waits in the outbox until the relay may publish.
"""

import asyncio

from chat_api.gate import Gate
from chat_api.letters.keeper import Letters
from chat_api.registry_feed import RegistryFeed
from warren.broker.batches import BatchConsumer
from warren.broker.connection import Broker, connect
from warren.broker.consumer import Consumer
from warren.broker.late import LatePublisher
from warren.broker.topology import CHAT_BOTS, CHAT_OUTCOMES, DEAD_LETTERS

BOTS_PREFETCH = 1  # cards are few, and only the newest of each bot counts
DRAIN_SECONDS = 2.0
KEEPERS = 2  # of dead letters: one reads its batch while the database writes the other's


class BrokerSide:
    """Consumes outcomes, letters and bot cards until told to stop."""

    def __init__(
        self, url: str, publisher: LatePublisher, gate: Gate, letters: Letters, feed: RegistryFeed
    ) -> None:
        self._url = url
        self._publisher = publisher
        self._gate = gate
        self._letters = letters
        self._feed = feed
        self._broker: Broker | None = None

    @property
    def connected(self) -> bool:
        """Whether RabbitMQ is there at this moment."""
        return self._broker is not None and self._broker.connected

    async def check(self) -> str | None:
        """Say why the broker side is not ready, or None."""
        return None if self.connected else "broker: not connected"

    async def run(self, stop: asyncio.Event, flushed: asyncio.Event) -> None:
        """Connect, consume until stop; keep the connection until the relay is flushed."""
        async with connect(self._url, "chat-api") as broker:
            self._broker = broker
            self._publisher.found(broker)
            broker.consuming.reconnect_callbacks.add(self._feed.reconcile_soon)
            cards = Consumer(broker, CHAT_BOTS, self._feed.handle, prefetch=BOTS_PREFETCH)
            await cards.start()
            async with asyncio.TaskGroup() as tasks:
                consumers = [
                    tasks.create_task(BatchConsumer(broker, queue, handler).run())
                    for queue, handler in (
                        (CHAT_OUTCOMES, self._gate.handle),
                        *[(DEAD_LETTERS, self._letters.handle)] * KEEPERS,
                    )
                ]
                await stop.wait()
                for consumer in consumers:
                    consumer.cancel()
            await cards.stop(DRAIN_SECONDS)
            await flushed.wait()
