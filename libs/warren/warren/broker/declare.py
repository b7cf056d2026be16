"""Declare what the definitions file cannot know: the queue of a step kind. Only the registry
may."""

import asyncio

from aiormq.exceptions import AMQPError, ChannelInvalidStateError, ChannelPreconditionFailed

from warren.broker.connection import ASK_SECONDS, Broker
from warren.broker.topology import step_binding, step_queue
from warren.errors import BrokerUnavailable, Permanent


async def declare_kind(broker: Broker, kind: str) -> None:
    """Declare and bind `step.<kind>`. Idempotent.

    Raises BrokerUnavailable when the broker is away, Permanent when the queue stands with other
    properties, which only a person can resolve.
    """
    queue, binding = step_queue(kind), step_binding(kind)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            # not the publishing connection: an alarm of the broker would hold this up, too
            channel = await broker.consuming.channel()
            try:
                made = await channel.declare_queue(
                    queue.name, durable=True, arguments={**queue.arguments}, robust=False
                )
                await made.bind(binding.exchange, routing_key=binding.key, robust=False)
            finally:
                await channel.close()
    except ChannelPreconditionFailed as error:
        raise Permanent(f"the queue {queue.name} stands with other properties") from error
    except (AMQPError, ChannelInvalidStateError, OSError, RuntimeError) as error:
        raise BrokerUnavailable(f"queue {queue.name}: {type(error).__name__}") from error
