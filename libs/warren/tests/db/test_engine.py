"""The engine's pool on a real database: connections that died while they rested are replaced."""

import pytest
from sqlalchemy import text

from warren.db import engine
from warren.db.engine import engine_of

_END_OTHERS = text("""
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
""")


async def test_connections_that_died_at_rest_are_replaced(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "PING_AFTER_SECONDS", 0.0)
    async with engine_of(database) as ours, engine_of(database) as other:
        async with ours.connect() as one, ours.connect() as two:
            await one.execute(text("select 1"))
            await two.execute(text("select 1"))
        async with other.connect() as killer:
            assert (await killer.execute(_END_OTHERS)).scalar_one() == 2

        async with ours.connect() as one, ours.connect() as two:
            answers = [(await each.execute(text("select 1"))).scalar_one() for each in (one, two)]

    assert answers == [1, 1]


async def test_a_connection_just_used_is_not_tried_again(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    pings: list[object] = []
    async with engine_of(database) as ours:
        dialect = ours.sync_engine.dialect
        monkeypatch.setattr(dialect, "do_ping", lambda connection: pings.append(connection))
        for _ in range(3):
            async with ours.connect() as one:
                await one.execute(text("select 1"))

    assert pings == []
