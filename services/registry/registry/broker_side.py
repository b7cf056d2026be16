"""What needs RabbitMQ: queues and publications begin when the broker is there.

HTTP serves from the first second; what is written waits in the outbox until the relay may publish.
"""

import asyncio

from registry.kinds import Kinds
from registry.watching import Watcher
from warren.broker.connection import Broker, connect
from warren.broker.late import LatePublisher


class BrokerSide:
    """Tells the others when the broker is found, and when it was lost and came back."""

    def __init__(
        self, url: str, service: str, publisher: LatePublisher, kinds: Kinds, watcher: Watcher
    ) -> None:
        self._url = url
        self._service = service
        self._publisher = publisher
        self._kinds = kinds
        self._watcher = watcher
        self._broker: Broker | None = None

    async def check(self) -> str | None:
        """Say why the broker side is not ready, or None."""
        if self._broker is None or not self._broker.connected:
            return "broker: not connected"
        return None

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, and keep the connections until stop."""
        async with connect(self._url, self._service) as broker:
            self._broker = broker
            self._publisher.found(broker)
            self._kinds.found(broker)
            self._watcher.look_again()
            broker.consuming.reconnect_callbacks.add(self._reconnected)
            await stop.wait()

    def _reconnected(self, *_: object) -> None:
        self._kinds.forget()
        self._watcher.look_again()
