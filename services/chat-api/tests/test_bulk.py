"""Bulk replay on a real database: all of a group once, and none of a cause that is not gone."""

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from chat_api.bulk import jobs
from chat_api.bulk.running import BulkReplays
from chat_api.letters.tables import audit, letter_act
from chat_api.tables import message
from warren.broker.topology import STEPS
from warren.contracts.slip import StepCommand

REPLAYS = "/api/v1/dead-letters/replays"
BATCH = 50


async def letters(world, failing, number, bot, **more) -> None:
    """Turns of as many conversations that failed alike."""
    who = await world.person(f"p{await world.value(select(func.count(message.c.id)))}")
    for first in range(0, number, BATCH):
        some = range(first, min(first + BATCH, number))
        places = [await world.place(who, bot) for _ in some]
        await asyncio.gather(*(world.say(who, place) for place in places))
        commands = map(StepCommand.model_validate, world.shelf.take(STEPS))
        await world.letters.handle([failing.letter(one, **more) for one in commands])
    world.shelf.take()


class Runner:
    """Stands in for the runners: takes commands from the shelf and tells the gate."""

    def __init__(self, world: Any, failing: Any) -> None:
        self.world, self.failing = world, failing
        self.seen: Counter[Any] = Counter()
        self.fails: Any = lambda command: None
        self.silent = False

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0.005)
            if self.silent:
                continue
            commands = [StepCommand.model_validate(one) for one in self.world.shelf.take(STEPS)]
            self.seen.update(one.turn_id for one in commands)
            errors = [(one, self.fails(one)) for one in commands]
            if failed := [(one, error) for one, error in errors if error is not None]:
                await self.world.letters.handle(
                    [self.failing.letter(one, error=error) for one, error in failed]
                )
            if well := [one for one, error in errors if error is None]:
                await self.world.gate.handle([self.outcome(one) for one in well])

    def outcome(self, command: StepCommand) -> Any:
        turn = SimpleNamespace(
            id=command.turn_id, run=command.run, bot=command.bot, revision=command.revision
        )
        return self.world.outcome(turn, "after all")


@asynccontextmanager
async def at_work(*workers):
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one.run()) for one in workers]
        try:
            yield
        finally:
            for one in running:
                one.cancel()


async def start(world, **ask):
    answer = await world.http.post(REPLAYS, json={"filter": {}, "pace": 1000} | ask)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"{REPLAYS}/{job['id']}"
    return job


async def show(world, job):
    return (await world.http.get(f"{REPLAYS}/{job['id']}")).json()


async def until(world, job, *states, seconds=90.0):
    async with asyncio.timeout(seconds):
        while (now := await show(world, job))["state"] not in states or now["sent"]:
            await asyncio.sleep(0.05)
    return now


@pytest.fixture
def runner(world, failing):
    return Runner(world, failing)


@pytest.mark.timeout(240)
async def test_a_thousand_of_one_group_are_resolved_and_the_others_stay(world, failing, runner):
    bot = await world.bot(concurrency=1000)
    await letters(world, failing, 1000, bot)
    await letters(world, failing, 50, bot, error={"text": "another cause"})
    await failing.operator()
    group = (await world.letter_rows())[0].fingerprint
    ask = {"filter": {"group": group}, "pace": 1000}

    plan = await world.http.post(REPLAYS, json=ask | {"dry_run": True})
    assert plan.status_code == 200
    assert (plan.json()["matched"], plan.json()["needed"], plan.json()["groups"]) == (1000, 1000, 1)
    began = time.monotonic()
    async with at_work(BulkReplays(world.store), runner):
        job = await start(world, **ask)
        done = await until(world, job, "done")
    seconds = time.monotonic() - began

    assert (done["total"], done["resolved"], done["failed_again"], done["skipped"]) == (
        1000, 1000, 0, 0
    )  # fmt: skip
    assert set(runner.seen.values()) == {1}
    answers = await world.rows(
        select(message.c.turn_id, func.count())
        .where(message.c.turn_id.isnot(None))
        .group_by(message.c.turn_id)
    )
    assert (len(answers), {count for _, count in answers}) == (1000, {1})
    assert Counter(one.status for one in await world.letter_rows()) == {
        "resolved": 1000,
        "open": 50,
    }
    assert seconds < 60


