"""Which runners live, and which kinds they serve: kept in the database, so that two registries
agree."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import kind, outbox, runner
from warren.broker.publisher import Outgoing
from warren.broker.topology import EVENTS
from warren.contracts.registry import (
    KIND_CHANGED,
    Heartbeat,
    KindServed,
    KindUnserved,
    RunnerView,
)
from warren.db.engine import advisory_lock
from warren.db.outbox import OutboxRow

GONE_AFTER = timedelta(seconds=8)  # four beats of 2 s
LOCK = "registry.runners"

# For each kind: was it served, and is a runner that names it alive now?
_SERVED_NOW = text("""
    select k.kind, k.served, exists (
        select 1 from runner r, json_array_elements_text(r.beat -> 'kinds') as serves(name)
        where serves.name = k.kind and r.seen_at > now() - make_interval(secs => :gone)
    ) as now from kind k order by k.kind
""")


async def beat(connection: AsyncConnection, heartbeat: Heartbeat) -> None:
    """Note that a runner lives."""
    values = {"beat": heartbeat.model_dump(mode="json"), "seen_at": func.now()}
    await connection.execute(
        insert(runner)
        .values(runner=heartbeat.runner, **values)
        .on_conflict_do_update(index_elements=["runner"], set_=values)
    )


async def goodbye(connection: AsyncConnection, name: str) -> None:
    """Forget a runner that ends. An unknown one is not an error."""
    await connection.execute(delete(runner).where(runner.c.runner == name))


async def live(connection: AsyncConnection) -> list[RunnerView]:
    """Return the runners that were heard of lately, by name."""
    found = await connection.execute(
        select(runner.c.beat, runner.c.seen_at)
        .where(runner.c.seen_at > func.now() - GONE_AFTER)
        .order_by(runner.c.runner)
    )
    views: list[RunnerView] = []
    for row in found:
        one = Heartbeat.model_validate(row.beat)
        views.append(
            RunnerView(
                runner=one.runner,
                host=one.host,
                kinds=one.kinds,
                busy=one.busy,
                ready=one.ready,
                started_at=one.started_at,
                seen_at=row.seen_at,
            )
        )
    return views


async def settle(connection: AsyncConnection) -> list[OutboxRow]:
    """Forget runners long gone; tell of each kind whose live runners became none or some."""
    await advisory_lock(connection, LOCK)
    await connection.execute(delete(runner).where(runner.c.seen_at < func.now() - 10 * GONE_AFTER))
    gone = {"gone": GONE_AFTER.total_seconds()}
    changed = [
        row for row in (await connection.execute(_SERVED_NOW, gone)).all() if row.served != row.now
    ]
    for row in changed:
        await connection.execute(update(kind).where(kind.c.kind == row.kind).values(served=row.now))
    return await outbox.add(connection, [_event(row.kind, served=row.now) for row in changed])


def _event(name: str, *, served: bool) -> Outgoing:
    now = datetime.now(UTC)
    event = KindServed(kind=name, at=now) if served else KindUnserved(kind=name, at=now)
    return Outgoing(
        exchange=EVENTS,
        key=f"{event.type}.{name}",
        body=event.model_dump_json().encode(),
        type=KIND_CHANGED,
        message_id=uuid4(),
        mandatory=False,
    )
