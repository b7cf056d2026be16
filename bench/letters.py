"""Dead letters: how fast they are drained into Postgres, and how fast the inbox reads them.

A private RabbitMQ and PostgreSQL; the keeper drains the real queue, and the inbox is asked through
chat-api's real routes, in one process.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import structlog
from sqlalchemy import text

from chat_api.app import public_app
from chat_api.broker_side import KEEPERS
from chat_api.changes import Store
from chat_api.letters.keeper import Letters
from chat_api.migrate import SCRIPTS
from chat_api.parts import Parts
from chat_api.passwords import Passwords
from chat_api.sessions import open_session
from chat_api.settings import Settings
from chat_api.tables import outbox
from chat_api.throttle import Throttle
from infra.native.ports import free_block
from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import PORTS, RabbitNode
from warren.broker.batches import BatchConsumer
from warren.broker.connection import connect
from warren.broker.definitions import render
from warren.broker.late import LatePublisher
from warren.broker.publisher import Outgoing, Publisher
from warren.broker.rights import ACCOUNTS
from warren.broker.topology import DEAD, DEAD_LETTERS
from warren.contracts.failure import STEP_FAILED, ErrorFacts, Failure
from warren.contracts.slip import StepCommand
from warren.db.engine import engine_of
from warren.db.migrate import upgrade
from warren.db.relay import Relay
from warren.logging import configure

PATH = "/api/v1/dead-letters"
URL = "http://bench"
GROUPS = 300
DRAIN_LIMIT_SECONDS = 300.0
PUBLISHED_AT_ONCE = 500
PAYLOAD_CHARS = 1200
ODD_WORD = "quokka"  # stands in one letter of a thousand

_TURNS = text("""
    with asker as (
      insert into account (id, username, display_name, kind, operator, active)
      values (gen_random_uuid(), 'bench-bot', 'bench', 'bot', false, true) returning id
    ), places as (
      insert into conversation (id, kind, created_by)
      select gen_random_uuid(), 'group', asker.id from asker, generate_series(1, :count)
      returning id, created_by
    )
    insert into turn (id, conversation_id, bot_id, bot, revision, state, run, stream, holds_door,
                      history, steps, answers, created_at, started_at, deadline)
    select gen_random_uuid(), id, created_by, 'bench', 'r1', 'running', 1, true, true, 10,
           cast(:steps as json),
           array[gen_random_uuid()], now(), now(), now() + interval '1 day'
    from places returning id, conversation_id
""")

_STEPS = json.dumps(
    [{"id": "think", "class_name": "Gpt", "kind": "gpt", "timeout_seconds": 60, "attempts": 4}]
)


@dataclass(frozen=True)
class Place:
    """Where a letter belongs."""

    turn: UUID
    conversation: UUID


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the workload's options."""
    parser.add_argument("--letters", type=int, default=10_000, help="drained, each way")
    parser.add_argument("--stored", type=int, default=100_000, help="when the inbox is asked")
    parser.add_argument("--asks", type=int, default=60, help="of each page")


def run(chosen: argparse.Namespace) -> None:
    """Start both servers, measure, print each figure and at last the drain's rate."""
    configure("bench")
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # made, not shown
    passwords = {one.name: "bench" for one in ACCOUNTS}
    with tempfile.TemporaryDirectory(prefix="warren-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        node = RabbitNode(folder / "rabbitmq", free_block(PORTS), render(passwords), passwords)
        database = PostgresServer(folder / "postgres", free_block())
        node.start()
        try:
            database.start()
            try:
                database.sql("create database bench")
                url = database.url("bench")
                upgrade(url, SCRIPTS)
                asyncio.run(_measure(node, url, chosen))
            finally:
                database.stop()
        finally:
            node.stop()


async def _measure(node: RabbitNode, url: str, chosen: argparse.Namespace) -> None:
    async with engine_of(url) as engine:
        publisher = LatePublisher("bench")  # never found: what goes out stays in the outbox
        store = Store(engine, Relay(engine, outbox, publisher), asyncio.Event())
        count = chosen.letters
        strangers = [Place(uuid4(), uuid4()) for _ in range(count)]
        unknown = await _drain(node, store, strangers)
        print(f"letters of no known turn: {unknown:,.0f}/s", flush=True)
        async with engine.begin() as connection:
            rows = (await connection.execute(_TURNS, {"count": count, "steps": _STEPS})).all()
        running = [Place(row.id, row.conversation_id) for row in rows]
        parked = await _drain(node, store, running)
        print(f"letters that park a turn each: {parked:,.0f}/s", flush=True)
        await _fill(store, chosen.stored - 2 * count)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("vacuum analyze dead_letter"))
        await _ask_all(store, chosen.asks)
    print(f"letters drain {min(unknown, parked):,.0f}/s")


