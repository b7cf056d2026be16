"""The async engine of a service: psycopg 3 through SQLAlchemy, pooled, checked before use."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

POOL_SIZE = 10  # connections a process keeps; 2 cores of Postgres are busy with fewer
POOL_OVERFLOW = 10
PING_AFTER_SECONDS = 1.0  # a connection that rested longer is tried before use
POOL_WAIT_SECONDS = 5  # then the request answers 503 rather than hang
STATEMENT_TIMEOUT_MS = 15_000
PASSING_STATES = {"08", "40", "53", "55", "57", "58"}
"""Classes of SQLSTATE that pass by themselves: connection, rollback, resources, locks, shutdown,
I/O."""


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """Return an engine for a `postgresql+psycopg://` URL. Opens no connection yet."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,  # an error text must not carry what people wrote, nor hashes
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=utc",
        },
    )
    _ping_rested(engine)
    return engine


def _ping_rested(engine: AsyncEngine) -> None:
    """Try connections that have rested, so that a request after a restart of Postgres does not
    fail. SQLAlchemy's own pool_pre_ping asks before every use: a third of a request's round trips.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def rest(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ping(  # pyright: ignore[reportUnusedFunction]
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested < PING_AFTER_SECONDS:
            return
        dialect = engine.sync_engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            raise InvalidatePoolError from error  # the others are as old: the pool opens new ones


@asynccontextmanager
async def engine_of(url: str) -> AsyncGenerator[AsyncEngine]:
    """An engine for a lifespan: disposed of at the end."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


def is_unavailable(error: BaseException) -> bool:
    """Whether a database error means that Postgres is away (503, try again) rather than that the
    SQL is wrong."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        state = getattr(error.orig, "sqlstate", None)
        return state is None or str(state)[:2] in PASSING_STATES
    return isinstance(error, (InterfaceError, PoolTimeout, TimeoutError))


async def ping(engine: AsyncEngine) -> str | None:
    """Return None when the database answers, otherwise why not (for /readyz)."""
    try:
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))
    except Exception as error:  # readiness reports every cause
        return f"database: {type(error).__name__}"
    return None


async def advisory_lock(connection: AsyncConnection, name: str) -> None:
    """Take a lock by name until the transaction ends; waits for others."""
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    )
