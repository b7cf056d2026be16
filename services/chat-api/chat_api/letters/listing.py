"""A page of letters, the newest failure first. The cursor is where the page before ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.letters.filters import conditions
from chat_api.letters.rows import row, select_letters
from chat_api.letters.tables import dead_letter
from warren.contracts.chat import Page
from warren.contracts.letters import LetterFilter, LetterRow

_ORDER = (dead_letter.c.failed_at.desc(), dead_letter.c.id.desc())


async def page(
    store: Store, wanted: LetterFilter, limit: int, cursor: str | None
) -> Page[LetterRow]:
    """Return letters and where to go on. Letters that come meanwhile never move a later page."""
    # The ids alone first: what a row shows besides is then read for one page only.
    ids = select(dead_letter.c.id).where(*conditions(wanted))
    if cursor:
        ids = ids.where(tuple_(dead_letter.c.failed_at, dead_letter.c.id) < tuple_(*_place(cursor)))
    these = ids.order_by(*_ORDER).limit(limit + 1).scalar_subquery()
    async with store.reading.connect() as connection:
        found = await connection.execute(
            select_letters().where(dead_letter.c.id.in_(these)).order_by(*_ORDER)
        )
        rows = found.mappings().all()
    shown = [row(one) for one in rows[:limit]]
    next_cursor = None
    if len(rows) > limit:
        next_cursor = write_cursor(f"{shown[-1].failed_at.isoformat()} {shown[-1].id}")
    return Page[LetterRow](items=tuple(shown), next_cursor=next_cursor)


def _place(cursor: str) -> tuple[datetime, UUID]:
    at, _, letter = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(at), UUID(letter)
    except ValueError as error:
        raise bad_cursor() from error
