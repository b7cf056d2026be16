"""What is remembered of the reader: shown to them, and forgotten when they say so. Nobody else
reads or deletes it here, operators neither."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from chat_api import audit
from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.memories.tables import memory
from chat_api.person import Person
from chat_api.plain_text import without_nul
from chat_api.tables import bot
from warren.contracts.chat import Page
from warren.contracts.memories import MemoryView
from warren.errors import NotFound

NO_MEMORY = "There is no such memory of you. Nothing was deleted."
NO_BOT = "There is no bot with this name. Nothing was deleted."


async def page(
    store: Store, reader: UUID, bot_name: str | None, limit: int, cursor: str | None
) -> Page[MemoryView]:
    """Return what bots, or one of them, remember of the reader, the newest first."""
    query = (
        select(memory.c.id, memory.c.text, memory.c.turn_id, memory.c.created_at, bot.c.name)
        .join(bot, bot.c.account_id == memory.c.bot_id)
        .where(memory.c.account_id == reader)
        .order_by(memory.c.created_at.desc(), memory.c.id.desc())
        .limit(limit + 1)
    )
    if bot_name is not None:
        query = query.where(bot.c.name == without_nul(bot_name))
    if cursor:
        query = query.where(tuple_(memory.c.created_at, memory.c.id) < tuple_(*_place(cursor)))
    async with store.reading.connect() as connection:
        rows = (await connection.execute(query)).all()
    items = tuple(
        MemoryView(id=row.id, bot=row.name, text=row.text, turn_id=row.turn_id, at=row.created_at)
        for row in rows[:limit]
    )
    next_cursor = None
    if len(rows) > limit:
        next_cursor = write_cursor(f"{items[-1].at.isoformat()} {items[-1].id}")
    return Page[MemoryView](items=items, next_cursor=next_cursor)


async def forget(store: Store, reader: Person, id: UUID) -> None:
    """Delete one memory of the reader. Raises NotFound for any other."""
    async with store.engine.begin() as connection:
        found = await connection.execute(
            delete(memory)
            .where(memory.c.id == id, memory.c.account_id == reader.id)
            .returning(memory.c.bot_id)
        )
        bot_id = found.scalar_one_or_none()
        if bot_id is None:
            raise NotFound(NO_MEMORY)
        named = await connection.execute(select(bot.c.name).where(bot.c.account_id == bot_id))
        await audit.note(
            connection,
            by=reader,
            act="memory.forgotten",
            subject="memory",
            subject_id=str(id),
            detail={"bot": named.scalar_one()},
        )


async def forget_all(store: Store, reader: Person, bot_name: str) -> None:
    """Delete all that one bot remembers of the reader. Raises NotFound for an unknown bot."""
    async with store.engine.begin() as connection:
        known = await connection.execute(
            select(bot.c.account_id).where(bot.c.name == without_nul(bot_name))
        )
        bot_id = known.scalar_one_or_none()
        if bot_id is None:
            raise NotFound(NO_BOT)
        gone = await connection.execute(
            delete(memory).where(memory.c.account_id == reader.id, memory.c.bot_id == bot_id)
        )
        await audit.note(
            connection,
            by=reader,
            act="memory.forgotten",
            subject="bot",
            subject_id=bot_name,
            detail={"memories": gone.rowcount},
        )


def _place(cursor: str) -> tuple[datetime, UUID]:
    at, _, id = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(at), UUID(id)
    except ValueError as error:
        raise bad_cursor() from error
