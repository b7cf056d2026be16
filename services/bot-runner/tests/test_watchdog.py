"""A step that blocks the event loop ends its runner, and in the end only itself."""

import asyncio
import signal
import time
from datetime import timedelta

import pytest

from bot_runner.watchdog import STOOD_STILL, RunningStep, limit_seconds, place
from warren.contracts.registry import Revision
from warren.contracts.slip import StepCommand
from warren.testing.commands import first_command, said
from warren.testing.runner_mesh import RunnerMesh, until

STEPS = """
import asyncio, re, time
from warren.step import Step

class Block(Step):
    async def process(self, payload):
        body = payload["messages"][-1]["body"]
        if body == "sleep":
            time.sleep(600)
        if body == "regex":
            re.match(r"(a+)+$", "a" * 60 + "b")
        await asyncio.sleep(0.5)
        payload["reply"] = {"body": body}
        return payload
"""
STEP = {"class": "Block", "timeout_seconds": 1, "retry": {"attempts": 1}}


def asking(bot: Revision, body: str) -> StepCommand:
    return first_command(bot, payload={"messages": [said(body, bot.name)]})


@pytest.mark.parametrize(("timeouts", "expected"), [((), 5), ((1,), 6), ((1, 60), 65)])
def test_the_longest_step_that_runs_sets_the_limit(timeouts: tuple[float, ...], expected: float):
    assert limit_seconds([RunningStep("b", "s", each) for each in timeouts], 5) == expected


def test_no_frame_is_no_place():
    assert place(None) == ""


async def test_a_step_that_blocks_is_named_and_becomes_a_timeout_and_others_are_answered(
    mesh: RunnerMesh,
):
    bot = await mesh.bot(STEP, source=STEPS)
    others = [asking(bot, f"fine {number}") for number in range(3)]
    fine = {str(each.turn_id) for each in others}
    doomed = mesh.start(STILL_SECONDS="1")

    await mesh.ask(asking(bot, "sleep"))
    for command in others:
        await mesh.ask(command)
    for _ in range(2):
        await until(lambda runner=doomed: not runner.alive, "the end", mesh.logs)
        assert doomed.process.returncode == STOOD_STILL
        assert "runner.stood_still" in doomed.text
        assert "tester/block" in doomed.text
        assert "Block.py:9 in process" in doomed.text
        doomed = mesh.start(STILL_SECONDS="1")
    (letter,) = await mesh.letter()
    await until(lambda: {each.correlation_id for each in mesh.outcomes} == fine, "the others")

    assert (letter.reason, letter.error.type) == ("timeout", "StepTimeout")
    assert letter.command is not None
    assert letter.command.payload["messages"][-1]["body"] == "sleep"
    assert doomed.alive


async def test_a_step_that_lets_no_thread_run_is_ended_too(mesh: RunnerMesh):
    bot = await mesh.bot(STEP, source=STEPS)
    runner = await mesh.runner(STILL_SECONDS="1")

    await mesh.ask(asking(bot, "regex"))
    began = time.monotonic()
    await until(lambda: not runner.alive, "the end", mesh.logs)

    assert runner.process.returncode != 0
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=15)
    assert "Block.py" in runner.text
    assert "in process" in runner.text


async def test_a_runner_that_was_stopped_for_long_goes_on(mesh: RunnerMesh):
    bot = await mesh.bot(STEP, source=STEPS)
    runner = await mesh.runner(STILL_SECONDS="1")

    runner.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(4)
    runner.process.send_signal(signal.SIGCONT)
    await mesh.ask(asking(bot, "fine"))
    await mesh.outcome()

    assert runner.alive
