"""Recall what a bot remembers of the person whom a turn answers: the nearest, best first."""

from sqlalchemy import text

from chat_api.changes import Store
from chat_api.memories.likeness import EXACTLY, dot_product
from chat_api.memories.remembering import direction
from chat_api.memories.whose import whose
from chat_api.plain_text import without_nul
from warren.contracts.memories import MemoryQuery, Recalled, Remembered

_WITHOUT_JIT = text("set local jit = off")  # compiling such a sum takes longer than running it

# An empty array put behind a vector brings it into memory once, not once for each number of it;
# each `offset 0` keeps what is selected from being worked out twice.
_NEAREST = """
    select id, text, created_at, likeness from (
      select id, text, created_at, {likeness} as likeness from (
        select id, text, created_at, vector || '{{}}' as v from memory
        where account_id = %(account)s and bot_id = %(bot)s and model = %(model)s
          and dims = %(dims)s
        offset 0) each
      offset 0) found
    where likeness >= %(least)s order by likeness desc, created_at desc, id limit %(most)s
"""


async def recall(store: Store, ask: MemoryQuery) -> Recalled:
    """Return the memories of one model that are nearest to a vector.

    Raises Conflict and Unprocessable as whose() does, and for a vector without direction.
    """
    vector = direction(ask.vector)
    query = _NEAREST.format(likeness=dot_product("v", vector))
    async with store.engine.begin() as connection:
        of = await whose(connection, ask)
        await connection.execute(_WITHOUT_JIT)
        # Not by text(): SQLAlchemy would keep each of these long statements.
        found = await connection.exec_driver_sql(
            query,
            {
                "account": of.account_id,
                "bot": of.bot_id,
                "model": without_nul(ask.model),
                "dims": len(vector),
                "least": ask.at_least - EXACTLY,
                "most": ask.limit,
            },
        )
        rows = found.all()
    return Recalled(
        items=tuple(
            Remembered(
                id=row.id,
                text=row.text,
                likeness=min(1.0, max(-1.0, row.likeness)),
                at=row.created_at,
            )
            for row in rows
        )
    )
