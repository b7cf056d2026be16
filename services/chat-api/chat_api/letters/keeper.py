"""The keeper of dead letters: drains `dead-letters` into the table, parks the turn, tells people.

One letter per (turn, run, path, position, attempt, reason); unreadable ones by their content. A
letter of a run that is not current is kept closed and changes nothing.
"""

from collections.abc import Sequence

from chat_api.changes import Store, changing
from chat_api.letters.batch import write
from chat_api.letters.facts import Facts, bare, read
from chat_api.letters.fate import Fate
from warren.broker.delivery import Delivery
from warren.db.engine import is_unavailable
from warren.logging import get_logger
from warren.metrics import LETTERS_OPENED, TURNS_ENDED

log = get_logger(__name__)


class Letters:
    """Keeps letters. handle() is for the queue, keep_each() for the gate and for deadlines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle(self, batch: Sequence[Delivery]) -> None:
        """Keep a batch. Raises when the database is away: the batch comes again."""
        await self.keep_each([read(one) for one in batch])

    async def keep_each(self, batch: Sequence[Facts]) -> None:
        """Keep letters, together if that works; a bad one stops nobody. Raises as handle() does."""
        try:
            await self.keep(batch)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("letters cannot be kept together, keeping each alone", exc_info=error)
            for one in batch:
                await self._keep_alone(one)

    async def keep(self, batch: Sequence[Facts], *, doors_later: bool = False) -> None:
        """Keep letters in one transaction and park their turns. A second copy changes nothing."""
        async with changing(self._store, "letters") as changes:
            changes.doors_later = doors_later
            kept = await write(changes, batch)
        _count(kept)

    async def _keep_alone(self, facts: Facts) -> None:
        """Keep a letter whole, else its bytes, else its bytes without a word on its turn, which
        its deadline ends."""
        try:
            await self.keep([facts], doors_later=True)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("a letter cannot be kept whole", turn=str(facts.turn_id), exc_info=error)
            await self._keep_bare(facts, error)

    async def _keep_bare(self, facts: Facts, cause: Exception) -> None:
        try:
            await self.keep([bare(facts, cause, with_turn=True)], doors_later=True)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("a letter cannot park its turn", turn=str(facts.turn_id), exc_info=error)
            await self.keep([bare(facts, cause, with_turn=False)])


def _count(kept: Sequence[tuple[Fate, Facts]]) -> None:
    """Count each letter; log one line for those of a batch of one step and reason."""
    alike: dict[tuple[object, ...], list[Facts]] = {}
    for fate, one in kept:
        if fate == "forget":
            continue
        if fate in ("park", "open"):
            LETTERS_OPENED.labels(one.bot or "", one.kind or "", one.reason).inc()
        if fate == "park":
            TURNS_ENDED.labels(one.bot or "", "parked").inc()
        alike.setdefault((fate, one.reason, one.bot, one.step), []).append(one)
    for (fate, reason, bot, step), letters in alike.items():
        error = letters[-1].error.type
        facts = {"bot": bot, "step": step, "error": error, "reason": reason, "count": len(letters)}
        if fate in ("park", "open"):
            log.warning("dead letter opened", turn=str(letters[-1].turn_id), **facts)
        else:
            log.info("letter kept closed, nothing changed", fate=fate, **facts)
