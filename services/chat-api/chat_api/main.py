"""Run chat-api: HTTP, relay, consumers and sweeps in one process, until SIGTERM.

At the end: no new requests, those in flight finish, consumers stop, the relay sends what is left.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from chat_api.app import private_app, public_app
from chat_api.broker_side import BrokerSide
from chat_api.bulk.running import BulkReplays
from chat_api.changes import Store
from chat_api.deadlines import Deadlines
from chat_api.gate import Gate
from chat_api.letters.keeper import Letters
from chat_api.mechanics.looking import Looking
from chat_api.parts import Parts
from chat_api.passwords import Passwords
from chat_api.promoting import Promoter
from chat_api.registry_feed import RegistryFeed
from chat_api.settings import Settings
from chat_api.tables import outbox
from chat_api.throttle import Throttle
from warren.app.inner import Check
from warren.app.inner_client import InnerClient
from warren.app.serve import Listener, serve
from warren.broker.late import LatePublisher
from warren.db.engine import engine_of, ping
from warren.db.relay import Relay
from warren.logging import get_logger

log = get_logger(__name__)

# Together well under the 15 s after which the supervisor kills the process.
REQUESTS_SECONDS = 5.0  # for requests in flight; then they are cut off and may be sent again
FLUSH_SECONDS = 2.0  # then what is left stays in the outbox for the next process
END_SECONDS = 2.5  # for consumers and connections to close


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stop is set."""
    publisher = LatePublisher("chat-api")
    async with (
        engine_of(settings.database_url.get_secret_value()) as engine,
        _registry(settings) as registry,
    ):
        store = Store(engine, Relay(engine, outbox, publisher), asyncio.Event())
        letters = Letters(store)
        feed = RegistryFeed(store, registry)
        broker = BrokerSide(
            settings.amqp_url.get_secret_value(), publisher, Gate(store, letters), letters, feed
        )
        passwords = Passwords()
        parts = Parts(settings, store, passwords, Throttle(store))
        try:
            await _run_all(
                parts, broker, feed, Deadlines(store, letters), Looking(store, registry), stop
            )
        finally:
            passwords.close()


async def _run_all(
    parts: Parts,
    broker: BrokerSide,
    feed: RegistryFeed,
    deadlines: Deadlines,
    looking: Looking,
    stop: asyncio.Event,
) -> None:
    settings, store = parts.settings, parts.store
    listeners = [
        Listener(public_app(parts), settings.http_host, settings.http_port),
        Listener(
            private_app(parts, [_database(store.engine), broker.check]),
            settings.http_host,
            settings.inner_port,
        ),
    ]
    flushed = asyncio.Event()
    served = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        sweeps = [
            tasks.create_task(one)
            for one in (
                feed.run(),
                deadlines.run(),
                Promoter(store).run(),
                BulkReplays(store).run(),
                looking.run(),
            )
        ]
        relay = tasks.create_task(store.relay.run())
        consuming = tasks.create_task(broker.run(served, flushed))
        log.info("serving", port=settings.http_port, inner_port=settings.inner_port)
        serving = tasks.create_task(serve(listeners, stop))
        await stop.wait()
        await asyncio.wait([serving], timeout=REQUESTS_SECONDS)
        serving.cancel()
        served.set()
        for one in sweeps:
            one.cancel()
        if not await store.relay.flush(FLUSH_SECONDS):
            log.warning("stopping with unpublished rows; the next process publishes them")
        flushed.set()
        if broker.connected:
            await asyncio.wait([consuming], timeout=END_SECONDS)
        consuming.cancel()
        relay.cancel()
    log.info("stopped")


@asynccontextmanager
async def _registry(settings: Settings) -> AsyncGenerator[InnerClient]:
    client = InnerClient(settings.registry_inner_url, settings.service_token.get_secret_value())
    try:
        yield client
    finally:
        await client.close()


def _database(engine: AsyncEngine) -> Check:
    async def check() -> str | None:
        return await ping(engine)

    return check
