"""What follows a failed attempt: another one after a while, or a letter. Pure (design §4)."""

from dataclasses import dataclass

from bot_runner.fault import Fault
from warren.broker.topology import RUNGS
from warren.contracts.failure import FailureReason

WAITS_SECONDS = (5.0, 30.0, 300.0)  # after attempt 1, 2, and each later one
MAX_WAIT_SECONDS = 86_400.0  # a Retry-After beyond a day is not waited for
AWAY_SECONDS = (5.0, 30.0)  # waits for a host that is away: in its first half minute, and later
MARGIN_SECONDS = 3.0  # before the deadline: our letter must be there before one that says `lost`
SLACK_SECONDS = 1.0  # a retry that comes this much early just runs


@dataclass(frozen=True)
class Retry:
    """Try again after this many seconds."""

    delay_seconds: float


@dataclass(frozen=True)
class Hold:
    """Wait this many seconds for the host that is away; the attempt does not count."""

    delay_seconds: float


@dataclass(frozen=True)
class Dead:
    """Never again without a person."""

    reason: FailureReason


def decide(
    fault: Fault,
    attempt: int,
    attempts: int,
    seconds_left: float = MAX_WAIT_SECONDS,
    alike: int = 0,
    away_seconds: float | None = None,
) -> Retry | Hold | Dead:
    """Decide what follows a failed attempt. attempt counts from 1. Never raises.

    alike is how many earlier attempts of this step failed with the same type of error. away_seconds
    is how long the circuit of the host that failed has been open: then no attempt is used.

    seconds_left is until the turn's deadline: a wait beyond it would only end as `expired`, so the
    letter is written now, with the cause that is known now.
    """
    if fault.transient and away_seconds is not None:
        wait = wait_for_host(away_seconds, fault.retry_after_seconds, seconds_left)
        return Dead(fault.reason) if wait is None else Hold(wait)
    if not fault.transient or attempt >= attempts:
        return Dead(fault.reason)
    if fault.at_most is not None and alike + 1 >= fault.at_most:
        return Dead(fault.reason)
    delay = fault.retry_after_seconds
    if delay is None:
        delay = WAITS_SECONDS[min(attempt, len(WAITS_SECONDS)) - 1]
    if delay > min(seconds_left, MAX_WAIT_SECONDS):
        return Dead(fault.reason)
    return Retry(max(0.0, delay))


def wait_for_host(away_seconds: float, asked: float | None, left: float) -> float | None:
    """Return how long to wait for a host that is away, None when the turn has no time for it.

    asked is the server's own Retry-After; left is until the turn's deadline.
    """
    short, long = AWAY_SECONDS
    delay = max(short if away_seconds < long else long, asked or 0.0)
    if delay + MARGIN_SECONDS <= left:
        return delay
    return short if not asked and short + MARGIN_SECONDS <= left else None


def rung(delay_seconds: float) -> str:
    """Return the smallest rung that waits at least so long, or the longest one there is."""
    by_wait = sorted(RUNGS, key=RUNGS.__getitem__)
    return next((name for name in by_wait if RUNGS[name] >= delay_seconds), by_wait[-1])


def goes_round(delay_seconds: float) -> bool:
    """Return whether one rung is not enough: the message must carry warren-not-before."""
    return delay_seconds > RUNGS[rung(delay_seconds)]
