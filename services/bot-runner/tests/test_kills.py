"""A runner is killed at every point between run and ack: the same ids come again."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from warren.contracts.ids import OUTCOME, message_id
from warren.contracts.registry import Revision
from warren.contracts.slip import StepCommand
from warren.testing.commands import first_command, said
from warren.testing.runner_mesh import RunnerMesh, until

STEPS = """
import asyncio, os, signal
from warren.step import Step

class Say(Step):
    async def process(self, payload):
        body = payload["messages"][-1]["body"]
        if body == "boom":
            raise ValueError("boom")
        if body == "exit":
            await asyncio.sleep(0.3)
            os._exit(3)
        if body == "segv":
            await asyncio.sleep(0.3)
            os.kill(os.getpid(), signal.SIGSEGV)
        if body.startswith("fine"):
            await asyncio.sleep(1)
        if self.config.seconds:
            with open(self.config.file, "a") as file:
                file.write(body + "\\n")
            await asyncio.sleep(self.config.seconds)
        payload["reply"] = {"body": f"{self.step_name} {body}"}
        return payload

class SayAgain(Say):
    pass
"""


def asking(bot: Revision, body: str) -> StepCommand:
    return first_command(bot, payload={"messages": [said(body, bot.name)]})


@pytest.mark.parametrize(
    ("point", "first", "second"),
    [
        ("before_outcome", 1, 1),
        ("after_outcome", 2, 1),
        ("before_next", 2, 1),
        ("after_next", 2, 2),
    ],
)
async def test_after_a_kill_the_same_ids_come_again(
    mesh: RunnerMesh, point: str, first: int, second: int
):
    bot = await mesh.bot("Say", "SayAgain", source=STEPS)
    doomed = await mesh.runner(kinds=2, FAILPOINTS=f"runner.{point}")
    command = asking(bot, "hello")

    await mesh.ask(command)
    await until(lambda: not doomed.alive, "the kill", mesh.logs)
    await mesh.runner(kinds=2)
    outcomes = await mesh.outcome(first + second)
    await asyncio.sleep(0.3)

    assert doomed.process.returncode == -9
    ids = [message_id(command.turn_id, 1, (), position, OUTCOME) for position in (0, 1)]
    assert Counter(each.message_id for each in mesh.outcomes) == {
        str(ids[0]): first, str(ids[1]): second,
    }  # fmt: skip
    assert {each.position: each.replies[0].body for each in outcomes} == {
        0: "say hello", 1: "sayagain hello",
    }  # fmt: skip
    assert not mesh.letters


async def test_a_letter_is_written_after_a_kill_before_it(mesh: RunnerMesh):
    bot = await mesh.bot("Say", source=STEPS)
    doomed = await mesh.runner(FAILPOINTS="runner.before_dead")

    await mesh.ask(asking(bot, "boom"))
    await until(lambda: not doomed.alive, "the kill", mesh.logs)
    await mesh.runner()
    (letter,) = await mesh.letter()

    assert letter.error.type == "ValueError"
    assert letter.attempt == 1


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        ("exit", 3, "exit 3", "with exit status 3"),
        ("segv", -11, "SIGSEGV", "by signal SIGSEGV (11)"),
    ],
)
async def test_a_step_that_kills_its_process_is_found_and_others_are_not_blamed(
    mesh: RunnerMesh, body: str, status: int, kind: str, words: str
):
    bot = await mesh.bot("Say", source=STEPS)
    others = [asking(bot, f"fine {number}") for number in range(5)]
    turns = {str(each.turn_id) for each in others}

    await mesh.ask(asking(bot, body))
    for command in others:
        await mesh.ask(command)
    for _ in range(2):
        doomed = mesh.start()
        await until(lambda runner=doomed: not runner.alive, "the crash", mesh.logs)
        assert doomed.process.returncode == status
    assert not mesh.outcomes, "the others were held by the runner that died"
    last = await mesh.runner()
    (letter,) = await mesh.letter()
    await until(lambda: {each.correlation_id for each in mesh.outcomes} == turns, "the others")
    await asyncio.sleep(0.3)

    assert (letter.reason, letter.error.type) == ("crashed", kind)
    assert words in letter.error.text
    assert letter.command is not None
    assert letter.command.payload["messages"][-1]["body"] == body
    assert len(mesh.letters) == 1
    assert len(mesh.outcomes) == 5
    assert last.alive


async def test_sigterm_under_load_runs_no_step_twice(mesh: RunnerMesh, tmp_path: Path):
    record = tmp_path / "ran.txt"
    step = {"class": "Say", "config": {"seconds": 0.3, "file": str(record)}}
    bot = await mesh.bot(step, source=STEPS)
    first = await mesh.runner()

    for number in range(40):
        await mesh.ask(asking(bot, f"number {number}"))
    await mesh.outcome(5)
    status = first.terminate()
    done_by_first = len(mesh.outcomes)
    await mesh.runner()
    outcomes = await mesh.outcome(40)

    assert status == 0
    assert done_by_first < 40, "it was ended in the middle"
    assert Counter(record.read_text().splitlines()) == {f"number {n}": 1 for n in range(40)}
    assert len({each.turn_id for each in outcomes}) == len(outcomes) == 40
    assert mesh.registry.goodbyes == [mesh.registry.heartbeats[0]["runner"]]
