"""The outbox: what a transaction wants published, written in that transaction. Rows are kept 7
days as event log.

Used by chat-api and registry. add() writes rows and returns them; after the commit they go to the
Relay.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.ext.asyncio import AsyncConnection

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

    async def add(
        self,
        connection: AsyncConnection,
        messages: Sequence[Outgoing],
        places: Sequence[tuple[UUID, int] | None] | None = None,
    ) -> list[OutboxRow]:
        """Write messages in order. places gives (conversation, seq) of those that are visible
        changes."""
        if not messages:
            return []
        until = datetime.now(UTC) + CLAIM
        rows: list[dict[str, Any]] = []
        for number, one in enumerate(messages):
            place = places[number] if places else None
            rows.append(
                {
                    "message_id": UUID(str(one.message_id)),
                    "exchange": one.exchange,
                    "key": one.key,
                    "type": one.type,
                    "correlation_id": str(one.correlation_id) if one.correlation_id else None,
                    "headers": dict(one.headers or {}),
                    "body": one.body,
                    "conversation_id": place[0] if place else None,
                    "seq": place[1] if place else None,
                    "claimed_until": until,
                }
            )
        statement = insert(self.table).returning(self.table.c.id, sort_by_parameter_order=True)
        ids = (await connection.execute(statement, rows)).scalars().all()
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
