"""Of whom a turn may remember something: of the person whom it answers, by its own row."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from warren.contracts.memories import MemoryQuery, NewMemory
from warren.contracts.problem import ProblemError
from warren.errors import Conflict, Unprocessable

_FIND = """
    select t.state, t.run, said.author_id,
      (select b.account_id from bot b where b.name = :bot) as bot_id
    from turn t left join message said on said.id = t.answers[array_upper(t.answers, 1)]
    where t.id = :turn
"""
_READ = text(_FIND)
# The turn cannot end or be cancelled before the memory is written.
_LOCK = text(f"{_FIND} for share of t")


@dataclass(frozen=True)
class Whose:
    """The person and the bot that a memory belongs to."""

    account_id: UUID
    bot_id: UUID


async def whose(connection: AsyncConnection, ask: NewMemory | MemoryQuery) -> Whose:
    """Return whose memories a turn asks for. One that remembers stays as it is until the commit.

    Raises Conflict unless the run is the turn's current one and it runs, Unprocessable for a bot
    that is not known.
    """
    query = _LOCK if isinstance(ask, NewMemory) else _READ
    found = await connection.execute(query, {"turn": ask.turn_id, "bot": ask.bot})
    row = found.one_or_none()
    if row is None or row.state != "running" or row.run != ask.run:
        raise Conflict(
            "Nothing was remembered or recalled. This run of the turn is over.", kind="run-over"
        )
    if row.author_id is None:
        raise Conflict(
            "Nothing was remembered or recalled. The turn answers nobody.", kind="answers-nobody"
        )
    if row.bot_id is None:
        raise Unprocessable(
            "Nothing was remembered or recalled. There is no bot with this name.",
            errors=[ProblemError(pointer="/bot", detail="not a bot")],
        )
    return Whose(row.author_id, row.bot_id)
