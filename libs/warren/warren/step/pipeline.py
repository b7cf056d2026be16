"""Walk a bot's pipeline in one process, without a broker: for `warren bots run`, its tests, and
ours.

It does what the runner does between two queues, in the same order and with the same functions.
"""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass

from warren.contracts.base import JsonObject
from warren.contracts.registry import Revision, StepCard
from warren.step.context import Emit
from warren.step.errors import Standstill
from warren.step.loader import make_step
from warren.step.memory import PassingMemory
from warren.step.patch import Patch, diff
from warren.step.replies import Reply, Sent, take_reply, take_sent
from warren.step.revision import bot_of, step_cards
from warren.step.run_step import run_step
from warren.step.shape import is_object


@dataclass(frozen=True)
class Stop:
    """What one step did. payload is what the next step is given; patch is from what this one
    was.

    waits says what it waits for: then it is the last stop, since nobody is here to answer.
    """

    card: StepCard
    position: int
    payload: JsonObject
    patch: Patch
    reply: Reply | None
    seconds: float
    mocked: bool
    sent: Sent | None = None
    waits: str | None = None


async def walk(
    revision: Revision,
    payload: JsonObject,
    *,
    mocks: Mapping[str, JsonObject] | None = None,
    only: Collection[str] | None = None,
    emit: Emit | None = None,
) -> AsyncIterator[Stop]:
    """Run the steps one after another and yield after each. Nothing is tried twice.

    mocks, by step id: the part of the payload that the step would have written; it does not run.
    only: the ids of the steps to run, all others are passed over. Raises what a step raises.
    """
    memory = PassingMemory()
    for position, card in enumerate(step_cards(bot_of(revision))):
        if only is not None and card.id not in only:
            continue
        before = deepcopy(payload)
        started = time.perf_counter()
        mock = (mocks or {}).get(card.id)
        if mock is not None:
            result = merge(payload, mock)
        else:
            step = make_step(revision, position)
            try:
                result = await run_step(
                    step, payload, timeout_seconds=card.timeout_seconds, emit=emit, memory=memory
                )
            except Standstill as waits:
                seconds = time.perf_counter() - started
                yield Stop(card, position, before, (), None, seconds, False, waits=str(waits))
                return
        seconds = time.perf_counter() - started
        patch = diff(before, result)
        payload, reply = take_reply(result, card.id)
        payload, sent = take_sent(payload, card.id)
        yield Stop(card, position, payload, patch, reply, seconds, mock is not None, sent)


def merge(payload: JsonObject, part: JsonObject) -> JsonObject:
    """Return payload with part laid over it: objects are merged, all else is replaced."""
    merged = dict(payload)
    for key, value in part.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if is_object(old) and is_object(value) else value
    return merged
