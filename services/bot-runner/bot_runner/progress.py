"""What people see while a step runs: where the turn stands, and the answer as it grows.

All of it is hints: nothing here waits for the broker, and a quick step says nothing.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot_runner.incoming import Job
from warren.broker.hints import Hints
from warren.broker.topology import PROGRESS
from warren.contracts.frames import PROGRESS as PROGRESS_TYPE
from warren.contracts.frames import TurnDelta, TurnProgress

QUIET_SECONDS = 0.05  # a step that ends sooner shows nothing
RENEW_SECONDS = 4.0
LEASE_SECONDS = 10.0  # what a dead runner's "thinking…" lasts: two renewals may be lost
DELTA_SECONDS = 0.05  # at most 20 deltas a second and run
MAX_DELTA_CHARS = 8_000  # of one frame: the browser's limit is far above


@dataclass(frozen=True)
class Standing:
    """Where a run stands: position counts from 1, for people."""

    position: int
    total: int
    activity: str


class Throttle:
    """Lets one piece pass per interval. Pure: the caller brings the time."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._next = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next piece may pass, 0 for at once."""
        return max(0.0, self._next - now)

    def passed(self, now: float) -> None:
        """Note that a piece has passed."""
        self._next = now + self._interval


class StepProgress:
    """The hints of one attempt. Use `with`: nothing is sent after its end but the last piece."""

    def __init__(
        self, hints: Hints, tasks: asyncio.TaskGroup, job: Job, standing: Standing
    ) -> None:
        self._hints = hints
        self._tasks = tasks
        self._job = job
        self._standing = standing
        self._loop = asyncio.get_running_loop()
        self._begin: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()
        self._throttle = Throttle(DELTA_SECONDS)
        self._flush: asyncio.TimerHandle | None = None
        self._pieces: list[str] = []
        self._index = 0

    def __enter__(self) -> "StepProgress":
        self._begin = self._loop.call_later(QUIET_SECONDS, self._started)
        return self

    def __exit__(self, *_: object) -> None:
        if self._begin:
            self._begin.cancel()
        self._over.set()  # not cancelled: a hint that is being sent goes out whole
        if self._flush:
            self._flush.cancel()
            self._send_pieces()

    async def emit(self, text: str) -> None:
        """Take the next piece of an answer; pieces are put together and sent now and then."""
        if not text:
            return
        self._pieces.append(text)
        if self._flush is None:
            wait = self._throttle.wait(self._loop.time())
            self._flush = self._loop.call_later(wait, self._send_pieces)

    def _started(self) -> None:
        self._tasks.create_task(self._renew())

    async def _renew(self) -> None:
        while not self._over.is_set():
            await send_standing(self._hints, self._job, self._standing, LEASE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._over.wait()

    def _send_pieces(self) -> None:
        self._flush = None
        text, command = "".join(self._pieces), self._job.command
        self._pieces.clear()
        self._throttle.passed(self._loop.time())
        for start in range(0, len(text), MAX_DELTA_CHARS):
            frame = TurnDelta(
                conversation=command.conversation_id,
                turn_id=command.turn_id,
                run=command.run,
                step=command.step,
                attempt=self._job.attempt,
                index=self._index,
                text=text[start : start + MAX_DELTA_CHARS],
            )
            self._index += 1
            self._tasks.create_task(_send(self._hints, f"delta.{command.turn_id}", frame))


def send_standing(
    hints: Hints, job: Job, standing: Standing, lease_seconds: float
) -> Coroutine[Any, Any, None]:
    """Tell the people where a run stands, for as long as the lease."""
    command = job.command
    frame = TurnProgress(
        conversation=command.conversation_id,
        turn_id=command.turn_id,
        run=command.run,
        bot=command.bot,
        step=command.step,
        position=standing.position,
        total=standing.total,
        attempt=job.attempt,
        activity=standing.activity,
        lease_seconds=lease_seconds,
        at=datetime.now(UTC),
    )
    return _send(hints, f"progress.{command.turn_id}", frame)


def _send(hints: Hints, key: str, frame: TurnProgress | TurnDelta) -> Coroutine[Any, Any, None]:
    return hints.send(PROGRESS, key, frame.model_dump_json().encode(), PROGRESS_TYPE)
