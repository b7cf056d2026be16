"""Run one step on one payload: the runner, the command line and the tests all go through here.

The step may change the payload that it is given and return it; nothing is copied. Whoever wants to
know what changed keeps the payload from before (see warren.step.patch).
"""

import asyncio
import inspect
from math import isfinite
from typing import Any, Protocol

from warren.contracts.base import JsonObject
from warren.contracts.slip import Answer
from warren.step.context import ANSWER, ATTEMPT, EMIT, IDEMPOTENCY_KEY, MEMORY, Emit, Memory
from warren.step.errors import BadOutput, StepTimeout
from warren.step.shape import is_array, is_object

MAX_DEPTH = 100  # of nested objects in a payload: deeper ones break JSON readers downstream
MAX_INT = 2**64 - 1  # the largest integer that our JSON writer takes
MIN_INT = -(2**63)


class Runnable(Protocol):
    """What run_step needs of a Step."""

    step_name: str
    runs_in_thread: bool

    def process(self, payload: JsonObject) -> Any: ...


async def run_step(
    step: Runnable,
    payload: JsonObject,
    *,
    timeout_seconds: float,
    emit: Emit | None = None,
    idempotency_key: str | None = None,
    attempt: int = 1,
    answer: Answer | None = None,
    memory: Memory | None = None,
) -> JsonObject:
    """Return what the step makes of payload. A plain `process` runs in the loop's default executor.

    answer is what the step waited for, if it did. Raises StepTimeout when it takes longer than
    timeout_seconds (a thread cannot be stopped: it runs on and its result is dropped), BadOutput
    when the result is no JSON object, and whatever the step raises.
    """
    before = [
        (EMIT, EMIT.set(emit)),
        (IDEMPOTENCY_KEY, IDEMPOTENCY_KEY.set(idempotency_key)),
        (ATTEMPT, ATTEMPT.set(attempt)),
        (ANSWER, ANSWER.set(answer)),
        (MEMORY, MEMORY.set(memory)),
    ]
    limit = asyncio.timeout(timeout_seconds)
    try:
        async with limit:
            if step.runs_in_thread:
                result = await asyncio.to_thread(_in_thread, step, payload)
            else:
                result = step.process(payload)
            if inspect.isawaitable(result):
                result = await result
    except TimeoutError as exc:
        if limit.expired():
            raise StepTimeout(
                f"step {step.step_name!r} took longer than {timeout_seconds:g} s"
            ) from exc
        raise
    finally:
        for variable, token in before:
            variable.reset(token)  # pyright: ignore[reportArgumentType] # each has its own type
    return checked(result, step.step_name)


def _in_thread(step: Runnable, payload: JsonObject) -> Any:
    """Run a plain `process`. A future cannot carry StopIteration: it would never be done."""
    try:
        return step.process(payload)
    except StopIteration as error:
        said = RuntimeError("`next()` found nothing more: give it a default")
        raise said.with_traceback(error.__traceback__) from error


def checked(result: object, step_name: str) -> JsonObject:
    """Return result if it is a JSON object, else raise BadOutput that names the place and the
    remedy.
    """
    if result is None:
        raise BadOutput(f"step {step_name!r} returned nothing: end it with `return payload`")
    if not is_object(result):
        raise BadOutput(
            f"step {step_name!r} returned {_kind(result)}: return the payload, a JSON object"
        )
    fault = _fault(result, 0)
    if fault is not None:
        where, why = fault
        raise BadOutput(
            f"step {step_name!r} returned a payload that is not JSON: payload{where} {why}"
        )
    return result


def _fault(value: Any, depth: int) -> tuple[str, str] | None:
    """Return where and why value is not JSON, or None. Strings first: they are most of a
    payload.
    """
    if depth > MAX_DEPTH:
        return "", f"is nested more than {MAX_DEPTH} deep"
    if is_object(value):
        for key, item in value.items():
            if not isinstance(key, str):  # type: ignore[reportUnnecessaryIsInstance]  # a step's work
                return f"[{key!r}]", "has a key that is not text"
            if isinstance(item, str):
                if item.isascii() or _encodable(item):
                    continue
                return f"[{key!r}]", "holds half of a character (a lone surrogate)"
            fault = _fault(item, depth + 1)
            if fault is not None:
                return f"[{key!r}]{fault[0]}", fault[1]
        return None
    if is_array(value):
        for index, item in enumerate(value):
            fault = _fault(item, depth + 1)
            if fault is not None:
                return f"[{index}]{fault[0]}", fault[1]
        return None
    if isinstance(value, str):
        return None if _encodable(value) else ("", "holds half of a character (a lone surrogate)")
    if value is None or value is True or value is False:
        return None
    if isinstance(value, int):
        return None if MIN_INT <= value <= MAX_INT else ("", "is an integer of more than 64 bits")
    if isinstance(value, float):
        return None if isfinite(value) else ("", f"is {value}: JSON has no such number")
    return "", f"is {_kind(value)}: turn it into text, a number, a list or a dict"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
