"""What every table of this service is made with: one base, one way to write each sort of column."""

from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, String, Table, Uuid, func
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Row(SQLModel, registry=registry()):
    """The base of every table of this service: a registry of its own, so a MetaData of its own."""

    __table__: ClassVar[Table]


def moment(*, nullable: bool = False, now: bool = False) -> Column[Any]:
    """Return a column of times with zone; now: the database fills it in."""
    return Column(
        DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None
    )


def text_column(default: str = "") -> Column[Any]:
    """Return a column of text that is never null."""
    return Column(String, nullable=False, server_default=default)


def bytes_column() -> Column[Any]:
    """Return a column of bytes that may be absent."""
    return Column(LargeBinary, nullable=True)


def ref(target: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a column that refers to another table's id."""
    return Column(Uuid, ForeignKey(target), nullable=nullable, index=index)
