"""Delete what has had its time, a little at a time: inbox ids, sessions, tickets, counted sign-ins,
letters that were closed long ago.

Run once an hour by `deadlines.py`. Two at once do no harm.
"""

import asyncio
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, tuple_

from chat_api.changes import Store
from chat_api.letters.tables import dead_letter
from chat_api.tables import inbox, login_try, session, ticket
from chat_api.throttle import FORGET_SECONDS
from warren.contracts.letters import WORKABLE
from warren.db.outbox import KEEP
from warren.logging import get_logger

log = get_logger(__name__)

KEEP_CLOSED_LETTERS = timedelta(days=30)  # so long a dismissed one can be restored
BATCH = 5000  # rows deleted in one transaction
PAUSE_SECONDS = 0.1  # between two transactions: other work goes first

_OVER: tuple[tuple[Table, ColumnElement[bool]], ...] = (
    (inbox, inbox.c.received_at < func.now() - KEEP),
    (
        dead_letter,
        (dead_letter.c.closed_at < func.now() - KEEP_CLOSED_LETTERS)
        & dead_letter.c.status.not_in(WORKABLE),
    ),
    (ticket, ticket.c.expires_at < func.now()),
    (session, or_(session.c.expires_at < func.now(), session.c.idle_until < func.now())),
    (
        login_try,
        (login_try.c.last_at < func.now() - timedelta(seconds=FORGET_SECONDS))
        & (login_try.c.blocked_until < func.now()),
    ),
)


async def tidy(store: Store) -> None:
    """Delete all that is over. Raises when the database is away; what is deleted stays so."""
    for table, over in _OVER:
        deleted = 0
        while (some := await _delete_some(store, table, over)) == BATCH:
            deleted += some
            await asyncio.sleep(PAUSE_SECONDS)
        if deleted + some:
            log.info("old rows deleted", table=table.name, rows=deleted + some)


async def _delete_some(store: Store, table: Table, over: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(over).limit(BATCH)
    some = some.with_for_update(skip_locked=True)  # somebody uses it at this moment: next hour
    async with store.engine.begin() as connection:
        return (await connection.execute(delete(table).where(key.in_(some)))).rowcount
