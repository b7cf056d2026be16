"""What goes over `/ws` (subprotocol `warren.v1`), and so what stands on `warren.events` and
`warren.progress`.

The body of an event on the broker is the frame that browsers get: the gateway passes its bytes on.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from warren.contracts.base import Message, UtcTime
from warren.contracts.chat import ConversationView, MessageView, StepName
from warren.contracts.decisions import DecisionStatus, DraftKind, QuestionKind
from warren.contracts.takeover import TakeoverView

EVENT = "warren.event.v1"
PROGRESS = "warren.progress.v1"
SUBPROTOCOL = "warren.v1"


class MessageCreated(Message):
    type: Literal["message.created"] = "message.created"
    conversation: UUID
    seq: int
    message: MessageView


class MessageUpdated(Message):
    """A message was edited or deleted; `seq` is that of this change, `message.seq` that of its
    creation."""

    type: Literal["message.updated"] = "message.updated"
    conversation: UUID
    seq: int
    message: MessageView


class TurnStarted(Message):
    """A run began. Deltas of it are shown only when stream is true."""

    type: Literal["turn.started"] = "turn.started"
    conversation: UUID
    seq: int
    turn_id: UUID
    run: int
    bot: str
    stream: bool
    answers: tuple[UUID, ...]
    steps: tuple[StepName, ...]
    at: UtcTime


class TurnFailed(Message):
    """The turn is parked: kept safe for a person. `text` is plain words, `reference` what to
    quote."""

    type: Literal["turn.failed"] = "turn.failed"
    conversation: UUID
    seq: int
    turn_id: UUID
    run: int
    bot: str
    step: str | None
    reason: str
    text: str
    reference: str
    at: UtcTime


class TurnEnded(Message):
    type: Literal["turn.ended"] = "turn.ended"
    conversation: UUID
    seq: int
    turn_id: UUID
    run: int
    bot: str
    end: Literal["done", "cancelled", "answered", "dismissed"]
    at: UtcTime


class DraftCreated(Message):
    """Something waits for a person: a draft, or a question. What it says goes to that person only.

    asked is the person's name, or "an operator".
    """

    type: Literal["draft.created"] = "draft.created"
    conversation: UUID
    seq: int
    draft: UUID
    kind: DraftKind | QuestionKind
    turn_id: UUID | None
    run: int | None
    bot: str
    asked: str
    at: UtcTime


class DraftDecided(Message):
    """It was decided, or nobody needs to any more. by is the person's name; null for `stale`.

    With status `waiting` it was handed over: asked says to whom.
    """

    type: Literal["draft.decided"] = "draft.decided"
    conversation: UUID
    seq: int
    draft: UUID
    kind: DraftKind | QuestionKind
    turn_id: UUID | None
    status: DecisionStatus
    asked: str
    by: str | None
    at: UtcTime


class TakeoverChanged(Message):
    """A person took the conversation over, or bots may speak again (takeover is null)."""

    type: Literal["takeover.changed"] = "takeover.changed"
    conversation: UUID
    seq: int
    takeover: TakeoverView | None
    by: str | None
    at: UtcTime


class DecisionWanted(Message):
    """You may decide something, or need not any more: read `GET drafts` and `GET questions` again.

    To one person or to the operators, no seq. Losing one costs a moment.
    """

    type: Literal["decision.wanted"] = "decision.wanted"
    decision: UUID
    at: UtcTime


class DeadLetterOpened(Message):
    """Letters of a group were opened or failed again; the newest is named. To operators, no seq.

    Key `letters.<fingerprint>`. Losing one costs a moment: the inbox reads again by itself.
    """

    type: Literal["dead_letter.opened"] = "dead_letter.opened"
    letter: UUID
    fingerprint: str
    bot: str | None
    reference: str
    at: UtcTime


class ConversationCreated(Message):
    """You are a member of a conversation that you did not know. Goes to `user.<id>`, without
    seq."""

    type: Literal["conversation.created"] = "conversation.created"
    user: UUID
    conversation: UUID
    view: ConversationView


class TurnProgress(Message):
    """Where a run stands. A closed set of fields; it fades when not renewed within lease_seconds.

    position counts from 1 for people; attempt from 1.
    """

    type: Literal["turn.progress"] = "turn.progress"
    conversation: UUID
    turn_id: UUID
    run: int
    bot: str
    step: str
    position: int
    total: int
    attempt: int
    activity: Annotated[str, Field(max_length=80)]
    lease_seconds: float
    at: UtcTime


class TurnDelta(Message):
    """A piece of text of an answer in the making. index counts from 0 in this (run, step): a hole
    or a
    restart at 0 means: forget what was shown of this step."""

    type: Literal["turn.delta"] = "turn.delta"
    conversation: UUID
    turn_id: UUID
    run: int
    step: str
    attempt: int
    index: int
    text: str


class Hello(Message):
    """The client's only frame. `ticket` when it has no cookie; conversations: last seq known, by
    id."""

    type: Literal["hello"] = "hello"
    ticket: str | None = None
    conversations: dict[UUID, int] = {}


class Welcome(Message):
    """Everything missed has been sent; from here frames are live. heads: last seq of each
    conversation."""

    type: Literal["welcome"] = "welcome"
    user: str
    heads: dict[UUID, int]


class Reset(Message):
    """Too much was missed here (over 200 changes): read the conversation anew by HTTP."""

    type: Literal["reset"] = "reset"
    conversation: UUID
    head: int


class Ping(Message):
    """Every 25 s: the heads, so that a client sees what it missed."""

    type: Literal["ping"] = "ping"
    heads: dict[UUID, int]


class Presence(Message):
    type: Literal["presence"] = "presence"
    user: str
    online: bool


LoggedEvent = Annotated[
    MessageCreated
    | MessageUpdated
    | TurnStarted
    | TurnFailed
    | TurnEnded
    | DraftCreated
    | DraftDecided
    | TakeoverChanged,
    Field(discriminator="type"),
]
"""Visible changes of a conversation: they have a seq and are kept in the event log."""

ServerFrame = Annotated[
    MessageCreated
    | MessageUpdated
    | TurnStarted
    | TurnFailed
    | TurnEnded
    | DraftCreated
    | DraftDecided
    | TakeoverChanged
    | ConversationCreated
    | DeadLetterOpened
    | DecisionWanted
    | TurnProgress
    | TurnDelta
    | Welcome
    | Reset
    | Ping
    | Presence,
    Field(discriminator="type"),
]


class CloseCode:
    """Close codes of `/ws`. Reconnect after the first group; stop and tell after the second."""

    GOING_AWAY = 1001
    RESTART = 1012
    BUSY = 1013
    HELLO_LATE = 4408
    FELL_BEHIND = 4410
    TOO_FAST = 4429

    TOO_BIG = 1009
    BAD_FRAME = 4400
    NO_SESSION = 4401
    FORBIDDEN = 4403
    TOO_MANY_TABS = 4409
