"""From a delivery to a job: the command, its attempt, and the payload as it came. Pure.

What cannot be read becomes Unreadable, with the reason that the letter will have.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import ValidationError

from warren.broker.delivery import Delivery
from warren.contracts.base import JsonObject
from warren.contracts.ids import ANSWERED, COMMAND, message_id
from warren.contracts.slip import MAX_SLIP_BYTES, STEP_REQUESTED, Answer, StepCommand

MAX_INCOMING_BYTES = 2 * MAX_SLIP_BYTES  # nobody of ours sends more; reading it would only hurt
MAX_ATTEMPT = 1000  # a header beyond it is not ours

_FAMILY, _, _MAJOR = STEP_REQUESTED.rpartition(".v")
_VERSION = re.compile(rf"^{re.escape(_FAMILY)}\.v(\d+)$")
_NUL = b"\\u0000"
_FIRST_DELIVERIES = 2  # the third delivery of a message is suspect: it runs in a child


class Unreadable(Exception):
    """The delivery is no command that this runner understands."""

    def __init__(
        self, reason: Literal["undecodable", "unsupported_version", "too_large"], text: str
    ) -> None:
        super().__init__(text)
        self.reason: Literal["undecodable", "unsupported_version", "too_large"] = reason


@dataclass(frozen=True)
class Job:
    """A command to run. attempt counts from 1; not_before is when a waiting retry may run.

    id is that of its message: the same for every attempt of this step in this run.
    """

    command: StepCommand
    id: UUID
    payload_bytes: bytes
    delivery: Delivery
    attempt: int
    not_before: datetime | None

    @property
    def suspect(self) -> bool:
        """Whether earlier deliveries ended without a word: the step may kill its process."""
        return self.delivery.delivery_count >= _FIRST_DELIVERIES

    @property
    def instead(self) -> Answer | None:
        """What a person wrote in the place of this step, which has failed: it is not run again."""
        answer = self.command.answer
        return answer if answer is not None and answer.kind == "instead" else None

    def payload_to_change(self) -> JsonObject:
        """Return the payload for the step to change; the command keeps its own as it came.

        Writing and reading it is ten times cheaper than a deep copy.
        """
        return orjson.loads(self.payload_bytes)


def read(delivery: Delivery) -> Job:
    """Return the job in a delivery. Raises Unreadable."""
    _check_type(delivery.type)
    if len(delivery.body) > MAX_INCOMING_BYTES:
        raise Unreadable(
            "too_large", f"the message has {len(delivery.body)} bytes; {MAX_SLIP_BYTES} fit"
        )
    if holds_nul(delivery.body):
        raise Unreadable("undecodable", "the body holds a NUL character, which no database keeps")
    try:
        data = orjson.loads(delivery.body)
        orjson.dumps([[[[data]]]])  # what is nested too deep to be written must not begin to run
        command = StepCommand.model_validate(data)
    except TypeError as error:
        raise Unreadable("undecodable", "the body is nested too deep") from error
    except orjson.JSONDecodeError as error:
        raise Unreadable("undecodable", f"the body is not JSON: {error}") from error
    except ValidationError as error:
        raise Unreadable("undecodable", _first_fault(error)) from error
    return Job(
        command=command,
        id=command_id(command),
        payload_bytes=orjson.dumps(command.payload),
        delivery=delivery,
        attempt=_attempt(delivery.headers.get("warren-attempt")),
        not_before=_moment(delivery.headers.get("warren-not-before")),
    )


def command_id(command: StepCommand) -> UUID:
    """Return the id of a command's message (design §3.6). One that brings an answer is another
    message than the one whose step stood still."""
    slot = COMMAND if command.answer is None else ANSWERED
    return message_id(command.turn_id, command.run, command.path, command.position, slot)


def holds_nul(body: bytes) -> bool:
    """Return whether a JSON text holds the NUL character (an escaped backslash before u0000 is no
    such thing).
    """
    return _NUL in body and _NUL in body.replace(b"\\\\", b"")


def uuid_or_none(text: str | None) -> UUID | None:
    """Return text as a UUID, or None when it is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def int_or_none(value: Any) -> int | None:
    """Return a header that should be a whole number, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return None


def seconds_until(moment: datetime | None, now: datetime) -> float:
    """Return the seconds from now to moment, 0 when it has come or there is none."""
    return 0.0 if moment is None else max(timedelta(), moment - now).total_seconds()


def _check_type(name: str | None) -> None:
    found = _VERSION.match(name or "")
    if found is None:
        raise Unreadable("undecodable", f"the type {(name or 'is absent')[:80]!r} is no command")
    if found[1] != _MAJOR:
        raise Unreadable(
            "unsupported_version", f"this runner reads version {_MAJOR}, not {found[1][:20]}"
        )


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"]) or "the body"
    return f"the body is no command: {where}: {fault['msg']}"


def _attempt(value: Any) -> int:
    number = int_or_none(value)
    return number if number is not None and 1 <= number <= MAX_ATTEMPT else 1


def _moment(value: Any) -> datetime | None:
    """Return a header's time: a datetime, ISO 8601, or None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
