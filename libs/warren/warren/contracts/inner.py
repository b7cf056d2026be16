"""What services ask chat-api on its inner port. Every call carries the service token."""

from typing import Any, Literal
from uuid import UUID

from warren.contracts.accounts import Identity
from warren.contracts.base import Message
from warren.contracts.chat import TurnView


class Credentials(Message):
    """One of: the session cookie's value, a bearer token, a socket ticket (used up by asking)."""

    cookie: str | None = None
    bearer: str | None = None
    ticket: str | None = None


class SessionEnded(Message):
    """A person signed out. Key `session.ended.<user>` on `warren.events`: gateways close its
    sockets.

    session is Identity.session. Never shown to browsers.
    """

    type: Literal["session.ended"] = "session.ended"
    user: UUID
    session: str


class CatchUp(Message):
    """hello of one socket: who asks, and the last seq it knows of each conversation.

    session is Identity.session as the gateway got it: an ended one answers 401, whatever the user.
    """

    user: UUID
    conversations: dict[UUID, int]
    session: str


class Missed(Message):
    """One conversation's missed changes in seq order, or reset. `turns` are the open runs now."""

    conversation: UUID
    head: int
    reset: bool
    changes: tuple[dict[str, Any], ...]
    turns: tuple[TurnView, ...]


class CaughtUp(Message):
    """The answer to CatchUp: the user's membership now, and what was missed where the asker is a
    member."""

    identity: Identity
    heads: dict[UUID, int]
    missed: tuple[Missed, ...]
