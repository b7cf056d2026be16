"""Take outcomes in one transaction: replies become messages, ends end turns, doors open.

Called by the gate only: it is the one writer of bots' messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import bindparam, insert, select, text

from chat_api import inbox, message_rows, turn_rows
from chat_api.changes import Changes
from chat_api.person import Person
from chat_api.reply import bubble
from chat_api.starting import ended_event, open_doors
from chat_api.tables import message
from chat_api.turn_rows import TurnRow
from chat_api.turns import accepts, after
from warren.contracts.base import JsonObject
from warren.contracts.frames import MessageCreated
from warren.contracts.ids import step_path
from warren.contracts.outcome import Outcome, TurnEnd
from warren.contracts.slip import LogEntry

_POSTED = select(message.c.turn_id, message.c.step_path, message.c.slot).where(
    message.c.turn_id.in_(bindparam("ids", expanding=True))
)
_RESOLVE = text("""
    update dead_letter set status = 'resolved', closed_at = now()
    where turn_id = :turn and status in ('open', 'replaying')
""")
_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)

Place = tuple[UUID, str, str]


@dataclass(frozen=True)
class Taken:
    """An outcome and the id of the message that brought it."""

    id: str
    outcome: Outcome


@dataclass
class Tally:
    """What became of a batch: to be counted and logged once it is committed."""

    late: list[Outcome] = field(default_factory=lambda: [])
    double: list[Outcome] = field(default_factory=lambda: [])
    posted: int = 0
    ended: list[tuple[TurnRow, float]] = field(default_factory=lambda: [])


async def take(changes: Changes, batch: Sequence[Taken]) -> Tally:
    """Apply outcomes in order. Doubles and outcomes of another run change nothing."""
    new = await inbox.note(changes.connection, [one.id for one in batch])
    ids = {one.outcome.turn_id for one in batch}
    await changes.lock_places_of(ids)
    taking = _Taking(changes, await turn_rows.load(changes.connection, ids))
    posted = await changes.connection.execute(_POSTED, {"ids": list(ids)})
    taking.posted = {(row.turn_id, row.step_path, row.slot) for row in posted}
    for one in batch:
        if one.id in new:
            new.discard(one.id)
            taking.apply(one.outcome)
        else:
            taking.tally.double.append(one.outcome)
    await taking.write()
    return taking.tally


async def take_by_hand(changes: Changes, row: TurnRow, outcome: Outcome, by: Person) -> Tally:
    """Apply what a person gave in a step's place. The turn's conversation is locked."""
    taking = _Taking(changes, {row.id: row}, by)
    posted = await changes.connection.execute(_POSTED, {"ids": [row.id]})
    taking.posted = {(one.turn_id, one.step_path, one.slot) for one in posted}
    taking.apply(outcome)
    await taking.write()
    return taking.tally


class _Taking:
    """The state of one batch. Nothing is written before write()."""

    def __init__(
        self, changes: Changes, turns: dict[UUID, TurnRow], by: Person | None = None
    ) -> None:
        self.tally = Tally()
        self.posted: set[Place] = set()
        self._by = by
        self._changes = changes
        self._turns = turns
        self._messages: list[dict[str, Any]] = []
        self._ends: list[tuple[TurnRow, TurnEnd]] = []

    def apply(self, outcome: Outcome) -> None:
        """Take one outcome, or note it as late."""
        row = self._turns.get(outcome.turn_id)
        if row is None or not accepts(row.state, row.run, outcome.run):
            self.tally.late.append(outcome)
            return
        self._post(row, outcome)
        if outcome.end is not None:
            self._end(row, outcome.end)

    def _post(self, row: TurnRow, outcome: Outcome) -> None:
        path = step_path(outcome.path, outcome.step)
        for reply in outcome.replies:
            place = (row.id, path, reply.slot)
            if place in self.posted:
                self.tally.double.append(outcome)
                continue
            self.posted.add(place)
            changes = self._changes
            seq = changes.next_seq(row.conversation_id)
            shown = bubble(row, reply, seq, changes.now, self._by and self._by.username)
            values = message_rows.values(row.bot_id, shown, path, reply.slot)
            self._messages.append(values | {"by_hand": self._by and self._by.id})
            event = MessageCreated(conversation=row.conversation_id, seq=seq, message=shown)
            changes.tell(event, row.id)
            self.tally.posted += 1

    def _end(self, row: TurnRow, end: TurnEnd) -> None:
        state = after(row.state, "finish")
        assert state is not None  # accepts() said so
        self._changes.tell(ended_event(self._changes, row, "done"), row.id)
        self._ends.append((row, end))
        began = row.started_at or row.created_at
        self.tally.ended.append((row, (self._changes.now - began).total_seconds()))
        self._turns[row.id] = replace(row, state=state)

    async def write(self) -> None:
        """Write messages and ends, then let the next turns in: their payload holds the replies."""
        connection = self._changes.connection
        if self._messages:
            await connection.execute(insert(message), self._messages)
        for row, end in self._ends:
            await turn_rows.change(
                connection,
                row.id,
                state="done",
                holds_door=False,
                ended_at=self._changes.now,
                failure=None,
                command=None,
                first_input=_OBJECT.dump_json(end.first_input),
                log=_LOG.dump_json(end.log),
            )
            if row.reference is not None:
                await connection.execute(_RESOLVE, {"turn": row.id})
        await open_doors(self._changes, [row for row, _ in self._ends if row.holds_door])
        # A turn that was resumed holds no door, but a slot.
        self._changes.freed |= any(not row.holds_door for row, _ in self._ends)
        self._changes.settled |= any(row.reference is not None for row, _ in self._ends)
