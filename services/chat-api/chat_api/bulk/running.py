"""Drive the bulk replays that are under way, in any number of chat-api processes at once."""

import asyncio
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chat_api.bulk.sending import skip_next, step
from chat_api.changes import Store
from warren.db.engine import is_unavailable
from warren.logging import get_logger

log = get_logger(__name__)

IDLE_SECONDS = 3.0  # how soon another process's job is seen; one look into two small indexes

_UNDER_WAY = text("""
    select id from replay_job where state = 'running'
    union select job_id from replay_item where state = 'sent'
""")


class BulkReplays:
    """Drives until cancelled. Nothing is kept here: kill it, and another one goes on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Work while there is a job; else look every IDLE_SECONDS, or when one is started."""
        while True:
            self._store.settled.clear()  # before looking: what comes while we look wakes us
            wait = IDLE_SECONDS
            try:
                wait = await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("bulk replay could not go on, trying again", error=type(error).__name__)
            try:
                async with asyncio.timeout(wait):
                    await self._store.settled.wait()
            except TimeoutError:
                pass

    async def look(self) -> float:
        """Do one thing of each job under way; return in how many seconds to look again."""
        async with self._store.reading.connect() as connection:
            jobs = (await connection.execute(_UNDER_WAY)).scalars().all()
        waits = [await self._step(job) for job in jobs]
        return min((wait for wait in waits if wait is not None), default=IDLE_SECONDS)

    async def _step(self, job: UUID) -> float | None:
        try:
            return await step(self._store, job)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("a batch of a bulk replay failed, sending one by one", exc_info=error)
        try:
            return await step(self._store, job, most=1)
        except Exception as error:  # whatever one letter does, the others go on
            if is_unavailable(error):
                raise
            log.error("a letter cannot be replayed", job=str(job), exc_info=error)
            await skip_next(self._store, job, f"Replaying it failed: {type(error).__name__}.")
            return 0.0