async def test_what_failed_with_one_error_in_several_ways_is_replayed_together(
    world, failing, runner
):
    bot = await world.bot()
    for words, name in (("one cause", "KeyError"), ("another", "KeyError"), ("ValueError", "Own")):
        await letters(world, failing, 4, bot, error={"type": name, "text": words})
    await failing.operator()

    async with at_work(BulkReplays(world.store), runner):
        done = await until(world, await start(world, filter={"error_type": "KeyError"}), "done")

    assert (done["plan"]["groups"], done["resolved"]) == (2, 8)
    assert {one.error_type for one in await world.letter_rows() if one.status == "open"} == {"Own"}


async def test_a_cause_that_is_not_gone_halts_the_job_after_six_at_most(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 60, bot)
    await failing.operator()
    first = (await world.letter_rows())[0]
    runner.fails = lambda command: {} if command.turn_id != first.turn_id else None

    async with at_work(BulkReplays(world.store), runner):
        job = await start(world)
        halted = await until(world, job, "halted")

    assert sum(runner.seen.values()) <= 6
    assert (halted["resolved"], halted["stage"]) == (1, 1)
    assert "failed again in the same way" in halted["why"]
    assert any(one.reference in halted["why"] for one in await world.letter_rows())
    assert halted["pending"] == 60 - sum(runner.seen.values())
    acts = [row.act for row in await world.rows(select(audit).order_by(audit.c.id))]
    assert acts[0] == "replay.started"
    assert acts[-1] == "replay.halted"


async def test_after_the_cause_is_fixed_a_halted_job_goes_on(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 40, bot)
    await failing.operator()
    runner.fails = lambda command: {}
    async with at_work(BulkReplays(world.store), runner):
        job = await start(world)
        await until(world, job, "halted")
        runner.fails = lambda command: None

        assert (await world.http.post(f"{REPLAYS}/{job['id']}/resume")).status_code == 200
        done = await until(world, job, "done")

    assert (done["resolved"], done["failed_again"], done["pending"]) == (39, 1, 0)


async def test_other_failures_are_counted_and_do_not_halt(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 40, bot)
    await failing.operator()
    unlucky = {one.turn_id for one in (await world.letter_rows())[3::8]}
    runner.fails = lambda one: {"text": "quite another"} if one.turn_id in unlucky else None

    async with at_work(BulkReplays(world.store), runner):
        done = await until(world, await start(world), "done", "halted")

    assert (done["state"], done["failed_again"]) == ("done", len(unlucky))
    assert len(done["failures"]) == len(unlucky)
    assert all(one["why"].startswith("ValueError: ") for one in done["failures"])
    assert done["resolved"] == 40 - len(unlucky)


async def test_mostly_other_failures_halt(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 20, bot)
    await failing.operator()
    runner.fails = lambda one: {"text": "quite another"} if runner.seen.total() > 1 else None

    async with at_work(BulkReplays(world.store), runner):
        halted = await until(world, await start(world), "halted")

    assert "5 of 5 failed again" in halted["why"]


async def test_paused_resumed_and_stopped(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 30, bot)
    await failing.operator()
    runner.silent = True
    async with at_work(BulkReplays(world.store), runner):
        job = await start(world)
        async with asyncio.timeout(10):
            while (await show(world, job))["sent"] != 1:
                await asyncio.sleep(0.02)
        path = f"{REPLAYS}/{job['id']}"
        assert (await world.http.post(f"{path}/pause")).json()["state"] == "paused"
        assert (await world.http.post(f"{path}/pause")).status_code == 409
        runner.silent = False
        paused = await until(world, job, "paused")
        await asyncio.sleep(0.7)
        assert (paused["resolved"], (await show(world, job))["pending"]) == (1, 29)
        assert (await world.http.post(f"{path}/resume")).json()["state"] == "running"
        async with asyncio.timeout(10):
            while (await show(world, job))["resolved"] < 3:
                await asyncio.sleep(0.01)
        assert (await world.http.post(f"{path}/stop")).json()["state"] == "stopped"
        stopped = await until(world, job, "stopped")
        assert (await world.http.post(f"{path}/resume")).status_code == 409

    assert set(runner.seen.values()) == {1}
    assert stopped["resolved"] == sum(runner.seen.values())
    acts = [row.act for row in await world.rows(select(audit).order_by(audit.c.id))]
    assert [one for one in acts if one.startswith("replay.")] == [
        "replay.started", "replay.paused", "replay.resumed", "replay.stopped"
    ]  # fmt: skip


