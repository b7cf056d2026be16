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
from warren.step.cases import GIVEN_AT
from warren.step.errors import BadOutput, StepTimeout
from warren.step.loader import make_step
from warren.step.odd_messages import OddCase, odd_cases
from warren.step.pipeline import walk
from warren.step.places import put
from warren.step.revision import bot_of, step_cards

CASE_SECONDS = 5.0
ASKING = ("Gpt", "Approve", "AskHuman", "Delegate")  # whom a class asks, whatever hosts it names
MAX_SHRINKS = 40  # tries to make a broken case smaller before it is shown


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


@dataclass(frozen=True)
class Asking:
    """A step that asks somebody: its class, where it puts the answer, the fields of its form."""

    class_name: str
    into: str
    fields: tuple[str, ...]


def outside_steps(revision: Revision) -> dict[str, Asking]:
    """Return the steps that ask somebody, by id: a server, a person, another bot."""
    found: dict[str, Asking] = {}
    for position, card in enumerate(step_cards(bot_of(revision))):
        step = make_step(revision, position)
        if card.class_name in ASKING or step.hosts:
            usual = "remembered" if card.class_name == "Remember" else "draft.body"
            into = step.config.get("into", usual)
            fields = tuple(step.config["form"]) if "form" in step.config else ()
            found[card.id] = Asking(card.class_name, into, fields)
    return found


def mocks(case: OddCase, outside: Mapping[str, Asking]) -> dict[str, JsonObject]:
    """Return what each step that asks somebody writes in this case."""
    return {id: _written(step, case.answer) for id, step in outside.items()}


def _written(step: Asking, answer: str) -> JsonObject:
    value: object = answer
    if step.class_name == "Delegate":
        value = {"bot": "odd", "replies": [{"body": answer}]}
    elif step.class_name == "AskHuman":
        value = dict.fromkeys(step.fields, answer)
    elif step.class_name == "Recall":
        value = [{"text": answer, "likeness": 0.5, "at": GIVEN_AT.isoformat()}] if answer else []
    payload: JsonObject = {}
    put(payload, step.into, value)
    return payload


def given(case: OddCase) -> JsonObject:
    """Return the payload that the case begins with."""
    return {"messages": [dict(one) for one in case.messages]}


async def _fault(revision: Revision, case: OddCase, outside: Mapping[str, Asking]) -> Broken | None:
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
    revision: Revision, case: OddCase, found: Broken, outside: Mapping[str, Asking]
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
