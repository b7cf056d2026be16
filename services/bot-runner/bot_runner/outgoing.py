"""What a runner publishes: next command, outcome, retry, letter. Pure: models in, messages out."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import orjson
from pydantic import BaseModel

from bot_runner.fault import Fault
from bot_runner.incoming import Job, Unreadable, command_id, holds_nul, int_or_none, uuid_or_none
from bot_runner.retry import goes_round, rung
from warren.broker.delivery import Delivery
from warren.broker.publisher import Outgoing
from warren.broker.topology import DEAD, OUTCOMES, STEPS
from warren.contracts.base import JsonObject
from warren.contracts.failure import STEP_FAILED, ErrorFacts, Failure
from warren.contracts.ids import NAMESPACE, OUTCOME, message_id
from warren.contracts.names import step_key
from warren.contracts.outcome import STEP_FINISHED, Ask, Outcome, OutcomeReply, TurnEnd
from warren.contracts.registry import StepCard
from warren.contracts.slip import (
    MAX_PAYLOAD_BYTES,
    MAX_SLIP_BYTES,
    STEP_REQUESTED,
    LogEntry,
    StepCommand,
)

MAX_RAW_BYTES = MAX_SLIP_BYTES  # of a body that could not be read; the rest is cut off
MAX_HELD = 200  # tries against a host that is away, in one slip's log: an eighth of its size
MAX_LETTER_BYTES = 3 * 1024 * 1024  # a letter holds one slip and one stack; the publisher takes 4


class TooLarge(Exception):
    """What a step returned does not fit into a payload or a slip."""


class NotText(Exception):
    """What a step returned holds a NUL character: no database keeps it."""


def encode(model: BaseModel) -> bytes:
    """Return the JSON of a model. Raises TypeError when it is nested too deep."""
    return orjson.dumps(model.__dict__ | (model.__pydantic_extra__ or {}), default=_fields)


def _fields(value: object) -> JsonObject:
    if isinstance(value, BaseModel):
        return value.__dict__ | (value.__pydantic_extra__ or {})
    raise TypeError(f"{type(value).__name__} is not JSON")


def outcome(
    job: Job,
    replies: tuple[OutcomeReply, ...],
    payload: JsonObject,
    *,
    end: TurnEnd | None = None,
    ask: Ask | None = None,
) -> Outgoing:
    """Return the message to the gate: a step's replies and, after the last step, the turn's end; or
    what it asks a person.

    payload is what the step left. Raises TooLarge, NotText.
    """
    command = job.command
    body = Outcome(
        turn_id=command.turn_id,
        run=command.run,
        bot=command.bot,
        revision=command.revision,
        path=command.path,
        position=command.position,
        step=command.step,
        replies=replies,
        end=end,
        ask=ask,
    )
    return Outgoing(
        exchange=OUTCOMES,
        key=step_key(command.kind, command.bot),
        body=_checked(encode(body), payload),
        type=STEP_FINISHED,
        message_id=message_id(
            command.turn_id, command.run, command.path, command.position, OUTCOME
        ),
        correlation_id=command.turn_id,
        headers=_headers(command, job.attempt, job.id),
    )


def next_command(
    job: Job,
    done: StepCommand,
    payload: JsonObject,
    entry: LogEntry,
    first_input: JsonObject,
    card: StepCard,
) -> Outgoing:
    """Return the command of the step after the one that is done. Raises TooLarge, NotText."""
    command = done.model_copy(
        update={
            "position": done.position + 1,
            "step": card.id,
            "kind": card.kind,
            "queued_at": entry.ended_at,
            "payload": payload,
            "first_input": first_input,
            "log": (*done.log, entry),
            "answer": None,
        }
    )
    return command_message(job, command)


def command_message(job: Job, command: StepCommand) -> Outgoing:
    """Return a command as it goes to `warren.steps`; job caused it. Raises TooLarge, NotText."""
    return Outgoing(
        exchange=STEPS,
        key=step_key(command.kind, command.bot),
        body=_checked(encode(command), command.payload),
        type=STEP_REQUESTED,
        message_id=command_id(command),
        correlation_id=command.turn_id,
        headers=_headers(command, 1, job.id),
    )


def retry(job: Job, entry: LogEntry, delay_seconds: float, now: datetime) -> Outgoing:
    """Return the same command for its next attempt, on the rung that waits long enough.

    It keeps its id and its routing key: the rung brings it back to the queue that it came from.
    """
    command = job.command.model_copy(
        update={
            "queued_at": now,
            "log": (*job.command.log, entry),
        }
    )
    not_before = now + timedelta(seconds=delay_seconds) if goes_round(delay_seconds) else None
    return _on_rung(job, encode(command), job.attempt + 1, delay_seconds, not_before)


def still_waiting(job: Job, delay_seconds: float, entry: LogEntry | None = None) -> Outgoing:
    """Return the same message for one more round on a rung: its time has not come.

    entry is of a try that did not count; the log keeps MAX_HELD of them, the slip must not grow.
    """
    body, log = job.delivery.body, job.command.log
    if entry is not None and sum(one.outcome == "held" for one in log) < MAX_HELD:
        body = encode(job.command.model_copy(update={"log": (*log, entry)}))
    return _on_rung(job, body, job.attempt, delay_seconds, job.not_before)


def _on_rung(
    job: Job, body: bytes, attempt: int, delay_seconds: float, not_before: datetime | None
) -> Outgoing:
    headers = _headers(job.command, attempt, job.id)
    if not_before is not None:
        headers["warren-not-before"] = not_before.isoformat()
    return Outgoing(
        exchange=rung(delay_seconds),
        key=job.delivery.routing_key,
        body=body,
        type=STEP_REQUESTED,
        message_id=job.id,
        correlation_id=job.command.turn_id,
        headers=headers,
    )


def letter(job: Job, fault: Fault, entry: LogEntry, runner: str) -> Outgoing:
    """Return the dead letter of a job: the command as it was, its log with this attempt."""
    command = job.command
    failure = Failure(
        reason=fault.reason,
        error=fault.facts,
        turn_id=command.turn_id,
        run=command.run,
        bot=command.bot,
        step=command.step,
        kind=command.kind,
        position=command.position,
        path=command.path,
        attempt=job.attempt,
        revision=command.revision,
        runner=runner,
        failed_at=entry.ended_at,
        command=command.model_copy(update={"log": (*command.log, entry)}),
    )
    return Outgoing(
        exchange=DEAD,
        key=step_key(command.kind, command.bot),
        body=_letter_body(failure, job.delivery.body),
        type=STEP_FAILED,
        message_id=message_id(
            command.turn_id,
            command.run,
            command.path,
            command.position,
            f"dead.{job.attempt}.{fault.reason}",
        ),
        correlation_id=command.turn_id,
        headers=_headers(command, job.attempt, job.id),
    )


def unread_letter(delivery: Delivery, fault: Unreadable, runner: str, now: datetime) -> Outgoing:
    """Return the dead letter of a delivery that could not be read. Its turn is known by AMQP."""
    kind, _, bot = delivery.routing_key.partition(".")
    failure = Failure(
        reason=fault.reason,
        error=ErrorFacts(type=type(fault).__name__, text=str(fault)),
        turn_id=uuid_or_none(delivery.correlation_id),
        run=int_or_none(delivery.headers.get("warren-run")),
        bot=bot or None,
        kind=kind or None,
        runner=runner,
        failed_at=now,
        raw=_base64(delivery.body),
    )
    return Outgoing(
        exchange=DEAD,
        key=delivery.routing_key,
        body=encode(failure),
        type=STEP_FAILED,
        message_id=_content_id(delivery),
        correlation_id=delivery.correlation_id,
        headers=_kept_headers(delivery),
    )


def _letter_body(failure: Failure, raw: bytes) -> bytes:
    """Return the letter's JSON; a command that no JSON writer takes goes as it came, in base64."""
    try:
        body = encode(failure)
    except TypeError:
        body = b""
    if body and len(body) <= MAX_LETTER_BYTES:
        return body
    return encode(failure.model_copy(update={"command": None, "raw": _base64(raw)}))


