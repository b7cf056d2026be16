"""A bulk replay whose processes are killed again and again: finished by the next, nothing twice."""

import asyncio
import os
import random
import signal
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from chat_api.bulk.filling import CHUNK
from chat_api.letters.tables import letter_act, replay_item
from chat_api.tables import message, outbox
from infra.native.ports import free_block
from warren.broker.topology import STEPS
from warren.contracts.slip import StepCommand

LETTERS = 60
REPLAYS = "/api/v1/dead-letters/replays"
PATIENCE_SECONDS = 180


async def worker(database: str, failpoint: str) -> asyncio.subprocess.Process:
    """A chat-api without a broker: what it resumes stays in the outbox, where it can be counted."""
    port = free_block(3)
    environment = os.environ | {
        "DATABASE_URL": database,
        "AMQP_URL": f"amqp://nobody:x@127.0.0.1:{port + 2}/",
        "SERVICE_TOKEN": "a service token of tests",
        "HTTP_PORT": str(port),
        "INNER_PORT": str(port + 1),
        "REGISTRY_INNER_URL": f"http://127.0.0.1:{port + 2}",
        "LOG_FORMAT": "console",
        "FAILPOINTS": failpoint,
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "chat_api", env=environment)


class Answers:
    """Stands in for broker and runners: answers each command of the outbox once."""

    def __init__(self, world) -> None:
        self.world = world
        self.last = 0

    async def run(self) -> None:
        table = outbox.table
        while True:
            rows = await self.world.rows(
                select(table.c.id, table.c.body)
                .where(table.c.exchange == STEPS, table.c.id > self.last)
                .order_by(table.c.id)
            )
            commands = [StepCommand.model_validate_json(row.body) for row in rows]
            self.last = rows[-1].id if rows else self.last
            turns = [
                SimpleNamespace(id=one.turn_id, run=one.run, bot=one.bot, revision=one.revision)
                for one in commands
            ]
            if turns:
                await self.world.gate.handle([self.world.outcome(one, "once") for one in turns])
            await asyncio.sleep(0.02)


@pytest.mark.timeout(240)
async def test_killed_in_the_middle_it_is_finished_by_others_and_nothing_is_sent_twice(
    world, failing, shared_database
):
    bot = await world.bot(concurrency=1000)
    who = await world.person()
    for _ in range(LETTERS):
        await world.say(who, await world.place(who, bot))
    commands = [failing.command(turn) for turn in await world.turns()]
    waiting = len([turn for turn in await world.turns() if turn.state == "queued"])
    await world.letters.handle([failing.letter(one) for one in commands if one is not None])
    assert waiting == 0
    await failing.operator()
    answers = Answers(world)
    answers.last = await world.value(select(func.max(outbox.table.c.id)))
    ask = {"filter": {}, "pace": 40}
    job = (await world.http.post(REPLAYS, json=ask)).json()
    chance = random.Random(5)
    deaths = 0

    async def done() -> bool:
        return (await world.http.get(f"{REPLAYS}/{job['id']}")).json()["state"] == "done"

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(answers.run())
        while not await done():
            point = "bulk.after_commit" if deaths % 2 else "bulk.before_commit"
            failpoint = f"{point}={chance.randint(2, 6)}" if deaths < 5 else ""
            process = await worker(shared_database, failpoint)
            while process.returncode is None and not await done():
                await asyncio.sleep(0.05)
            if process.returncode is None:
                process.kill()
            assert await process.wait() == -signal.SIGKILL
            deaths += 1
        answering.cancel()

    assert deaths > 3
    told = (await world.http.get(f"{REPLAYS}/{job['id']}")).json()
    assert (told["resolved"], told["failed_again"], told["skipped"]) == (LETTERS, 0, 0)
    assert {turn.run for turn in await world.turns()} == {2}
    assert await world.value(select(func.count()).select_from(letter_act)) == LETTERS
    assert await world.value(select(func.count(replay_item.c.run))) == LETTERS
    said = select(func.count(), func.count(message.c.turn_id.distinct()))
    (counts,) = await world.rows(said.where(message.c.turn_id.isnot(None)))
    assert tuple(counts) == (LETTERS, LETTERS)


@pytest.mark.timeout(240)
async def test_killed_while_its_letters_are_written_a_job_loses_and_doubles_none(
    world, failing, shared_database
):
    letters = 4 * CHUNK + 1
    await world.strays(letters)
    await failing.operator()
    job = (await world.http.post(REPLAYS, json={"filter": {}})).json()
    deaths = 0

    async def done() -> bool:
        return (await world.http.get(f"{REPLAYS}/{job['id']}")).json()["state"] == "done"

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await done():
            point = "bulk.after_commit" if deaths % 2 else "bulk.before_commit"
            process = await worker(shared_database, f"{point}=2" if deaths < 3 else "")
            while process.returncode is None and not await done():
                await asyncio.sleep(0.05)
            if process.returncode is None:
                process.kill()
            assert await process.wait() == -signal.SIGKILL
            if deaths < 3:
                assert (
                    0 < await world.value(select(func.count()).select_from(replay_item)) < letters
                )
            deaths += 1

    assert deaths == 4
    told = (await world.http.get(f"{REPLAYS}/{job['id']}")).json()
    assert (told["total"], told["skipped"]) == (letters, letters)
    numbers = select(func.count(replay_item.c.number.distinct()), func.max(replay_item.c.number))
    assert [tuple(row) for row in await world.rows(numbers)] == [(letters, letters)]
