"""Open channels that nobody restores: whoever opened one sees it close, and opens another.

The client library's own restoring can fail without a word and leave a consumer that hears nothing.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aio_pika.abc import AbstractRobustConnection
from aiormq.channel import Channel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.errors import BrokerUnavailable

OPEN_SECONDS = 30.0  # an opening that is given up costs the whole connection: be patient
CLOSE_SECONDS = 2.0

CHANNEL_GONE = (AMQPError, ChannelInvalidStateError, OSError, RuntimeError, TimeoutError)
"""What the client library raises when a channel or its connection is no longer there."""


async def open_channel(connection: AbstractRobustConnection, *, confirms: bool = False) -> Channel:
    """Return a channel of the connection as it stands now. Raises BrokerUnavailable.

    confirms: publishes are confirmed, and what comes back unroutable raises.
    """
    transport = connection.transport
    if transport is None or not connection.connected.is_set():
        raise BrokerUnavailable("the connection is down")
    opening = asyncio.get_running_loop().create_task(
        transport.connection.channel(
            publisher_confirms=confirms, on_return_raises=confirms, timeout=OPEN_SECONDS
        )
    )
    try:
        channel = await asyncio.shield(opening)  # half an opening would cost the connection
    except CHANNEL_GONE as error:
        raise BrokerUnavailable(f"no channel: {type(error).__name__}") from error
    assert isinstance(channel, Channel)
    return channel


def when_closed(channel: Channel, call: Callable[[], None]) -> None:
    """Call once the channel is closed, or the broker cancelled a consumer on it; maybe twice."""
    channel.on_consumer_cancel_callbacks.add(lambda _: call())
    _closing(channel).add_done_callback(lambda _: call())


async def until_closed(channel: Channel) -> None:
    """Return when the channel is closed, or the broker has cancelled a consumer on it."""
    lost = asyncio.Event()
    when_closed(channel, lost.set)
    await lost.wait()


def _closing(channel: Channel) -> "asyncio.Future[object]":
    return channel.closing  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] # half typed there


async def close_channel(channel: Channel) -> None:
    """Close a channel; one that is closed already is no error."""
    with suppress(*CHANNEL_GONE):
        async with asyncio.timeout(CLOSE_SECONDS):
            await channel.close()
