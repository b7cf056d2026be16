"""The outbox and its relay on real servers: nothing lost, order kept, doubles known."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import aio_pika
import pytest
from sqlalchemy import MetaData, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from conftest import Vhost
from warren.broker.connection import connect
from warren.broker.publisher import Outgoing, Publisher
from warren.db.engine import make_engine
from warren.db.outbox import Outbox, outbox_table
from warren.db.relay import Relay
from warren.errors import BrokerUnavailable

METADATA = MetaData()
TABLE = outbox_table(METADATA)


@asynccontextmanager
async def engine_with_table(url: str) -> AsyncGenerator[AsyncEngine]:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield engine
    await engine.dispose()


def event(number: int) -> Outgoing:
    key = f"message.created.{uuid4()}"
    return (
        Outgoing("warren.steps", "a.b", str(number).encode(), "t", uuid4(), "turn", {"n": number})
        if (number < 0)
        else Outgoing("warren.events", key, str(number).encode(), "t", uuid4(), mandatory=False)
    )


class Recorder:
    """A publisher that notes what it is given and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.down = False

    async def publish(self, message: Outgoing, timeout_seconds: float = 10) -> None:
        if self.down:
            raise BrokerUnavailable
        self.sent.append(message.body)


@asynccontextmanager
async def running(relay: Relay) -> AsyncGenerator[None]:
    task = asyncio.ensure_future(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def eventually(condition, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def unpublished(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        found = await connection.execute(select(TABLE.c.id).where(TABLE.c.published_at.is_(None)))
        return len(found.all())


async def test_offered_rows_are_published_in_order_and_marked(database: str):
    recorder = Recorder()
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, recorder)  # type: ignore[arg-type] # stands in for Publisher
        async with engine.begin() as connection:
            rows = await outbox.add(connection, [event(n) for n in range(1200)])
        async with running(relay):
            relay.offer(rows)
            relay.offer(rows)

            async def all_marked() -> bool:
                return await unpublished(engine) == 0

            await eventually(all_marked)
    assert recorder.sent == [str(n).encode() for n in range(1200)]


async def test_rows_of_a_writer_that_died_are_found_by_the_sweeper(database: str):
    recorder = Recorder()
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        async with engine.begin() as connection:
            await outbox.add(connection, [event(n) for n in range(3)])
            await connection.execute(
                update(TABLE).values(claimed_until=text("now() - interval '1 second'"))
            )
        async with running(Relay(engine, outbox, recorder)):  # type: ignore[arg-type]

            async def all_marked() -> bool:
                return await unpublished(engine) == 0

            await eventually(all_marked)
    assert recorder.sent == [b"0", b"1", b"2"]


async def test_two_sweepers_never_take_the_same_row_at_once(database: str):
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        async with engine.begin() as connection:
            await outbox.add(connection, [event(n) for n in range(40)])
            await connection.execute(
                update(TABLE).values(claimed_until=text("now() - interval '1 second'"))
            )

        async def take() -> list[int]:
            async with engine.begin() as connection:
                return [row.id for row in await outbox.claim(connection, 10)]

        taken = await asyncio.gather(*(take() for _ in range(4)))
    everything = [id for some in taken for id in some]
    assert len(everything) == len(set(everything)) == 40


async def test_a_broker_that_is_down_delays_and_loses_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("warren.db.relay.RETRY_SECONDS", 0.02)
    recorder = Recorder()
    recorder.down = True
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, recorder)  # type: ignore[arg-type]
        async with engine.begin() as connection:
            rows = await outbox.add(connection, [event(n) for n in range(5)])
        async with running(relay):
            relay.offer(rows)
            await asyncio.sleep(0.2)
            assert await unpublished(engine) == 5
            recorder.down = False

            async def all_marked() -> bool:
                return await unpublished(engine) == 0

            await eventually(all_marked)
    assert recorder.sent == [str(n).encode() for n in range(5)]


async def test_a_row_that_can_never_be_published_stops_nobody(database: str):
    class Picky(Recorder):
        async def publish(self, message: Outgoing, timeout_seconds: float = 10) -> None:
            if message.body == b"1":
                raise ValueError("a message of 5 MiB")
            await super().publish(message)

    recorder = Picky()
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, recorder)  # type: ignore[arg-type]
        async with engine.begin() as connection:
            rows = await outbox.add(connection, [event(n) for n in range(3)])
        async with running(relay):
            relay.offer(rows)

            async def others_marked() -> bool:
                return await unpublished(engine) == 1

            await eventually(others_marked)
    assert recorder.sent == [b"0", b"2"]


