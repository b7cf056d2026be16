"""Thumbs for bots' messages: one for each person and message, changed or taken back at will.

A thumb is an entry of the ledger, and only its giver reads it back.
"""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.ledger.spoken import spoken
from chat_api.ledger.tables import expectation
from chat_api.membership import must_be_member
from chat_api.person import Person
from chat_api.plain_text import checked
from chat_api.tables import message
from warren.contracts.chat import Page
from warren.contracts.ledger import EntryKind, Feedback, Thumb

_THUMBS: tuple[EntryKind, ...] = ("thumb_up", "thumb_down")
_IS_THUMB = expectation.c.kind.in_(_THUMBS)


async def give(store: Store, who: Person, id: UUID, ask: Feedback) -> None:
    """Give, change or take back a thumb. Asked twice nothing changes.

    Raises NotFound for a foreign message, Conflict for one of a person, Unprocessable for a NUL.
    """
    reason = checked(ask.reason, "/reason") if ask.reason.strip() else ""
    async with store.engine.begin() as connection:
        said = await spoken(connection, who.id, id, "take a thumb")
        if ask.thumb is None:
            await connection.execute(
                delete(expectation).where(
                    expectation.c.by_id == who.id, expectation.c.message_id == id, _IS_THUMB
                )
            )
            return
        newest = {
            "kind": f"thumb_{ask.thumb}",
            "at": func.now(),
            "actual": said.body,
            "reason": reason,
        }
        await connection.execute(
            insert(expectation)
            .values(
                bot=said.bot,
                step="",
                revision="" if said.corrected else said.revision,  # it judges the correction
                turn_id=said.turn_id,
                message_id=id,
                by_id=who.id,
                expected="",
                **newest,
            )
            .on_conflict_do_update(
                index_elements=["by_id", "message_id"], index_where=_IS_THUMB, set_=newest
            )
        )


async def given(
    store: Store, reader: UUID, place: UUID, limit: int, cursor: str | None
) -> Page[Thumb]:
    """Return the reader's own thumbs in a conversation, for the newest messages first.

    Raises NotFound for a foreign conversation.
    """
    query = (
        select(expectation.c.message_id, expectation.c.kind, expectation.c.reason, message.c.seq)
        .join(message, message.c.id == expectation.c.message_id)
        .where(expectation.c.by_id == reader, _IS_THUMB, message.c.conversation_id == place)
        .order_by(message.c.seq.desc())
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(message.c.seq < _place(cursor))
    async with store.reading.connect() as connection:
        await must_be_member(connection, reader, place)
        rows = (await connection.execute(query)).all()
    items = tuple(
        Thumb(
            message_id=row.message_id,
            thumb="up" if row.kind == "thumb_up" else "down",
            reason=row.reason,
        )
        for row in rows[:limit]
    )
    more = len(rows) > limit
    next_cursor = write_cursor(str(rows[limit - 1].seq)) if more else None
    return Page[Thumb](items=items, next_cursor=next_cursor)


def _place(cursor: str) -> int:
    seq = read_cursor(cursor)
    if not seq.isdecimal() or int(seq) >= 2**63:
        raise bad_cursor()
    return int(seq)
