"""A bot's message, for a member of its conversation who has a word to say about it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from warren.errors import Conflict, NotFound

NO_MESSAGE = "There is no such message, or you are not a member of its conversation."

_FIND = text("""
    select said.id, said.conversation_id, said.body, coalesce(said.original, said.body) as first,
      said.turn_id, said.by_hand is not null as by_hand,
      said.original is not null as corrected, author.kind, author.username as bot,
      t.revision
    from message said
      join member m on m.conversation_id = said.conversation_id and m.account_id = :asker
      join account author on author.id = said.author_id
      left join turn t on t.id = said.turn_id
    where said.id = :id
""")


@dataclass(frozen=True)
class Spoken:
    """What a bot said: body as it reads now, first as it was sent before somebody corrected it.

    revision is empty where no revision said it: for a text that a person wrote in the bot's place.
    """

    id: UUID
    conversation_id: UUID
    body: str
    first: str
    turn_id: UUID | None
    by_hand: bool
    corrected: bool
    bot: str
    revision: str


async def spoken(connection: AsyncConnection, asker: UUID, id: UUID, act: str) -> Spoken:
    """Return a bot's message. act says what cannot be done with a person's.

    Raises NotFound for a foreign or unknown message, Conflict for one of a person.
    """
    found = (await connection.execute(_FIND, {"asker": asker, "id": id})).mappings().one_or_none()
    if found is None:
        raise NotFound(NO_MESSAGE)
    if found["kind"] != "bot":
        raise Conflict(
            f"Nothing was saved. A person wrote this message: only bots' messages {act}.",
            kind="not-of-a-bot",
        )
    revision = "" if found["by_hand"] else found["revision"] or ""
    values = {name: found[name] for name in Spoken.__dataclass_fields__ if name != "revision"}
    return Spoken(**values, revision=revision)