async def test_what_is_rolled_back_is_never_published(database: str):
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        async with engine.connect() as connection:
            await outbox.add(connection, [event(1)])
            await connection.rollback()
        assert await unpublished(engine) == 0


async def test_a_row_comes_back_from_the_table_as_it_was_written(database: str):
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        place = (UUID(int=7), 3)
        async with engine.begin() as connection:
            (row,) = await outbox.add(connection, [event(-1)], [place])
            await connection.execute(
                update(TABLE).values(claimed_until=text("now() - interval '1 second'"))
            )
        async with engine.begin() as connection:
            (again,) = await outbox.claim(connection, 10)
            found = (await connection.execute(select(TABLE.c.conversation_id, TABLE.c.seq))).one()
    assert (again.id, again.message) == (row.id, row.message)
    assert tuple(found) == place


async def test_the_relay_reaches_a_real_queue(database: str, vhost: Vhost):
    async with engine_with_table(database) as engine, connect(vhost.url("chat"), "test") as broker:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, Publisher(broker, "test"))
        async with engine.begin() as connection:
            rows = await outbox.add(connection, [event(-n) for n in range(1, 6)])
        async with running(relay):
            relay.offer(rows)

            async def all_marked() -> bool:
                return await unpublished(engine) == 0

            await eventually(all_marked)
    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        letters = await channel.get_queue("dead-letters", ensure=False)
        got: list[bytes] = []
        async with letters.iterator(timeout=5) as found:
            async for message in found:
                await message.ack()
                got.append(message.body)
                if len(got) == 5:
                    break
    assert got == [b"-1", b"-2", b"-3", b"-4", b"-5"], "no kind serves them: the net caught them"


async def test_a_row_does_not_wait_for_the_confirms_of_those_before_it(database: str):
    class Slow(Recorder):
        async def publish(self, message: Outgoing, timeout_seconds: float = 10) -> None:
            await super().publish(message)
            if message.body == b"0":
                await asyncio.Event().wait()

    recorder = Slow()
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, recorder)  # type: ignore[arg-type]
        async with engine.begin() as connection:
            first, second = await outbox.add(connection, [event(n) for n in range(2)])
        async with running(relay):
            relay.offer([first])
            await asyncio.sleep(0.05)
            relay.offer([second])

            async def second_marked() -> bool:
                return await unpublished(engine) == 1

            await eventually(second_marked)
    assert recorder.sent == [b"0", b"1"]


async def test_batches_that_come_back_go_again_in_their_order(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("warren.db.relay.RETRY_SECONDS", 0.1)
    opening = asyncio.Event()

    class Flaky(Recorder):
        async def publish(self, message: Outgoing, timeout_seconds: float = 10) -> None:
            if not opening.is_set():
                await opening.wait()
                raise BrokerUnavailable
            await super().publish(message)

    recorder = Flaky()
    async with engine_with_table(database) as engine:
        outbox = Outbox(TABLE)
        relay = Relay(engine, outbox, recorder)  # type: ignore[arg-type]
        async with engine.begin() as connection:
            rows = await outbox.add(connection, [event(n) for n in range(5)])
        async with running(relay):
            for row in rows:
                relay.offer([row])
                await asyncio.sleep(0.01)
            opening.set()

            async def all_marked() -> bool:
                return await unpublished(engine) == 0

            await eventually(all_marked)
    assert recorder.sent == [str(n).encode() for n in range(5)]
