"""Read a dead letter: from whatever arrives on `dead-letters` to the facts that are kept. Pure.

Four kinds arrive: a runner's Failure, a command that no queue took (alternate exchange), a command
that was delivered too often (dead-letter exchange), and bodies that nobody can read.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chat_api.plain_text import without_nul
from warren.broker.delivery import Delivery
from warren.contracts.base import JsonObject
from warren.contracts.failure import STEP_FAILED, ErrorFacts, Failure, FailureReason
from warren.contracts.ids import step_path
from warren.contracts.slip import STEP_REQUESTED, StepCommand

MAX_SEARCH_CHARS = 8_000  # of error and payload together; the index grows with it
_MAX_HEADERS = 40
_MAX_HEADER_CHARS = 2000
_MAX_SAMENESS_CHARS = 500  # a unique index takes no more than 2,700 bytes
_LARGEST = 2**31 - 1  # what the table's numbers hold
_NUMBERS = re.compile(r"[0-9a-f]{8,}|\d+")


@dataclass(frozen=True)
class Facts:
    """What is known of a letter. run is None when nobody could read it: the turn's own is taken."""

    reason: FailureReason
    sameness: str
    error: ErrorFacts
    turn_id: UUID | None = None
    run: int | None = None
    bot: str | None = None
    step: str | None = None
    kind: str | None = None
    position: int | None = None
    path: str = ""
    attempt: int = 1
    revision: str | None = None
    runner: str = ""
    failed_at: datetime | None = None
    command: StepCommand | None = None
    raw: bytes | None = None
    routing_key: str = ""
    message_id: str | None = None
    headers: JsonObject = field(default_factory=lambda: {})
    body: bytes | None = None


def read(delivery: Delivery) -> Facts:
    """Return the facts of one delivery. Never raises: what cannot be read is `undecodable`."""
    try:
        if delivery.type == STEP_FAILED:
            return _from_failure(delivery, Failure.model_validate_json(delivery.body))
        if delivery.type == STEP_REQUESTED:
            return _from_command(delivery, StepCommand.model_validate_json(delivery.body))
    except ValidationError as error:
        return _unread(delivery, "undecodable", f"the body has {error.error_count()} faults")
    return _unread(delivery, "undecodable", f"the type {(delivery.type or '')[:80]!r} is not known")


def refused_outcome(delivery: Delivery, why: str) -> Facts:
    """Return the facts of an outcome that the gate cannot take."""
    return _unread(delivery, "undecodable", why)


def lost(command: StepCommand, now: datetime) -> Facts:
    """Return the facts of a turn that nothing was heard of before its deadline."""
    text = "nothing was heard of this turn before its deadline"
    facts = _of_command(command, "lost", ErrorFacts(type="Lost", text=text))
    return replace(facts, failed_at=now)


def unreadable(turn: UUID, run: int, bot: str, kept: bytes, now: datetime) -> Facts:
    """Return the facts of a turn past its deadline whose command nobody can read any more."""
    text = "nothing was heard of this turn, and its command was written by another version"
    facts = Facts(
        reason="lost",
        sameness="",
        error=ErrorFacts(type="Lost", text=text),
        turn_id=turn,
        run=run,
        bot=bot,
        failed_at=now,
        raw=kept,
    )
    return replace(facts, sameness=_same(facts))


def bare(facts: Facts, error: Exception, *, with_turn: bool) -> Facts:
    """Return what any database keeps of a letter that could not be kept whole: its bytes.

    Its run stays, since the run decides whether the turn is parked; the number is in range.
    """
    return Facts(
        reason="undecodable",
        sameness=_hash(facts.sameness),
        error=ErrorFacts(type=type(error).__name__, text="the letter could not be kept whole"),
        turn_id=facts.turn_id if with_turn else None,
        run=facts.run if with_turn else None,
        raw=facts.raw if facts.body is None else facts.body,
    )


def fingerprint(facts: Facts) -> str:
    """Return what like failures have in common: bot, step, error class, text without numbers, our
    frame."""
    text = _NUMBERS.sub("#", facts.error.text.lower())[:200]
    parts = (facts.bot or "", facts.step or "", facts.error.type, text, facts.error.frame)
    return _hash("\n".join(parts))[:16]


def searchable(facts: Facts) -> str:
    """Return the text that the inbox searches: what went wrong, and the payload it went wrong
    with."""
    payload = facts.command.payload if facts.command is not None else {}
    said = json.dumps(payload, ensure_ascii=False) if payload else _as_text(facts.raw)
    return f"{facts.error.type} {facts.error.text}\n{said}"[:MAX_SEARCH_CHARS]


def _as_text(raw: bytes | None) -> str:
    return "" if raw is None else raw[:MAX_SEARCH_CHARS].decode(errors="replace")


