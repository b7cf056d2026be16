"""The registry from start to end: connect, watch the folder, serve, and at SIGTERM go."""

import asyncio

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import heartbeats
from registry.askers import Askers
from registry.kinds import Kinds
from registry.routes.inner import inner_routes
from registry.routes.public import public_routes
from registry.settings import Settings
from registry.tables import outbox
from registry.watching import Watcher
from warren.app import problems
from warren.app.guard import Guard
from warren.app.inner import inner_app
from warren.app.inner_client import ChatApiInner, InnerClient
from warren.app.serve import Listener, serve
from warren.broker.connection import Broker, connect
from warren.broker.publisher import Publisher
from warren.db.engine import engine_of, ping
from warren.db.relay import Relay
from warren.logging import get_logger
from warren.metrics import RUNNERS_LIVE

log = get_logger(__name__)

APP_ID = "registry"
SETTLE_SECONDS = 2.0  # how soon a runner that fell silent is noticed, after its 8 s


def public_app(settings: Settings, engine: AsyncEngine, watcher: Watcher, askers: Askers) -> Guard:
    """Return the app of the public port."""
    app = FastAPI(
        title="Warren registry",
        openapi_url="/api/v1/bots/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(public_routes(engine, watcher, askers))
    return Guard(app, settings.public_url)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stop is set. Waits for a broker that is not there yet."""
    token = settings.service_token.get_secret_value()
    client = InnerClient(settings.chat_api_inner_url, token)
    try:
        async with (
            engine_of(settings.database_url.get_secret_value()) as engine,
            connect(settings.amqp_url.get_secret_value(), APP_ID) as broker,
        ):
            await _serve(settings, engine, broker, ChatApiInner(client), stop)
    finally:
        await client.close()


async def _serve(
    settings: Settings,
    engine: AsyncEngine,
    broker: Broker,
    chat_api: ChatApiInner,
    stop: asyncio.Event,
) -> None:
    relay = Relay(engine, outbox, Publisher(broker, APP_ID))
    kinds = Kinds(broker)
    watcher = Watcher(settings.bot_config_dir, engine, kinds, relay)

    def reconnected(*_: object) -> None:
        kinds.forget()
        watcher.look_again()

    broker.publishing.reconnect_callbacks.add(reconnected)

    async def database() -> str | None:
        return await ping(engine)

    async def broker_connected() -> str | None:
        return None if broker.connected else "the broker cannot be reached"

    async def folder() -> str | None:
        return watcher.trouble

    inner = inner_app(APP_ID, [database, broker_connected, folder])
    inner.include_router(inner_routes(engine, relay, settings.service_token.get_secret_value()))
    public = public_app(settings, engine, watcher, Askers(chat_api))
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(relay.run()),
            tasks.create_task(watcher.run()),
            tasks.create_task(_settle_runners(engine, relay)),
        ]
        log.info("registry started", event_name="registry.started")
        await serve(
            [
                Listener(public, settings.http_host, settings.http_port),
                Listener(inner, settings.http_host, settings.inner_port),
            ],
            stop,
        )
        for one in work:
            one.cancel()
    log.info("registry ended", event_name="registry.ended")


async def _settle_runners(engine: AsyncEngine, relay: Relay) -> None:
    """Every two seconds: which runners are gone, which kinds are served."""
    while True:
        try:
            async with engine.begin() as connection:
                rows = await heartbeats.settle(connection)
                RUNNERS_LIVE.set(len(await heartbeats.live(connection)))
            relay.offer(rows)
        except (SQLAlchemyError, OSError) as error:
            log.warning("runners could not be looked at", error=type(error).__name__)
        await asyncio.sleep(SETTLE_SECONDS)
