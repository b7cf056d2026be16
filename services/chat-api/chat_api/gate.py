"""The gate: the only way from a bot to a person. Handles `chat.outcomes` in batches, in order.

While Postgres is away the batch is held. An outcome that cannot be taken is kept as a letter and
stops nobody else.
"""

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from chat_api.changes import Store, changing
from chat_api.letters.facts import refused_outcome
from chat_api.letters.keeper import Letters
from chat_api.reply import fault_of
from chat_api.taking import Taken, Tally, take
from warren.broker.delivery import Delivery
from warren.contracts.outcome import Outcome
from warren.db.engine import is_unavailable
from warren.logging import get_logger
from warren.metrics import (
    MESSAGES_POSTED,
    OUTCOMES_DOUBLE,
    OUTCOMES_LATE,
    TURN_SECONDS,
    TURNS_ENDED,
)

log = get_logger(__name__)

Read = tuple[Delivery, Taken]


class Gate:
    """Takes batches of outcomes. Safe to run twice: runs, inbox and row locks decide."""

    def __init__(self, store: Store, letters: Letters) -> None:
        self._store = store
        self._letters = letters

    async def handle(self, batch: Sequence[Delivery]) -> None:
        """Take a batch. Raises when the database is away: the batch comes again."""
        read: list[Read] = []
        for delivery in batch:
            taken = _read(delivery)
            if isinstance(taken, str):
                await self._refuse(delivery, taken)
            else:
                read.append((delivery, taken))
        if not read:
            return
        try:
            await self._take([taken for _, taken in read])
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("a batch failed, taking its outcomes one by one", exc_info=error)
            await self._one_by_one(read)

    async def _one_by_one(self, read: Sequence[Read]) -> None:
        for delivery, taken in read:
            try:
                await self._take([taken], doors_later=True)
            except Exception as error:  # whatever one outcome does, the others go on
                if is_unavailable(error):
                    raise
                log.error("an outcome cannot be taken", message_id=taken.id, exc_info=error)
                await self._refuse(delivery, f"the gate failed on it: {type(error).__name__}")

    async def _take(self, batch: Sequence[Taken], *, doors_later: bool = False) -> None:
        async with changing(self._store, "gate") as changes:
            changes.doors_later = doors_later
            tally = await take(changes, batch)
        _count(tally)

    async def _refuse(self, delivery: Delivery, why: str) -> None:
        await self._letters.keep_each([refused_outcome(delivery, why)])


def _read(delivery: Delivery) -> Taken | str:
    """Return the outcome, or why it cannot be taken."""
    try:
        outcome = Outcome.model_validate_json(delivery.body)
    except ValidationError as error:
        return f"the body is no outcome ({error.error_count()} faults)"
    id = delivery.message_id or hashlib.sha256(delivery.body).hexdigest()
    return fault_of(outcome) or Taken(id.replace("\0", ""), outcome)


def _count(tally: Tally) -> None:
    for outcome in tally.late:
        OUTCOMES_LATE.labels(outcome.bot).inc()
        log.info("late outcome, nothing changed", turn=str(outcome.turn_id), run=outcome.run)
    for outcome in tally.double:
        OUTCOMES_DOUBLE.labels(outcome.bot).inc()
    if tally.posted:
        MESSAGES_POSTED.labels("bot").inc(tally.posted)
    for row, seconds in tally.ended:
        TURNS_ENDED.labels(row.bot, "done").inc()
        TURN_SECONDS.labels(row.bot).observe(seconds)
