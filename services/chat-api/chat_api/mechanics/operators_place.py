"""The operators' conversation: where bots that work on bots speak, once an operator approves."""

from uuid import UUID, uuid4

from sqlalchemy import text

from chat_api.changes import Changes
from chat_api.conversations import announce_to

KEY = "operators"  # stands where a direct conversation has its two members: there is one of it
TITLE = "Operators"

_FIND = text("select id from conversation where direct_key = :key")
_MAKE = text("""
    insert into conversation (id, kind, title, direct_key, created_by)
    values (:id, 'group', :title, :key, :bot) on conflict (direct_key) do nothing
""")
_JOIN = text("""
    insert into member (conversation_id, account_id)
    select :place, a.id from account a
    where a.active and (a.id = :bot or (a.kind = 'person' and a.operator))
    on conflict do nothing returning account_id
""")
_PEOPLE = text("select id from account where kind = 'person' and id = any(cast(:ids as uuid[]))")


async def operators_place(changes: Changes, bot: UUID) -> UUID:
    """Return the operators' conversation, locked: with every operator and this bot in it.

    It is made by the first bot that needs it. Call once a transaction.
    """
    connection = changes.connection
    await connection.execute(_MAKE, {"id": uuid4(), "title": TITLE, "key": KEY, "bot": bot})
    place: UUID = (await connection.execute(_FIND, {"key": KEY})).scalar_one()
    await changes.lock([place])
    joined = await connection.execute(_JOIN, {"place": place, "bot": bot})
    new = list(joined.scalars())
    for person in (await connection.execute(_PEOPLE, {"ids": new})).scalars():
        await announce_to(changes, person, place)
    return place
