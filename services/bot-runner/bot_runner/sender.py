"""Publish until the broker confirms: while it is away the delivery is kept and no attempt used."""

import asyncio

from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable
from warren.logging import get_logger

log = get_logger(__name__)

AGAIN_SECONDS = 0.5


class Sender:
    """A publisher that does not give up. `waiting` counts messages that are not confirmed."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.waiting = 0

    async def send(self, message: Outgoing) -> None:
        """Return when the broker has confirmed. The same id goes out again after each failure.

        If the consuming connection drops meanwhile, the caller is cancelled: the delivery comes
        again, to this runner or to another.
        """
        try:
            return await self._publisher.publish(message)
        except BrokerUnavailable as error:
            log.warning(
                "not confirmed, the delivery is kept", exchange=message.exchange, cause=str(error)
            )
        self.waiting += 1
        try:
            while True:
                await asyncio.sleep(AGAIN_SECONDS)
                try:
                    return await self._publisher.publish(message)
                except BrokerUnavailable:
                    continue
        finally:
            self.waiting -= 1
