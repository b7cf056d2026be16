"""Parts that are away, at the start or later: told plainly, waited for, and nothing is lost."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aio_pika
import httpx2
import pytest

from conftest import Vhost
from infra.native.ports import free_block
from infra.native.postgres import PostgresServer
from services.registry.tests.conftest import TOKEN, Heard, Registry, Start, write_bot


@pytest.fixture
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A registry without broker and database, as a process of its own; and its inner port."""
    port = free_block(3)
    environment = {
        **os.environ,
        "AMQP_URL": f"amqp://registry:x@127.0.0.1:{port + 2}/",
        "DATABASE_URL": f"postgresql+psycopg://registry:x@127.0.0.1:{port + 2}/registry",
        "SERVICE_TOKEN": TOKEN,
        "BOT_CONFIG_DIR": str(folder),
        "HTTP_PORT": str(port),
        "INNER_PORT": str(port + 1),
        "CHAT_API_INNER_URL": f"http://127.0.0.1:{port + 2}",
    }
    started = subprocess.Popen([sys.executable, "-m", "registry"], env=environment)
    try:
        yield started, f"http://127.0.0.1:{port + 1}"
    finally:
        started.kill()
        started.wait(5)


async def reasons(inner: httpx2.AsyncClient, enough: int, seconds: float = 40) -> list[str]:
    """Wait until /readyz gives so many reasons; return them."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(httpx2.TransportError):
                found = (await inner.get("/readyz")).json()["reasons"]
                if len(found) == enough:
                    return found
            await asyncio.sleep(0.05)


async def test_without_broker_and_database_it_says_so_and_ends_at_once(
    process: tuple[subprocess.Popen[bytes], str], folder: Path
):
    write_bot(folder)
    started, url = process
    async with httpx2.AsyncClient(base_url=url) as inner:
        database, broker, bots = await reasons(inner, 3)
        alive = await inner.get("/livez")
        public = url.replace(url[-5:], str(int(url[-5:]) - 1))
        asked = await inner.get(f"{public}/api/v1/bots", headers={"Authorization": "Bearer x"})
    assert alive.status_code == 200
    assert (database, broker) == ("database: OperationalError", "broker: not connected")
    assert bots.startswith(("bots cannot be", "the folder of bots has not"))
    assert (asked.status_code, asked.json()["status"]) == (503, 503)

    told = time.monotonic()
    started.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(started.wait, 5) == 0
    assert time.monotonic() - told < 5


async def queues(vhost: Vhost, *names: str) -> None:
    """Return when all of these queues stand."""
    async with asyncio.timeout(15), await aio_pika.connect(vhost.url("admin")) as connection:
        for name in names:
            while True:
                channel = await connection.channel()
                with suppress(aio_pika.exceptions.ChannelNotFoundEntity):
                    await channel.declare_queue(name, passive=True)
                    break
                await asyncio.sleep(0.1)


async def until_number(registry: Registry, number: int) -> None:
    async with asyncio.timeout(10):
        while True:
            answer = await registry.public.get("/bots/echo")
            if answer.status_code == 200 and answer.json()["number"] == number:
                return
            await asyncio.sleep(0.05)


async def test_on_a_new_broker_the_queues_of_all_kinds_stand_again(
    start: Start, folder: Path, vhost: Vhost
):
    write_bot(folder, steps="Draft Reply")
    async with start() as registry:
        await until_number(registry, 1)
        write_bot(folder, steps="Draft")  # turns in flight still need the queue of Reply
        await until_number(registry, 2)
        await asyncio.to_thread(vhost.node.drop_vhost, vhost.name)
        await reasons(registry.inner, 1)
        await asyncio.to_thread(vhost.node.make_vhost, vhost.name)

        await queues(vhost, "step.draft", "step.reply")
        await reasons(registry.inner, 0)
        write_bot(folder, history=8)
        await until_number(registry, 3)


async def test_a_database_that_went_away_is_waited_for(
    start: Start, folder: Path, heard: Heard, postgres: PostgresServer, database: str
):
    name = database.rsplit("/", 1)[1].split("?")[0]
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        postgres.sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        postgres.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        write_bot(folder, history=9)
        told = await reasons(registry.inner, 2)
        asked = await registry.public.get("/bots")
        postgres.sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await heard.until(lambda one: len(one.cards()) == 2, seconds=10)
        await reasons(registry.inner, 0)
    assert told[0].startswith("database:")
    assert asked.status_code == 503
    assert asked.headers["content-type"] == "application/problem+json"
    assert heard.events[-1][1]["history"] == 9


async def test_a_queue_that_stands_with_other_properties_breaks_only_its_bots(
    start: Start, folder: Path, heard: Heard, vhost: Vhost
):
    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        await channel.declare_queue("step.draft", durable=True)
    write_bot(folder)
    write_bot(folder, "other", steps="Reply")
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        bot = (await registry.public.get("/bots/echo")).json()
    assert heard.cards() == [("other", 1, False)]
    assert bot["status"] == "broken"
    assert bot["errors"][0]["message"] == "the queue step.draft stands with other properties"


async def test_a_folder_that_is_missing_is_told_and_taken_up_when_it_comes(
    start: Start, folder: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("registry.watching.RESCAN_SECONDS", 0.3)
    write_bot(folder)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        shutil.move(folder, folder.with_name("moved"))
        (told,) = await reasons(registry.inner, 1)
        assert f"the folder of bots {folder} cannot be read (No such file" in told
        assert (await registry.public.get("/bots/echo")).json()["status"] == "serving"

        shutil.copytree(folder.with_name("moved"), folder)
        write_bot(folder, history=4)
        await heard.until(lambda one: len(one.cards()) == 2)
        monkeypatch.setattr("registry.watching.RESCAN_SECONDS", 60)
        await asyncio.sleep(1)
        write_bot(folder, history=5)  # told by the system, though it is another folder now
        await heard.until(lambda one: len(one.cards()) == 3, seconds=2)
