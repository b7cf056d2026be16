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
FORGOTTEN_AFTER = timedelta(minutes=10)  # then the row of a runner that said no goodbye goes
LOCK = "registry.runners"

# For each kind: was it told as served; does a live runner name it; might any known one live still?
_SERVED = text("""
    with serves as (
        select distinct named.kind, r.seen_at > now() - make_interval(secs => :gone) as live
        from runner r, json_array_elements_text(r.beat -> 'kinds') as named(kind)
    )
    select k.kind, k.served,
        exists (select 1 from serves s where s.kind = k.kind and s.live) as live,
        exists (select 1 from serves s where s.kind = k.kind) as known
    from kind k order by k.kind
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
    await advisory_lock(connection, LOCK)  # settle takes it first, too: no deadlock over the row
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


async def settle(connection: AsyncConnection, *, patient: bool) -> list[OutboxRow]:
    """Tell of each kind whose live runners became none or some; forget runners long gone.

    patient: we were away ourselves, so nobody could tell us anything; silence proves nothing yet.
    """
    await advisory_lock(connection, LOCK)
    await connection.execute(delete(runner).where(runner.c.seen_at < func.now() - FORGOTTEN_AFTER))
    rows = (await connection.execute(_SERVED, {"gone": GONE_AFTER.total_seconds()})).all()
    changed = [row for row in rows if _changed(row.served, row.live, row.known, patient=patient)]
    for row in changed:
        await connection.execute(
            update(kind).where(kind.c.kind == row.kind).values(served=not row.served)
        )
    return await outbox.add(
        connection, [_event(row.kind, served=not row.served) for row in changed]
    )


def _changed(served: bool, live: bool, known: bool, *, patient: bool) -> bool:
    if served:
        return not (known if patient else live)
    return live


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
