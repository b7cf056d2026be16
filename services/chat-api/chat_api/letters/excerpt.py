"""The conversation around a failure: what was said before the question, and after it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.message_rows import select_messages, view
from chat_api.tables import message
from chat_api.turn_rows import TurnRow
from warren.contracts.chat import MessageView

BEFORE = 10  # messages up to and with the question
AFTER = 10


async def around(connection: AsyncConnection, row: TurnRow) -> tuple[MessageView, ...]:
    """Return messages around the one that a turn answers, in order; none if it answers none."""
    if not row.answers:  # of a bot that works on letters: nobody asked
        return ()
    asked = select(message.c.seq).where(message.c.id == row.answers[-1]).scalar_subquery()
    here = select_messages().where(message.c.conversation_id == row.conversation_id)
    before = await connection.execute(
        here.where(message.c.seq <= asked).order_by(message.c.seq.desc()).limit(BEFORE)
    )
    after = await connection.execute(
        here.where(message.c.seq > asked).order_by(message.c.seq).limit(AFTER)
    )
    said = [*reversed(before.mappings().all()), *after.mappings()]
    return tuple(view(one) for one in said)
