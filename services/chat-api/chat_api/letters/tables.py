"""The tables of failures and their repair: letters, acts, bulk replays, the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlmodel import Field

from chat_api.table_base import Row, bytes_column, moment, ref, text_column


class DeadLetter(Row, table=True):
    """A letter: a step that stopped for good, or a message nobody could take, as it failed last.

    Kept as it came. One letter owns all the failures of its turn; earlier ones are LetterFailure.
    """

    __tablename__ = "dead_letter"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method
    __table_args__ = (
        Index("dead_letter_newest", "failed_at", "id"),
        Index("dead_letter_status", "status", "failed_at", "id"),
        Index(
            "dead_letter_group",
            "fingerprint",
            "status",
            "failed_at",
            postgresql_include=["failures", "opened_at"],  # groups are counted from it alone
        ),
        Index("dead_letter_reference", "reference"),
        Index("dead_letter_bot", "bot", "failed_at"),
        Index(
            "dead_letter_record",
            "bot",
            "revision",
            "step",
            "opened_at",
            postgresql_where="status not in ('late', 'double')",
        ),
        Index("dead_letter_closed", "closed_at", postgresql_where="closed_at is not null"),
        Index(
            "dead_letter_search",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )

    id: UUID = Field(primary_key=True)
    sameness: str = Field(unique=True)
    status: str
    failures: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    trigger: str = Field(default="first", sa_column=text_column("first"))
    reason: str
    turn_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True, index=True))
    conversation_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    run: int | None = None
    path: str = ""
    position: int | None = None
    attempt: int = 1
    bot: str | None = None
    step: str | None = None
    kind: str | None = None
    revision: str | None = None
    runner: str = ""
    error_type: str = ""
    error_text: str = Field(default="", sa_column=Column(String, nullable=False))
    error_stack: str = ""
    error_frame: str = ""
    fingerprint: str
    reference: str
    routing_key: str = ""
    message_id: str | None = None
    headers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    raw: bytes | None = Field(default=None, sa_column=bytes_column())
    command: bytes | None = Field(default=None, sa_column=bytes_column())
    search: str = Field(default="", sa_column=text_column())
    failed_at: datetime = Field(sa_column=moment(now=True))
    opened_at: datetime = Field(sa_column=moment(now=True))
    changed_by: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    changed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class LetterFailure(Row, table=True):
    """An earlier failure of a letter: number counts from 1. The newest stands in the letter."""

    __tablename__ = "letter_failure"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    letter_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("dead_letter.id", ondelete="CASCADE"), primary_key=True)
    )
    number: int = Field(primary_key=True)
    sameness: str = Field(unique=True)
    trigger: str
    reason: str
    run: int | None = None
    position: int | None = None
    attempt: int
    step: str | None = None
    revision: str | None = None
    runner: str
    error_type: str
    error_text: str
    error_stack: str
    error_frame: str
    fingerprint: str
    message_id: str | None = None
    raw: bytes | None = Field(default=None, sa_column=bytes_column())
    command: bytes | None = Field(default=None, sa_column=bytes_column())
    failed_at: datetime = Field(sa_column=moment())


class LetterAct(Row, table=True):
    """What a person did to a letter. patch is JSON text: what it changes may hold a NUL."""

    __tablename__ = "letter_act"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    letter_id: UUID = Field(
        sa_column=Column(
            Uuid, ForeignKey("dead_letter.id", ondelete="CASCADE"), nullable=False, index=True
        )
    )
    kind: str
    by_id: UUID = Field(sa_column=ref("account.id"))
    at: datetime = Field(sa_column=moment(now=True))
    run: int | None = None
    step: str | None = None
    revision: str | None = None
    patch: bytes | None = Field(default=None, sa_column=bytes_column())
    message_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    from_message_id: str | None = None
    reason: str = Field(default="", sa_column=text_column())
    job_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))


class GroupNoteRow(Row, table=True):
    """A note on a group of like letters."""

    __tablename__ = "letter_group_note"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    fingerprint: str = Field(primary_key=True)
    note: str
    by_id: UUID = Field(sa_column=ref("account.id"))
    at: datetime = Field(sa_column=moment(now=True))


class GroupFix(Row, table=True):
    """What the tests of a bot say of a group: which revision passed a case made from it.

    tested_at is when that was tested last: older news changes nothing. returned_from is the
    revision after which a letter came all the same: that one fixes it no more.
    """

    __tablename__ = "letter_group_fix"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    fingerprint: str = Field(primary_key=True)
    fixed_by: str | None = None
    fixed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    tested_at: datetime = Field(sa_column=moment())
    returned_from: str | None = None


class ReplayJobRow(Row, table=True):
    """A bulk replay: what it takes, where its ramp stands, why it stopped.

    filled says that its letters are written down, filled_at, filled_id and filled_count how far
    that went; width is how many may be under way at once; next_at is when the pace lets the next
    one go.
    """

    __tablename__ = "replay_job"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method
    __table_args__ = (Index("replay_job_running", "state", postgresql_where="state = 'running'"),)

    id: UUID = Field(primary_key=True)
    state: str
    why: str = Field(default="", sa_column=text_column())
    made_by: UUID = Field(sa_column=ref("account.id"))
    made_at: datetime = Field(sa_column=moment(now=True))
    changed_at: datetime = Field(sa_column=moment(now=True))
    filter: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    plan: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    revision: str
    from_step: str | None = None
    pace: float
    filled: bool = False
    filled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    filled_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    filled_count: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    width: int = 1
    stage: int = 0
    stage_sent: int = 0
    stage_settled: int = 0
    stage_failed: int = 0
    next_at: datetime = Field(sa_column=moment(now=True))


class ReplayItem(Row, table=True):
    """One letter of a bulk replay. run is the one that the job made: it tells what became of it.

    stage is that in which it was sent; -1 when the job was halted or paused since.
    """

    __tablename__ = "replay_item"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method
    __table_args__ = (
        Index("replay_item_state", "job_id", "state", "number"),
        Index("replay_item_sent", "job_id", postgresql_where="state = 'sent'"),
        Index("replay_item_letter", "letter_id"),  # a letter that is deleted takes its items along
    )

    job_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("replay_job.id", ondelete="CASCADE"), primary_key=True)
    )
    letter_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("dead_letter.id", ondelete="CASCADE"), primary_key=True)
    )
    number: int
    state: str
    stage: int | None = None
    run: int | None = None
    fingerprint: str
    why: str = Field(default="", sa_column=text_column())


class Audit(Row, table=True):
    """Who did and saw what. Append only: the database itself refuses changes. No message bodies."""

    __table_args__ = (Index("audit_subject", "subject", "subject_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    at: datetime = Field(sa_column=moment(now=True))
    by_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    by: str
    act: str
    subject: str
    subject_id: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False, server_default="{}"))


dead_letter = DeadLetter.__table__
letter_failure = LetterFailure.__table__
letter_act = LetterAct.__table__
letter_group_note = GroupNoteRow.__table__
letter_group_fix = GroupFix.__table__
replay_job = ReplayJobRow.__table__
replay_item = ReplayItem.__table__
audit = Audit.__table__
