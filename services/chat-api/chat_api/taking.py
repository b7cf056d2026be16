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
from chat_api.decisions import context as deciding
from chat_api.decisions.context import Context
from chat_api.decisions.holding import Held, hold
from chat_api.decisions.retiring import replace as replace_draft
from chat_api.decisions.retiring import retire_older
from chat_api.decisions.speaking import Approved, Hold, content, fate_of
from chat_api.ledger.gaps import Heard
from chat_api.person import Person
from chat_api.repair.slips import first_input_of
from chat_api.reply import bubble
from chat_api.starting import ended_event, open_doors
from chat_api.tables import message
from chat_api.turn_rows import TurnRow
from chat_api.turns import accepts, after
from warren.contracts.base import JsonObject
from warren.contracts.chat import TurnState
from warren.contracts.frames import MessageCreated
from warren.contracts.ids import step_path
from warren.contracts.outcome import Ask, Outcome, OutcomeReply, TurnEnd
from warren.contracts.slip import LogEntry

_POSTED = select(message.c.turn_id, message.c.step_path, message.c.slot).where(
    message.c.turn_id.in_(bindparam("ids", expanding=True))
)
_RESOLVE = text("""
    update dead_letter set status = 'resolved', closed_at = now()
    where turn_id = :turn and status in ('open', 'replaying')
""")
_SPEND = text("update decision set spent = true where id = any(cast(:ids as uuid[]))")
_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)

ASK_SLOT = "ask.0"  # of what a step asks a person

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
    rows = await turn_rows.load(changes.connection, ids)
    outcomes = [one.outcome for one in batch if one.id in new]
    taken = changes.taken_by.values()
    context = Context()
    if deciding.is_needed(rows.values(), outcomes, taken):
        context = await deciding.load(changes.connection, [*rows.values()], outcomes, taken)
    taking = _Taking(changes, rows, context)
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
    context = await deciding.load(changes.connection, [row], [outcome], ())
    taking = _Taking(changes, {row.id: row}, context, by)
    posted = await changes.connection.execute(_POSTED, {"ids": [row.id]})
    taking.posted = {(one.turn_id, one.step_path, one.slot) for one in posted}
    taking.apply(outcome)
    await taking.write()
    return taking.tally


