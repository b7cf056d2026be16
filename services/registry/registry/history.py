"""Who published what of a bot, number by number: written with each publication, read as pages.

docs/how-to/save-and-roll-back-a-bot.md tells people how to use it.
"""

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import bot, publication
from warren.contracts.chat import Page
from warren.contracts.registry import BotCard, Publication
from warren.errors import BadRequest

MAX_CURSOR = 2**31 - 1


@dataclass(frozen=True)
class Saved:
    """Who made a publication, None when the file itself was edited; and what else is to be told."""

    by: str | None
    note: str = ""


EDITED = Saved(None)


async def note(connection: AsyncConnection, card: BotCard, saved: Saved) -> None:
    """Write the row of a publication. A removal has no digest."""
    await connection.execute(
        insert(publication).values(
            name=card.name,
            number=card.number,
            digest=None if card.removed else card.revision,
            published_at=card.published_at,
            by=saved.by,
            note=saved.note,
        )
    )


async def page(
    connection: AsyncConnection, name: str, limit: int, cursor: str | None
) -> Page[Publication] | None:
    """Return a bot's publications, newest first; None when there is no such bot."""
    if "\0" in name:
        return None
    serving = (
        await connection.execute(select(bot.c.number, bot.c.digest).where(bot.c.name == name))
    ).one_or_none()
    if serving is None:
        return None
    query = (
        select(publication)
        .where(publication.c.name == name)
        .order_by(publication.c.number.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(publication.c.number < _place(cursor))
    rows = (await connection.execute(query)).all()
    items = tuple(
        Publication(
            number=row.number,
            digest=row.digest,
            published_at=row.published_at,
            by=row.by,
            note=row.note,
            current=row.digest is not None and row.number == serving.number,
        )
        for row in rows[:limit]
    )
    return Page(items=items, next_cursor=str(items[-1].number) if len(rows) > limit else None)


async def digest_of(connection: AsyncConnection, name: str, number: int) -> str | None:
    """Return the digest of a publication; None for a removal, or when there is no such number."""
    found = await connection.execute(
        select(publication.c.digest).where(
            publication.c.name == name, publication.c.number == number
        )
    )
    return found.scalar_one_or_none()


async def number_of(connection: AsyncConnection, name: str, digest: str) -> int | None:
    """Return the last number under which a revision was published; None when none is known."""
    found = await connection.execute(
        select(publication.c.number)
        .where(publication.c.name == name, publication.c.digest == digest)
        .order_by(publication.c.number.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


def _place(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 10):
        raise _bad_cursor()
    place = int(cursor)
    if place > MAX_CURSOR:
        raise _bad_cursor()
    return place


def _bad_cursor() -> BadRequest:
    return BadRequest(
        "Use next_cursor of the page before as it is, or leave cursor out to begin.",
        kind="bad-cursor",
    )
