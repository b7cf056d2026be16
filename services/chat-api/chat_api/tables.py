"""The tables of chat-api: accounts, conversations, messages, turns, the event log.

Those of failures and their repair are in `letters/tables.py`.

Rows are defined with SQLModel; statements use the tables below (Core), since the hot paths count
in milliseconds. JSON that came from outside is kept as bytes: Postgres' own types refuse NUL.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlmodel import Field

from chat_api.table_base import Row, bytes_column, moment, ref
from warren.db.outbox import Outbox, outbox_table


class Account(Row, table=True):
    """A person or a bot: one table, so that a name belongs to one of them."""

    id: UUID = Field(primary_key=True)
    username: str = Field(unique=True)
    display_name: str
    kind: str
    password_hash: str | None = None
    operator: bool = False
    active: bool = True
    created_at: datetime = Field(sa_column=moment(now=True))


class Bot(Row, table=True):
    """The read model of the registry's bots: the newest card, by its number.

    approval: a person approves what it says, by its own file or that of a bot it delegates to.
    """

    account_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("account.id"), primary_key=True))
    name: str = Field(unique=True)
    number: int
    removed: bool
    approval: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default="false")
    )
    card: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Session(Row, table=True):
    """A signed-in browser or a bearer token. Only the hash of its secret is kept."""

    id: UUID = Field(primary_key=True)
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    account_id: UUID = Field(sa_column=ref("account.id", index=True))
    kind: str
    name: str = ""
    created_at: datetime = Field(sa_column=moment(now=True))
    seen_at: datetime = Field(sa_column=moment(now=True))
    idle_until: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())


class Ticket(Row, table=True):
    """A socket ticket: used up by asking."""

    secret_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: UUID = Field(
        sa_column=Column(
            Uuid, ForeignKey("session.id", ondelete="CASCADE"), nullable=False, index=True
        )
    )
    expires_at: datetime = Field(sa_column=moment())


class LoginTry(Row, table=True):
    """How often a login failed lately, per key (account, address, or both)."""

    __tablename__ = "login_try"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_column=moment(now=True))
    blocked_until: datetime = Field(sa_column=moment(now=True))


class Conversation(Row, table=True):
    """A conversation. Whoever changes it locks this row: last_seq is its gapless counter.

    undecided counts the decisions that wait here; taken_* say who has taken it over, until when.
    """

    __table_args__ = (
        Index("conversation_taken", "taken_until", postgresql_where="taken_by is not null"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    title: str | None = None
    direct_key: str | None = Field(default=None, unique=True)
    last_seq: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    undecided: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    taken_by: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    taken_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    taken_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    taken_then: str | None = None
    created_by: UUID = Field(sa_column=ref("account.id"))
    created_at: datetime = Field(sa_column=moment(now=True))
    active_at: datetime = Field(sa_column=moment(now=True))


class Member(Row, table=True):
    """Who belongs to a conversation, and how far they have read."""

    conversation_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("conversation.id"), primary_key=True)
    )
    account_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("account.id"), primary_key=True, index=True)
    )
    read_seq: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))


class Turn(Row, table=True):
    """A bot's turn: what it answers, where it stands, its first command, later its trace.

    approval: what it says is a draft first, for approver_id or the operators. undecided counts its
    decisions that wait; waiting_for is whom they wait for, in words.
    """

    __table_args__ = (
        Index(
            "turn_door",
            "conversation_id",
            "bot_id",
            unique=True,
            postgresql_where="holds_door",
        ),
        Index(
            "turn_open",
            "conversation_id",
            postgresql_where="state in ('queued', 'running', 'waiting', 'parked')",
        ),
        Index("turn_running", "bot_id", postgresql_where="state = 'running'"),
        Index("turn_queued", "bot_id", "created_at", postgresql_where="state = 'queued'"),
        Index(
            "turn_done",
            "conversation_id",
            "bot_id",
            "created_at",
            postgresql_where="state = 'done'",
        ),
        Index("turn_deadline", "deadline", postgresql_where="state = 'running'"),
        Index(
            "turn_record",
            "bot",
            "revision",
            "ended_at",
            postgresql_include=["created_at", "state", "reference"],  # counted from it alone
            postgresql_where="ended_at is not null",
        ),
    )

    id: UUID = Field(primary_key=True)
    conversation_id: UUID = Field(sa_column=ref("conversation.id"))
    bot_id: UUID = Field(sa_column=ref("account.id"))
    bot: str
    revision: str
    state: str
    run: int = 1
    stream: bool = True
    holds_door: bool = False
    history: int
    steps: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    answers: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    approval: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default="false")
    )
    approver_id: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    undecided: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    waiting_for: str | None = None
    failure: str | None = None
    reference: str | None = None
    command: bytes | None = Field(default=None, sa_column=bytes_column())
    first_input: bytes | None = Field(default=None, sa_column=bytes_column())
    log: bytes | None = Field(default=None, sa_column=bytes_column())
    created_at: datetime = Field(sa_column=moment())
    started_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    deadline: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ChatMessage(Row, table=True):
    """A message. seq is where it was created; (turn, step_path, slot) tells a bot's replies."""

    __tablename__ = "message"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("author_id", "client_id"),
        UniqueConstraint("turn_id", "step_path", "slot"),
        Index("message_corrected", "turn_id", postgresql_where="corrected_by is not null"),
    )

    id: UUID = Field(primary_key=True)
    conversation_id: UUID = Field(sa_column=ref("conversation.id"))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    author_id: UUID = Field(sa_column=ref("account.id"))
    body: str
    created_at: datetime = Field(sa_column=moment())
    client_id: str | None = None
    turn_id: UUID | None = Field(default=None, sa_column=ref("turn.id", nullable=True))
    step_path: str | None = None
    slot: str | None = None
    in_reply_to: UUID | None = Field(default=None, sa_column=ref("message.id", nullable=True))
    meta: dict[str, Any] = Field(
        sa_column=Column("metadata", JSON, nullable=False, server_default="{}")
    )
    edited_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    by_hand: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    approved_by: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    late_seconds: int | None = None
    original: str | None = None
    corrected_by: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))


class Inbox(Row, table=True):
    """Ids of the outcomes that were taken: the second delivery of one changes nothing."""

    message_id: str = Field(primary_key=True)
    received_at: datetime = Field(
        sa_column=Column(
            DateTime(timezone=True), nullable=False, server_default=func.now(), index=True
        )
    )


account = Account.__table__
bot = Bot.__table__
session = Session.__table__
ticket = Ticket.__table__
login_try = LoginTry.__table__
conversation = Conversation.__table__
member = Member.__table__
turn = Turn.__table__
message = ChatMessage.__table__
inbox = Inbox.__table__

metadata = Row.metadata
outbox = Outbox(outbox_table(metadata))
