"""What a runner hears and says beside the pipeline: cancels, hints, heartbeats, a registry away."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from warren.broker.connection import connect
from warren.broker.delivery import Delivery
from warren.broker.own_queue import OwnQueue, consume_own
from warren.broker.publisher import Outgoing
from warren.broker.topology import CONTROL as CONTROL_EXCHANGE
from warren.broker.topology import PROGRESS
from warren.contracts.control import CONTROL, Control
from warren.testing.commands import as_outgoing, first_command
from warren.testing.runner_mesh import RunnerMesh, until

SLOW = """
import asyncio, time
from warren.step import Step

class Slow(Step):
    activity = "thinking hard"

    async def process(self, payload):
        for piece in ("one ", "two ", "three"):
            if self.emit:
                await self.emit(piece)
            await asyncio.sleep(self.config.seconds / 3)
        payload["reply"] = {"body": "done"}
        return payload

class Stuck(Step):
    def process(self, payload):
        time.sleep(8)
        return payload
"""


def slow(seconds: float) -> dict[str, Any]:
    return {"class": "Slow", "config": {"seconds": seconds}}


async def test_a_cancelled_turn_stops_and_leaves_nothing(mesh: RunnerMesh):
    bot = await mesh.bot(slow(60), source=SLOW)
    runner = await mesh.runner()
    command = first_command(bot)
    hint = Control(turn_id=command.turn_id, run=2).model_dump_json().encode()

    await mesh.ask(command)
    await until(lambda: "warren_runner_busy_steps 1.0" in runner.inner("/metrics")[1], "a busy one")
    await mesh.publish(Outgoing(CONTROL_EXCHANGE, "", hint, CONTROL, uuid4()))
    await until(lambda: cancelled(runner) == 1, "the cancel", mesh.logs)
    await mesh.ask(command)
    await until(lambda: cancelled(runner) == 2, "the second cancel", mesh.logs)

    assert "warren_runner_busy_steps 0.0" in runner.inner("/metrics")[1]
    assert not mesh.outcomes
    assert not mesh.letters


def cancelled(runner: Any) -> float:
    start = 'warren_step_attempts_total{bot="tester",kind="slow",outcome="cancelled"} '
    lines = runner.inner("/metrics")[1].splitlines()
    return next((float(each.removeprefix(start)) for each in lines if each.startswith(start)), 0)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_slow_step_shows_where_it_stands(mesh: RunnerMesh, stream: bool):
    bot = await mesh.bot(slow(0.6), source=SLOW)
    await mesh.runner()
    command = first_command(bot, stream=stream)
    heard: list[dict[str, Any]] = []
    listening = asyncio.Event()

    async def hear(delivery: Delivery) -> None:
        heard.append(orjson.loads(delivery.body) | {"key": delivery.routing_key})

    async def fresh() -> None:
        listening.set()

    async with connect(mesh.url("gateway"), "gateway") as gateway:
        own = OwnQueue(lambda number: f"gw.test.{number}.progress", [(PROGRESS, "#")], hear)
        task = asyncio.ensure_future(consume_own(gateway, [own], fresh))
        await asyncio.wait_for(listening.wait(), 10)
        await mesh.ask(command)
        await mesh.outcome()
        await until(lambda: bool(heard), "a hint")
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.wait([task])

    progress = [each for each in heard if each["type"] == "turn.progress"]
    deltas = [each for each in heard if each["type"] == "turn.delta"]
    assert progress[0]["activity"] == "thinking hard"
    assert (progress[0]["position"], progress[0]["total"]) == (1, 1)
    assert progress[0]["key"] == f"progress.{command.turn_id}"
    assert "".join(each["text"] for each in deltas) == ("one two three" if stream else "")
    assert [each["index"] for each in deltas] == list(range(len(deltas)))


async def test_while_the_registry_is_away_the_message_waits_without_using_an_attempt(
    mesh: RunnerMesh,
):
    bot = await mesh.bot(slow(0), source=SLOW)
    runner = await mesh.runner()

    mesh.registry.away = True
    await mesh.ask(first_command(bot))
    await until(lambda: "registry" in runner.inner("/readyz")[1], "it says why", mesh.logs)
    status, _ = runner.inner("/readyz")
    mesh.registry.away = False
    (outcome,) = await mesh.outcome()
    await until(lambda: runner.inner("/readyz")[0] == 200, "ready again")

    assert status == 503
    assert outcome.end is not None
    assert [(each.attempt, each.outcome) for each in outcome.end.log] == [(1, "done")]


async def test_a_thread_that_does_not_come_back_is_cut_and_the_runner_starts_anew(mesh: RunnerMesh):
    bot = await mesh.bot(
        {"class": "Stuck", "timeout_seconds": 1, "retry": {"attempts": 1}}, source=SLOW
    )
    runner = await mesh.runner()

    await mesh.ask(first_command(bot))
    (letter,) = await mesh.letter()
    await until(lambda: not runner.alive, "the new start")

    assert letter.reason == "timeout"
    assert runner.process.returncode == 75


async def test_a_runner_serves_only_the_kinds_it_is_told_and_a_queue_that_comes_later(
    mesh: RunnerMesh,
):
    bot = await mesh.bot(slow(0), source=SLOW, queues=False)
    await mesh.bot("Draft", "Format", name="other")
    runner = await mesh.runner(kinds=0, RUNNER_KINDS="Draft, Slow")

    await until(lambda: "draft" in mesh.registry.heartbeats[-1]["kinds"], "draft is served")
    await mesh.queue("slow")
    await mesh.ask(first_command(bot))
    await mesh.outcome()
    await until(lambda: mesh.registry.heartbeats[-1]["kinds"] == ["draft", "slow"], "both kinds")

    assert mesh.registry.heartbeats[-1]["serves_all"] is False
    assert runner.inner("/livez")[0] == 200


async def test_a_retry_whose_time_has_not_come_waits_on_a_rung(mesh: RunnerMesh):
    bot = await mesh.bot(slow(0), source=SLOW)
    await mesh.runner()
    command = first_command(bot)
    due = datetime.now(UTC) + timedelta(seconds=3)
    headers = {"warren-attempt": 2, "warren-not-before": due.isoformat()}

    await mesh.publish(as_outgoing(command, headers=headers))
    (outcome,) = await mesh.outcome()

    assert outcome.end is not None
    (entry,) = outcome.end.log
    assert entry.attempt == 2
    assert entry.started_at > due
