import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from warren.step import Step
from warren.step.context import IDEMPOTENCY_KEY
from warren.step.errors import BadOutput, StepTimeout
from warren.step.run_step import checked, run_step


class Talks(Step):
    async def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        for piece in payload["pieces"]:
            await asyncio.sleep(0)
            if self.emit is not None:
                await self.emit(piece)
        payload["key"] = IDEMPOTENCY_KEY.get()
        payload["attempt"] = self.attempt
        return payload


class InThread(Step):
    def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        payload["thread"] = threading.current_thread() is not threading.main_thread()
        payload["key"] = IDEMPOTENCY_KEY.get()
        return payload


class Slow(Step):
    async def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(30)
        return payload


class SlowThread(Step):
    def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.5)
        return payload


class GivesUp(Step):
    async def process(self, payload: dict[str, Any]) -> dict[str, Any]:
        raise TimeoutError("the other server was slow")


class Returns(Step):
    async def process(self, payload: dict[str, Any]) -> Any:
        return payload["result"]


async def test_messages_that_run_at_once_have_their_own_emit_and_key() -> None:
    step = Talks({}, "daisy", "talks")
    heard: dict[str, list[str]] = {"a": [], "b": []}

    async def one(name: str) -> dict[str, Any]:
        async def emit(piece: str) -> None:
            heard[name].append(piece)

        given = {"pieces": [f"{name}{n}" for n in range(3)]}
        return await run_step(step, given, timeout_seconds=5, emit=emit, idempotency_key=name)

    first, second = await asyncio.gather(one("a"), one("b"))

    assert heard == {"a": ["a0", "a1", "a2"], "b": ["b0", "b1", "b2"]}
    assert (first["key"], second["key"]) == ("a", "b")
    assert step.emit is None


async def test_a_step_knows_which_try_it_is() -> None:
    step, given = Talks(), {"pieces": []}

    first = await run_step(step, dict(given), timeout_seconds=5)
    third = await run_step(step, dict(given), timeout_seconds=5, attempt=3)

    assert (first["attempt"], third["attempt"], step.attempt) == (1, 3, 1)


async def test_the_payload_is_handed_through_uncopied() -> None:
    given: dict[str, Any] = {"pieces": []}

    assert await run_step(Talks(), given, timeout_seconds=5) is given


async def test_a_plain_process_runs_in_a_thread_that_knows_the_message() -> None:
    result = await run_step(InThread(), {}, timeout_seconds=5, idempotency_key="k")

    assert result == {"thread": True, "key": "k"}


async def test_a_plain_process_that_finds_nothing_more_fails_at_once() -> None:
    class Finds(Step):
        def process(self, payload: dict[str, Any]) -> dict[str, Any]:
            payload["found"] = next(each for each in [] if each)
            return payload

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="found nothing more") as caught:
        await run_step(Finds(), {}, timeout_seconds=5)

    assert isinstance(caught.value.__cause__, StopIteration)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("step", [Slow({}, "daisy", "slow"), SlowThread({}, "daisy", "slow")])
async def test_the_time_limit_is_told_and_may_be_retried(step: Step) -> None:
    with pytest.raises(StepTimeout, match=r"step 'slow' took longer than 0\.05 s"):
        await run_step(step, {}, timeout_seconds=0.05)


async def test_a_timeout_of_the_steps_own_is_left_as_it_is() -> None:
    with pytest.raises(TimeoutError, match="the other server was slow"):
        await run_step(GivesUp(), {}, timeout_seconds=5)


async def test_being_cancelled_is_not_a_timeout() -> None:
    task = asyncio.ensure_future(run_step(Slow(), {}, timeout_seconds=5))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


def nested(depth: int) -> dict[str, Any]:
    return {} if depth == 0 else {"x": nested(depth - 1)}


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, "step 'returns' returned nothing: end it with `return payload`"),
        (["x"], "step 'returns' returned a list: return the payload, a JSON object"),
        ("x", "step 'returns' returned a str: return the payload, a JSON object"),
        ({"a": {"b": float("nan")}}, "payload['a']['b'] is nan: JSON has no such number"),
        ({"a": [1, float("inf")]}, "payload['a'][1] is inf: JSON has no such number"),
        ({"when": datetime(2026, 1, 1, tzinfo=UTC)}, "payload['when'] is a datetime: turn it"),
        ({"a": {1: 2}}, "payload['a'][1] has a key that is not text"),
        ({"a": b"x"}, "payload['a'] is a bytes: turn it into text"),
        ({"a": {"x"}}, "payload['a'] is a set: turn it into text"),
        ({"a": ("x",)}, "payload['a'] is a tuple: turn it into text"),
        ({"a": 2**64}, "payload['a'] is an integer of more than 64 bits"),
        ({"a": "\ud800"}, "payload['a'] holds half of a character"),
        ({"a": ["\ud800"]}, "payload['a'][0] holds half of a character"),
        (nested(150), "is nested more than 100 deep"),
    ],
)
async def test_what_is_no_payload_is_refused_with_its_place(result: Any, text: str) -> None:
    with pytest.raises(BadOutput) as caught:
        await run_step(Returns({}, "daisy", "returns"), {"result": result}, timeout_seconds=5)

    assert text in str(caught.value)


def test_all_of_json_is_a_payload() -> None:
    payload = {
        "a": [None, True, False, 1, -(2**63), 2**64 - 1, 1.5, "ü", "\0", {"b": []}],
        "日": "本",
    }

    assert checked(payload, "x") is payload
