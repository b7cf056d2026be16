"""A dead letter as a runner publishes it to `warren.dead`: the command as it was, and the cause."""

from typing import Literal
from uuid import UUID

from warren.contracts.base import Message, UtcTime
from warren.contracts.slip import StepCommand

STEP_FAILED = "warren.step.failed.v1"

FailureReason = Literal[
    "failed",  # the step raised
    "timeout",  # the step took longer than its timeout
    "bad_output",  # what the step returned is no payload
    "too_large",  # payload or slip over its limit; the command holds the last good input
    "crashed",  # the child process that ran the step died
    "expired",  # the deadline had passed before the step began
    "gone",  # the revision, step or class cannot be had any more
    "undecodable",  # the body is no command
    "unsupported_version",  # the type's major version is not ours
    "unroutable",  # no queue takes the kind (said by the alternate exchange, not by a runner)
    "undeliverable",  # delivered too often without an end (said by the delivery limit)
    "lost",  # nothing was heard before the deadline (said by chat-api)
]


class ErrorFacts(Message):
    """What went wrong. `text` is at most 2 000 characters, `stack` at most 32 000."""

    type: str
    text: str
    stack: str = ""
    frame: str = ""


class Failure(Message):
    """The command as it was before the failed attempt, and what happened.

    command is absent when the body could not be read: then `raw` has it in base64.
    """

    reason: FailureReason
    error: ErrorFacts
    turn_id: UUID | None = None
    run: int | None = None
    bot: str | None = None
    step: str | None = None
    kind: str | None = None
    position: int | None = None
    path: tuple[str, ...] = ()
    attempt: int = 1
    revision: str | None = None
    runner: str
    failed_at: UtcTime
    command: StepCommand | None = None
    raw: str | None = None
