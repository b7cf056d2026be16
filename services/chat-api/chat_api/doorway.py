"""Read what stands before the doors, in the transaction that decides. The conversation is locked.

A bot's slots are counted over all conversations, so near the limit the bot's row is locked, too:
always after the conversations, and in the order of ids. Whoever goes through bots in another order
locks them all first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.door import Doorway
from chat_api.turn_rows import TurnRow
from warren.contracts.registry import BotCard

# Transactions that may start a turn of one bot at the same moment: two processes' pools. With
# fewer free slots than that the count must be made under the bot's lock.
NEAR = 40

_COUNT = "(select count(*) from turn t where t.bot_id = b.account_id and t.state = 'running')"
_DOOR = """
      exists (select 1 from turn t where t.conversation_id = :place
              and t.bot_id = b.account_id and t.holds_door) as door_held,
      (select t.id from turn t where t.conversation_id = :place
              and t.bot_id = b.account_id and t.state = 'queued'
              order by t.created_at desc, t.id desc limit 1) as waiting"""
_CARD = """b.account_id, b.card, b.approval,
      (select a.id from account a where a.username = b.card ->> 'approver' and a.kind = 'person')
        as approver_id"""
_PRESENT = text(f"""
    select {_CARD}, {_DOOR}, {_COUNT} as running
    from member m join bot b on b.account_id = m.account_id
    where m.conversation_id = :place
    order by b.account_id
""")
_ONE = text(f"""
    select {_CARD}, {_DOOR}, {_COUNT} as running
    from bot b where b.account_id = :bot
""")
_LOCK = text("select 1 from bot where account_id = :bot for update")
_LOCK_ALL = text("""
    select 1 from bot where account_id = any(cast(:bots as uuid[])) order by account_id for update
""")
_COUNT_AGAIN = text("select count(*) from turn where bot_id = :bot and state = 'running'")
_WAITS_ELSEWHERE = text("""
    select exists (
      select 1 from turn t
      where t.bot_id = :bot and t.state = 'queued' and t.conversation_id <> :place
        and t.created_at < :since
        and not exists (select 1 from turn d where d.conversation_id = t.conversation_id
                        and d.bot_id = t.bot_id and d.holds_door))
""")


@dataclass(frozen=True)
class Present:
    """A bot of a conversation and what stands before its door there.

    approval: a person approves what it says; approver_id is who, None for any operator.
    """

    bot_id: UUID
    card: BotCard
    doorway: Doorway
    approval: bool = False
    approver_id: UUID | None = None

    @property
    def name(self) -> str:
        """The bot's handle."""
        return self.card.name

    @property
    def listens(self) -> Literal["mentioned", "all"]:
        """What it hears in groups."""
        return self.card.listens

    @property
    def on(self) -> Literal["message", "dead_letter"]:
        """What starts its turns."""
        return self.card.on

    @property
    def removed(self) -> bool:
        """Whether its file is gone."""
        return self.card.removed


async def bots_present(connection: AsyncConnection, place: UUID) -> list[Present]:
    """Return the bots that belong to a conversation, in the order of their ids."""
    found = await connection.execute(_PRESENT, {"place": place})
    return [_present(row) for row in found.mappings()]


async def bot_at(connection: AsyncConnection, place: UUID, bot_id: UUID) -> Present:
    """Return one bot before its door in a conversation."""
    found = await connection.execute(_ONE, {"place": place, "bot": bot_id})
    return _present(found.mappings().one())


async def counted(connection: AsyncConnection, bots: Sequence[Present]) -> list[Present]:
    """Return the bots with a count of running turns that holds until the commit.

    Far below its limit a bot is left unlocked, so that conversations do not wait for each other.
    """
    return [await _counted(connection, one) for one in sorted(bots, key=lambda b: b.bot_id)]


async def lock_bots(connection: AsyncConnection, bots: Iterable[UUID]) -> None:
    """Lock bots in the order of their ids, however the caller goes through them afterwards."""
    await connection.execute(_LOCK_ALL, {"bots": list(set(bots))})


async def waits_elsewhere(connection: AsyncConnection, bot: Present, row: TurnRow) -> bool:
    """Whether a turn of the same bot waits longer for a slot, in another conversation. Nobody
    waits for a slot of a bot that is far below its limit."""
    if _far_below_limit(bot.doorway):
        return False
    found = await connection.execute(
        _WAITS_ELSEWHERE,
        {"bot": row.bot_id, "place": row.conversation_id, "since": row.created_at},
    )
    return bool(found.scalar_one())


def _present(row: RowMapping) -> Present:
    card = BotCard.model_validate(row["card"])
    doorway = Doorway(row["door_held"], row["waiting"], row["running"], card.concurrency)
    return Present(row["account_id"], card, doorway, row["approval"], row["approver_id"])


async def _counted(connection: AsyncConnection, one: Present) -> Present:
    doorway = one.doorway
    if doorway.door_held or _far_below_limit(doorway):
        return one
    await connection.execute(_LOCK, {"bot": one.bot_id})
    found = await connection.execute(_COUNT_AGAIN, {"bot": one.bot_id})
    return replace(one, doorway=replace(doorway, running=found.scalar_one()))


def _far_below_limit(doorway: Doorway) -> bool:
    return doorway.running + NEAR < doorway.concurrency
