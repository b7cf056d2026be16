"""What a runner knows of outside hosts that do not answer, told to its log, its metric, its people.

The worker asks before each run and tells how it ended; `breaker.py` decides.
"""

import asyncio
from time import monotonic

from bot_runner.breaker import Breaker, Go, Limits, StepCode, Wait
from bot_runner.fault import Fault
from bot_runner.incoming import Job
from bot_runner.pipeline import ReadyStep
from bot_runner.progress import LEASE_SECONDS, Standing, send_standing
from bot_runner.waiting import activity
from warren.broker.hints import Hints
from warren.logging import get_logger
from warren.metrics import CIRCUIT_OPEN

log = get_logger(__name__)


class Outages:
    """The hosts that are away, as this runner has found them."""

    def __init__(self, limits: Limits, hints: Hints, tasks: asyncio.TaskGroup) -> None:
        self._breaker = Breaker(limits, _changed)
        self._hints = hints
        self._tasks = tasks

    def enter(self, job: Job, ready: ReadyStep | None) -> Go | Wait:
        """Say whether the step may run now. After Go, leave() must follow."""
        return self._breaker.ask(_code(job), _named(ready), monotonic())

    def leave(
        self, job: Job, ready: ReadyStep | None, go: Go, result: object | None
    ) -> Wait | None:
        """Note how a run ended; None as result: it was cancelled.

        Returns whom to wait for when the run failed because of a host, or a service of ours, that
        is away.
        """
        code, named, now = _code(job), _named(ready), monotonic()
        self._breaker.release(code, go)
        if result is None:
            return None
        if not isinstance(result, Fault):
            self._breaker.succeeded(code, named, now)
            return None
        if result.part is not None:  # its circuit is not ours to open: each try finds out anew
            return Wait(result.part, 0.0, result.origin)
        if result.reason == "bad_output":
            return None  # an answer, but it says nothing of whether the host is well
        if not result.transient:
            if result.host:
                self._breaker.answered(result.host)
            return None
        host = result.host or (named[0] if len(named) == 1 else None)
        if host is None:
            return None
        # Not its text: the letters and traces of other turns will show this.
        return self._breaker.failed(code, host, result.origin or result.facts.type, now)

    def tell(self, job: Job, host: str, total: int, seconds: float) -> None:
        """Show the people in the conversation whom the turn waits for, until it is tried again."""
        standing = Standing(job.command.position + 1, total, activity(host))
        lease = seconds + LEASE_SECONDS
        self._tasks.create_task(send_standing(self._hints, job, standing, lease))


def _code(job: Job) -> StepCode:
    return StepCode(job.command.kind, job.command.revision)


def _named(ready: ReadyStep | None) -> tuple[str, ...]:
    return ready.hosts if ready else ()


def _changed(host: str, is_open: bool) -> None:
    if is_open:
        CIRCUIT_OPEN.labels(host).set(1)
        log.warning("host does not answer, its steps wait", event_name="circuit.open", host=host)
    else:
        CIRCUIT_OPEN.remove(host)
        log.info("host answers again", event_name="circuit.closed", host=host)
