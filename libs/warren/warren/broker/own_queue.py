"""A process's own queue: exclusive, auto-delete, named, bound, consumed without ack (gateways,
runner control)."""

from collections.abc import Awaitable, Callable, Sequence

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustQueue

from warren.broker.connection import Broker
from warren.broker.consumer import Delivery, to_delivery

OWN_PREFETCH = 500  # only bounds what one socket read may bring; nothing is acked


async def consume_own(
    broker: Broker,
    name: str,
    bindings: Sequence[tuple[str, str]],
    handler: Callable[[Delivery], Awaitable[None]],
) -> AbstractRobustQueue:
    """Declare the queue, bind it to each (exchange, key) and consume. It is made anew after every
    reconnect.

    What was published while the connection was down is not in it: the caller must catch up
    otherwise
    (`broker.consuming.reconnect_callbacks` tells when).
    """
    channel = await broker.consuming.channel()
    await channel.set_qos(prefetch_count=OWN_PREFETCH)
    queue = await channel.declare_queue(name, exclusive=True, auto_delete=True)
    for exchange, key in bindings:
        await queue.bind(exchange, routing_key=key)

    async def on_message(message: AbstractIncomingMessage) -> None:
        await handler(to_delivery(message))

    await queue.consume(on_message, no_ack=True)
    return queue
