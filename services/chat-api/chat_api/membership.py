"""Who belongs to a conversation: everybody else hears that there is no such thing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.tables import member
from warren.errors import NotFound

NO_CONVERSATION = "There is no such conversation, or you are not a member of it."
NO_TURN = "There is no such turn, or you are not a member of its conversation."


async def must_be_member(connection: AsyncConnection, asker: UUID, id: UUID) -> None:
    """Raise NotFound unless the asker belongs to the conversation."""
    found = await connection.execute(
        select(member.c.read_seq).where(
            member.c.conversation_id == id, member.c.account_id == asker
        )
    )
    if found.one_or_none() is None:
        raise NotFound(NO_CONVERSATION)


def id_in_path(text: str, missing: str) -> UUID:
    """Return an id from an address. What is no UUID names nothing: raises NotFound."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(missing) from error
