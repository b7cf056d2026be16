"""Turns as rows: read, written and shown. What may happen to one is decided in `turns.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Insert, RowMapping, Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.tables import turn
from warren.contracts.chat import StepName, TurnState, TurnView
from warren.contracts.registry import StepCard

OPEN: tuple[TurnState, ...] = ("queued", "running", "waiting", "parked")


@dataclass(frozen=True)
class TurnRow:
    """One turn without its bytes. answers are the messages that it answers, the last one quoted.

    approval: what it says is a draft first. undecided counts its decisions that wait.
    """

    id: UUID
    conversation_id: UUID
    bot_id: UUID
    bot: str
    revision: str
    state: TurnState
    run: int
    stream: bool
    holds_door: bool
    history: int
    steps: tuple[StepCard, ...]
    answers: tuple[UUID, ...]
    created_at: datetime
    started_at: datetime | None = None
    deadline: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    reference: str | None = None
    approval: bool = False
    approver_id: UUID | None = None
    undecided: int = 0
    waiting_for: str | None = None

    @property
    def step_names(self) -> tuple[StepName, ...]:
        """The steps as the client shows them."""
        return tuple(StepName(id=step.id, kind=step.kind) for step in self.steps)

    def view(self) -> TurnView:
        """Return the turn as the API shows it."""
        return TurnView(
            id=self.id,
            conversation_id=self.conversation_id,
            bot=self.bot,
            revision=self.revision,
            state=self.state,
            run=self.run,
            stream=self.stream,
            answers=self.answers,
            steps=self.step_names,
            failure=self.failure,
            reference=self.reference,
            waiting_for=self.waiting_for,
            created_at=self.created_at,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )


_STEPS = TypeAdapter(tuple[StepCard, ...])
_COLUMNS = tuple(column for column in turn.c if column.name in TurnRow.__dataclass_fields__)


def select_turns() -> Select[Any]:
    """Return a select of what TurnRow holds, to be narrowed and read by from_row()."""
    return select(*_COLUMNS)


_BY_IDS = select_turns().where(turn.c.id.in_(bindparam("ids", expanding=True)))
_OPEN = (
    select_turns()
    .where(
        turn.c.conversation_id.in_(bindparam("places", expanding=True)),
        turn.c.state.in_(OPEN),
    )
    .order_by(turn.c.created_at, turn.c.id)
)


def from_row(row: RowMapping) -> TurnRow:
    """Return a row of select_turns() as a TurnRow."""
    values = {name: row[name] for name in TurnRow.__dataclass_fields__}
    values["steps"] = _STEPS.validate_python(values["steps"])
    values["answers"] = tuple(values["answers"])
    return TurnRow(**values)


async def load(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, TurnRow]:
    """Return the turns with these ids, by id. Unknown ids are left out."""
    found = await connection.execute(_BY_IDS, {"ids": list(set(ids))})
    return {row["id"]: from_row(row) for row in found.mappings()}


async def open_turns(connection: AsyncConnection, places: Sequence[UUID]) -> list[TurnRow]:
    """Return the turns that have not ended in these conversations, oldest first."""
    found = await connection.execute(_OPEN, {"places": list(places)})
    return [from_row(row) for row in found.mappings()]


def adding(row: TurnRow, command: bytes | None = None) -> Insert:
    """Return the insert of a new turn, with its first command when it starts at once."""
    values = {name: getattr(row, name) for name in TurnRow.__dataclass_fields__}
    values["steps"] = [step.model_dump(mode="json") for step in row.steps]
    values["answers"] = list(row.answers)
    return insert(turn).values(values | {"command": command})


async def change(connection: AsyncConnection, turn_id: UUID, **values: Any) -> None:
    """Set columns of a turn whose conversation is locked."""
    await connection.execute(update(turn).where(turn.c.id == turn_id).values(**values))
