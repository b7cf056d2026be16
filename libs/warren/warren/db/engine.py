"""The async engine of a service: psycopg 3 through SQLAlchemy, pooled, checked before use."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

POOL_SIZE = 10  # connections a process keeps; 2 cores of Postgres are busy with fewer
POOL_OVERFLOW = 10
POOL_WAIT_SECONDS = 5  # then the request answers 503 rather than hang
STATEMENT_TIMEOUT_MS = 15_000
PASSING_STATES = {"08", "40", "53", "55", "57", "58"}
"""Classes of SQLSTATE that pass by themselves: connection, rollback, resources, locks, shutdown,
I/O."""


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """Return an engine for a `postgresql+psycopg://` URL. Opens no connection yet."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error text must not carry what people wrote, nor hashes
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=utc",
        },
    )


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
