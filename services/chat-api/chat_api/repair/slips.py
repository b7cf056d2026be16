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
from warren.contracts.registry import StepCard
from warren.contracts.slip import Answer, AttemptOutcome, LogEntry, StepCommand
from warren.step.patch import Patch, apply, diff

MISFITS = (JsonPatchException, JsonPointerException, LookupError, TypeError, ValueError)
"""What applying a patch raises when it does not fit the payload."""

_OUTPUTS: tuple[AttemptOutcome, ...] = ("done", "finished")


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


def input_at(first_input: JsonObject, log: Sequence[LogEntry], position: int) -> JsonObject:
    """Return what the step at a position was given.

    That is the first input, patched by the outputs of the steps before it and by what people
    changed before it and at it. Raises ValueError when the log does not fit.
    """
    payload = first_input
    for entry in log:
        output = entry.outcome in _OUTPUTS and entry.position < position
        if output or (entry.outcome == "edited" and entry.position <= position):
            payload = _patched(payload, entry)
    return payload


def replayed(command: StepCommand, position: int) -> Resumed:
    """Return the slip as it was when a step began. Raises ValueError when the log does not fit."""
    first, log = first_input_of(command), _kept(command.log, position)
    payload = command.payload if position == command.position else input_at(first, log, position)
    return Resumed(position=position, payload=payload, first_input=first, log=log)


def edited(
    command: StepCommand, position: int, card: StepCard, payload: JsonObject, by: ByHand
) -> Resumed:
    """Return the slip with another payload for a step; the log says who changed what."""
    before = replayed(command, position)
    patch = diff(before.payload, payload)
    entry = _entry(command, position, (card.id, card.kind), "edited", by, patch)
    return Resumed(position, payload, before.first_input, (*before.log, entry), patch)


def finished(command: StepCommand, rest: JsonObject, by: ByHand) -> Resumed:
    """Return the slip after its failed step, whose output a person gave.

    rest is that output without the reply. The position is one on: it may be past the last step.
    """
    before = replayed(command, command.position)
    patch = diff(before.payload, rest)
    failed = (command.step, command.kind)
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


def _kept(log: Sequence[LogEntry], position: int) -> tuple[LogEntry, ...]:
    """Return what made the payload of a step. The rest is over: it stays in the letter's past."""
    return tuple(
        entry
        for entry in log
        if (entry.outcome in _OUTPUTS and entry.position < position)
        or (entry.outcome == "edited" and entry.position <= position)
    )


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
    step: tuple[str, str],
    outcome: AttemptOutcome,
    by: ByHand,
    patch: Patch,
) -> LogEntry:
    return LogEntry(
        step=step[0],
        kind=step[1],
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
