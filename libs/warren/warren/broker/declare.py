"""Declare what the definitions file cannot know: the queue of a step kind. Only the registry
may."""

from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from warren.broker.connection import Broker
from warren.broker.topology import step_binding, step_queue
from warren.errors import BrokerUnavailable


async def declare_kind(broker: Broker, kind: str) -> None:
    """Declare and bind `step.<kind>`. Idempotent. Raises BrokerUnavailable when it cannot be
    done."""
    queue, binding = step_queue(kind), step_binding(kind)
    try:
        channel = await broker.publishing.channel()
        try:
            made = await channel.declare_queue(
                queue.name, durable=True, arguments={**queue.arguments}, robust=False
            )
            await made.bind(binding.exchange, routing_key=binding.key, robust=False)
        finally:
            await channel.close()
    except (AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError) as error:
        raise BrokerUnavailable(f"queue {queue.name}: {type(error).__name__}") from error
