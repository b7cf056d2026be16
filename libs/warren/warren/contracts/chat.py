"""Conversations, messages, turns: what the chat API takes and answers."""

from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from warren.contracts.accounts import UserView
from warren.contracts.base import JsonObject, Request, UtcTime, View
from warren.contracts.slip import LogEntry
from warren.contracts.takeover import TakeoverView

MAX_BODY_CHARS = 16_000  # of one message a person writes

TurnState = Literal[
    "queued",  # waits behind the running turn of the same bot here (the door)
    "running",
    "waiting",
    "parked",
    "done",
    "cancelled",
    "answered",
    "dismissed",
]
ENDED: tuple[TurnState, ...] = ("done", "cancelled", "answered", "dismissed")


class NewConversation(Request):
    """members are usernames, the writer's own not needed. Two members and no title: the one direct
    conversation."""

    members: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None


class NewMessage(Request):
    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY_CHARS)]


class ReadUpTo(Request):
    seq: Annotated[int, Field(ge=0)]


class MessageView(View):
    """A message. seq is where it stands in its conversation; client_id is the Idempotency-Key of
    its writer.

    late_seconds stands on a bot's answer that had to wait for a repair; by_hand is the person who
    wrote it in the bot's place, approved_by the one who approved it; corrected_by the one who
    corrected it later, and original what it said before.
    """

    id: UUID
    conversation_id: UUID
    seq: int
    author: str
    author_kind: Literal["person", "bot"]
    body: str
    created_at: UtcTime
    turn_id: UUID | None = None
    in_reply_to: UUID | None = None
    client_id: str | None = None
    metadata: JsonObject = {}
    edited_at: UtcTime | None = None
    by_hand: str | None = None
    late_seconds: int | None = None
    approved_by: str | None = None
    corrected_by: str | None = None
    original: str | None = None


class StepName(View):
    id: str
    kind: str


class TurnView(View):
    """A turn. failure is in plain words, for the people in the conversation; waiting_for is whom it
    waits for."""

    id: UUID
    conversation_id: UUID
    bot: str
    revision: str
    state: TurnState
    run: int
    stream: bool
    answers: tuple[UUID, ...]
    steps: tuple[StepName, ...]
    failure: str | None = None
    reference: str | None = None
    waiting_for: str | None = None
    created_at: UtcTime
    started_at: UtcTime | None = None
    ended_at: UtcTime | None = None


class TraceView(View):
    """Why this answer: the turn, its first input and every attempt of every step."""

    turn: TurnView
    first_input: JsonObject | None
    log: tuple[LogEntry, ...]


class ConversationView(View):
    """A conversation as its members see it. read_seq is the asker's own; turns are those not
    ended."""

    id: UUID
    kind: Literal["direct", "group"]
    title: str | None
    members: tuple[UserView, ...]
    last_seq: int
    read_seq: int
    unread: int
    last_message: MessageView | None = None
    turns: tuple[TurnView, ...] = ()
    takeover: TakeoverView | None = None
    created_at: UtcTime


T = TypeVar("T")


class Page(View, Generic[T]):
    """Every list: items and where to go on, or null at the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None
