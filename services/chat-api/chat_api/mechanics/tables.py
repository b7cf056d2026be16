"""The table of what bots that work on bots have looked at: each group of letters once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary, Uuid
from sqlmodel import Field

from chat_api.table_base import Row, moment


class LetterLook(Row, table=True):
    """A group of letters that a bot was given, with what it was given. One look a group and bot."""

    __tablename__ = "letter_look"  # pyright: ignore[reportAssignmentType] # SQLModel declares a method

    fingerprint: str = Field(primary_key=True)
    bot_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("account.id"), primary_key=True))
    turn_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("turn.id"), nullable=False, unique=True)
    )
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=moment(now=True))


letter_look = LetterLook.__table__
