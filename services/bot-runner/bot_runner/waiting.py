"""What a step does whose host does not answer: wait on a rung, or become a letter in time. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot_runner import outgoing
from bot_runner.breaker import Wait
from bot_runner.fault import Fault, plain
from bot_runner.incoming import Job
from bot_runner.pipeline import MAX_ACTIVITY_CHARS
from bot_runner.retry import goes_round
from warren.broker.publisher import Outgoing
from warren.contracts.slip import LogEntry

WAITING_FOR = "warren-waiting-for"


def waiting(
    job: Job, wait: Wait, delay_seconds: float, now: datetime, entry: LogEntry | None = None
) -> Outgoing:
    """Return the same message for the rung. It uses no attempt and says whom it waits for.

    entry tells of the try that found the host away, if there was one.
    """
    due = now + timedelta(seconds=delay_seconds) if goes_round(delay_seconds) else None
    message = outgoing.still_waiting(replace(job, not_before=due), delay_seconds, entry)
    return replace(message, headers={**message.headers, WAITING_FOR: wait.host})


def unreachable(wait: Wait) -> Fault:
    """Return the fault of a turn that can wait no longer."""
    text = (
        f"{wait.host} does not answer (for {wait.open_seconds:.0f} s now), and the turn's time"
        f" is nearly over; the last error was {wait.cause}"
    )
    return plain("failed", "HostUnreachable", text)


def expired(job: Job, now: datetime) -> Fault:
    """Return the fault of a command that came after its turn's time, with what is known of why.

    now is by the runner's clock: told, so that one that goes wrong is seen.
    """
    over, here = job.command.deadline, f"{now:%Y-%m-%d %H:%M:%S}"
    text = f"the turn's time was over at {over:%Y-%m-%d %H:%M:%S} UTC, and here it was {here}"
    host = job.delivery.headers.get(WAITING_FOR)
    if isinstance(host, str):
        text += f"; it had waited for {host}, which did not answer"
    return plain("expired", "Expired", text)


def activity(host: str) -> str:
    """Return what the people in the conversation see meanwhile."""
    return f"waiting: {host} does not answer"[:MAX_ACTIVITY_CHARS]
