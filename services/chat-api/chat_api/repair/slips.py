"""The routing slip of a resumed turn: what each step was given, and the log that goes on. Pure.

See docs/architecture.md: the slip carries its first input and one patch a step, so any earlier
payload can be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jsonpatch import JsonPatchException
from jsonpointer import JsonPointerException

from warren.contracts.base import JsonObject
from warren.contracts.chat import StepName
from warren.contracts.slip import Answer, AttemptOutcome, LogEntry, SaidReply, StepCommand
from warren.step.patch import Patch, apply, diff

MISFITS = (JsonPatchException, JsonPointerException, LookupError, TypeError, ValueError)
"""What applying a patch raises when it does not fit the payload."""

CHANGES: tuple[AttemptOutcome, ...] = (
    "done",
    "finished",
    "edited",
    "fallback",
    "delegated",
    "returned",
)
"""Entries whose patch belongs to the payload that goes on."""


@dataclass(frozen=True)
class ByHand:
    """Who changed a slip, and when."""

    username: str
    at: datetime


@dataclass(frozen=True)
class Resumed:
    """A slip that may go on: the command's position, payload and log; the rest is the turn's.

    patch is what a person changed, empty for a replay as it was. answer is what a step that stood
    still is given.
    """

    position: int
    payload: JsonObject
    first_input: JsonObject
    log: tuple[LogEntry, ...]
    patch: Patch = ()
    answer: Answer | None = None


def first_input_of(command: StepCommand) -> JsonObject:
    """Return what the turn began with. Before its first step has run that is the payload."""
    return command.payload if command.first_input is None else command.first_input


def payload_after(first_input: JsonObject, log: Sequence[LogEntry]) -> JsonObject:
    """Return what the log makes of the first input: its patches are one chain, over delegations,
    too. Raises ValueError when it does not fit."""
    payload = first_input
    for entry in log:
        if entry.outcome in CHANGES:
            payload = _patched(payload, entry)
    return payload


def input_at(
    first_input: JsonObject, log: Sequence[LogEntry], position: int, path: Sequence[str] = ()
) -> JsonObject:
    """Return what the step at a position was given.

    That is the first input, patched by what ran before it and by what people changed before it and
    at it. Raises ValueError when the log does not fit.
    """
    return payload_after(first_input, _before(log, position, path))


def replayed(command: StepCommand, position: int) -> Resumed:
    """Return the slip as it was when a step began. Raises ValueError when the log does not fit."""
    first, log = first_input_of(command), _before(command.log, position, command.path)
    same = position == command.position
    payload = command.payload if same else payload_after(first, log)
    return Resumed(position=position, payload=payload, first_input=first, log=log)


def edited(
    command: StepCommand, position: int, step: StepName, payload: JsonObject, by: ByHand
) -> Resumed:
    """Return the slip with another payload for a step; the log says who changed what."""
    before = replayed(command, position)
    patch = diff(before.payload, payload)
    entry = _entry(command, position, step, "edited", by, patch)
    return Resumed(position, payload, before.first_input, (*before.log, entry), patch)


def finished(command: StepCommand, rest: JsonObject, by: ByHand) -> Resumed:
    """Return the slip after its failed step, whose output a person gave.

    rest is that output without the reply. The position is one on: it may be past the last step.
    """
    before = replayed(command, command.position)
    patch = diff(before.payload, rest)
    failed = StepName(id=command.step, kind=command.kind)
    entry = _entry(command, command.position, failed, "finished", by, patch)
    return Resumed(command.position + 1, rest, before.first_input, (*before.log, entry), patch)


def command_of(
    base: StepCommand,
    slip: Resumed,
    step: StepName,
    *,
    run: int,
    revision: str,
    now: datetime,
    deadline: datetime,
) -> StepCommand:
    """Return the command that sends a slip on its way, in a new run."""
    begins = slip.position == 0 and not slip.log
    return base.model_copy(
        update={
            "run": run,
            "revision": revision,
            "position": slip.position,
            "step": step.id,
            "kind": step.kind,
            "queued_at": now,
            "deadline": deadline,
            "payload": slip.payload,
            "first_input": None if begins else slip.first_input,
            "log": slip.log,
            "answer": slip.answer,
        }
    )


def answered(command: StepCommand, answer: Answer) -> Resumed:
    """Return the slip of a step that stood still, with what it is given: its log stays whole."""
    return Resumed(
        position=command.position,
        payload=command.payload,
        first_input=first_input_of(command),
        log=command.log,
        answer=answer,
    )


def outermost(command: StepCommand) -> StepCommand:
    """Return the command of the turn's own bot: within a delegation that of its Delegate step."""
    if not command.stack:
        return command
    frame = command.stack[0]
    return command.model_copy(
        update={
            "bot": frame.bot,
            "revision": frame.revision,
            "path": (),
            "stack": (),
            "answer": None,
            "position": frame.position,
            "step": frame.step,
            "kind": frame.kind,
            "payload": frame.payload,
        }
    )


def given_back(command: StepCommand, reply: SaidReply, by: ByHand) -> StepCommand:
    """Return the command of the bot that asked: its child's answer, given by hand, is there."""
    frame = command.stack[-1]
    parent = command.model_copy(
        update={
            "bot": frame.bot,
            "revision": frame.revision,
            "path": command.path[:-1],
            "stack": command.stack[:-1],
            "position": frame.position,
            "step": frame.step,
            "kind": frame.kind,
            "payload": frame.payload,
        }
    )
    before = payload_after(first_input_of(command), command.log)
    patch = diff(before, frame.payload)
    step = StepName(id=frame.step, kind=frame.kind)
    entry = _entry(parent, frame.position, step, "returned", by, patch)
    said = [one.model_dump(mode="json") for one in (*frame.replies, reply)]
    value: JsonObject = {"bot": command.bot, "replies": said}
    answer = Answer(kind="delegated", by=by.username, value=value)
    return parent.model_copy(update={"log": (*command.log, entry), "answer": answer})


def _before(log: Sequence[LogEntry], position: int, path: Sequence[str]) -> tuple[LogEntry, ...]:
    """Return what made the payload of a step. The rest is over: it stays in the letter's past.

    A log is in the order of time, and a pipeline goes forward only: all that changed the payload
    before the step first ran.
    """
    kept: list[LogEntry] = []
    for entry in log:
        here = entry.path == tuple(path)
        if here and entry.position >= position and entry.outcome != "edited":
            break
        if entry.outcome in CHANGES and not (here and entry.position > position):
            kept.append(entry)
    return tuple(kept)


def _patched(payload: JsonObject, entry: LogEntry) -> JsonObject:
    try:
        return apply(payload, entry.patch)
    except MISFITS as error:
        raise ValueError(
            f"what step {entry.step!r} changed cannot be made again from the log"
        ) from error


def _entry(
    command: StepCommand,
    position: int,
    step: StepName,
    outcome: AttemptOutcome,
    by: ByHand,
    patch: Patch,
) -> LogEntry:
    return LogEntry(
        step=step.id,
        kind=step.kind,
        path=command.path,
        position=position,
        revision=command.revision,
        runner="",
        queued_at=by.at,
        started_at=by.at,
        ended_at=by.at,
        outcome=outcome,
        by=by.username,
        patch=patch,
    )
