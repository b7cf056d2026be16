"""Cancel a turn: raise its run, so that the gate refuses the rest at once, and tell the runners.

The hint on `warren.control` saves work; correctness is in the run.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import select, text

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.decisions.retiring import retire_turn
from chat_api.letters.commands import read_command
from chat_api.membership import NO_TURN
from chat_api.person import Person
from chat_api.repair.acts import Act, note
from chat_api.repair.slips import first_input_of
from chat_api.starting import ended_event, open_doors
from chat_api.tables import turn
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.broker.publisher import Outgoing
from warren.broker.topology import CONTROL as CONTROL_EXCHANGE
from warren.contracts.base import JsonObject
from warren.contracts.chat import TurnView
from warren.contracts.control import CONTROL, Control
from warren.contracts.slip import LogEntry, StepCommand
from warren.errors import Conflict, NotFound
from warren.metrics import TURNS_ENDED

_PLACE = text("""
    select t.conversation_id from turn t
    join member m on m.conversation_id = t.conversation_id and m.account_id = :asker
    where t.id = :turn
""")
_LETTERS = text("""
    select id, reference, message_id from dead_letter
    where turn_id = :turn and status in ('open', 'replaying') for update
""")
_OBJECT = TypeAdapter(JsonObject)
_LOG = TypeAdapter(tuple[LogEntry, ...])


@dataclass(frozen=True)
class _Letter:
    """A letter that is closed with its turn."""

    id: UUID
    reference: str
    message_id: str | None


async def cancel(store: Store, asker: Person, turn_id: UUID) -> TurnView:
    """Return the cancelled turn. Raises NotFound for a foreign one, Conflict when it has ended."""
    async with changing(store) as changes:
        found = await changes.connection.execute(_PLACE, {"turn": turn_id, "asker": asker.id})
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
        await _end(changes, row, asker)
    TURNS_ENDED.labels(row.bot, "cancelled").inc()
    async with store.reading.connect() as connection:
        return (await turn_rows.load(connection, [turn_id]))[turn_id].view()


async def _end(changes: Changes, row: TurnRow, asker: Person) -> None:
    sent = await _sent(changes, row)
    trace = {} if sent is None else {"first_input": _OBJECT.dump_json(first_input_of(sent))}
    if sent is not None and sent.log:
        trace["log"] = _LOG.dump_json(sent.log)
    await turn_rows.change(
        changes.connection,
        row.id,
        state="cancelled",
        run=row.run + 1,
        stream=False,
        holds_door=False,
        ended_at=changes.now,
        command=None,
        **trace,
    )
    if row.undecided:
        await retire_turn(changes, row.id)
    changes.tell(ended_event(changes, row, "cancelled"), row.id)
    changes.send(_hint(row))
    if row.reference is not None:
        found = await changes.connection.execute(_LETTERS, {"turn": row.id})
        for letter in found:
            note(changes, _Letter(*letter), asker, Act(kind="cancelled"))
    changes.freed = True  # a resumed turn holds no door, but a slot
    changes.settled = row.reference is not None
    if row.holds_door:
        await open_doors(changes, [row])


async def _sent(changes: Changes, row: TurnRow) -> StepCommand | None:
    """Return the command that the turn was last sent on its way with; None if it never started."""
    found = await changes.connection.execute(select(turn.c.command).where(turn.c.id == row.id))
    return read_command(found.scalar_one())


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
