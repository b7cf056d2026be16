"""How long a turn may take: its steps' timeouts, the rungs between their attempts, and a minute.
Pure."""

from collections.abc import Iterable

from warren.broker.topology import RUNGS
from warren.contracts.registry import StepCard

SLACK_SECONDS = 60.0  # for queues and for servers that restart
_RUNGS = tuple(RUNGS.values())


def allowed_seconds(steps: Iterable[StepCard]) -> float:
    """Return the seconds after which a turn that nothing was heard of is lost."""
    return SLACK_SECONDS + sum(map(_step_seconds, steps))


def _step_seconds(step: StepCard) -> float:
    """Each attempt may take its whole timeout; after the last rung the last one is used again."""
    waits = [_RUNGS[min(number, len(_RUNGS) - 1)] for number in range(step.attempts - 1)]
    return step.attempts * step.timeout_seconds + sum(waits)
