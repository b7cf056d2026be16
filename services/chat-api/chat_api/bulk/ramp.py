"""The ramp of a bulk replay: what to send next, when to halt. Pure.

One letter goes first, then 5, then 25, then the rest. The next stage begins only when everything
that was sent has an outcome.
"""

from dataclasses import dataclass

STAGES = (1, 5, 25)
REST = len(STAGES)
ENOUGH = 25  # outcomes of the last stage before its share of failures says anything


@dataclass(frozen=True)
class Standing:
    """Where a job stands. sent, settled and failed are those of this stage; settled have an
    outcome, failed is one of them. unsettled are all that were sent and have none."""

    stage: int
    pending: int
    unsettled: int
    sent: int
    settled: int
    failed: int


@dataclass(frozen=True)
class Send:
    """Send at most so many."""

    count: int


@dataclass(frozen=True)
class Wait:
    """Wait for outcomes."""


@dataclass(frozen=True)
class NextStage:
    """All of this stage ended well enough: go on."""


@dataclass(frozen=True)
class Halt:
    """Stop: a person must look."""

    why: str


@dataclass(frozen=True)
class Done:
    """Everything has an outcome."""


Decision = Send | Wait | NextStage | Halt | Done


def decide(standing: Standing, width: int) -> Decision:
    """Decide the next thing. width is how many may be under way at once in the last stage.

    That a letter came back with its old fingerprint halts a job before this is asked.
    """
    over = standing.unsettled == 0 and (
        standing.pending == 0 or standing.sent >= size_of(standing.stage)
    )
    told = over or (standing.stage >= REST and standing.settled >= ENOUGH)
    if told and standing.failed * 2 > standing.settled:
        return Halt(
            f"{standing.failed} of {standing.settled} failed again in this stage, in other ways"
            " than before."
        )
    if standing.pending == 0:
        return Wait() if standing.unsettled else Done()
    if standing.stage >= REST:
        room = width - standing.unsettled
    elif standing.sent >= size_of(standing.stage):
        return Wait() if standing.unsettled else NextStage()
    else:
        room = size_of(standing.stage) - standing.sent
    return Send(min(room, standing.pending)) if room > 0 else Wait()


def size_of(stage: int) -> int:
    """Return how many letters a stage sends; the last one takes what there is."""
    return STAGES[stage] if stage < REST else 2**31


def at_once(wanted: int, pace: float, most: int) -> int:
    """Return how many may go together: a quarter of a second's worth, at least one."""
    return max(1, min(wanted, most, int(pace / 4)))
