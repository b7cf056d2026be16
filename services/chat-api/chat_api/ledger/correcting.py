"""Correct what a bot said: everybody reads the better text, and the first one is kept beside it."""

from uuid import UUID

from sqlalchemy import func, select, update

from chat_api import audit
from chat_api.changes import Changes, Store, changing
from chat_api.ledger.entries import Entry, measured, note
from chat_api.ledger.spoken import Spoken, spoken
from chat_api.message_rows import select_messages, view
from chat_api.person import Person
from chat_api.plain_text import checked
from chat_api.tables import message
from warren.contracts.chat import MessageView
from warren.contracts.frames import MessageUpdated
from warren.contracts.ledger import Correction


async def correct(store: Store, who: Person, id: UUID, ask: Correction) -> MessageView:
    """Return the corrected message. The same text once more changes nothing.

    Raises NotFound for a foreign message, Conflict for one of a person, Unprocessable for a text
    that cannot be kept.
    """
    body = checked(ask.body, "/body")
    reason = checked(ask.reason, "/reason") if ask.reason.strip() else ""
    async with store.reading.connect() as connection:
        said = await spoken(connection, who.id, id, "can be corrected")
    entry = await measured(_entry(said, who, body, reason))
    async with changing(store) as changes:
        await changes.lock([said.conversation_id])
        now_says = select(message.c.body).where(message.c.id == id)
        if (await changes.connection.execute(now_says)).scalar_one() == body:
            return await _shown(changes, id)
        await _write(changes, who, said, body)
        if not said.by_hand:
            note(changes, entry)
        shown = await _shown(changes, id)
        seq = changes.next_seq(said.conversation_id)
        event = MessageUpdated(conversation=said.conversation_id, seq=seq, message=shown)
        changes.tell(event, said.turn_id)
    return shown


async def _write(changes: Changes, who: Person, said: Spoken, body: str) -> None:
    await changes.connection.execute(
        update(message)
        .where(message.c.id == said.id)
        .values(
            body=body,
            original=func.coalesce(message.c.original, message.c.body),
            corrected_by=who.id,
            edited_at=changes.now,
        )
    )
    detail = {"bot": said.bot, "conversation": str(said.conversation_id)}
    act = audit.row(
        by=who, act="message.corrected", subject="message", subject_id=str(said.id), detail=detail
    )
    changes.later(audit.NOTE, **act)


async def _shown(changes: Changes, id: UUID) -> MessageView:
    found = await changes.connection.execute(select_messages().where(message.c.id == id))
    return view(found.mappings().one())


def _entry(said: Spoken, who: Person, body: str, reason: str) -> Entry:
    """Return what the ledger says: the gap is to what the bot itself said."""
    return Entry(
        kind="correction",
        bot=said.bot,
        revision=said.revision,
        turn_id=said.turn_id,
        message_id=said.id,
        by=who,
        expected=body,
        actual=said.first,
        reason=reason,
    )
