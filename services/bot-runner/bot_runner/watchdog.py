"""End a runner whose event loop stands still: a step blocks inside `async def`.

Such a step holds up every other step of the process, the heartbeat and its own timeout. A thread
sees that the loop no longer turns, says which steps ran and where the loop stands, and ends the
process; the broker gives their messages to others. The step that does it each time is found by its
third delivery, in a child process with a time limit.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from types import FrameType

from warren.logging import get_logger

log = get_logger(__name__)

BEAT_SECONDS = 0.5
STOOD_STILL = 70  # EX_SOFTWARE: the exit status
NET_GRACES = 6  # so many graces later C code acts: for what lets no Python thread run (a regex)
MAX_NAMED = 20  # steps in the log line


@dataclass(frozen=True)
class RunningStep:
    """A step that runs now, as the log names it."""

    bot: str
    step: str
    timeout_seconds: float


class Watchdog:
    """Watches the loop that runs it. running says what runs now; it is called from a thread."""

    def __init__(self, running: Callable[[], list[RunningStep]], grace_seconds: float) -> None:
        self._running = running
        self._grace = grace_seconds
        self._beats = 0
        self._loop_thread = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    async def run(self) -> None:
        """Show that the loop turns, until cancelled."""
        self._loop_thread = threading.get_ident()
        self._thread.start()
        try:
            while True:
                self._beats += 1
                self._cast_net()
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            self._over.set()
            faulthandler.cancel_dump_traceback_later()

    def _cast_net(self) -> None:
        """Let C code end the process when not even the watching thread gets to run."""
        with suppress(OSError, RuntimeError, ValueError):  # stderr is no file
            seconds = limit_seconds(self._running(), self._grace) + NET_GRACES * self._grace
            faulthandler.dump_traceback_later(seconds, exit=True)

    def _watch(self) -> None:
        beats, still = self._beats, 0.0
        looked_at = monotonic()
        while not self._over.wait(BEAT_SECONDS):
            now = monotonic()
            # A process that was stopped and goes on has not stood still: count what was seen.
            still += min(now - looked_at, 2 * BEAT_SECONDS)
            looked_at = now
            if self._beats != beats:
                beats, still = self._beats, 0.0
            running = self._running()
            if still > limit_seconds(running, self._grace) + BEAT_SECONDS:
                self._end(running, still, _frame_of(self._loop_thread))

    def _end(self, running: list[RunningStep], still: float, frame: FrameType | None) -> None:
        log.error(
            "the event loop stands still: a step blocks it; this runner ends at once",
            event_name="runner.stood_still",
            seconds=round(still, 1),
            steps=[f"{one.bot}/{one.step}" for one in running[:MAX_NAMED]],
            at=place(frame),
        )
        sys.stdout.flush()
        os._exit(STOOD_STILL)


def _frame_of(thread: int) -> FrameType | None:
    return sys._current_frames().get(thread)  # type: ignore[reportPrivateUsage]  # noqa: SLF001  # documented


def limit_seconds(running: list[RunningStep], grace_seconds: float) -> float:
    """Return for how long the loop may stand still: no step that is right could still be at it."""
    return max((one.timeout_seconds for one in running), default=0.0) + grace_seconds


def place(frame: FrameType | None) -> str:
    """Return where a thread stands: its deepest line in a step file, else its deepest line."""
    if frame is None:
        return ""
    lines = traceback.extract_stack(frame)
    steps = [one for one in lines if one.filename.startswith("step:")]
    last = (steps or lines)[-1]
    return f"{last.filename}:{last.lineno} in {last.name}"