class _Taking:
    """The state of one batch. Nothing is written before write()."""

    def __init__(
        self,
        changes: Changes,
        turns: dict[UUID, TurnRow],
        context: Context,
        by: Person | None = None,
    ) -> None:
        self.tally = Tally()
        self.posted: set[Place] = set()
        self._by = by
        self._changes = changes
        self._context = context
        self._turns = turns
        self._messages: list[dict[str, Any]] = []
        self._heard = Heard()
        self._spent: list[UUID] = []
        self._held: list[tuple[TurnRow, Held]] = []
        self._answered: list[TurnRow] = []
        self._stops: list[tuple[TurnRow, TurnState, TurnEnd]] = []

    def apply(self, outcome: Outcome) -> None:
        """Take one outcome, or note it as late."""
        row = self._turns.get(outcome.turn_id)
        if row is None or not accepts(row.state, row.run, outcome.run):
            self.tally.late.append(outcome)
            return
        self._hear(row, outcome)
        if outcome.ask is not None:
            self._ask(row, outcome, outcome.ask)
        elif outcome.end is not None:
            self._end(self._turns[row.id], outcome.end)

    def _hear(self, row: TurnRow, outcome: Outcome) -> None:
        path = step_path(outcome.path, outcome.step)
        for reply in outcome.replies:
            place = (row.id, path, reply.slot)
            if place in self.posted:
                self.tally.double.append(outcome)
                continue
            self.posted.add(place)
            approved = self._context.approved.get(row.id, {})
            fate = fate_of(
                row,
                reply,
                by_hand=self._by is not None,
                asker=self._context.askers.get(row.id),
                taken_by=self._changes.taken_by.get(row.conversation_id),
                approved=approved,
            )
            if isinstance(fate, Hold):
                if fate.kind == "reply":
                    self._heard.reply(row, reply.body, reply.metadata)
                send_to = tuple(reply.send_to)
                self._hold(
                    row,
                    Held(
                        kind=fate.kind,
                        asked=fate.asked,
                        step=outcome.step,
                        path=path,
                        slot=reply.slot,
                        body=reply.body,
                        metadata=reply.metadata,
                        send_to=send_to,
                    ),
                )
            else:
                self._post(row, reply, path, fate.approved)

    def _post(
        self, row: TurnRow, reply: OutcomeReply, path: str, approved: Approved | None
    ) -> None:
        changes = self._changes
        seq = changes.next_seq(row.conversation_id)
        shown = bubble(
            row,
            reply,
            seq,
            changes.now,
            self._by and self._by.username,
            approved and approved.by_name,
        )
        values = message_rows.values(row.bot_id, shown, path, reply.slot)
        signed = {"by_hand": self._by and self._by.id, "approved_by": approved and approved.by}
        self._messages.append(values | signed)
        if approved is None and self._by is None:
            self._heard.reply(row, reply.body, reply.metadata, shown.id)
        if approved is not None:
            self._spent.append(approved.decision)
            del self._context.approved[row.id][content(reply.body, reply.metadata)]
        event = MessageCreated(conversation=row.conversation_id, seq=seq, message=shown)
        changes.tell(event, row.id)
        self.tally.posted += 1
        if row.conversation_id in changes.undecided:
            self._answered.append(row)

    def _hold(self, row: TurnRow, held: Held) -> None:
        self._held.append((row, held))
        self._turns[row.id] = replace(row, undecided=self._turns[row.id].undecided + 1)

    def _ask(self, row: TurnRow, outcome: Outcome, ask: Ask) -> None:
        """Let the turn stand still: its slip waits in the row for the answer."""
        state = after(row.state, "wait")
        if state is None:  # parked by another copy of this run: a person looks already
            self.tally.late.append(outcome)
            return
        self._hold(
            row,
            Held(
                kind=ask.kind,
                asked=self._context.asked(row, ask.to),
                step=outcome.step,
                path=step_path(outcome.path, outcome.step),
                slot=ASK_SLOT,
                body=ask.body,
                metadata=ask.metadata,
                form=ask.form,
                command=ask.command.model_dump_json(exclude_none=True).encode(),
            ),
        )
        trace = TurnEnd(first_input=first_input_of(ask.command), log=ask.command.log)
        self._stop(self._turns[row.id], state, trace)

    def _end(self, row: TurnRow, end: TurnEnd) -> None:
        """End the turn, or let it wait until its drafts are decided."""
        state = after(row.state, "finish")
        if self._by is None:
            self._heard.end(row, (self._changes.now - row.created_at).total_seconds())
        if row.undecided > 0:
            self._stop(row, "waiting", end)
            return
        assert state is not None  # accepts() said so
        self._changes.tell(ended_event(self._changes, row, "done"), row.id)
        self._stop(row, state, end)
        began = row.started_at or row.created_at
        self.tally.ended.append((row, (self._changes.now - began).total_seconds()))

    def _stop(self, row: TurnRow, state: TurnState, trace: TurnEnd) -> None:
        self._stops.append((row, state, trace))
        self._turns[row.id] = replace(row, state=state)

    async def write(self) -> None:
        """Write messages and ends, then let the next turns in: their payload holds the replies."""
        changes = self._changes
        connection = changes.connection
        if self._messages:
            await connection.execute(insert(message), self._messages)
        await self._heard.write(changes)
        for row, state, trace in self._stops:
            await self._write_stop(row, state, trace)
        await self._write_held()
        for row in self._answered:
            await retire_older(changes, row.conversation_id, row.bot_id, row.created_at)
        stopped = [row for row, _, _ in self._stops]
        await open_doors(changes, [row for row in stopped if row.holds_door])
        # A turn that was resumed holds no door, but a slot.
        changes.freed |= any(not row.holds_door for row in stopped)
        changes.settled |= any(row.reference is not None for row in stopped)

    async def _write_stop(self, row: TurnRow, state: TurnState, trace: TurnEnd) -> None:
        ended = state == "done"
        await turn_rows.change(
            self._changes.connection,
            row.id,
            state=state,
            holds_door=False,
            ended_at=self._changes.now if ended else None,
            failure=None,
            command=None,
            first_input=_OBJECT.dump_json(trace.first_input),
            log=_LOG.dump_json(trace.log),
        )
        if ended and row.reference is not None:
            await self._changes.connection.execute(_RESOLVE, {"turn": row.id})

    async def _write_held(self) -> None:
        for row, held in self._held:
            before = self._context.waiting.get((row.id, held.path, held.slot))
            if before is not None:  # an earlier run's: this one says it anew
                await replace_draft(self._changes, before)
                await self._changes.flush()
            hold(self._changes, row, held, self._context)
        if self._spent:
            await self._changes.connection.execute(_SPEND, {"ids": self._spent})
