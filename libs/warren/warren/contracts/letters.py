"""Dead letters as operators see them and act on them: HTTP, command line and web use these."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from warren.contracts.base import JsonObject, Message, Request, UtcTime, View
from warren.contracts.chat import MAX_BODY_CHARS, MessageView, TurnView
from warren.contracts.failure import FailureReason
from warren.contracts.payload import Draft, PayloadMessage
from warren.contracts.registry import StepCard
from warren.contracts.slip import LogEntry

LetterStatus = Literal[
    "open",  # somebody must look
    "replaying",  # resumed: its outcome is not known yet
    "resolved",  # it ended well after all
    "answered",  # a person wrote the reply
    "dismissed",  # a person gave it up, with a reason
    "cancelled",  # its turn was cancelled
    "late",  # of a run that was over already: kept, and nothing to do
    "double",  # one more letter of a run that was parked already
]
WORKABLE: tuple[LetterStatus, ...] = ("open", "replaying")

Verdict = Literal["needed", "answered", "overtaken", "expired"]
"""Whether a replay is still of use (design §4.7)."""

ActKind = Literal[
    "replayed", "edited", "finished", "answered", "dismissed", "restored", "cancelled"
]
RevisionChoice = Literal["original", "current"]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character (U+0000): remove it")
    return text


Sought = Annotated[str, Field(max_length=200), AfterValidator(_without_nul)]
"""A name or a text that is looked for: short, and nothing that no database keeps."""


class LetterFilter(Request):
    """Which letters: the list, the inbox's URL, the command line and bulk replay all take this.

    Every field narrows; empty means all. q looks for a text in error and payload, in any case; it
    has three letters or digits in a row at least.
    """

    status: tuple[LetterStatus, ...] = ()
    bot: Sought | None = None
    step: Sought | None = None
    group: Sought | None = Field(default=None, description="A fingerprint.")
    error_type: Sought | None = Field(default=None, description="The error's class, exactly.")
    reason: FailureReason | None = None
    runner: Sought | None = None
    conversation: UUID | None = None
    since: UtcTime | None = None
    until: UtcTime | None = None
    q: Sought = ""


class LetterRow(View):
    """A letter in a list. failures counts how often it has failed; changed_by is who acted last."""

    id: UUID
    reference: str
    status: LetterStatus
    verdict: Verdict
    reason: FailureReason
    bot: str | None
    step: str | None
    kind: str | None
    revision: str | None
    conversation_id: UUID | None
    turn_id: UUID | None
    run: int | None
    attempt: int
    failures: int
    error_type: str
    error_text: str
    runner: str
    fingerprint: str
    opened_at: UtcTime
    failed_at: UtcTime
    changed_by: str | None = None
    changed_at: UtcTime | None = None


class LetterGroup(View):
    """Letters that failed alike. hours are the failures of the last 24 hours, oldest first.

    fixed_by is the revision that passed a case of the bot's `tests:` made from this group;
    returned_after_fix says that a letter came all the same, after which it is fixed no more.
    """

    fingerprint: str
    bot: str | None
    step: str | None
    reason: FailureReason
    error_type: str
    error_text: str
    open: int
    replaying: int
    closed: int
    returned: int = Field(description="open ones that have failed more than once")
    first_seen: UtcTime
    last_seen: UtcTime
    hours: tuple[int, ...]
    newest: UUID
    note: str = ""
    fixed_by: str | None = None
    fixed_at: UtcTime | None = None
    returned_after_fix: bool = False


class GroupNote(Request):
    note: Annotated[str, Field(max_length=2000)]


class AttemptView(View):
    """One attempt of one step with what it was given and what it left; null when not known.

    output is null unless it ended well.
    """

    entry: LogEntry
    input: JsonObject | None
    output: JsonObject | None


class FailureView(View):
    """One time the letter failed; number counts from 1. trigger says what had set it going."""

    number: int
    trigger: Literal["first", "replayed", "edited", "finished"]
    run: int | None
    reason: FailureReason
    step: str | None
    position: int | None
    attempt: int
    revision: str | None
    runner: str
    error_type: str
    error_text: str
    message_id: str | None
    failed_at: UtcTime


class ActView(View):
    """What a person did to a letter.

    patch is RFC 6902, from the payload as it was to the one that was sent; message_id is the new
    command's, made from run, and from_message_id that of the failed one. job is the bulk replay.
    """

    kind: ActKind
    by: str
    at: UtcTime
    run: int | None = None
    step: str | None = None
    revision: str | None = None
    patch: tuple[JsonObject, ...] = ()
    message_id: UUID | None = None
    from_message_id: str | None = None
    reason: str = ""
    job: UUID | None = None


class Seen(View):
    """Who looked at a letter's content, and when last."""

    by: str
    at: UtcTime


class ReentryView(View):
    """Where a replay may begin on a revision. why_not says why it may not; position is from 0."""

    position: int
    step: str
    kind: str
    why_not: str | None = None


class LetterView(View):
    """A whole letter. payload is what the failed step was given; raw is base64, when unreadable.

    steps are the pipeline as it failed, reentry_* where a replay may begin. deleted_at is when a
    closed letter goes for good.
    """

    letter: LetterRow
    position: int | None
    path: str
    error_stack: str
    error_frame: str
    routing_key: str
    message_id: str | None
    headers: JsonObject
    payload: JsonObject | None
    first_input: JsonObject | None
    raw: str | None
    steps: tuple[StepCard, ...]
    attempts: tuple[AttemptView, ...]
    failures: tuple[FailureView, ...]
    acts: tuple[ActView, ...]
    seen: tuple[Seen, ...]
    turn: TurnView | None
    conversation: tuple[MessageView, ...]
    current_revision: str | None
    reentry_original: tuple[ReentryView, ...]
    reentry_current: tuple[ReentryView, ...]
    replayable: str | None = Field(description="null, or why no replay is possible")
    deleted_at: UtcTime | None = None


class ChatMl(Message):
    """One message as a model takes it."""

    role: Annotated[str, Field(examples=["user"])]
    content: str | None = None


class Payload(Message):
    """What an edited payload must look like: the known keys are checked, any other is kept."""

    messages: tuple[PayloadMessage, ...]
    chatml: tuple[ChatMl, ...] | None = None
    draft: Draft | None = None
    reply: Draft | None = None
    metadata: str | JsonObject | None = None


class Replay(Request):
    """Replay, edited when payload is given. from_step is a step's id; default: the failed step.

    run is the run that the asker saw: another one by now is 409. overtaken must be true to replay
    what a later answer has overtaken, or what has expired.
    """

    payload: JsonObject | None = None
    from_step: str | None = None
    revision: RevisionChoice = "original"
    run: int | None = None
    overtaken: bool = False


class HandReply(Request):
    """A reply by hand. Within a delegation it goes to the bot that asked, which goes on with it;
    with to_person to the person, and the turn is over."""

    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY_CHARS)]
    metadata: JsonObject = {}
    to_person: bool = False


class Finish(Request):
    """Finish by hand: the failed step's output (the rest of the pipeline runs), or the reply."""

    output: JsonObject | None = None
    reply: HandReply | None = None
    run: int | None = None


class Dismiss(Request):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class AuditRow(View):
    """One act of one person, kept for ever. detail names things and never holds message bodies."""

    id: int
    at: UtcTime
    by: str
    act: str
    subject: str
    subject_id: str
    detail: JsonObject
