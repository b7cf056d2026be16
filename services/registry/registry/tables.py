"""The tables of the registry: bots, revisions, publications, kinds, runners, the outbox."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, LargeBinary, Table, func
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from warren.db.outbox import Outbox, outbox_table


class Row(SQLModel, registry=registry()):
    """The base of every table of this service: a registry of its own, so a MetaData of its own."""

    __table__: ClassVar[Table]


def _moment(*, nullable: bool = False) -> Column[Any]:
    default = None if nullable else func.now()
    return Column(DateTime(timezone=True), nullable=nullable, server_default=default)


def _json() -> Column[Any]:
    return Column(JSON, nullable=False)


class Bot(Row, table=True):
    """A bot: the card of its last good revision, and what is wrong with its file now, if anything.

    card is null while no good revision has been seen. digest is that of the revision that serves:
    null when none does, as after a removal. number counts publications.
    """

    name: str = Field(primary_key=True)
    path: str = Field(index=True)
    status: str
    number: int = 0
    digest: str | None = None
    card: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    errors: list[dict[str, Any]] = Field(sa_column=_json())
    text: str = ""
    published_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class RevisionRow(Row, table=True):
    """A revision, for ever. body is the contract's Revision as JSON (NUL may stand in it)."""

    __tablename__ = "revision"  # pyright: ignore[reportAssignmentType] # SQLModel says so itself

    digest: str = Field(primary_key=True)
    name: str = Field(index=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=_moment())


class PublicationRow(Row, table=True):
    """One number of a bot, for ever: which revision it gave, when, and who saved it.

    digest is null for a removal. by is null when the file itself was edited.
    """

    __tablename__ = "publication"  # pyright: ignore[reportAssignmentType] # SQLModel says so itself

    name: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    digest: str | None = None
    published_at: datetime = Field(sa_column=_moment())
    by: str | None = None
    note: str = ""


class Proof(Row, table=True):
    """A revision whose cases were run, for what they fix."""

    digest: str = Field(primary_key=True)
    proved_at: datetime = Field(sa_column=_moment())


class Kind(Row, table=True):
    """A kind of step that some revision uses or used. served: whether a live runner takes it."""

    kind: str = Field(primary_key=True)
    class_name: str
    served: bool = False


class Runner(Row, table=True):
    """A runner's last heartbeat."""

    runner: str = Field(primary_key=True)
    beat: dict[str, Any] = Field(sa_column=_json())
    seen_at: datetime = Field(sa_column=_moment())


bot = Bot.__table__
revision = RevisionRow.__table__
publication = PublicationRow.__table__
proof = Proof.__table__
kind = Kind.__table__
runner = Runner.__table__

metadata = Row.metadata
outbox = Outbox(outbox_table(metadata))
