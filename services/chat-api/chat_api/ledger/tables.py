"""The table of the expectation ledger: what was expected of a bot, and what it did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Double, Identity, Index, Uuid
from sqlmodel import Field

from chat_api.table_base import Row, moment, ref, text_column


class Expectation(Row, table=True):
    """One gap, or none. The newest thumb of a person stands for a message, and the newest
    correction: an earlier one makes way.

    step is empty for whole answers. in_file: it has become a case in the bot's file.
    """

    __table_args__ = (
        Index(
            "expectation_record",
            "bot",
            "revision",
            "step",
            "at",
            postgresql_include=["kind", "distance"],  # records are counted from it alone
        ),
        Index("expectation_kind", "kind", "id"),
        Index(
            "expectation_thumb",
            "by_id",
            "message_id",
            unique=True,
            postgresql_where="kind in ('thumb_up', 'thumb_down')",
        ),
        Index(
            "expectation_correction",
            "message_id",
            unique=True,
            postgresql_where="kind = 'correction'",
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    kind: str
    at: datetime = Field(sa_column=moment())
    bot: str
    step: str
    revision: str
    turn_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    message_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    by_id: UUID | None = Field(default=None, sa_column=ref("account.id", nullable=True))
    expected: str
    actual: str
    distance: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    reason: str = Field(default="", sa_column=text_column())
    in_file: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default="false")
    )


expectation = Expectation.__table__
