"""Start turns that wait for a slot of their bot in any conversation: the oldest first.

Runs after a turn has left its slot, and every few seconds in case the process died in between.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chat_api import turn_rows
from chat_api.changes import Store, changing
from chat_api.doorway import lock_bots
from chat_api.starting import admit
from warren.logging import get_logger

log = get_logger(__name__)

SWEEP_SECONDS = 5.0
BATCH = 50

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
