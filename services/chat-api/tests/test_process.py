"""The real process on real servers: messages out, outcomes in, death at each window, clean ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

import aio_pika
import httpx2
import orjson
import psycopg
import pytest

from infra.native.ports import free_block
from warren.broker.connection import connect
from warren.broker.publisher import Outgoing, Publisher

PASSWORD = "a quiet river at noon"
TOKEN = "a service token of tests"
PATIENCE_SECONDS = 40  # for a process to start, or a message to come, on a busy machine


@asynccontextmanager
async def chat_api(
    database: str, amqp: str, **more: str
) -> AsyncGenerator[tuple[asyncio.subprocess.Process, httpx2.AsyncClient, httpx2.AsyncClient]]:
    port = free_block(3)
    env = os.environ | {
        "DATABASE_URL": database,
        "AMQP_URL": amqp,
        "SERVICE_TOKEN": TOKEN,
        "HTTP_PORT": str(port),
        "INNER_PORT": str(port + 1),
        "REGISTRY_INNER_URL": f"http://127.0.0.1:{port + 2}",
        "LOG_FORMAT": "console",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "chat_api", env=env | more)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with (
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port + 1}", headers=bearer) as inner,
        ):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        await inner.get("/livez")
                        break
                    except httpx2.TransportError:
                        await asyncio.sleep(0.05)
            yield process, http, inner
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ready(inner: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await inner.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)


async def eventually(ask: Any) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await ask()):
            await asyncio.sleep(0.05)
    return found


async def publish_card(vhost: Any, card: Any) -> None:
    async with connect(vhost.url("registry"), "registry") as broker:
        await Publisher(broker, "registry").publish(
            Outgoing(
                "warren.events", f"bot.published.{card.name}", card.model_dump_json().encode(),
                "warren.bot.published.v1", uuid4(),
            )
        )  # fmt: skip


async def declare_steps(vhost: Any, *kinds: str) -> None:
    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        for kind in kinds:
            queue = await channel.declare_queue(
                f"step.{kind}", durable=True, arguments={"x-queue-type": "quorum"}
            )
            await queue.bind("warren.steps", f"{kind}.*")


async def next_command(vhost: Any, kind: str) -> Any:
    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(f"step.{kind}", ensure=False)
        async with queue.iterator(timeout=PATIENCE_SECONDS) as found:
            async for message in found:
                await message.ack()
                return orjson.loads(message.body), message
    raise AssertionError("no command came")


async def answer(vhost: Any, command: Any, body: str) -> None:
    outcome = {
        **{key: command[key] for key in ("turn_id", "run", "bot", "revision")},
        "position": 1,
        "step": "reply",
        "replies": [{"slot": "reply.0", "body": body}],
        "end": {"first_input": command["payload"], "log": []},
    }
    async with connect(vhost.url("runner"), "runner") as broker:
        await Publisher(broker, "runner").publish(
            Outgoing(
                "warren.outcomes", "reply.echo", orjson.dumps(outcome),
                "warren.step.finished.v1", uuid4(), command["turn_id"],
            )
        )  # fmt: skip


async def sign_up_and_open(http: httpx2.AsyncClient, bot: str = "echo") -> str:
    made = await http.post("/api/v1/auth/signup", json={"username": "ana", "password": PASSWORD})
    assert made.status_code == 201

    async def known() -> bool:
        return bool((await http.get(f"/api/v1/users?q={bot}&kind=bot")).json()["items"])

    await eventually(known)
    place = await http.post("/api/v1/conversations", json={"members": [bot]})
    assert place.status_code == 201
    return place.json()["id"]


async def post(http: httpx2.AsyncClient, place: str, key: str, body: str = "hello") -> Any:
    return await http.post(
        f"/api/v1/conversations/{place}/messages",
        json={"body": body},
        headers={"Idempotency-Key": key},
    )


async def test_a_message_is_answered_through_the_broker(chat_database, vhost, cards):
    await declare_steps(vhost, "draft", "reply")
    async with chat_api(chat_database, vhost.url("chat")) as (process, http, inner):
        await ready(inner)
        await publish_card(vhost, cards("echo", published_at=datetime.now(UTC)))
        place = await sign_up_and_open(http)

        posted = await post(http, place, "k1")
        command, message = await next_command(vhost, "draft")
        await answer(vhost, command, "hello yourself")

        async def both() -> Any:
            page = await http.get(f"/api/v1/conversations/{place}/messages")
            return page.json()["items"] if len(page.json()["items"]) == 2 else None

        asked, replied = await eventually(both)
        assert posted.json() == asked
        assert message.headers["warren-run"] == 1
        assert (replied["body"], replied["in_reply_to"]) == ("hello yourself", asked["id"])
        turn = (await http.get(f"/api/v1/turns/{replied['turn_id']}")).json()
        assert turn["state"] == "done"

        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_command_that_no_queue_takes_parks_its_turn(chat_database, vhost, cards):
    async with chat_api(chat_database, vhost.url("chat")) as (_, http, inner):
        await ready(inner)
        await publish_card(vhost, cards("echo", published_at=datetime.now(UTC)))
        place = await sign_up_and_open(http)
        await post(http, place, "k1")

        async def parked() -> Any:
            shown = (await http.get(f"/api/v1/conversations/{place}")).json()
            return [one for one in shown["turns"] if one["state"] == "parked"]

        (turn,) = await eventually(parked)
        assert "Nothing runs a step that it needs" in turn["failure"]
        assert turn["reference"].startswith("W-")


async def test_without_broker_and_registry_people_can_still_write(chat_database):
    async with chat_api(chat_database, "amqp://chat:x@127.0.0.1:1/") as (process, http, inner):
        made = await http.post(
            "/api/v1/auth/signup", json={"username": "ana", "password": PASSWORD}
        )
        not_ready = await inner.get("/readyz")

        assert made.status_code == 201
        assert (not_ready.status_code, not_ready.json()["reasons"]) == (
            503,
            ["broker: not connected"],
        )
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_without_a_database_every_route_says_so_at_once(vhost):
    nowhere = "postgresql+psycopg://chat:x@127.0.0.1:1/chat"
    async with chat_api(nowhere, vhost.url("chat")) as (process, http, inner):
        async with asyncio.timeout(5):
            refused = await http.post(
                "/api/v1/auth/signup", json={"username": "ana", "password": PASSWORD}
            )
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert (await inner.get("/readyz")).json()["reasons"][0].startswith("database")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


def ask(database: str, statement: LiteralString) -> list[Any]:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        return connection.execute(statement).fetchall()


async def all_published(database: str) -> bool:
    return not ask(database, "select 1 from outbox where published_at is null")


WRITING = ["chat.before_commit", "chat.after_commit", "relay.before_publish", "relay.before_mark"]


@pytest.mark.parametrize("failpoint", WRITING)
async def test_killed_while_it_writes_no_message_is_lost_or_doubled(
    chat_database, vhost, cards, failpoint
):
    await declare_steps(vhost, "draft", "reply")
    second = f"{failpoint}=2"  # the first hit is that of the new conversation
    async with chat_api(chat_database, vhost.url("chat"), FAILPOINTS=second) as (
        process,
        http,
        inner,
    ):
        await ready(inner)
        await publish_card(vhost, cards("echo", published_at=datetime.now(UTC)))
        place = await sign_up_and_open(http)
        await eventually(lambda: all_published(chat_database))
        cookie = http.cookies["warren"]
        with suppress(httpx2.TransportError):
            await post(http, place, "k1")
        assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGKILL
    async with chat_api(chat_database, vhost.url("chat")) as (_, http, inner):
        http.headers["Cookie"] = f"warren={cookie}"
        await ready(inner)
        assert (await post(http, place, "k1")).status_code == 201
        command, _ = await next_command(vhost, "draft")
        await answer(vhost, command, "once")

        async def done() -> Any:
            return ask(chat_database, "select 1 from turn where state = 'done'")

        await eventually(done)

        await eventually(lambda: all_published(chat_database))
    assert ask(chat_database, "select count(*) from message") == [(2,)]
    log = ask(chat_database, "select seq from outbox where seq is not null order by seq")
    assert log == [(1,), (2,), (3,), (4,)]


@pytest.mark.parametrize("failpoint", ["gate.before_commit", "gate.after_commit"])
async def test_killed_in_the_gate_a_reply_is_shown_once(chat_database, vhost, cards, failpoint):
    await declare_steps(vhost, "draft", "reply")
    async with chat_api(chat_database, vhost.url("chat"), FAILPOINTS=failpoint) as (
        process,
        http,
        inner,
    ):
        await ready(inner)
        await publish_card(vhost, cards("echo", published_at=datetime.now(UTC)))
        place = await sign_up_and_open(http)
        await post(http, place, "k1")
        command, _ = await next_command(vhost, "draft")
        await answer(vhost, command, "once")
        assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGKILL
    async with chat_api(chat_database, vhost.url("chat")) as (_, _, inner):
        await ready(inner)

        async def done() -> Any:
            return ask(chat_database, "select 1 from turn where state = 'done'")

        await eventually(done)
        await answer(vhost, command, "twice")
        await asyncio.sleep(0.5)
    assert ask(chat_database, "select body from message where turn_id is not null") == [("once",)]
    assert ask(chat_database, "select max(last_seq) from conversation") == [(4,)]


async def test_a_request_that_never_ends_does_not_hold_up_the_stop(chat_database):
    amqp = f"amqp://nobody:x@127.0.0.1:{free_block(1)}/"
    async with chat_api(chat_database, amqp) as (process, http, _):
        _, writer = await asyncio.open_connection("127.0.0.1", http.base_url.port)
        writer.write(
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost:8080\r\n"
            b"Origin: http://localhost:8080\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        await writer.drain()
        await asyncio.sleep(0.5)

        process.send_signal(signal.SIGTERM)

        async with asyncio.timeout(10):
            assert await process.wait() == 0
        writer.close()
