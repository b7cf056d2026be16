"""Run one attempt of one step so that nothing it does can hold up or end the runner.

Each attempt has a task of its own: it can be cancelled when the turn is, and left behind when it
ignores its timeout. Then `recycle` is set: the runner finishes the others and is started anew.
"""

import asyncio
import threading
from typing import Any
from uuid import UUID

import structlog

from bot_runner.fault import Fault, describe, plain
from bot_runner.incoming import Job
from bot_runner.standstill import Asks, Waits, standstill
from bot_runner.watchdog import RunningStep
from warren.contracts.base import JsonObject
from warren.logging import get_logger
from warren.step.context import Emit, Memory
from warren.step.errors import Standstill
from warren.step.run_step import run_step
from warren.step.step import Step

log = get_logger(__name__)

Result = JsonObject | Fault | Waits | Asks
"""The new payload, why there is none, or what the step waits for."""

CUT_SECONDS = 1.0  # a step that does not stop at its timeout is left behind this much later
LATE_SECONDS = 0.2


class RunCancelled(Exception):
    """The turn was cancelled while the step ran."""


class _ThreadStep:
    """A plain step that says when its thread has come back."""

    def __init__(self, step: Step) -> None:
        self.step_name = step.step_name
        self.runs_in_thread = True
        self.returned = threading.Event()
        self._step = step

    def process(self, payload: JsonObject) -> Any:
        try:
            return self._step.process(payload)
        finally:
            self.returned.set()


class Attempts:
    """The attempts that run in this process now."""

    def __init__(self, recycle: asyncio.Event) -> None:
        self._recycle = recycle
        self._running: dict[asyncio.Task[Result], tuple[UUID, int, RunningStep]] = {}
        self._cancelled: set[asyncio.Task[Result]] = set()

    async def run(
        self,
        step: Step,
        job: Job,
        timeout_seconds: float,
        key: str,
        emit: Emit | None,
        memory: Memory | None = None,
    ) -> Result:
        """Return what came of it. Raises RunCancelled."""
        threaded = _ThreadStep(step) if step.runs_in_thread else None
        # Not in a task group: one that ignores its end would keep the group waiting for ever.
        task = asyncio.get_running_loop().create_task(
            _guarded(threaded or step, job, timeout_seconds, key, emit, memory)
        )
        what = RunningStep(step.bot_name, step.step_name, timeout_seconds)
        self._running[task] = (job.command.turn_id, job.command.run, what)
        try:
            await asyncio.wait((task,), timeout=timeout_seconds + CUT_SECONDS)
            if not task.done():  # the loop itself may have stood still: then it ends just now
                await asyncio.wait((task,), timeout=LATE_SECONDS)
            return await self._result(task, threaded, step, timeout_seconds)
        finally:
            task.cancel()
            self._running.pop(task, None)
            self._cancelled.discard(task)

    def running(self) -> list[RunningStep]:
        """Return what runs now. Safe to be called from any thread."""
        return [what for _, _, what in tuple(self._running.values())]

    def cancel(self, turn: UUID, below: int) -> None:
        """Stop the attempts of lower runs of a turn."""
        for task, (running_turn, run, _) in self._running.items():
            if running_turn == turn and run < below:
                self._cancelled.add(task)
                task.cancel()

    async def _result(
        self,
        task: asyncio.Task[Result],
        threaded: _ThreadStep | None,
        step: Step,
        timeout_seconds: float,
    ) -> Result:
        if not task.done():
            self._leave_behind(step)
            fault = plain(
                "timeout",
                "StepTimeout",
                f"step {step.step_name!r} took longer than {timeout_seconds:g} s and did not stop",
            )
            return fault.model_copy(update={"transient": True})
        if task in self._cancelled:
            raise RunCancelled
        if task.cancelled():
            return plain("failed", "CancelledError", "the step cancelled itself")
        result = task.result()
        if threaded and isinstance(result, Fault) and not threaded.returned.is_set():
            await asyncio.sleep(CUT_SECONDS)
            if not threaded.returned.is_set():
                self._leave_behind(step)
        return result

    def _leave_behind(self, step: Step) -> None:
        log.error(
            "a step does not stop: the runner finishes the others and is started anew",
            event_name="runner.recycled",
            bot=step.bot_name,
            step=step.step_name,
        )
        self._recycle.set()


async def _guarded(
    step: Step | _ThreadStep,
    job: Job,
    timeout_seconds: float,
    key: str,
    emit: Emit | None,
    memory: Memory | None,
) -> Result:
    """Run the step; whatever its code raises comes back as data, SystemExit and the panics of
    extensions too."""
    structlog.contextvars.bind_contextvars(turn=str(job.command.turn_id), run=job.command.run)
    try:
        return await run_step(
            step,
            job.payload_to_change(),
            timeout_seconds=timeout_seconds,
            emit=emit,
            idempotency_key=key,
            attempt=job.attempt,
            answer=job.command.answer,
            memory=memory,
        )
    except Standstill as asked:
        return standstill(asked)
    except asyncio.CancelledError:  # the turn's, the runner's, or the step's own: run() tells which
        raise
    except BaseException as error:  # user code: decided in one place
        return describe(error)
