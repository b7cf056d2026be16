"""A runner is killed while messages wait on a rung, or just after it put one there."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from tests.troubled_llm import TroubledModel
from warren.broker.connection import Broker
from warren.contracts.ids import OUTCOME, message_id
from warren.contracts.outcome import Outcome
from warren.contracts.slip import StepCommand
from warren.testing.commands import first_command, said
from warren.testing.runner_mesh import RunnerMesh, until

FIRST_FAILS = """
from warren.errors import Retryable
from warren.step import Step

class FirstFails(Step):
    async def process(self, payload):
        if self.attempt == 1:
            raise Retryable("busy")
        payload["reply"] = {"body": f"at try {self.attempt}"}
        return payload
"""
ANSWER = """
from warren.step import Step

class Answer(Step):
    async def process(self, payload):
        payload["reply"] = {"body": payload["draft"]["body"]}
        return payload
"""


async def test_turns_that_wait_for_a_host_outlive_their_runner_once_each(mesh: RunnerMesh):
    turns = 6
    with TroubledModel() as model:
        bot = await mesh.bot({"class": "Gpt", "config": {"model": "m"}}, "Answer", source=ANSWER)
        circuit = {"CIRCUIT_FAILURES": "1", "CIRCUIT_PROBE_SECONDS": "60"}
        model.away = True
        doomed = await mesh.runner(kinds=2, OPENAI_BASE_URL=model.url, **circuit)
        asked = [
            first_command(
                bot,
                payload={
                    "messages": [said("hello", bot.name)],
                    "chatml": [{"role": "user", "name": "ana", "content": f"number {number}"}],
                },
            )
            for number in range(turns)
        ]
        for command in asked:
            await mesh.ask(command)
        await _until_waiting(mesh.chat, "retry.5s", turns)
        assert "warren_circuit_open{" in doomed.inner("/metrics")[1]

        doomed.kill()
        model.away = False
        await mesh.runner(kinds=2, OPENAI_BASE_URL=model.url, **circuit)
        outcomes = await mesh.outcome(turns)
        await _until_waiting(mesh.chat, "retry.5s", 0)

    assert _ids(mesh) == dict.fromkeys((_end_of(each, position=1) for each in asked), 1)
    assert not mesh.letters
    logs = [each.end.log for each in outcomes if each.end]
    assert all([each.outcome for each in log[-2:]] == ["done", "done"] for log in logs)
    assert {each.outcome for log in logs for each in log[:-2]} == {"held"}
    assert {each.attempt for log in logs for each in log} == {1}, "no try was used up"


async def test_after_a_kill_between_rung_and_ack_both_copies_end_in_the_same_outcome(
    mesh: RunnerMesh,
):
    bot = await mesh.bot("FirstFails", source=FIRST_FAILS)
    command = first_command(bot, payload={"messages": [said("hello", bot.name)]})
    doomed = await mesh.runner(FAILPOINTS="runner.after_rung")

    await mesh.ask(command)
    await until(lambda: not doomed.alive, "the kill", mesh.logs)
    await mesh.runner()
    outcomes = await mesh.outcome(2)
    await _until_waiting(mesh.chat, "retry.5s", 0)

    assert doomed.process.returncode == -9
    assert _ids(mesh) == {_end_of(command, position=0): 2}
    assert [_tries(each) for each in outcomes] == [[(1, "retried"), (2, "done")]] * 2
    assert not mesh.letters


async def _until_waiting(broker: Broker, queue: str, count: int) -> None:
    """Return when so many messages are in a queue."""
    lane = await broker.consuming.lane()
    due = time.monotonic() + 15
    try:
        while True:
            answer = await lane.ask(lane.queue_declare, queue=queue, passive=True)
            waiting = answer.method.message_count
            if waiting == count:
                return
            assert time.monotonic() < due, f"{waiting} in {queue}, not {count}"
            await asyncio.sleep(0.05)
    finally:
        await lane.shut()


def _ids(mesh: RunnerMesh) -> Counter[str | None]:
    return Counter(each.message_id for each in mesh.outcomes)


def _end_of(command: StepCommand, position: int) -> str:
    return str(message_id(command.turn_id, command.run, (), position, OUTCOME))


def _tries(outcome: Outcome) -> Sequence[tuple[int, str]]:
    return [(each.attempt, each.outcome) for each in outcome.end.log] if outcome.end else []
