"""Throw odd messages at a bot's pipeline and say what broke. No broker, no key, no network.

Steps that ask the outside are mocked: their server answers oddly, too. A bot survives a case when
it ends with a reply, or with a fault that a step names itself (Retryable, Permanent).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from warren.contracts.base import JsonObject
from warren.contracts.registry import Revision
from warren.errors import WarrenError
from warren.step.errors import BadOutput, StepTimeout
from warren.step.loader import make_step
from warren.step.odd_messages import OddCase, odd_cases
from warren.step.pipeline import walk
from warren.step.revision import bot_of, step_cards

CASE_SECONDS = 5.0
MAX_SHRINKS = 40  # tries to make a broken case smaller before it is shown
_BY_CLASS: Mapping[str, str] = {"Gpt": "draft"}


@dataclass(frozen=True)
class Broken:
    """A case that broke the bot, made as small as it still breaks, and what it raised."""

    case: OddCase
    error: str
    step: str


async def fuzz(revision: Revision, count: int, seed: int) -> AsyncIterator[Broken | None]:
    """Run count cases and yield after each: what broke, or None."""
    outside = outside_steps(revision)
    for case in odd_cases(revision.name, count, seed):
        error = await _fault(revision, case, outside)
        yield None if error is None else await _smaller(revision, case, error, outside)


def outside_steps(revision: Revision) -> tuple[str, ...]:
    """Return the ids of the steps that ask a server: those whose class names hosts."""
    return tuple(
        card.id
        for position, card in enumerate(step_cards(bot_of(revision)))
        if card.class_name in _BY_CLASS or make_step(revision, position).hosts
    )


def mocks(case: OddCase, outside: tuple[str, ...]) -> dict[str, JsonObject]:
    """Return what each step that asks the outside writes in this case."""
    return {step: {"draft": {"body": case.answer}} for step in outside}


def given(case: OddCase) -> JsonObject:
    """Return the payload that the case begins with."""
    return {"messages": [dict(one) for one in case.messages]}


async def _fault(revision: Revision, case: OddCase, outside: tuple[str, ...]) -> Broken | None:
    """Return what broke, or None. A fault that Warren names is no break: a letter tells it."""
    step = "the first step"
    try:
        async with asyncio.timeout(CASE_SECONDS):
            async for stop in walk(revision, given(case), mocks=mocks(case, outside)):
                step = f"the step after {stop.card.id}"
                json.dumps(stop.payload, allow_nan=False)
    except (BadOutput, StepTimeout) as error:
        return Broken(case, f"{type(error).__name__}: {error}"[:300], step)
    except WarrenError:
        return None
    except TimeoutError:
        return Broken(case, f"no end within {CASE_SECONDS:g} s", step)
    except Exception as error:  # whatever an author's code raises is what is looked for
        return Broken(case, f"{type(error).__name__}: {error}"[:300], step)
    return None


async def _smaller(
    revision: Revision, case: OddCase, found: Broken, outside: tuple[str, ...]
) -> Broken:
    """Return the same fault from less: fewer messages, then shorter texts."""
    best, tries = found, 0
    shrinking = True
    while shrinking and tries < MAX_SHRINKS:
        shrinking = False
        for smaller in _parts(best.case):
            tries += 1
            again = await _fault(revision, smaller, outside)
            if again is not None and _kind(again) == _kind(found):
                best, shrinking = again, True
                break
            if tries >= MAX_SHRINKS:
                break
    return best


def _parts(case: OddCase) -> list[OddCase]:
    """Return cases that are a little less than this one."""
    parts: list[OddCase] = []
    *before, last = case.messages
    if before:
        parts.append(replace(case, messages=case.messages[1:]))
    body = str(last["body"])
    for piece in (body[: len(body) // 2], body[len(body) // 2 :]):
        if piece != body:
            parts.append(replace(case, messages=(*before, {**last, "body": piece})))
    if case.answer not in ("", "hi"):
        parts.append(replace(case, answer="hi"))
    return parts


def _kind(broken: Broken) -> str:
    return broken.error.split(":")[0]