def _from_failure(delivery: Delivery, failure: Failure) -> Facts:
    raw = failure.raw
    facts = Facts(
        reason=failure.reason,
        sameness="",
        error=failure.error,
        turn_id=failure.turn_id or _uuid(delivery.correlation_id),
        run=_in_range(failure.run) if failure.run is not None else _run(delivery),
        bot=failure.bot,
        step=failure.step,
        kind=failure.kind,
        position=None if failure.position is None else _in_range(failure.position),
        path=_path(failure.path, failure.step),
        attempt=_in_range(failure.attempt),
        revision=failure.revision,
        runner=failure.runner,
        failed_at=failure.failed_at,
        command=failure.command,
        raw=_unbase64(raw) if raw is not None else None,
    )
    readable = failure.turn_id is not None and failure.run is not None
    same = _same(facts) if readable else _content_hash(delivery)
    return _as_delivered(facts, delivery, same)


def _from_command(delivery: Delivery, command: StepCommand) -> Facts:
    if _died_in_step_queue(delivery.headers):
        text = "the command was delivered too often without an end"
        facts = _of_command(command, "undeliverable", ErrorFacts(type="Undeliverable", text=text))
    else:
        text = f"no queue takes the kind {command.kind!r}"
        facts = _of_command(command, "unroutable", ErrorFacts(type="Unroutable", text=text))
    facts = replace(facts, attempt=_number(delivery, "warren-attempt") or 1)
    return _as_delivered(facts, delivery, _same(facts))


def _of_command(command: StepCommand, reason: FailureReason, error: ErrorFacts) -> Facts:
    facts = Facts(
        reason=reason,
        sameness="",
        error=error,
        turn_id=command.turn_id,
        run=_in_range(command.run),
        bot=command.bot,
        step=command.step,
        kind=command.kind,
        position=_in_range(command.position),
        path=_path(command.path, command.step),
        revision=command.revision,
        command=command,
    )
    return replace(facts, sameness=_same(facts))


def _unread(delivery: Delivery, reason: FailureReason, why: str) -> Facts:
    kind, _, bot = delivery.routing_key.partition(".")
    facts = Facts(
        reason=reason,
        sameness=_content_hash(delivery),
        error=ErrorFacts(type="Undecodable", text=why),
        turn_id=_uuid(delivery.correlation_id),
        run=_run(delivery),
        bot=bot or None,
        kind=kind or None,
        raw=delivery.body,
    )
    return _as_delivered(facts, delivery, facts.sameness)


def _as_delivered(facts: Facts, delivery: Delivery, sameness: str) -> Facts:
    return replace(
        facts,
        sameness=sameness,
        routing_key=delivery.routing_key,
        message_id=delivery.message_id,
        headers=_plain_headers(delivery.headers),
        body=delivery.body,
    )


def _same(facts: Facts) -> str:
    same = "/".join(
        str(part)
        for part in (
            facts.turn_id,
            facts.run,
            facts.path,
            facts.position,
            facts.attempt,
            facts.reason,
        )
    )
    return same if len(same) <= _MAX_SAMENESS_CHARS else _hash(same)


def _content_hash(delivery: Delivery) -> str:
    known = (delivery.routing_key, delivery.type, delivery.message_id, delivery.correlation_id)
    return hashlib.sha256(repr(known).encode() + delivery.body).hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _path(path: tuple[str, ...], step: str | None) -> str:
    return step_path(path, step) if step else "/".join(path)


def _died_in_step_queue(headers: Mapping[str, Any]) -> bool:
    """Rungs leave their own deaths in x-death; only one in a step queue means too many tries."""
    deaths = headers.get("x-death")
    return isinstance(deaths, list) and any(
        isinstance(death, dict) and str(death.get("queue", "")).startswith("step.")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        for death in deaths  # pyright: ignore[reportUnknownVariableType]
    )


def _run(delivery: Delivery) -> int | None:
    return _number(delivery, "warren-run")


def _number(delivery: Delivery, header: str) -> int | None:
    """Return a number from a header; None for what is no number or none that anybody counts to."""
    value = delivery.headers.get(header)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if _in_range(value) == value else None


def _in_range(number: int) -> int:
    """Return the nearest number that the table holds: an absurd run stays another run."""
    return max(-_LARGEST, min(number, _LARGEST))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode(errors="replace")


def _plain_headers(headers: Mapping[str, Any]) -> JsonObject:
    """Return AMQP headers as short texts and numbers that any database keeps."""
    return {
        without_nul(str(name))[:200]: value
        if isinstance(value, int) and abs(value) < 2**63
        else without_nul(str(value))[:_MAX_HEADER_CHARS]
        for name, value in list(headers.items())[:_MAX_HEADERS]
    }
