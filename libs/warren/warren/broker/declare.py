"""Declare what the definitions file cannot know: the queue of a step kind. Only the registry
may."""

from collections.abc import Iterable

from warren.broker.connection import Broker
from warren.broker.lane import LaneLost
from warren.broker.topology import step_binding, step_queue
from warren.errors import Permanent

PRECONDITION_FAILED = 406  # the broker's code for a queue that stands with other arguments


async def declare_kind(broker: Broker, kind: str) -> None:
    """Declare and bind `step.<kind>`. Idempotent.

    Raises BrokerUnavailable when the broker is away, Permanent when the queue stands with other
    properties, which only a person can resolve.
    """
    queue, binding = step_queue(kind), step_binding(kind)
    # not the publishing connection: an alarm of the broker would hold this up, too
    lane = await broker.consuming.lane()
    try:
        await lane.ask(
            lane.queue_declare, queue=queue.name, durable=True, arguments={**queue.arguments}
        )
        await lane.ask(
            lane.queue_bind, queue=queue.name, exchange=binding.exchange, routing_key=binding.key
        )
    except LaneLost as error:
        if error.code == PRECONDITION_FAILED:
            raise Permanent(f"the queue {queue.name} stands with other properties") from error
        raise
    finally:
        await lane.shut()


async def waiting_in(broker: Broker, kinds: Iterable[str]) -> dict[str, int]:
    """Return how many commands wait in the queue of each kind, as the broker counts now.

    A queue that is not there ends the asking: what is known by then is returned.
    """
    found: dict[str, int] = {}
    lane = await broker.consuming.lane()
    try:
        for kind in kinds:
            told = await lane.ask(lane.queue_declare, queue=step_queue(kind).name, passive=True)
            found[kind] = told.method.message_count
    except LaneLost:
        return found
    finally:
        await lane.shut()
    return found
