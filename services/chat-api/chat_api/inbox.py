"""The inbox: which messages from the broker were taken already. A second delivery is known by its
id."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.tables import inbox
from warren.db.outbox import KEEP

_NOTE = text("""
    insert into inbox (message_id) select distinct unnest(cast(:ids as text[]))
    on conflict do nothing returning message_id
""")


async def note(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Write ids down; return those that are new. Waits for another transaction with the same id."""
    found = await connection.execute(_NOTE, {"ids": sorted(ids)})
    return set(found.scalars())


async def forget_old(connection: AsyncConnection, limit: int = 5000) -> int:
    """Delete ids older than the event log, at most limit; return how many."""
    old = select(inbox.c.message_id).where(inbox.c.received_at < func.now() - KEEP).limit(limit)
    done = await connection.execute(delete(inbox).where(inbox.c.message_id.in_(old)))
    return done.rowcount
