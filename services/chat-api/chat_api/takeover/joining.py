"""Let a person join a conversation to which they were called. The conversation is locked."""

from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Changes
from chat_api.conversations import announce_to
from chat_api.person import Person

_JOIN = text("""
    insert into member (conversation_id, account_id) values (:place, :who)
    on conflict do nothing returning account_id
""")


async def join(changes: Changes, who: Person, place: UUID) -> None:
    """Make a person a member; tell their screens. A second call changes nothing."""
    joined = await changes.connection.execute(_JOIN, {"place": place, "who": who.id})
    if joined.one_or_none() is not None:
        await announce_to(changes, who.id, place)
