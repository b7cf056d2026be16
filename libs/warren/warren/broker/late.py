"""A publisher for a process that serves before its broker is there. Used with a Relay."""

from warren.broker.connection import Broker
from warren.broker.publisher import CONFIRM_SECONDS, Outgoing, Publisher
from warren.errors import BrokerUnavailable


class LatePublisher(Publisher):
    """Refuses with BrokerUnavailable until it is told the broker."""

    def __init__(self, app_id: str) -> None:
        self._app = app_id
        self._real: Publisher | None = None

    def found(self, broker: Broker) -> None:
        """Use this broker from now on."""
        self._real = Publisher(broker, self._app)

    async def publish(self, message: Outgoing, timeout_seconds: float = CONFIRM_SECONDS) -> None:
        """Publish as Publisher does, or raise BrokerUnavailable."""
        if self._real is None:
            raise BrokerUnavailable("the broker has not answered yet")
        await self._real.publish(message, timeout_seconds)
