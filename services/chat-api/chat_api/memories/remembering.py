"""Remember a text for the person whom a turn answers. Asked twice it is remembered once."""

from uuid import uuid4

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import insert

from chat_api.changes import Store
from chat_api.memories.likeness import unit
from chat_api.memories.tables import memory
from chat_api.memories.whose import whose
from chat_api.plain_text import refused, without_nul
from warren.contracts.memories import MAX_MEMORIES, NewMemory

_ONE_AT_A_TIME = text("""
    select pg_advisory_xact_lock(hashtextextended(:account || ' remembered by ' || :bot, 0))
""")
_NEW = insert(memory)
# What a replay writes with the same key is the newer word on the same thing.
_WRITE = _NEW.on_conflict_do_update(
    index_elements=["turn_id", "bot_id", "key"],
    set_={name: _NEW.excluded[name] for name in ("text", "model", "dims", "vector")},
)
_FORGET_OLDEST = text("""
    delete from memory where id in (
      select id from memory where account_id = :account and bot_id = :bot
      order by created_at desc, id desc offset :most)
""").bindparams(bindparam("most", MAX_MEMORIES))


def direction(vector: tuple[float, ...]) -> list[float]:
    """Return a vector with length 1. Raises Unprocessable for one that has no direction."""
    try:
        return unit(vector)
    except ValueError as error:
        raise refused("/vector", f"The vector {error}.") from error


async def remember(store: Store, ask: NewMemory) -> None:
    """Keep a memory; the oldest of this person and bot go when they are too many.

    Raises Conflict and Unprocessable as whose() does, and for a vector without direction.
    """
    vector = direction(ask.vector)
    async with store.engine.begin() as connection:
        of = await whose(connection, ask)
        pair = {"account": of.account_id, "bot": of.bot_id}
        await connection.execute(_ONE_AT_A_TIME, {name: str(id) for name, id in pair.items()})
        await connection.execute(
            _WRITE,
            {
                "id": uuid4(),
                "account_id": of.account_id,
                "bot_id": of.bot_id,
                "text": without_nul(ask.text),
                "model": without_nul(ask.model),
                "dims": len(vector),
                "vector": vector,
                "turn_id": ask.turn_id,
                "key": without_nul(ask.key),
            },
        )
        await connection.execute(_FORGET_OLDEST, pair)
