"""One process's way to RabbitMQ: two connections, since an alarm blocks only those that publish."""

import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from warren.broker.lane import LaneLost
from warren.broker.link import Link

NOT_FOUND = 404  # the broker's code for a queue that is not there


class Broker:
    """Two connections of one service. Use `async with connect(...)`."""

    def __init__(self, publishing: Link, consuming: Link) -> None:
        self.publishing = publishing
        self.consuming = consuming

    @property
    def connected(self) -> bool:
        """Whether both connections stand at this moment."""
        return all(one.connected.is_set() for one in (self.publishing, self.consuming))

    async def wait_connected(self) -> None:
        """Return when both connections stand."""
        await self.publishing.connected.wait()
        await self.consuming.connected.wait()

    async def queue_exists(self, name: str) -> bool:
        """Ask on a channel of its own, since a 404 closes the channel that asked. Needs no broker
        right. Raises BrokerUnavailable when the connection is down."""
        lane = await self.consuming.lane()
        try:
            await lane.ask(lane.queue_declare, queue=name, passive=True)
        except LaneLost as error:
            if error.code == NOT_FOUND:
                return False
            raise
        finally:
            await lane.shut()
        return True


@asynccontextmanager
async def connect(url: str, service: str) -> AsyncGenerator[Broker]:
    """Open the two connections of a service and close them at the end. Waits while the broker is
    away."""
    who = f"{service}@{socket.gethostname()}#{os.getpid()}"
    broker = Broker(Link(url, f"{who}/publish"), Link(url, f"{who}/consume"))
    try:
        await broker.publishing.start()
        await broker.consuming.start()
        yield broker
    finally:
        await broker.consuming.stop()
        await broker.publishing.stop()
