"""The table of what waits for a person: drafts to approve, questions to answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from chat_api.table_base import Row, bytes_column, moment, ref, text_column


class Decision(Row, table=True):
    """Something that a person decides, once. asked_id is who; null: any operator.

    command is the slip that stands still until then; null where nothing does (a reply that the gate
    holds back, a message on behalf of the asker, a call for a person). decided_body and answer are
    what was decided. spent: what was approved has been said.
    """

    __table_args__ = (
        Index(
            "decision_place",
            "turn_id",
            "step_path",
            "slot",
            unique=True,
            postgresql_where="status = 'waiting'",
        ),
        Index("decision_waiting", "created_at", "id", postgresql_where="status = 'waiting'"),
        Index("decision_here", "conversation_id", postgresql_where="status = 'waiting'"),
        Index("decision_asked", "asked_id", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    status: str = Field(default="waiting", sa_column=text_column("waiting"))
    conversation_id: UUID = Field(sa_column=ref("conversation.id", index=True))
    turn_id: UUID | None = Field(default=None, sa_column=ref("turn.id", nullable=True, index=True))
    bot_id: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    bot: str = Field(default="", sa_column=text_column())
    revision: str = Field(default="", sa_column=text_column())
    run: int = 1
    step: str = Field(default="", sa_column=text_column())
    step_path: str = Field(default="", sa_column=text_column())
    slot: str = Field(default="", sa_column=text_column())
    asked_id: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    body: str
    meta: bytes | None = Field(default=None, sa_column=bytes_column())
    form: bytes | None = Field(default=None, sa_column=bytes_column())
    send_to: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    command: bytes | None = Field(default=None, sa_column=bytes_column())
    created_at: datetime = Field(sa_column=moment(now=True))
    decided_by: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    decided_body: str | None = None
    answer: bytes | None = Field(default=None, sa_column=bytes_column())
    reason: str = Field(default="", sa_column=text_column())
    spent: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default="false")
    )


decision = Decision.__table__
