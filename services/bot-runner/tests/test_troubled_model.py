"""A model server in every kind of trouble: as many tries as declared, and what came is kept."""

import time
from datetime import timedelta
from itertools import pairwise

from tests.troubled_llm import TroubledModel
from warren.contracts.failure import Failure
from warren.contracts.outcome import Outcome
from warren.contracts.registry import Revision
from warren.contracts.slip import StepCommand
from warren.testing.commands import first_command, said
from warren.testing.runner_mesh import RunnerMesh, until

TROUBLES = {
    # trouble: tries, and of the letter: reason, type, words in its text, words in its stack
    "500": (2, "failed", "Retryable", "answered 500: it broke", ""),
    "hang": (2, "timeout", "StepTimeout", "longer than 2 s", ""),
    "cut": (2, "failed", "Retryable", "stopped in the middle", ""),
    "empty": (2, "bad_output", "BadAnswer", "an empty answer", '"content": " "'),
    "words": (2, "bad_output", "BadAnswer", "not JSON", "<html>welcome to the hotel</html>"),
    "big": (1, "too_large", "TooLarge", "bytes", ""),
    "429": (2, None, None, None, None),
}
ANSWER = """
from warren.step import Step

class Answer(Step):
    async def process(self, payload):
        payload["reply"] = {"body": payload["draft"]["body"]}
        return payload
"""


def asking(bot: Revision, text: str = "hello", seconds: float = 600) -> StepCommand:
    chatml = [{"role": "user", "name": "ana", "content": text}]
    command = first_command(bot, payload={"messages": [said(text, bot.name)], "chatml": chatml})
    return command.model_copy(update={"deadline": command.queued_at + timedelta(seconds=seconds)})


async def test_each_trouble_is_tried_as_often_as_declared_and_never_more(mesh: RunnerMesh):
    with TroubledModel() as model:
        bots = {
            trouble: await mesh.bot(
                {
                    "class": "Gpt",
                    "config": {"model": trouble},
                    "timeout_seconds": 2,
                    # a bad answer is tried once more, even if more were allowed
                    "retry": {"attempts": 4 if trouble in ("empty", "words") else 2},
                },
                name=f"tester-{trouble}",
            )
            for trouble in TROUBLES
        }
        warm = await mesh.bot({"class": "Gpt", "config": {"model": "well"}}, name="warm")
        await mesh.runner(OPENAI_BASE_URL=model.url, CIRCUIT_FAILURES="1000")
        await mesh.ask(asking(warm))
        await mesh.outcome()  # its first question makes a runner import much: no step pays for it

        for bot in bots.values():
            await mesh.ask(asking(bot))
        letters = await mesh.letter(len(TROUBLES) - 1)
        outcome = (await mesh.outcome(2))[1]

    by_bot = {each.bot: each for each in letters}
    for trouble, (tries, reason, kind, text, stack) in TROUBLES.items():
        assert model.asked[trouble] == tries, trouble
        if reason is None:
            continue
        letter = by_bot[f"tester-{trouble}"]
        assert (letter.reason, letter.error.type, letter.attempt) == (reason, kind, tries), trouble
        assert text in letter.error.text, trouble
        assert stack in letter.error.stack, trouble
    assert outcome.bot == "tester-429"
    assert outcome.end is not None
    assert [(each.attempt, each.outcome) for each in outcome.end.log] == [
        (1, "retried"), (2, "done"),
    ]  # fmt: skip


async def test_while_the_model_is_away_turns_wait_and_use_no_attempt(mesh: RunnerMesh):
    turns, failures, probe_seconds = 12, 3, 4.0
    with TroubledModel() as model:
        bot = await mesh.bot(
            {"class": "Gpt", "config": {"model": "m"}, "retry": {"attempts": 2}},
            "Answer",
            source=ANSWER,
        )
        model.away = True
        runner = await mesh.runner(
            kinds=2,
            OPENAI_BASE_URL=model.url,
            CIRCUIT_FAILURES=str(failures),
            CIRCUIT_PROBE_SECONDS=str(probe_seconds),
        )
        host = model.url.split("/")[2]

        for number in range(turns):
            await mesh.ask(asking(bot, f"number {number}"))
        doomed = asking(bot, "no time", seconds=12)
        await mesh.ask(doomed)
        (letter,) = await mesh.letter()
        assert f'warren_circuit_open{{host="{host}"}} 1.0' in runner.inner("/metrics")[1]
        began = model.asked_away_at[failures]
        await until(lambda: time.monotonic() > began + 14, "a while")
        model.away = False
        outcomes = await mesh.outcome(turns)

        assert "warren_circuit_open{" not in runner.inner("/metrics")[1]

    assert len({each.turn_id for each in outcomes}) == turns
    assert mesh.letters[1:] == []
    _check_no_attempt_was_used(outcomes, failures)
    _check_probes(model.asked_away_at, probe_seconds)
    assert letter.turn_id == doomed.turn_id
    _check_the_cause_is_named(letter, host)
    assert letter.failed_at < doomed.deadline


def _check_no_attempt_was_used(outcomes: list[Outcome], failures: int) -> None:
    """Only what failed before it was known that the host is away was counted."""
    logs = [each.end.log for each in outcomes if each.end]
    assert len(logs) == len(outcomes)
    assert sum(log[-2].attempt > 1 for log in logs) < failures
    assert all([each.outcome for each in log[-2:]] == ["done", "done"] for log in logs)
    held = [each for log in logs for each in log if each.outcome == "held"]
    assert len(held) >= 1, "a probe that found the host away is told, too"
    assert {(each.error or "").split(":")[0] for each in held} == {"Retryable"}
    counted = [[each for each in log if each.outcome != "held"] for log in logs]
    assert all(len({(each.step, each.attempt) for each in log}) == len(log) for log in counted)


def _check_probes(asked_at: list[float], probe_seconds: float) -> None:
    """After the burst that opened the circuit, one at a time and far apart."""
    burst = [each for each in asked_at if each < asked_at[0] + probe_seconds / 2]
    probes = asked_at[len(burst) :]
    assert len(burst) <= 4, "as many as run at once"
    assert len(probes) >= 2
    assert all(after - before > probe_seconds * 0.9 for before, after in pairwise(probes)), probes


def _check_the_cause_is_named(letter: Failure, host: str) -> None:
    assert letter.error.type in ("HostUnreachable", "Retryable")
    assert host in letter.error.text or "503" in letter.error.text
