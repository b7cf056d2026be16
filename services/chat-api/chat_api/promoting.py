"""Start turns that wait for a slot of their bot in any conversation: the oldest first.

Runs after a turn has left its slot, and every few seconds in case the process died in between.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError

from chat_api import turn_rows
from chat_api.changes import Store, changing
from chat_api.doorway import lock_bots
from chat_api.starting import admit
from warren.contracts.frames import TurnEnded
from warren.db.engine import is_unavailable
from warren.logging import get_logger
from warren.metrics import TURNS_ENDED

log = get_logger(__name__)

SWEEP_SECONDS = 5.0
BATCH = 50
UNSTARTABLE = "This answer could not be started. The message is safe: send it again."

# The oldest waiting turn of each door that is open, for each bot as many as it has free slots; and
# of bots that are gone. So no door and no bot fills the batch.
_READY = text("""
    with line as (
      select distinct on (t.bot_id, t.conversation_id)
             t.id, t.conversation_id, t.bot_id, t.created_at
      from turn t where t.state = 'queued'
      order by t.bot_id, t.conversation_id, t.created_at, t.id
    ), slots as (
      select b.account_id, b.removed, cast(b.card ->> 'concurrency' as int)
             - (select count(*) from turn r where r.bot_id = b.account_id and r.state = 'running')
             as free
      from bot b where b.account_id in (select bot_id from line)
    ), ready as (
      select l.*, s.removed, s.free,
             row_number() over (partition by l.bot_id order by l.created_at, l.id) as place
      from line l join slots s on s.account_id = l.bot_id
      where s.removed or not exists (
        select 1 from turn d where d.conversation_id = l.conversation_id
        and d.bot_id = l.bot_id and d.holds_door)
    )
    select id, conversation_id, bot_id from ready
    where removed or place <= free
    order by created_at, id
    limit :batch
""")

_CANCEL = text("""
    update turn set state = 'cancelled', ended_at = :now, run = run + 1, failure = :failure
    where id = :id and state = 'queued' returning bot, run
""")


class Promoter:
    """Promotes until cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Look when a slot was freed, and every SWEEP_SECONDS."""
        while True:
            try:
                await self.promote()
            except (SQLAlchemyError, OSError) as error:
                log.warning("promoting failed, trying again", error=type(error).__name__)
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._store.freed.wait()
            except TimeoutError:
                pass
            self._store.freed.clear()

    async def promote(self) -> None:
        """Start every waiting turn that may start now, BATCH at a time."""
        while await self._look():
            pass

    async def _look(self) -> bool:
        """Go through one batch; return whether anything was done."""
        async with self._store.reading.connect() as connection:
            ready = (await connection.execute(_READY, {"batch": BATCH})).all()
        if not ready:
            return False
        try:
            return await self._start(ready)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("turns cannot be started together, starting each alone", exc_info=error)
            return await self._start_each(ready)

    async def _start(self, ready: Sequence[Row[Any]]) -> bool:
        done = False
        async with changing(self._store, "promoting") as changes:
            await changes.lock({row.conversation_id for row in ready})
            await lock_bots(changes.connection, {row.bot_id for row in ready})
            turns = await turn_rows.load(changes.connection, [row.id for row in ready])
            for one in ready:
                row = turns[one.id]
                if row.state == "queued":
                    done |= await admit(changes, row, by_age=True)
        return done

    async def _start_each(self, ready: Sequence[Row[Any]]) -> bool:
        done = False
        for one in ready:
            try:
                done |= await self._start([one])
            except Exception as error:  # whatever one turn does, the others go on
                if is_unavailable(error):
                    raise
                log.error(
                    "a turn cannot be started, it is cancelled", turn=str(one.id), exc_info=error
                )
                done |= await self._give_up(one)
        return done

    async def _give_up(self, one: Row[Any]) -> bool:
        """End a turn whose row cannot be read; there is no command that a letter could hold."""
        async with changing(self._store, "promoting") as changes:
            await changes.lock([one.conversation_id])
            ended = await changes.connection.execute(
                _CANCEL, {"id": one.id, "now": changes.now, "failure": UNSTARTABLE}
            )
            row = ended.one_or_none()
            if row is None:
                return False
            changes.tell(
                TurnEnded(
                    conversation=one.conversation_id,
                    seq=changes.next_seq(one.conversation_id),
                    turn_id=one.id,
                    run=row.run - 1,
                    bot=row.bot,
                    end="cancelled",
                    at=changes.now,
                ),
                one.id,
            )
        TURNS_ENDED.labels(row.bot, "cancelled").inc()
        return True
