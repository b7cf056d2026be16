"""End takeovers whose time is over, with what was chosen for that: the bots speak from the next
message on, or they also answer the newest one that nobody has answered."""

from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Changes, Store, changing
from chat_api.posting import call_bots
from chat_api.takeover.taking_over import give_back

BATCH = 100

_OVER = text("""
    select id from conversation where taken_by is not null and taken_until <= now()
    order by taken_until limit :batch
""")
_STILL = text("""
    select taken_then as then, taken_by, kind from conversation
    where id = :place and taken_by is not null and taken_until <= now()
""")
_UNANSWERED = text("""
    select m.id, m.body from message m join account a on a.id = m.author_id
    where m.conversation_id = :place and a.kind = 'person'
      and m.seq = (select max(seq) from message where conversation_id = :place)
      and m.author_id <> :taker
""")


async def end_overdue(store: Store) -> None:
    """End what is overdue, each in a transaction of its own."""
    async with store.reading.connect() as connection:
        places = (await connection.execute(_OVER, {"batch": BATCH})).scalars().all()
    for place in places:
        async with changing(store) as changes:
            await changes.lock([place])
            await _end(changes, place)


async def _end(changes: Changes, place: UUID) -> None:
    found = (await changes.connection.execute(_STILL, {"place": place})).one_or_none()
    if found is None:  # released, or taken anew meanwhile
        return
    await give_back(changes, place, None)
    if found.then != "answer":
        return
    newest = await changes.connection.execute(
        _UNANSWERED, {"place": place, "taker": found.taken_by}
    )
    waits = newest.one_or_none()
    if waits is not None:
        await call_bots(changes, found.kind, place, waits.id, waits.body)
