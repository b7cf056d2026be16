"""The routing slip: everything that a step needs, in the message. Made by chat-api, carried on by
runners.

See docs/architecture.md. A runner has no memory but this: the payload, where it stands, and its
own log.
"""

from typing import Literal
from uuid import UUID

from pydantic import Field

from warren.contracts.base import JsonObject, Message, UtcTime

STEP_REQUESTED = "warren.step.requested.v1"

MAX_PAYLOAD_BYTES = 256 * 1024  # design §4.5: over it the step is dead with reason `too_large`
MAX_SLIP_BYTES = 1024 * 1024

AttemptOutcome = Literal[
    "done",
    "retried",
    "held",  # its host was away: this try did not count, and it is tried again
    "dead",
    "asked",  # it waits for a person: the slip is parked, and the step runs again with the answer
    "delegated",  # it gave the work to another bot: patch makes that bot's first payload
    "returned",  # that bot is done: patch makes the payload from before again
    "fallback",  # it failed, and the bot file's text took its place
    "edited",  # a person changed what the step is given, before it
    "finished",  # a person gave the step's output
]


class LogEntry(Message):
    """One attempt of one step: when it was queued, started and ended, by whom, and what it changed.

    patch is RFC 6902 against the payload that the step was given; empty unless outcome is `done`,
    `delegated`, `returned`, `fallback`, `edited` or `finished`. by is the person who edited or
    finished. path are the Delegate steps on the way to this bot; empty for the turn's own bot.
    """

    step: str
    kind: str
    path: tuple[str, ...] = ()
    position: int
    attempt: int = 1
    revision: str
    runner: str
    queued_at: UtcTime
    started_at: UtcTime
    ended_at: UtcTime
    outcome: AttemptOutcome
    error: str | None = None
    by: str | None = None
    patch: tuple[JsonObject, ...] = ()


class Answer(Message):
    """What a step that stood still is given when it goes on: a person's word, or another bot's.

    approved: value is {body, metadata} as approved. answered: value fits the question's form.
    delegated: value is {bot, replies}. instead: value is what the step should have written
    ({body}), since it failed; it is not run.
    """

    kind: Literal["approved", "answered", "delegated", "instead"]
    by: str | None = None
    value: JsonObject


class SaidReply(Message):
    """A reply that a bot gave to the bot that had asked it: nobody has seen it."""

    body: str
    metadata: JsonObject = {}


class Frame(Message):
    """A delegation: who waits for the child bot, and where that bot goes on. Top of the stack is
    last.

    step and kind are those of the Delegate step at position; stream is whether the bot that asked
    shows its text in the making; replies are what the child has said so far.
    """

    bot: str
    revision: str
    position: int
    step: str = "delegate"
    kind: str = "delegate"
    payload: JsonObject
    stream: bool = False
    replies: tuple[SaidReply, ...] = ()


class StepCommand(Message):
    """Ask for one step of one turn. `position` counts from 0 over the revision's steps.

    run is the turn's run (1, raised by each resume, cancel or answer); attempt counts from 1;
    first_input is the payload that the turn began with, from which the log's patches rebuild every
    later one.
    """

    turn_id: UUID
    run: int
    conversation_id: UUID
    bot: str
    revision: str
    position: int
    step: str
    kind: str
    path: tuple[str, ...] = ()
    stream: bool = True
    queued_at: UtcTime
    deadline: UtcTime
    payload: JsonObject
    first_input: JsonObject | None = Field(
        default=None, description="absent until the first step has run: then it equals payload"
    )
    log: tuple[LogEntry, ...] = ()
    stack: tuple[Frame, ...] = ()
    answer: Answer | None = None
