"""The registry from start to end: watch the folder, serve, and at SIGTERM go."""

import asyncio
import os

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.askers import Askers
from registry.broker_side import BrokerSide
from registry.kinds import Kinds
from registry.proving import Proving
from registry.routes.inner import inner_routes
from registry.routes.public import public_routes
from registry.routes.saving import saving_routes
from registry.routes.trying import trying_routes
from registry.runners import Runners
from registry.saving import Saver
from registry.settings import Settings
from registry.tables import outbox
from registry.trying import Limits, Tries, child_environment
from registry.watching import Watcher
from warren.app import problems
from warren.app.guard import Guard
from warren.app.inner import inner_app
from warren.app.inner_client import ChatApiInner, InnerClient
from warren.app.serve import Listener, serve
from warren.broker.late import LatePublisher
from warren.db.engine import engine_of, ping
from warren.db.relay import Relay
from warren.logging import get_logger

log = get_logger(__name__)

SERVICE = "registry"
FLUSH_SECONDS = 1.0  # then what is left stays in the outbox for the next process
END_SECONDS = 2.0  # for the broker's connections to close


def public_app(
    settings: Settings,
    engine: AsyncEngine,
    watcher: Watcher,
    saver: Saver,
    askers: Askers,
    kinds: Kinds,
) -> Guard:
    """Return the app of the public port."""
    app = FastAPI(
        title="Warren registry",
        openapi_url="/api/v1/bots/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    app.include_router(public_routes(engine, watcher, askers, kinds))
    app.include_router(saving_routes(engine, saver, askers))
    tries = Tries(child_environment(settings, os.environ))
    app.include_router(trying_routes(watcher, tries, askers))
    return Guard(app, settings.public_url)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stop is set."""
    token = settings.service_token.get_secret_value()
    client = InnerClient(settings.chat_api_inner_url, token)
    try:
        async with engine_of(settings.database_url.get_secret_value()) as engine:
            await _serve(settings, engine, Askers(ChatApiInner(client), settings.cookie_name), stop)
    finally:
        await client.close()


async def _serve(
    settings: Settings, engine: AsyncEngine, askers: Askers, stop: asyncio.Event
) -> None:
    publisher, kinds = LatePublisher(SERVICE), Kinds()
    relay = Relay(engine, outbox, publisher)
    runners = Runners(engine, relay)
    watcher = Watcher(settings.bot_config_dir, engine, kinds, relay)
    broker = BrokerSide(settings.amqp_url.get_secret_value(), SERVICE, publisher, kinds, watcher)

    async def database() -> str | None:
        return await ping(engine)

    async def folder() -> str | None:
        return watcher.trouble

    inner = inner_app(SERVICE, [database, broker.check, folder])
    inner.include_router(inner_routes(engine, runners, settings.service_token.get_secret_value()))
    proving = Proving(engine, relay, child_environment(settings, os.environ), Limits())
    saver = Saver(settings.bot_config_dir, engine, kinds, relay, watcher)
    public = public_app(settings, engine, watcher, saver, askers, kinds)
    listeners = [
        Listener(public, settings.http_host, settings.http_port),
        Listener(inner, settings.http_host, settings.inner_port),
    ]
    flushed = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        work = [tasks.create_task(one) for one in (watcher.run(), runners.run(), proving.run())]
        relaying = tasks.create_task(relay.run())
        connected = tasks.create_task(broker.run(flushed))
        log.info("registry started", event_name="registry.started", port=settings.http_port)
        await serve(listeners, stop)
        for one in work:
            one.cancel()
        await relay.flush(FLUSH_SECONDS)
        flushed.set()
        await asyncio.wait([connected], timeout=END_SECONDS)
        for one in (connected, relaying):
            one.cancel()
    log.info("registry ended", event_name="registry.ended")