async def test_what_is_of_no_use_is_skipped_with_why(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 8, bot)
    await world.letters.handle([world.delivery(b"nobody's")])
    await failing.operator()
    rows = await world.letter_rows()
    await world.sql(
        "update dead_letter set failed_at = now() - interval '9 days' where id = :id",
        id=rows[0].id,
    )
    ask = {"filter": {"status": ["open", "answered"]}}
    await failing.post(f"{rows[1].id}/finish", reply={"body": "by hand"})
    world.shelf.take()
    runner.silent = True

    async with at_work(BulkReplays(world.store), runner):
        job = await start(world, **ask)
        async with asyncio.timeout(10):
            while (await show(world, job))["sent"] != 1:
                await asyncio.sleep(0.02)
        await failing.post(f"{rows[5].id}/dismiss", reason="by a person meanwhile")
        runner.silent = False
        done = await until(world, job, "done")

    assert done["plan"] == {
        "matched": 9, "needed": 6, "answered": 1, "overtaken": 0, "expired": 1,
        "not_replayable": 1, "groups": 2,
    }  # fmt: skip
    assert (done["resolved"], done["skipped"]) == (5, 4)
    why = {one["reference"]: one["why"] for one in done["skips"]}
    assert "expires_after" in why[rows[0].reference]
    assert "by hand" in why[rows[1].reference]
    assert why[rows[5].reference].startswith("olga dismissed this at ")
    assert "no turn" in why[rows[8].reference]


async def test_two_operators_and_two_processes_send_each_letter_once(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 60, bot)
    await failing.operator()

    async with at_work(BulkReplays(world.store), BulkReplays(world.store), runner):
        jobs = await asyncio.gather(*(start(world) for _ in range(3)))
        done = [await until(world, job, "done") for job in jobs]

    assert sum(one["resolved"] for one in done) == 60
    assert sum(one["skipped"] for one in done) == 120
    assert set(runner.seen.values()) == {1}
    assert await world.value(select(func.count()).select_from(letter_act)) == 60


async def test_a_large_job_writes_its_letters_down_by_and_by(world, failing, runner, monkeypatch):
    monkeypatch.setattr(jobs, "FILL_AT_ONCE", 10)
    bot = await world.bot()
    await letters(world, failing, 30, bot)
    await failing.operator()

    job = await start(world)
    await failing.turn("later", bot)
    assert (job["total"], job["pending"]) == (30, 30)
    async with at_work(BulkReplays(world.store), runner):
        done = await until(world, job, "done")

    assert (done["total"], done["resolved"]) == (30, 30)


async def test_the_pace_is_kept(world, failing, runner):
    bot = await world.bot()
    await letters(world, failing, 12, bot)
    await failing.operator()
    began = time.monotonic()

    async with at_work(BulkReplays(world.store), BulkReplays(world.store), runner):
        await until(world, await start(world, pace=5), "done")

    assert 2.0 < time.monotonic() - began < 8


async def test_only_operators_replay_many(world, failing):
    await failing.sign_in(await world.person("ben"), operator=False)

    for answer in (
        await world.http.post(REPLAYS, json={"filter": {}}),
        await world.http.get(REPLAYS),
        await world.http.get(f"{REPLAYS}/x"),
    ):
        assert answer.status_code == 403
    await failing.operator()
    assert (await world.http.get(f"{REPLAYS}/x")).status_code == 404
    assert (await world.http.get(f"{REPLAYS}?cursor=zz")).status_code == 400
    assert (await world.http.post(REPLAYS, json={"filter": {"x": 1}})).status_code == 422
    for _ in range(3):
        await start(world)
    page = (await world.http.get(f"{REPLAYS}?limit=2")).json()
    rest = (await world.http.get(REPLAYS, params={"cursor": page["next_cursor"]})).json()
    assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
