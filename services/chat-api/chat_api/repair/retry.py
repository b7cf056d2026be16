"""Try again: a member of the conversation replays a parked turn as it was."""

from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Store
from chat_api.membership import NO_TURN
from chat_api.person import Person
from chat_api.repair.replay import replay
from chat_api.traces import read_turn
from warren.contracts.chat import TurnView
from warren.contracts.letters import Replay
from warren.errors import Conflict, NotFound

_LETTER = text("""
    select t.state, (
      select l.id from dead_letter l where l.turn_id = t.id and l.status not in ('late', 'double')
      order by l.status in ('open', 'replaying') desc, l.failed_at desc limit 1) as letter
    from turn t
    join member m on m.conversation_id = t.conversation_id and m.account_id = :asker
    where t.id = :turn
""")


async def retry(store: Store, by: Person, turn: UUID) -> TurnView:
    """Return the turn, running again. Raises NotFound for a foreign one, Conflict as replay()."""
    async with store.reading.connect() as connection:
        found = await connection.execute(_LETTER, {"asker": by.id, "turn": turn})
        row = found.one_or_none()
    if row is None:
        raise NotFound(NO_TURN)
    if row.letter is None:
        raise Conflict(f"Nothing was sent. This turn is {row.state}.", kind="turn-ended")
    await replay(store, by, row.letter, Replay())
    return await read_turn(store, by.id, turn)
