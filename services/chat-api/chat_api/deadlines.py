"""Find what is past its time. Turns of which nothing was heard become letters `lost`; takeovers
end."""

import asyncio

from sqlalchemy import RowMapping, func, select
from sqlalchemy.exc import SQLAlchemyError

from chat_api.changes import Store
from chat_api.letters.commands import read_command
from chat_api.letters.facts import Facts, lost, unreadable
from chat_api.letters.keeper import Letters
from chat_api.tables import turn
from chat_api.takeover.timeouts import end_overdue
from chat_api.tidying import tidy
from warren.logging import get_logger

log = get_logger(__name__)

SWEEP_SECONDS = 5.0
BATCH = 100
TIDY_EVERY = 720  # sweeps: once an hour old rows are deleted

_PAST = (
    select(turn.c.id, turn.c.run, turn.c.bot, turn.c.command, func.now().label("now"))
    .where(turn.c.state == "running", turn.c.deadline < func.now(), turn.c.command.isnot(None))
    .order_by(turn.c.deadline)
    .limit(BATCH)
)


class Deadlines:
    """Sweeps until cancelled. Two at once agree: each letter is kept once."""

    def __init__(self, store: Store, letters: Letters) -> None:
        self._store = store
        self._letters = letters

    async def run(self) -> None:
        """Sweep every SWEEP_SECONDS."""
        sweeps = 0
        while True:
            try:
                while await self.sweep() == BATCH:
                    pass
                await end_overdue(self._store)
                if sweeps % TIDY_EVERY == 0:
                    await tidy(self._store)
            except (SQLAlchemyError, OSError) as error:
                log.warning("the deadline sweep failed, trying again", error=type(error).__name__)
            sweeps += 1
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Keep a letter for each turn past its deadline, at most BATCH; return how many."""
        async with self._store.reading.connect() as connection:
            rows = (await connection.execute(_PAST)).mappings().all()
        facts = [_silent(row) for row in rows]
        if facts:
            await self._letters.keep_each(facts)
        return len(facts)


def _silent(row: RowMapping) -> Facts:
    """Return the letter of a turn past its deadline; what nobody can read is kept as it is."""
    command = read_command(row["command"])
    if command is None:
        return unreadable(row["id"], row["run"], row["bot"], row["command"], row["now"])
    return lost(command, row["now"])
