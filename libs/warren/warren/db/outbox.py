"""The outbox: what a transaction wants published, written in that transaction. Rows are kept 7
days as event log.

Used by chat-api and registry. add() writes rows and returns them; after the commit they go to the
Relay.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Insert,
    LargeBinary,
    MetaData,
    String,
    Table,
    Update,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from warren.broker.publisher import Outgoing
from warren.broker.topology import CONTROL, EVENTS

KEEP = timedelta(days=7)
MAY_GO_UNHEARD = (EVENTS, CONTROL)  # no gateway or no runner may be up: normal, not a fault
CLAIM = timedelta(seconds=5)  # who wrote the row publishes it; after that any sweeper may


def outbox_table(metadata: MetaData) -> Table:
    """Define the table in a service's metadata. seq is the conversation's, null for what is no
    visible change."""
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("exchange", String, nullable=False),
        Column("key", String, nullable=False),
        Column("type", String, nullable=False),
        Column("correlation_id", String),
        Column("headers", JSON, nullable=False, server_default="{}"),
        Column("body", LargeBinary, nullable=False),
        Column("conversation_id", Uuid),
        Column("seq", BigInteger),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("claimed_until", DateTime(timezone=True), nullable=False),
        Column("published_at", DateTime(timezone=True)),
        Index("outbox_unpublished", "id", postgresql_where="published_at is null"),
        Index(
            "outbox_log", "conversation_id", "seq", unique=True, postgresql_where="seq is not null"
        ),
        Index("outbox_created", "created_at"),
    )


# What an insert gives to each row, and the type of the array that brings it for all rows.
_GIVEN: Mapping[str, TypeEngine[Any]] = {
    "message_id": Uuid(),
    "exchange": String(),
    "key": String(),
    "type": String(),
    "correlation_id": String(),
    "headers": String(),  # JSON as text
    "body": LargeBinary(),
    "conversation_id": Uuid(),
    "seq": BigInteger(),
}


def _insert_many(table: Table) -> Insert:
    """Return one insert for any number of messages; their ids are given in their order."""
    arrays = [bindparam(f"all_{name}", type_=ARRAY(kind)) for name, kind in _GIVEN.items()]
    given = (
        func.unnest(*arrays)
        .table_valued(*_GIVEN, with_ordinality="number", name="given")
        .render_derived()
    )
    columns = [
        cast(given.c[name], JSON).label(name) if name == "headers" else given.c[name]
        for name in _GIVEN
    ]
    rows = select(*columns, bindparam("until", type_=DateTime(timezone=True)))
    return (
        insert(table)
        .from_select([*_GIVEN, "claimed_until"], rows.order_by(given.c.number))
        .returning(table.c.id)
    )


def _columns(
    messages: Sequence[Outgoing], places: Sequence[tuple[UUID, int] | None] | None
) -> dict[str, Any]:
    """Return the parameters of _insert_many()."""
    where = places or [None] * len(messages)
    correlations = [one.correlation_id for one in messages]
    return {
        "until": datetime.now(UTC) + CLAIM,
        "all_message_id": [UUID(str(one.message_id)) for one in messages],
        "all_exchange": [one.exchange for one in messages],
        "all_key": [one.key for one in messages],
        "all_type": [one.type for one in messages],
        "all_correlation_id": [str(one) if one else None for one in correlations],
        "all_headers": [orjson.dumps(dict(one.headers or {})).decode() for one in messages],
        "all_body": [one.body for one in messages],
        "all_conversation_id": [place[0] if place else None for place in where],
        "all_seq": [place[1] if place else None for place in where],
    }


class OutboxRow:
    """One row that has been written: its number and the message to publish."""

    __slots__ = ("id", "message")

    def __init__(self, id: int, message: Outgoing) -> None:
        self.id = id
        self.message = message


class Outbox:
    """The table's statements. Every method runs in the caller's transaction."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._insert = _insert_many(table)

    async def add(
        self,
        connection: AsyncConnection,
        messages: Sequence[Outgoing],
        places: Sequence[tuple[UUID, int] | None] | None = None,
        along: Sequence[Insert | Update] = (),
    ) -> list[OutboxRow]:
        """Write messages in order. places gives (conversation, seq) of those that are visible
        changes. along is written by the same statement, in any order: it saves round trips."""
        if not messages:
            for one in along:
                await connection.execute(one)
            return []
        statement = self._insert.add_cte(
            *(one.cte(f"along_{number}") for number, one in enumerate(along))
        )
        found = await connection.execute(statement, _columns(messages, places))
        ids = sorted(found.scalars())  # given in the order of the messages
        return [OutboxRow(id, message) for id, message in zip(ids, messages, strict=True)]

    async def claim(self, connection: AsyncConnection, limit: int) -> list[OutboxRow]:
        """Take unpublished rows whose claim ran out, oldest first, for another CLAIM."""
        table = self.table
        free = (
            select(table.c.id)
            .where(table.c.published_at.is_(None), table.c.claimed_until < func.now())
            .order_by(table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = await connection.execute(
            update(table)
            .where(table.c.id.in_(free.scalar_subquery()))
            .values(claimed_until=func.now() + CLAIM)
            .returning(table)
        )
        rows = sorted(taken.mappings().all(), key=lambda row: row["id"])
        return [OutboxRow(row["id"], _message(row)) for row in rows]

    async def mark_published(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """Note that rows were confirmed by the broker. Safe to repeat."""
        await connection.execute(
            update(self.table).where(self.table.c.id.in_(list(ids))).values(published_at=func.now())
        )

    async def oldest_unpublished_seconds(self, connection: AsyncConnection) -> float:
        """Return the age of the oldest unpublished row, 0 when there is none."""
        oldest = func.min(self.table.c.created_at)
        age = func.coalesce(func.extract("epoch", func.now() - oldest), 0)
        found = await connection.execute(select(age).where(self.table.c.published_at.is_(None)))
        return float(found.scalar_one())

    async def forget_old(self, connection: AsyncConnection, limit: int) -> int:
        """Delete published rows older than KEEP, at most limit of them; return how many."""
        old = (
            select(self.table.c.id)
            .where(
                self.table.c.created_at < func.now() - KEEP, self.table.c.published_at.isnot(None)
            )
            .limit(limit)
        )
        done = await connection.execute(
            delete(self.table).where(self.table.c.id.in_(old.scalar_subquery()))
        )
        return done.rowcount


def _message(row: Any) -> Outgoing:
    return Outgoing(
        exchange=row["exchange"],
        key=row["key"],
        body=bytes(row["body"]),
        type=row["type"],
        message_id=row["message_id"],
        correlation_id=row["correlation_id"],
        headers=row["headers"],
        mandatory=row["exchange"] not in MAY_GO_UNHEARD,
    )
