"""Cancel a turn: raise its run, so that the gate refuses the rest at once, and tell the runners.

The hint on `warren.control` saves work; correctness is in the run.
"""

from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import select, text

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.membership import NO_TURN
from chat_api.starting import ended_event, open_doors
from chat_api.tables import turn
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.broker.publisher import Outgoing
from warren.broker.topology import CONTROL as CONTROL_EXCHANGE
from warren.contracts.base import JsonObject
from warren.contracts.chat import TurnView
from warren.contracts.control import CONTROL, Control
from warren.contracts.slip import StepCommand
from warren.errors import Conflict, NotFound
from warren.metrics import TURNS_ENDED

_PLACE = text("""
    select t.conversation_id from turn t
    join member m on m.conversation_id = t.conversation_id and m.account_id = :asker
    where t.id = :turn
""")
_CLOSE_LETTERS = text("""
    update dead_letter set status = 'cancelled', closed_at = now()
    where turn_id = :turn and status in ('open', 'replaying')
""")
_OBJECT = TypeAdapter(JsonObject)


async def cancel(store: Store, asker: UUID, turn_id: UUID) -> TurnView:
    """Return the cancelled turn. Raises NotFound for a foreign one, Conflict when it has ended."""
    async with changing(store) as changes:
        found = await changes.connection.execute(_PLACE, {"turn": turn_id, "asker": asker})
        place = found.scalar_one_or_none()
        if place is None:
            raise NotFound(NO_TURN)
        await changes.lock([place])
        row = (await turn_rows.load(changes.connection, [turn_id]))[turn_id]
        state = after(row.state, "cancel")
        if state is None:
            raise Conflict(
                f"Nothing was changed. This turn is {row.state} already.", kind="turn-ended"
            )
        await _end(changes, row)
    TURNS_ENDED.labels(row.bot, "cancelled").inc()
    async with store.reading.connect() as connection:
        return (await turn_rows.load(connection, [turn_id]))[turn_id].view()


async def _end(changes: Changes, row: TurnRow) -> None:
    await turn_rows.change(
        changes.connection,
        row.id,
        state="cancelled",
        run=row.run + 1,
        stream=False,
        holds_door=False,
        ended_at=changes.now,
        command=None,
        first_input=await _first_input(changes, row),
    )
    changes.tell(ended_event(changes, row, "cancelled"), row.id)
    changes.send(_hint(row))
    if row.reference is not None:
        await changes.connection.execute(_CLOSE_LETTERS, {"turn": row.id})
    changes.freed = True  # a resumed turn holds no door, but a slot
    changes.settled = row.reference is not None
    if row.holds_door:
        await open_doors(changes, [row])


async def _first_input(changes: Changes, row: TurnRow) -> bytes | None:
    """What the turn began with, for its trace; None when it never started."""
    found = await changes.connection.execute(select(turn.c.command).where(turn.c.id == row.id))
    command = found.scalar_one()
    if command is None:
        return None
    return _OBJECT.dump_json(StepCommand.model_validate_json(command).payload)


def _hint(row: TurnRow) -> Outgoing:
    return Outgoing(
        exchange=CONTROL_EXCHANGE,
        key="",
        body=Control(turn_id=row.id, run=row.run + 1).model_dump_json().encode(),
        type=CONTROL,
        message_id=uuid4(),
        correlation_id=row.id,
        mandatory=False,
    )
