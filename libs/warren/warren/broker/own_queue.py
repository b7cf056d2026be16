"""A process's own queue: exclusive, auto-delete, named, bound, consumed without ack (gateways,
runner control)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.broker.connection import Broker
from warren.broker.consumer import Delivery, to_delivery
from warren.logging import get_logger

log = get_logger(__name__)

OWN_PREFETCH = 500  # only bounds what one socket read may bring; nothing is acked
OPEN_SECONDS = 10.0  # to declare, bind and consume
AGAIN_SECONDS = 0.5  # between two tries to make the queues

_GONE = (AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError, TimeoutError)


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

    async def open(self, channel: AbstractRobustChannel, generation: int) -> None:
        """Declare, bind and consume on a channel."""
        queue = await channel.declare_queue(
            self.name(generation), exclusive=True, auto_delete=True, robust=False
        )
        for exchange, key in self.bindings:
            await queue.bind(exchange, routing_key=key, robust=False)
        await queue.consume(self._on_message, no_ack=True, robust=False)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        await self.handler(to_delivery(message))


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
        lost = asyncio.Event()
        channel: AbstractRobustChannel | None = None
        try:
            await broker.consuming.connected.wait()
            async with asyncio.timeout(OPEN_SECONDS):
                channel = await _channel(broker, lost)
                for queue in queues:
                    await queue.open(channel, generation)
            await on_fresh()
            await lost.wait()
            log.warning("own queues are lost, making them anew", queue=queues[0].name(generation))
        except _GONE as error:
            log.warning("own queues cannot be made yet", error=type(error).__name__)
        finally:
            on_lost()
            await _close(channel)
        await asyncio.sleep(AGAIN_SECONDS)


async def _channel(broker: Broker, lost: asyncio.Event) -> AbstractRobustChannel:
    """Return a channel that sets `lost` when it closes or the broker cancels a consumer on it."""
    channel = await broker.consuming.channel(publisher_confirms=False)

    def set_lost(*_: Any) -> None:
        lost.set()

    channel.close_callbacks.add(set_lost)
    (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(set_lost)
    await channel.set_qos(prefetch_count=OWN_PREFETCH)
    return channel


async def _close(channel: AbstractRobustChannel | None) -> None:
    """Close a channel for good: the connection must not restore it."""
    if channel is not None:
        with suppress(*_GONE):
            async with asyncio.timeout(1):
                await channel.close()
