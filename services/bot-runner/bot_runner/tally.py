"""Counts and logs how attempts end. A failure is logged here, once, without its text."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from time import perf_counter

from prometheus_client import Counter, Histogram

from bot_runner.fault import Fault
from warren.contracts.slip import AttemptOutcome, StepCommand
from warren.logging import get_logger
from warren.metrics import STEP_ATTEMPTS, STEP_QUEUE_SECONDS, STEP_RUN_SECONDS, STEPS_BUSY

log = get_logger(__name__)


@lru_cache(maxsize=4096)  # finding a labelled counter anew costs more than counting
def _attempts(bot: str, kind: str, outcome: str) -> Counter:
    return STEP_ATTEMPTS.labels(bot, kind, outcome)


@lru_cache(maxsize=1024)
def _seconds(kind: str) -> tuple[Histogram, Histogram]:
    return STEP_QUEUE_SECONDS.labels(kind), STEP_RUN_SECONDS.labels(kind)


class Tally:
    """The figures of one runner. `busy` is how many steps run now."""

    def __init__(self) -> None:
        self.busy = 0
        STEPS_BUSY.set_function(lambda: self.busy)

    @contextmanager
    def running(self, command: StepCommand, started: datetime) -> Generator[None]:
        """Measure one attempt: how long it had waited, and how long it ran."""
        queued, ran = _seconds(command.kind)
        queued.observe(max(0.0, (started - command.queued_at).total_seconds()))
        self.busy += 1
        begin = perf_counter()
        try:
            yield
        finally:
            self.busy -= 1
            ran.observe(perf_counter() - begin)

    def ended(
        self, command: StepCommand, outcome: AttemptOutcome, fault: Fault | None = None
    ) -> None:
        """Count the end of an attempt; a fault is logged by its type and place, never its text."""
        _attempts(command.bot, command.kind, outcome).inc()
        if fault is not None:
            log.warning(
                "step failed",
                event_name="step.failed",
                turn=str(command.turn_id),
                run=command.run,
                bot=command.bot,
                step=command.step,
                outcome=outcome,
                reason=fault.reason,
                error=fault.facts.type,
                frame=fault.facts.frame,
            )

    def cancelled(self, command: StepCommand) -> None:
        """Count an attempt that was dropped because its turn went on without it."""
        _attempts(command.bot, command.kind, "cancelled").inc()
