"""What an exception means for the message whose step raised it. Pure: facts in, facts out.

A fault can cross to and from the child process that runs a suspect step, so it is a model.
"""

import traceback
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from warren.contracts.base import Message
from warren.contracts.failure import ErrorFacts, FailureReason
from warren.errors import PartAway, Permanent, Retryable
from warren.step.errors import BadAnswer, BadOutput, BrokenStep, StepTimeout
from warren.step.hosts import host_of, part
from warren.step.passing import asked_to_wait, may_pass, retry_after

MAX_TEXT_CHARS = 2_000
MAX_STACK_CHARS = 32_000
MAX_ORIGINS = 3
BAD_ANSWERS = 2  # an answer that cannot be used may be bad luck once
PASSING_ERRORS = frozenset(  # of clients that people use in steps; each names what may pass
    {
        "aiohttp.client_exceptions.ClientConnectionError",
        "httpx.TransportError",
        "httpx2.TransportError",
        "openai.APIConnectionError",
        "requests.exceptions.ConnectionError",
        "requests.exceptions.Timeout",
        "urllib3.exceptions.TimeoutError",
    }
)


class Fault(Message):
    """Why a step did not end well. transient: the same call may succeed later.

    host is the outside host that the error comes from; origin names the types of the errors that
    led to it, without their texts, which may hold what people wrote; at_most is how often a fault
    of this type may come at one step before it is final, whatever the bot file allows. part is the
    service of ours that was away: then the attempt does not count.
    """

    reason: FailureReason
    facts: ErrorFacts
    transient: bool = False
    retry_after_seconds: float | None = None
    host: str | None = None
    origin: str = ""
    at_most: int | None = None
    part: str | None = None


def describe(error: BaseException) -> Fault:
    """Return what an exception of a step means. Never raises; unknown errors are permanent."""
    try:
        return _described(error)
    except BaseException:  # the error's own code is anybody's, and may panic in its turn
        return plain("failed", type(error).__name__, "(the error itself cannot be read)")


def _described(error: BaseException) -> Fault:
    headers = _response_headers(error)
    return Fault(
        reason=_reason(error),
        facts=facts(error),
        transient=is_transient(error),
        retry_after_seconds=(
            asked_to_wait(part(error, "retry_after"))
            if isinstance(error, Retryable)
            else retry_after(headers)
        ),
        host=host_of(error),
        origin=origin(error),
        at_most=BAD_ANSWERS if isinstance(error, BadAnswer) else None,
        part=error.part if isinstance(error, PartAway) else None,
    )


def plain(reason: FailureReason, kind: str, text: str) -> Fault:
    """Return a permanent fault that the runner itself found: there is no stack to show."""
    return Fault(reason=reason, facts=ErrorFacts(type=kind, text=text[:MAX_TEXT_CHARS]))


def is_transient(error: BaseException) -> bool:
    """Return whether the error is one of the named passing ones. The author's word goes first."""
    if isinstance(error, Retryable | PartAway):
        return True
    if isinstance(error, Permanent):
        return False
    status = _status(error)
    if status is not None:
        return may_pass(status)
    return isinstance(error, TimeoutError | ConnectionError) or any(
        _qualified(kind) in PASSING_ERRORS for kind in type(error).__mro__
    )


def origin(error: BaseException) -> str:
    """Return the types of an error and of those that caused it: `Retryable from ConnectError`."""
    names: list[str] = []
    at: BaseException | None = error
    while at is not None and len(names) < MAX_ORIGINS:
        names.append(type(at).__name__)
        at = at.__cause__
    return " from ".join(names)


def facts(error: BaseException) -> ErrorFacts:
    """Return the error as a letter shows it, cut to size and free of characters JSON refuses."""
    try:
        stack = "".join(traceback.format_exception(error))
    except Exception:  # it asks the error for its text, its notes and its cause
        stack = "".join(traceback.format_tb(error.__traceback__))
    return ErrorFacts(
        type=type(error).__name__,
        text=clean(_text(error))[:MAX_TEXT_CHARS],
        stack=clean(stack)[-MAX_STACK_CHARS:],
        frame=top_frame(error),
    )


def top_frame(error: BaseException) -> str:
    """Return the deepest frame in a step file or in Warren, as `file:line in function`, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    for wanted in (_is_step_file, _is_ours):
        for frame in reversed(frames):
            if wanted(frame.filename):
                return f"{_short(frame.filename)}:{frame.lineno} in {frame.name}"
    return ""


def clean(text: str) -> str:
    """Return text that any JSON reader and database takes: no half characters, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")


def _reason(error: BaseException) -> FailureReason:
    match error:
        case StepTimeout():
            return "timeout"
        case BadOutput() | BadAnswer():
            return "bad_output"
        case BrokenStep():
            return "gone"
        case _:
            return "failed"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a step's own exception class may be broken too
        return "(the error has no text)"


def _status(error: BaseException) -> int | None:
    """Return the HTTP status that an error carries, on itself or on its response."""
    for holder in (error, part(error, "response")):
        for name in ("status_code", "status"):
            value = part(holder, name)
            if isinstance(value, int) and 100 <= value < 600:
                return value
    return None


def _response_headers(error: BaseException) -> Mapping[str, Any]:
    headers = part(part(error, "response"), "headers")
    return headers if isinstance(headers, Mapping) else {}  # type: ignore[reportUnknownVariableType]  # any client's


def _qualified(kind: type) -> str:
    """Return where a class lives; private submodules (httpx._exceptions) do not count."""
    parts = [part for part in kind.__module__.split(".") if not part.startswith("_")]
    return ".".join((*parts, kind.__name__))


def _is_step_file(name: str) -> bool:
    return name.startswith("step:")


def _is_ours(name: str) -> bool:
    return any(part in ("warren", "bot_runner") for part in PurePath(name).parts)


def _short(name: str) -> str:
    """Return a path from our package on: the same on every machine."""
    parts = PurePath(name).parts
    for package in ("warren", "bot_runner"):
        if package in parts:
            last = len(parts) - 1 - parts[::-1].index(package)
            return "/".join(parts[last:])
    return name
