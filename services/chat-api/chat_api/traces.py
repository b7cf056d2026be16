"""Read turns and their traces: members only."""

from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text

from chat_api import turn_rows
from chat_api.changes import Store
from chat_api.membership import NO_TURN
from chat_api.tables import member, turn
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.chat import TraceView, TurnView
from warren.contracts.slip import LogEntry, StepCommand
from warren.errors import NotFound

_DECIDES = text("""
    select exists (select 1 from account where id = :asker and operator)
      or exists (select 1 from decision where turn_id = :turn
                 and (asked_id = :asker or decided_by = :asker))
""")
_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)


async def read_turn(store: Store, asker: UUID, turn_id: UUID) -> TurnView:
    """Return a turn. Raises NotFound for a foreign or unknown one."""
    row, _, _, _ = await _load(store, asker, turn_id)
    return row.view()


async def read_trace(store: Store, asker: UUID, turn_id: UUID) -> TraceView:
    """Return why this answer: while a turn runs only its first input is known here.

    Of a turn whose words a person approves, its patches are left out for everybody but who decides:
    they hold what was not approved.
    """
    row, command, first_input, log = await _load(store, asker, turn_id)
    first: JsonObject | None = None
    if first_input is not None:
        first = _OBJECT.validate_json(first_input)
    elif command is not None:
        first = StepCommand.model_validate_json(command).payload
    entries = _LOG.validate_json(log) if log is not None else ()
    if row.approval and not await _decides(store, asker, row):
        entries = tuple(one.model_copy(update={"patch": ()}) for one in entries)
    return TraceView(turn=row.view(), first_input=first, log=entries)


async def _decides(store: Store, asker: UUID, row: TurnRow) -> bool:
    async with store.reading.connect() as connection:
        found = await connection.execute(_DECIDES, {"asker": asker, "turn": row.id})
        return asker == row.approver_id or bool(found.scalar_one())


async def _load(
    store: Store, asker: UUID, turn_id: UUID
) -> tuple[TurnRow, bytes | None, bytes | None, bytes | None]:
    async with store.reading.connect() as connection:
        found = await connection.execute(
            turn_rows.select_turns()
            .add_columns(turn.c.command, turn.c.first_input, turn.c.log)
            .join(member, member.c.conversation_id == turn.c.conversation_id)
            .where(turn.c.id == turn_id, member.c.account_id == asker)
        )
        row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(NO_TURN)
    return turn_rows.from_row(row), row["command"], row["first_input"], row["log"]
