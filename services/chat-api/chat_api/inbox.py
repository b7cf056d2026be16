"""The inbox: which messages from the broker were taken already. A second delivery is known by its
id."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NOTE = text("""
    insert into inbox (message_id) select distinct unnest(cast(:ids as text[]))
    on conflict do nothing returning message_id
""")


async def note(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Write ids down; return those that are new. Waits for another transaction with the same id."""
    found = await connection.execute(_NOTE, {"ids": sorted(ids)})
    return set(found.scalars())
