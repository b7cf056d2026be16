"""The outbox relay: publishes what was committed, at once; a sweeper finds what was missed.

Order: commit, publish (confirmed), mark. A crash between any two of them repeats a publish, never
loses one:
receivers know a message by its id.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from warren.broker.publisher import Publisher
from warren.db.outbox import Outbox, OutboxRow
from warren.errors import BrokerUnavailable
from warren.failpoints import hit
from warren.logging import get_logger
from warren.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_PUBLISHED, OUTBOX_SWEPT

log = get_logger(__name__)

BATCH = 500
IN_FLIGHT = 8  # batches that wait for their confirms at once: a new row need not wait for the last
MARK_SECONDS = 0.05  # between two marks: what was confirmed meanwhile is one statement
SWEEP_SECONDS = 2.0  # how often rows are sought that nobody published (their writer died)
FORGET_EVERY = 1800  # sweeps between two clean-ups of old rows
FORGET_BATCH = 5000  # rows deleted in one transaction
RETRY_SECONDS = 0.5
FLUSH_POLL_SECONDS = 0.02
MAX_KNOWN = 20_000  # rows kept in memory; above it they are left to the sweeper


class Relay:
    """Publishes outbox rows in the order in which they were offered. run() in one task per
    process."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox, publisher: Publisher) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._outbox = outbox
        self._publisher = publisher
        self._waiting: deque[OutboxRow] = deque()
        self._confirmed: list[OutboxRow] = []
        self._known: set[int] = set()  # waiting, in flight or confirmed
        self._wake = asyncio.Event()
        self._mark_soon = asyncio.Event()
        self._paused_until = 0.0  # the loop's time

    def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Hand over rows whose transaction has committed. Never blocks; a row offered twice goes
        once."""
        for row in rows:
            if row.id not in self._known and len(self._known) < MAX_KNOWN:
                self._known.add(row.id)
                self._waiting.append(row)
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._publish_waiting())
            tasks.create_task(self._mark_confirmed())
            tasks.create_task(self._sweep())

    async def flush(self, seconds: float) -> bool:
        """Wait until every offered row is published, at most so long; return whether it is.

        run() must be running. Called at shutdown, when nothing more is offered.
        """
        try:
            async with asyncio.timeout(seconds):
                while self._known:
                    await asyncio.sleep(FLUSH_POLL_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _publish_waiting(self) -> None:
        """Publish in order, without waiting for the confirms of what went before."""
        slots = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as batches:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await slots.acquire()
                    await self._pause()
                    batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                    sending = batches.create_task(self._publish_batch(batch))
                    sending.add_done_callback(lambda _: slots.release())

    async def _pause(self) -> None:
        left = self._paused_until - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    async def _publish_batch(self, batch: list[OutboxRow]) -> None:
        hit("relay.before_publish")
        sent = await asyncio.gather(
            *(self._publisher.publish(row.message) for row in batch), return_exceptions=True
        )
        hit("relay.before_mark")
        left: list[tuple[OutboxRow, BaseException]] = []
        for row, error in zip(batch, sent, strict=True):
            if error is None:
                self._confirmed.append(row)
            else:
                left.append((row, error))
        self._mark_soon.set()
        if left:
            self._put_back(left)

    def _put_back(self, left: Sequence[tuple[OutboxRow, BaseException]]) -> None:
        """Publish again what the broker did not take. A row that can never be published stays in
        the table and stops nobody: the sweeper tells of it at every look."""
        again: list[OutboxRow] = []
        for row, error in left:
            if isinstance(error, BrokerUnavailable):
                again.append(row)
                continue
            self._known.discard(row.id)
            log.error("a row cannot be published", row=row.id, key=row.message.key, exc_info=error)
        if again:
            log.warning("broker did not take messages, trying again", rows=len(again))
            self._paused_until = asyncio.get_running_loop().time() + RETRY_SECONDS
            # Of several batches that come back the later one may be here already.
            self._waiting = deque(sorted([*again, *self._waiting], key=lambda row: row.id))
            self._wake.set()

    async def _mark_confirmed(self) -> None:
        while True:
            await self._mark_soon.wait()
            self._mark_soon.clear()
            rows, self._confirmed = self._confirmed, []
            if rows:
                await self._mark(rows)
            await asyncio.sleep(MARK_SECONDS)

    async def _mark(self, rows: Sequence[OutboxRow]) -> None:
        try:
            async with self._engine.connect() as connection:
                await self._outbox.mark_published(connection, [row.id for row in rows])
        except (SQLAlchemyError, OSError) as error:
            log.warning(
                "could not mark rows, they will be published again", error=type(error).__name__
            )
        for row in rows:
            self._known.discard(row.id)
            OUTBOX_PUBLISHED.labels(row.message.exchange).inc()

    async def _forget(self) -> None:
        """Delete the old rows, a little at a time."""
        while True:
            async with self._engine.connect() as connection:
                if await self._outbox.forget_old(connection, FORGET_BATCH) < FORGET_BATCH:
                    return
            await asyncio.sleep(0.1)

    async def _sweep(self) -> None:
        sweeps = 0
        while True:
            try:
                async with self._engine.connect() as connection:
                    rows = await self._outbox.claim(connection, BATCH)
                    OUTBOX_OLDEST_SECONDS.set(
                        await self._outbox.oldest_unpublished_seconds(connection)
                    )
                missed = [row for row in rows if row.id not in self._known]
                OUTBOX_SWEPT.inc(len(missed))
                self.offer(missed)
                if sweeps % FORGET_EVERY == 0:
                    await self._forget()
            except (SQLAlchemyError, OSError) as error:
                log.warning("the sweep failed, trying again", error=type(error).__name__)
            sweeps += 1
            await asyncio.sleep(SWEEP_SECONDS)
