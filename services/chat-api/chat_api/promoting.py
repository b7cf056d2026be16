"""Start turns that wait for a slot of their bot in any conversation: the oldest first.

Runs after a turn has left its slot, and every few seconds in case the process died in between.
"""

import asyncio
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chat_api import turn_rows
from chat_api.changes import Store, changing
from chat_api.starting import admit
from warren.logging import get_logger

log = get_logger(__name__)

SWEEP_SECONDS = 5.0
BATCH = 50

# Turns whose door is open while their bot has a slot, and all turns of bots that are gone.
_READY = text("""
    select t.id, t.conversation_id
    from turn t join bot b on b.account_id = t.bot_id
    where t.state = 'queued' and (b.removed or (
      not exists (select 1 from turn d where d.conversation_id = t.conversation_id
                  and d.bot_id = t.bot_id and d.holds_door)
      and (select count(*) from turn r where r.bot_id = t.bot_id and r.state = 'running')
          < cast(b.card ->> 'concurrency' as int)))
    order by t.created_at, t.id
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
        """Start every waiting turn that may start now."""
        async with self._store.reading.connect() as connection:
            ready = (await connection.execute(_READY, {"batch": BATCH})).all()
        if ready:
            await self._admit([row.id for row in ready], {row.conversation_id for row in ready})

    async def _admit(self, ids: list[UUID], places: set[UUID]) -> None:
        async with changing(self._store, "promoting") as changes:
            await changes.lock(places)
            turns = await turn_rows.load(changes.connection, ids)
            for id in ids:
                row = turns[id]
                if row.state == "queued":
                    await admit(changes, [row], by_age=True)
