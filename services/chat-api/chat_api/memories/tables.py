"""The table of what bots remember of people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import REAL, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from chat_api.table_base import Row, moment, ref


class Memory(Row, table=True):
    """A text that one bot remembers of one person, and its embedding.

    vector has length 1, so that the likeness of two is a dot product. Asked twice with one key by
    one turn it is the same memory.
    """

    __table_args__ = (
        UniqueConstraint("turn_id", "bot_id", "key"),
        Index("memory_whose", "account_id", "bot_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(sa_column=ref("account.id"))
    bot_id: UUID = Field(sa_column=ref("account.id"))
    text: str
    model: str
    dims: int
    vector: list[float] = Field(sa_column=Column(ARRAY(REAL), nullable=False))
    turn_id: UUID = Field(sa_column=ref("turn.id"))
    key: str
    created_at: datetime = Field(sa_column=moment(now=True))


memory = Memory.__table__
