"""What a person sends in a step's place: checked before anything is locked. Pure."""

import json
from typing import Any

import orjson
from pydantic import ValidationError

from warren.app.problems import from_validation
from warren.contracts.base import JsonObject
from warren.contracts.letters import Payload
from warren.contracts.problem import ProblemError
from warren.contracts.slip import MAX_PAYLOAD_BYTES
from warren.errors import TooLarge, Unprocessable
from warren.step.errors import BadOutput
from warren.step.replies import Reply, take_reply

_INSIDE_A_SLIP = 5  # levels that stand around a payload in a message


def checked_payload(payload: JsonObject) -> JsonObject:
    """Return an edited payload. Raises Unprocessable with the places, or TooLarge."""
    keepable(payload, "/payload")
    try:
        Payload.model_validate(payload)
    except ValidationError as error:
        faults: list[Any] = [
            {**fault, "loc": ("body", "payload", *fault["loc"])} for fault in error.errors()
        ]
        raise _invalid(from_validation(faults)) from error
    return payload


def checked_output(output: JsonObject, step: str) -> tuple[JsonObject, Reply | None]:
    """Return a step's output without its reply, and the reply. Raises as checked_payload() does."""
    keepable(output, "/output")
    try:
        return take_reply(output, step)
    except BadOutput as error:
        raise _invalid((ProblemError(pointer="/output/reply", detail=str(error)),)) from error


def keepable(value: JsonObject, pointer: str) -> None:
    """Raise Unprocessable for JSON that a message cannot carry, TooLarge for too much of it."""
    try:
        written = json.dumps(value, allow_nan=False)
        nested: Any = value
        for _ in range(_INSIDE_A_SLIP):
            nested = [nested]
        size = len(orjson.dumps(nested)) - 2 * _INSIDE_A_SLIP
    except (ValueError, TypeError, RecursionError) as error:
        raise _invalid((ProblemError(pointer=pointer, detail=_UNWRITABLE),)) from error
    if "\\u0000" in written.replace("\\\\", ""):
        raise _invalid((ProblemError(pointer=pointer, detail=_NUL),))
    if size > MAX_PAYLOAD_BYTES:
        raise TooLarge(f"Nothing was sent. The payload has {size} bytes; {MAX_PAYLOAD_BYTES} fit.")


_UNWRITABLE = (
    "This JSON cannot be sent: it is nested too deep, or holds NaN, Infinity, half of a surrogate"
    " pair or a number of more than 64 bits."
)
_NUL = "It holds a NUL character (U+0000). Remove it."


def _invalid(errors: tuple[ProblemError, ...]) -> Unprocessable:
    return Unprocessable(
        "Nothing was sent. Correct what is named in errors and send it again.", errors=errors
    )
