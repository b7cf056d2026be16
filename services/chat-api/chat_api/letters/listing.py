"""A page of letters, the newest failure first. The cursor is where the page before ended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.letters.filters import conditions, says
from chat_api.letters.rows import row, select_letters
from chat_api.letters.tables import dead_letter
from warren.contracts.chat import Page
from warren.contracts.letters import LetterFilter, LetterRow

LOOKED_THROUGH = 2000  # letters in which a search looks before it asks its index

_ORDER = (dead_letter.c.failed_at.desc(), dead_letter.c.id.desc())

_SEARCHED = (dead_letter.c.failed_at, dead_letter.c.search, dead_letter.c.reference)


async def page(
    store: Store, wanted: LetterFilter, limit: int, cursor: str | None
) -> Page[LetterRow]:
    """Return letters and where to go on. Letters that come meanwhile never move a later page."""
    async with store.reading.connect() as connection:
        ids = await _ids(connection, wanted, limit + 1, cursor)
        found = await connection.execute(
            select_letters().where(dead_letter.c.id.in_(ids)).order_by(*_ORDER)
        )
        rows = found.mappings().all()
    shown = [row(one) for one in rows[:limit]]
    next_cursor = None
    if len(rows) > limit:
        next_cursor = write_cursor(f"{shown[-1].failed_at.isoformat()} {shown[-1].id}")
    return Page[LetterRow](items=tuple(shown), next_cursor=next_cursor)


async def _ids(
    connection: AsyncConnection, wanted: LetterFilter, count: int, cursor: str | None
) -> Sequence[UUID]:
    """Return the ids alone: what a row shows besides is then read for one page only."""
    if not wanted.q.strip():
        return await _read(connection, _narrowed(wanted, cursor), count)
    # A text that stands in many letters stands in new ones: the index would bring them all first.
    lately = _narrowed(wanted.model_copy(update={"q": ""}), cursor).order_by(*_ORDER)
    texts = lately.add_columns(*_SEARCHED).limit(LOOKED_THROUGH).subquery("lately")
    among = select(texts.c.id).where(says(texts.c, wanted.q))
    among = among.order_by(texts.c.failed_at.desc(), texts.c.id.desc()).limit(count)
    found = (await connection.execute(among)).scalars().all()
    if len(found) == count:
        return found
    return await _read(connection, _narrowed(wanted, cursor), count)


def _narrowed(wanted: LetterFilter, cursor: str | None) -> Select[UUID]:
    ids = select(dead_letter.c.id).where(*conditions(wanted))
    if cursor:
        ids = ids.where(tuple_(dead_letter.c.failed_at, dead_letter.c.id) < tuple_(*_place(cursor)))
    return ids


async def _read(connection: AsyncConnection, ids: Select[UUID], count: int) -> Sequence[UUID]:
    return (await connection.execute(ids.order_by(*_ORDER).limit(count))).scalars().all()


def _place(cursor: str) -> tuple[datetime, UUID]:
    at, _, letter = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(at), UUID(letter)
    except ValueError as error:
        raise bad_cursor() from error
