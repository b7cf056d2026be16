"""One process's way to RabbitMQ: two robust connections, since an alarm blocks only those that
publish."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractRobustConnection
from aiormq.exceptions import ChannelNotFoundEntity

from warren.broker.channels import CHANNEL_GONE, close_channel, open_channel
from warren.errors import BrokerUnavailable
from warren.logging import get_logger

log = get_logger(__name__)

HEARTBEAT_SECONDS = (
    15  # a frozen peer is found after about 2.7 of them; the default 60 would be 3 minutes
)
FIRST_CONNECT_PAUSE_SECONDS = 0.5
ASK_SECONDS = 30.0  # for one question; giving up early would cost the whole connection


class Broker:
    """Two connections of one service. Use `async with connect(...)`."""

    def __init__(
        self, publishing: AbstractRobustConnection, consuming: AbstractRobustConnection
    ) -> None:
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
        channel = await open_channel(self.consuming)
        try:
            await channel.queue_declare(name, passive=True)
        except ChannelNotFoundEntity:
            return False
        except CHANNEL_GONE as error:
            raise BrokerUnavailable(f"cannot ask for {name}: {type(error).__name__}") from error
        finally:
            await close_channel(channel)
        return True


async def _open(url: str, name: str) -> AbstractRobustConnection:
    """Connect, waiting for a broker that is not there yet."""
    waiting = False
    while True:
        try:
            return await aio_pika.connect_robust(
                url,
                heartbeat=HEARTBEAT_SECONDS,
                reconnect_interval=0.5,
                timeout=10,
                client_properties={"connection_name": name},
            )
        except (TimeoutError, OSError, aio_pika.exceptions.AMQPConnectionError) as error:
            if isinstance(error, aio_pika.exceptions.ProbableAuthenticationError):
                raise
            if not waiting:
                log.warning("waiting for the broker", error=type(error).__name__)
                waiting = True
            await asyncio.sleep(FIRST_CONNECT_PAUSE_SECONDS)


@asynccontextmanager
async def connect(url: str, service: str) -> AsyncGenerator[Broker]:
    """Open the two connections of a service and close them at the end. Waits while the broker is
    away."""
    who = f"{service}@{socket.gethostname()}#{os.getpid()}"
    publishing = await _open(url, f"{who}/publish")
    consuming = await _open(url, f"{who}/consume")
    try:
        yield Broker(publishing, consuming)
    finally:
        for one in (consuming, publishing):
            await one.close()
