"""Read a conversation's messages by seq: the newest page, or the pages before and after a seq."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.membership import must_be_member
from chat_api.message_rows import select_messages, view
from chat_api.tables import message
from warren.contracts.chat import MessageView, Page

MAX_SEQ = 2**63 - 1


async def page(
    store: Store,
    asker: UUID,
    place: UUID,
    *,
    after_seq: int | None,
    before_seq: int | None,
    limit: int,
    cursor: str | None,
) -> Page[MessageView]:
    """Return messages in ascending order: those after after_seq, else the newest before before_seq.

    next_cursor goes on in the same direction. Raises NotFound for a foreign conversation.
    """
    if cursor:
        after_seq, before_seq = _place(cursor)
    wanted = select_messages().where(message.c.conversation_id == place)
    wanted = _window(wanted, after_seq, before_seq).limit(limit + 1)
    async with store.reading.connect() as connection:
        await must_be_member(connection, asker, place)
        found = (await connection.execute(wanted)).mappings().all()
    shown = [view(row) for row in found[:limit]]
    if after_seq is None:
        shown.reverse()
    next_cursor = None
    if len(found) > limit:
        edge = f"before {shown[0].seq}" if after_seq is None else f"after {shown[-1].seq}"
        next_cursor = write_cursor(edge)
    return Page[MessageView](items=tuple(shown), next_cursor=next_cursor)


def _window(wanted: Select[Any], after_seq: int | None, before_seq: int | None) -> Select[Any]:
    if before_seq is not None:
        wanted = wanted.where(message.c.seq < before_seq)
    if after_seq is None:
        return wanted.order_by(message.c.seq.desc())
    return wanted.where(message.c.seq > after_seq).order_by(message.c.seq)


def _place(cursor: str) -> tuple[int | None, int | None]:
    direction, _, seq = read_cursor(cursor).partition(" ")
    if not seq.isdecimal() or int(seq) > MAX_SEQ or direction not in ("after", "before"):
        raise bad_cursor()
    return (int(seq), None) if direction == "after" else (None, int(seq))
