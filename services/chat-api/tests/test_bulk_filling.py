"""A large bulk replay is written down in many small transactions: nobody waits for all of them."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select, text

from chat_api.bulk import filling, jobs
from chat_api.bulk.running import BulkReplays
from chat_api.letters.tables import replay_item, replay_job

REPLAYS = "/api/v1/dead-letters/replays"
SLOW = """
    create function slowly() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.05); return new; end $$
"""


async def start(world, **filters):
    answer = await world.http.post(REPLAYS, json={"filter": filters, "pace": 1000})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


async def show(world, job):
    return (await world.http.get(f"{REPLAYS}/{job}")).json()


async def written(world):
    return await world.value(select(func.count()).select_from(replay_item))


@asynccontextmanager
async def at_work(world):
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(BulkReplays(world.store).run())
        try:
            yield
        finally:
            working.cancel()


@pytest.fixture
def small(monkeypatch):
    """Chunks of seven letters, and nothing at once."""
    monkeypatch.setattr(filling, "CHUNK", 7)
    monkeypatch.setattr(jobs, "FILL_AT_ONCE", 0)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 40),
        ({"error_type": "KeyError"}, 10),
        ({"q": "quokka"}, 10),
        ({"status": ["open", "dismissed"]}, 45),
        ({"error_type": "none"}, 0),
    ],
)
async def test_all_that_match_are_written_once_and_in_order(world, failing, small, filters, count):
    await world.strays(30)
    await world.strays(10, error_type="KeyError", search="a quokka")
    await world.strays(5, status="dismissed")
    await failing.operator()
    job = await start(world, **filters)
    await world.strays(3, error_type="KeyError", search="a quokka, later")
    await world.sql("update dead_letter set failed_at = now() where search like '%later'")

    async with at_work(world), asyncio.timeout(20):
        while (await show(world, job))["state"] != "done":
            await asyncio.sleep(0.02)

    ordered = "select number from replay_item join dead_letter on id = letter_id order by failed_at"
    numbers = [row.number for row in await world.rows(text(ordered))]
    assert numbers == sorted(set(numbers)), "the oldest failure first"
    shown = await show(world, job)
    assert (shown["total"], shown["skipped"], shown["plan"]["matched"]) == (count,) * 3


@pytest.mark.parametrize(("act", "state"), [("pause", "paused"), ("stop", "stopped")])
async def test_a_job_is_stopped_at_once_while_its_letters_are_written(
    world, failing, small, act, state
):
    await world.strays(70)
    await failing.operator()
    await world.sql(SLOW)
    await world.sql(
        "create trigger slow before insert on replay_item for each row execute function slowly()"
    )
    try:
        job = await start(world)
        async with at_work(world):
            async with asyncio.timeout(10):
                while not await written(world):
                    await asyncio.sleep(0.02)
            began = time.monotonic()
            answer = await world.http.post(f"{REPLAYS}/{job}/{act}")
            seconds = time.monotonic() - began
            after = await written(world)
            await asyncio.sleep(1)
            later = await written(world)
    finally:
        await world.sql("drop trigger slow on replay_item")
        await world.sql("drop function slowly")

    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert seconds < 2, "all seventy take 3.5 s"
    assert after == later < 70
    assert answer.json()["total"] == 70, "as planned, while it is not written"
    if act == "stop":
        return
    assert (await world.http.post(f"{REPLAYS}/{job}/resume")).status_code == 200
    async with at_work(world), asyncio.timeout(20):
        while (await show(world, job))["state"] != "done":
            await asyncio.sleep(0.02)
    assert await world.value(select(func.count(replay_item.c.number.distinct()))) == 70
    assert await world.value(select(replay_job.c.filled))