def _checked(body: bytes, payload: JsonObject) -> bytes:
    """Return body. The payload is part of it, so a small body needs no second look."""
    if len(body) > MAX_SLIP_BYTES:
        raise TooLarge(f"the slip has {len(body)} bytes; {MAX_SLIP_BYTES} fit")
    if len(body) > MAX_PAYLOAD_BYTES:
        size = len(orjson.dumps(payload))
        if size > MAX_PAYLOAD_BYTES:
            raise TooLarge(f"the payload has {size} bytes; {MAX_PAYLOAD_BYTES} fit")
    if holds_nul(body):
        raise NotText("the payload holds a NUL character: no database keeps it; remove it")
    return body


def _headers(command: StepCommand, attempt: int, causation: UUID) -> dict[str, str | int]:
    return {
        "warren-run": command.run,
        "warren-attempt": attempt,
        "warren-deadline": command.deadline.isoformat(),
        "warren-revision": command.revision,
        "warren-causation": str(causation),
    }


def _kept_headers(delivery: Delivery) -> dict[str, str | int]:
    """Return our own headers of a delivery; x-death and strangers' headers are never copied."""
    kept: Iterable[str] = ("warren-run", "warren-attempt", "warren-revision")
    return {
        name: value for name in kept if isinstance(value := delivery.headers.get(name), str | int)
    }


def _base64(body: bytes) -> str:
    return base64.b64encode(body[:MAX_RAW_BYTES]).decode()


def _content_id(delivery: Delivery) -> UUID:
    """Return an id that the same unreadable message has each time it comes."""
    known = "\n".join(
        (delivery.routing_key, delivery.type or "", delivery.message_id or "",
         delivery.correlation_id or "", hashlib.sha256(delivery.body).hexdigest())
    )  # fmt: skip
    return uuid5(NAMESPACE, known)
