"""Who has taken which conversations over, as people see it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from warren.contracts.takeover import TakeoverView

_TAKEN = text("""
    select c.id, a.username as by, a.display_name as by_name, c.taken_at as since,
      c.taken_until as until, c.taken_then as then
    from conversation c join account a on a.id = c.taken_by
    where c.id = any(cast(:places as uuid[])) and c.taken_until > now()
""")


async def takeovers(
    connection: AsyncConnection, places: Sequence[UUID]
) -> dict[UUID, TakeoverView]:
    """Return the takeovers of these conversations, by conversation."""
    found = await connection.execute(_TAKEN, {"places": list(places)})
    return {
        row["id"]: TakeoverView(**{key: row[key] for key in TakeoverView.model_fields})
        for row in found.mappings()
    }


async def takeover_of(connection: AsyncConnection, place: UUID) -> TakeoverView | None:
    """Return who has taken a conversation over, or None."""
    return (await takeovers(connection, [place])).get(place)
