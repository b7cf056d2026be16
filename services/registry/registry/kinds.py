"""The queues of step kinds: declared before any revision that uses them is committed."""

from collections.abc import Iterable
from time import monotonic

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import kind
from warren.broker.connection import Broker
from warren.broker.declare import declare_kind, waiting_in
from warren.contracts.names import kind_of
from warren.errors import BrokerUnavailable, Permanent
from warren.logging import get_logger

log = get_logger(__name__)

COUNT_SECONDS = 2.0  # many pages that look at once ask the broker once
ANEW_SECONDS = 60.0  # a queue that somebody deleted by hand stands again after this long


class Kinds:
    """Declares queues, each once a connection and once a minute."""

    def __init__(self) -> None:
        self._broker: Broker | None = None
        self._declared: dict[str, float] = {}
        self._waiting: dict[str, int] = {}
        self._counted_at = -COUNT_SECONDS

    def found(self, broker: Broker) -> None:
        """Use this broker from now on."""
        self._broker = broker

    def forget(self) -> None:
        """Declare everything anew: the broker may have been replaced meanwhile."""
        self._declared.clear()

    async def declare(self, names: Iterable[str]) -> dict[str, str]:
        """Declare and bind the queues of these kinds; return those that cannot be, and why.

        Raises BrokerUnavailable when the broker is away.
        """
        if self._broker is None:
            raise BrokerUnavailable("the broker has not answered yet")
        refused: dict[str, str] = {}
        old = monotonic() - ANEW_SECONDS
        for name in sorted(set(names)):
            if self._declared.get(name, -ANEW_SECONDS) > old:
                continue
            try:
                await declare_kind(self._broker, name)
            except Permanent as error:
                log.error("queue cannot be declared", kind=name, reason=str(error))
                refused[name] = str(error)
            else:
                self._declared[name] = monotonic()
        return refused

    async def waiting(self) -> dict[str, int]:
        """Return how many commands wait for each kind; empty while the broker is away."""
        if self._broker is None or not self._broker.connected:
            return {}
        if monotonic() - self._counted_at > COUNT_SECONDS:
            try:
                self._waiting = await waiting_in(self._broker, sorted(self._declared))
            except BrokerUnavailable:
                return {}
            self._counted_at = monotonic()
        return self._waiting


async def note(connection: AsyncConnection, classes: Iterable[str]) -> None:
    """Keep the kinds of these classes: turns in flight may use a kind long after its bot dropped
    it."""
    by_kind = {kind_of(name): name for name in sorted(set(classes), reverse=True)}
    rows = [
        {"kind": name, "class_name": class_name, "served": False}
        for name, class_name in sorted(by_kind.items())
    ]
    if rows:
        await connection.execute(insert(kind).on_conflict_do_nothing(), rows)


async def all_kinds(connection: AsyncConnection) -> tuple[str, ...]:
    """Return every kind that was ever in use."""
    return tuple((await connection.execute(select(kind.c.kind).order_by(kind.c.kind))).scalars())
