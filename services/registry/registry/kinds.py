"""The queues of step kinds: declared before any revision that uses them is committed."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import kind
from warren.broker.connection import Broker
from warren.broker.declare import declare_kind
from warren.contracts.names import kind_of


class Kinds:
    """Remembers what was declared on this connection, so that each kind costs one declaration."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._declared: set[str] = set()

    def forget(self) -> None:
        """Declare everything anew: the broker may have been replaced meanwhile."""
        self._declared.clear()

    async def declare(self, names: Iterable[str]) -> None:
        """Declare and bind the queues of these kinds. Raises BrokerUnavailable."""
        for name in sorted(set(names) - self._declared):
            await declare_kind(self._broker, name)
            self._declared.add(name)


async def note(connection: AsyncConnection, classes: Iterable[str]) -> None:
    """Keep the kinds of these classes: turns in flight may use a kind long after its bot dropped
    it."""
    rows = [
        {"kind": kind_of(name), "class_name": name, "served": False}
        for name in sorted(set(classes))
    ]
    if rows:
        await connection.execute(insert(kind).on_conflict_do_nothing(), rows)


async def all_kinds(connection: AsyncConnection) -> tuple[str, ...]:
    """Return every kind that was ever in use."""
    return tuple((await connection.execute(select(kind.c.kind).order_by(kind.c.kind))).scalars())
