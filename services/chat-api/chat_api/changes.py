"""One transaction's visible changes: the seq of each locked conversation, and what goes out.

Every writer of conversations works through `changing()`: lock, change, write; after the commit the
relay publishes. Conversations are locked in the order of their ids, so writers never deadlock.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Executable,
    Insert,
    Row,
    Select,
    Update,
    Uuid,
    bindparam,
    func,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chat_api.tables import conversation, outbox, turn
from warren.broker.publisher import Outgoing
from warren.broker.topology import EVENTS
from warren.contracts.frames import EVENT, ConversationCreated, LoggedEvent
from warren.db.outbox import OutboxRow
from warren.db.relay import Relay
from warren.failpoints import hit


def _locking(these: ColumnElement[bool]) -> Select[Any, Any, Any]:
    """Return a select of conversations that locks them, and the clock after each lock; one row
    with the clock alone when there are none."""
    locked = (
        select(
            conversation.c.id,
            conversation.c.last_seq,
            conversation.c.undecided,
            conversation.c.taken_by,
            conversation.c.taken_until,
        )
        .where(these)
        .order_by(conversation.c.id)
        .with_for_update()
        .cte("locked")
    )
    one = select(true().label("one")).subquery("one")
    return select(*locked.c, func.clock_timestamp().label("now")).select_from(
        one.outerjoin(locked, true())
    )


_LOCK_MANY = _locking(conversation.c.id.in_(bindparam("ids", expanding=True)))
_LOCK_OF_TURNS = _locking(
    conversation.c.id.in_(
        select(turn.c.conversation_id).where(turn.c.id.in_(bindparam("ids", expanding=True)))
    )
)


@dataclass(frozen=True)
class Store:
    """The database and the way out of it: what every reader and writer here is given."""

    engine: AsyncEngine
    relay: Relay
    freed: asyncio.Event  # set when a turn left its slot: promoting.py looks who may start
    # set when a resumed turn has an outcome: bulk/running.py sends the next
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @cached_property
    def reading(self) -> AsyncEngine:
        """The same pool without transactions: one round trip a statement."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")


class Changes:
    """What one transaction changes. `now` is the database's clock, read after the locks."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.now = datetime.min.replace(tzinfo=UTC)
        self.freed = False
        self.settled = False
        self.doors_later = False  # the next turns are left to promoting.py, whatever they hold
        self.taken_by: dict[UUID, UUID] = {}  # who has taken over a conversation that is locked
        self.undecided: set[UUID] = set()  # the locked conversations in which something waits
        self._heads: dict[UUID, int] = {}
        self._written: dict[UUID, int] = {}
        self._out: list[Outgoing] = []
        self._later: dict[Executable, list[dict[str, Any]]] = {}
        self._places: list[tuple[UUID, int] | None] = []
        self._along: list[Insert | Update] = []

    async def lock(self, ids: Iterable[UUID]) -> None:
        """Lock conversations until the commit. Unknown ids are ignored. Call once."""
        await self._lock(_LOCK_MANY, ids)

    async def lock_places_of(self, turns: Iterable[UUID]) -> None:
        """Lock the conversations of these turns, likewise."""
        await self._lock(_LOCK_OF_TURNS, turns)

    async def _lock(self, statement: Select[Any, Any, Any], ids: Iterable[UUID]) -> None:
        rows = (await self.connection.execute(statement, {"ids": list(set(ids))})).all()
        self.now = max(row.now for row in rows)
        for row in rows:
            if row.id is not None:
                self.locked(row.id, row)

    def locked(
        self, conversation_id: UUID, row: Row[*tuple[Any, ...]], now: datetime | None = None
    ) -> None:
        """Note a conversation that the caller has locked by a statement of its own.

        row has last_seq, undecided, taken_by and taken_until.
        """
        self._heads[conversation_id] = self._written[conversation_id] = row.last_seq
        if now is not None:
            self.now = now
        if row.undecided:
            self.undecided.add(conversation_id)
        if row.taken_by is not None and row.taken_until > self.now:
            self.taken_by[conversation_id] = row.taken_by

    def holds(self, conversation_id: UUID) -> bool:
        """Whether the conversation is locked here."""
        return conversation_id in self._heads

    def next_seq(self, conversation_id: UUID) -> int:
        """Take the conversation's next seq. It must be told, or the log has a hole."""
        self._heads[conversation_id] += 1
        return self._heads[conversation_id]

    def tell(self, event: LoggedEvent, turn_id: UUID | None = None) -> None:
        """Publish a visible change and keep it in the event log."""
        key = f"{event.type}.{event.conversation}"
        self._out.append(event_message(key, event, turn_id))
        self._places.append((event.conversation, event.seq))

    def announce(self, event: ConversationCreated) -> None:
        """Tell one person of a conversation that is new for them."""
        self.send(event_message(f"user.joined.{event.user}", event))

    def send(self, message: Outgoing) -> None:
        """Publish a message that is no visible change."""
        self._out.append(message)
        self._places.append(None)

    def later(self, statement: Executable, **values: Any) -> None:
        """Run a statement at the end, together with all others that are the same: one round trip.

        statement is a constant of its module, and nothing that is read before may need it.
        """
        self._later.setdefault(statement, []).append(values)

    async def flush(self) -> None:
        """Run what was put off until later."""
        put_off, self._later = self._later, {}
        for statement, rows in put_off.items():
            await self.connection.execute(statement, rows)

    def write_last(self, statement: Insert | Update) -> None:
        """Write this with what goes out: nothing in this transaction reads it before the commit."""
        self._along.append(statement)

    async def write_heads(self) -> None:
        """Write the counters now: a statement that is to come reads and raises one itself."""
        moved = self._moved()
        if moved:
            await self.connection.execute(_heads(moved))
            self._written.update(moved)

    def _moved(self) -> dict[UUID, int]:
        return {place: head for place, head in self._heads.items() if head != self._written[place]}

    async def write(self) -> list[OutboxRow]:
        """Write what was put off, heads and outbox rows; the last statements before the commit."""
        await self.flush()
        moved = self._moved()
        if moved:
            self.write_last(_heads(moved))
        return await outbox.add(self.connection, self._out, self._places, self._along)


def _heads(moved: Mapping[UUID, int]) -> Update:
    """Return the update of the conversations' counters."""
    head = (
        func.unnest(
            bindparam(None, list(moved), type_=ARRAY(Uuid)),
            bindparam(None, list(moved.values()), type_=ARRAY(BigInteger)),
        )
        .table_valued("place", "seq", name="head")
        .render_derived()
    )
    return (
        update(conversation)
        .where(conversation.c.id == head.c.place)
        .values(last_seq=head.c.seq, active_at=func.now())
    )


def event_message(key: str, event: BaseModel, turn_id: UUID | None = None) -> Outgoing:
    """Return an event as it goes to `warren.events`: its body is the frame that browsers get."""
    return Outgoing(
        exchange=EVENTS,
        key=key,
        body=event.model_dump_json().encode(),
        type=EVENT,
        message_id=uuid4(),
        correlation_id=turn_id,
        mandatory=False,
    )


@asynccontextmanager
async def changing(store: Store, failpoint: str = "chat") -> AsyncGenerator[Changes]:
    """One transaction: commit at the end, then hand its messages to the relay."""
    async with store.engine.begin() as connection:
        changes = Changes(connection)
        yield changes
        rows = await changes.write()
        hit(f"{failpoint}.before_commit")
    hit(f"{failpoint}.after_commit")
    store.relay.offer(rows)
    if changes.freed:
        store.freed.set()
    if changes.settled:
        store.settled.set()
