"""Where a message on behalf of a person goes: only into conversations that they belong to."""

from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Store
from chat_api.conversations import direct_with
from chat_api.decisions.cases import Decider
from warren.errors import Conflict

_WANTED = text("""
    select send_to from decision
    where id = :id and kind = 'send_as' and asked_id = :asked and status = 'waiting'
""")
_AMONG = text("""
    select c.id from conversation c join member mine on mine.conversation_id = c.id
    where mine.account_id = :asked and c.kind = 'group' and (
      select array_agg(a.username order by a.username)
      from member m join account a on a.id = m.account_id where m.conversation_id = c.id
    ) = cast(:names as varchar[])
    order by c.active_at desc limit 1
""")


async def place_of(store: Store, who: Decider, id: UUID) -> UUID | None:
    """Return the conversation that a `send_as` is meant for; None for other drafts.

    One recipient: the direct conversation, found or made. More: the newest group of just these
    people and the asker. Raises Conflict when there is none.
    """
    async with store.reading.connect() as connection:
        found = await connection.execute(_WANTED, {"id": id, "asked": who.id})
        names: list[str] | None = found.scalar_one_or_none()
        if names is None:
            return None
        others = sorted(set(names) - {who.username})
        if len(others) > 1:
            among = sorted({*others, who.username})
            place = (
                await connection.execute(_AMONG, {"asked": who.id, "names": among})
            ).scalar_one_or_none()
            if place is None:
                raise Conflict(
                    f"Nothing was sent. You have no conversation with just {_and(others)}. Start"
                    " one, then approve this.",
                    kind="no-conversation",
                )
            return place
    if not others:
        raise Conflict("Nothing was sent. It names nobody but you.", kind="no-conversation")
    return await direct_with(store, who.id, who.username, others[0])


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
