"""A registry in this process on a real database and broker, over a folder that the test writes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aio_pika
import httpx2
import orjson
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from conftest import Vhost
from infra.native.ports import free_block
from registry.service import run
from registry.settings import Settings
from warren.app.serve import Listener, serve
from warren.contracts.accounts import Identity
from warren.db.migrate import upgrade

TOKEN = "a-service-token-for-tests-only"
SCRIPTS = Path(__file__).resolve().parent.parent / "registry" / "migrations"
ANA = Identity(
    id="00000000-0000-0000-0000-000000000001",  # type: ignore[arg-type]
    username="ana",
    display_name="Ana",
    operator=False,
    session="s",
)
OLA = ANA.model_copy(update={"username": "ola", "display_name": "Ola", "operator": True})


@dataclass
class Heard:
    """What the registry told on warren.events, in order."""

    events: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        return [key for key, _ in self.events]

    def cards(self) -> list[tuple[str, int, bool]]:
        return [
            (one["name"], one["number"], one["removed"])
            for key, one in self.events
            if key.startswith("bot.")
        ]

    async def until(self, enough: Callable[["Heard"], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not enough(self):
                await asyncio.sleep(0.02)


@dataclass
class Registry:
    """Where one registry listens."""

    public: httpx2.AsyncClient
    inner: httpx2.AsyncClient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bots" / "steps").mkdir(parents=True)
    return tmp_path / "bots"


def write_bot(
    folder: Path,
    name: str = "echo",
    *,
    path: str | None = None,
    history: int = 3,
    steps: str = "Draft",
) -> None:
    lines = [f"name: {name}", f"history: {history}", "steps:"]
    lines += [f"  - class: {step}" for step in steps.split()]
    (folder / (path or f"{name}.yaml")).write_text("\n".join(lines) + "\n")


@pytest.fixture
async def heard(vhost: Vhost) -> AsyncGenerator[Heard]:
    noted = Heard()
    async with await aio_pika.connect(vhost.url("admin")) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("warren.events", "#")

        async def note(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            noted.events.append((message.routing_key or "", orjson.loads(message.body)))

        await queue.consume(note, no_ack=True)
        yield noted


@pytest.fixture
async def chat_api() -> AsyncGenerator[str]:
    """A chat-api that knows one person by cookie and token, and one operator by token."""
    app = FastAPI()

    @app.post("/inner/identify")
    async def identify(body: dict):
        if body.get("cookie") == "good" or body.get("bearer") == "good":
            return ANA
        if body.get("bearer") == "ola":
            return OLA
        return JSONResponse({}, 401)

    port, stop = free_block(), asyncio.Event()
    task = asyncio.ensure_future(serve([Listener(app, "127.0.0.1", port)], stop))
    yield f"http://127.0.0.1:{port}"
    stop.set()
    await task


Start = Callable[[], AbstractAsyncContextManager[Registry]]


@pytest.fixture
def start(database: str, vhost: Vhost, folder: Path, chat_api: str) -> Start:
    """Start a registry: `async with start() as registry`; two of them share database and folder."""
    upgrade(database, SCRIPTS)

    @asynccontextmanager
    async def started() -> AsyncGenerator[Registry]:
        port = free_block(2)
        settings = Settings.model_validate(
            {
                "amqp_url": vhost.url("registry"),
                "service_token": TOKEN,
                "database_url": database,
                "bot_config_dir": folder,
                "http_port": port,
                "inner_port": port + 1,
                "chat_api_inner_url": chat_api,
            }
        )
        stop = asyncio.Event()
        task = asyncio.ensure_future(run(settings, stop))
        async with (
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}/api/v1", cookies={"warren": "good"}
            ) as public,
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port + 1}",
                headers={"Authorization": f"Bearer {TOKEN}"},
            ) as inner,
        ):
            try:
                await ready(inner, task)
                yield Registry(public, inner)
            finally:
                stop.set()
                async with asyncio.timeout(5):
                    await task

    return started


async def ready(inner: httpx2.AsyncClient, task: asyncio.Future[None]) -> None:
    async with asyncio.timeout(20):
        while True:
            if task.done():
                task.result()
            with suppress(httpx2.TransportError):
                if (await inner.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