async def _drain(node: RabbitNode, store: Store, places: list[Place]) -> float:
    """Return letters a second, from the first delivery to the last commit."""
    async with connect(node.url("runner", "/"), "bench runner") as broker:
        publisher = Publisher(broker, "bench")
        for start in range(0, len(places), PUBLISHED_AT_ONCE):
            some = places[start : start + PUBLISHED_AT_ONCE]
            await asyncio.gather(
                *(publisher.publish(_letter(start + n, one)) for n, one in enumerate(some))
            )
    had = await _stored(store)
    async with connect(node.url("chat", "/"), "bench chat") as broker, asyncio.TaskGroup() as tasks:
        began = time.monotonic()
        letters = Letters(store)
        keepers = [
            tasks.create_task(BatchConsumer(broker, DEAD_LETTERS, letters.handle).run())
            for _ in range(KEEPERS)
        ]
        async with asyncio.timeout(DRAIN_LIMIT_SECONDS):
            while await _stored(store) < had + len(places):
                await asyncio.sleep(0.05)
        seconds = time.monotonic() - began
        for keeper in keepers:
            keeper.cancel()
    return len(places) / seconds


async def _stored(store: Store) -> int:
    async with store.reading.connect() as connection:
        return (await connection.execute(text("select count(*) from dead_letter"))).scalar_one()


def _letter(number: int, place: Place) -> Outgoing:
    now = datetime.now(UTC)
    words = f"{ODD_WORD if number % 1000 == 0 else 'wombat'} {secrets.token_hex(8)} "
    command = StepCommand(
        turn_id=place.turn,
        run=1,
        conversation_id=place.conversation,
        bot="bench",
        revision="r1",
        position=0,
        step="think",
        kind="gpt",
        queued_at=now,
        deadline=now,
        payload={"messages": [{"body": (words * 60)[:PAYLOAD_CHARS]}]},
    )
    kind = f"Error{number % GROUPS}"
    error = ErrorFacts(type=kind, text=f"{words} went wrong", stack="  File x\n" * 40, frame="x:1")
    failure = Failure(
        reason="failed", error=error, turn_id=place.turn, run=1, bot="bench", step="think",
        kind="gpt", position=0, revision="r1", runner="bench", failed_at=now, command=command,
    )  # fmt: skip
    return Outgoing(
        exchange=DEAD, key="gpt.bench", body=failure.model_dump_json().encode(), type=STEP_FAILED,
        message_id=uuid4(), correlation_id=place.turn, headers={"warren-run": 1},
    )  # fmt: skip


async def _fill(store: Store, count: int) -> None:
    """Store more letters straight away, by copying those that are there under other names."""
    columns = (
        "status, failures, trigger, reason, conversation_id, run, path, position, attempt, bot,"
        " step, kind, revision, runner, error_type, error_text, error_stack, error_frame,"
        " fingerprint, reference, routing_key, message_id, headers, raw, command, search"
    )
    copy = text(f"""
        insert into dead_letter (id, sameness, failed_at, opened_at, {columns})
        select gen_random_uuid(), gen_random_uuid()::text, failed_at - :back, opened_at - :back,
               {columns}
        from (select * from dead_letter order by failed_at desc limit :some) as one
    """)  # constant names
    rounds = 0
    while count > 0:
        some = min(count, 5000)
        rounds += 1
        async with store.engine.begin() as connection:
            await connection.execute(copy, {"some": some, "back": timedelta(minutes=rounds)})
        count -= some


async def _ask_all(store: Store, asks: int) -> None:
    http = await _signed_in(store)
    pages: dict[str, dict[str, str]] = {
        "first page": {},
        "open letters": {"status": "open"},
        "search, in one of a thousand": {"q": ODD_WORD},
        "search, in nearly all": {"q": "wombat"},
        "search, nowhere": {"q": "no such words"},
    }
    for name, query in pages.items():
        await _ask(name, asks, lambda query=query: http.get(PATH, params=query))
    await _ask("groups", asks, lambda: http.get(f"{PATH}/groups"))
    await _ask("open groups", asks, lambda: http.get(f"{PATH}/groups", params={"status": "open"}))
    await http.aclose()


async def _ask(name: str, asks: int, ask: Callable[[], Awaitable[httpx2.Response]]) -> None:
    taken: list[float] = []
    for _ in range(asks):
        began = time.monotonic()
        (await ask()).raise_for_status()
        taken.append(1000 * (time.monotonic() - began))
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{name}: p50 {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms", flush=True)


async def _signed_in(store: Store) -> httpx2.AsyncClient:
    operator = uuid4()
    async with store.engine.begin() as connection:
        await connection.execute(
            text("""insert into account (id, username, display_name, kind, operator, active)
                    values (:id, 'bench', 'bench', 'person', true, true)"""),
            {"id": operator},
        )
        secret = await open_session(connection, operator, "bearer")
    settings = Settings.model_validate(
        {"amqp_url": "amqp://none", "service_token": "a token of the bench", "database_url": "none"}
    )
    parts = Parts(settings, store, Passwords(), Throttle(store))
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(public_app(parts)),
        base_url=URL,
        headers={"Authorization": f"Bearer {secret}"},
        timeout=60,
    )
