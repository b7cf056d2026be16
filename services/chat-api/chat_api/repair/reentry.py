"""Where a replay may begin on a pipeline: steps are mapped by id and kind. Pure.

`letters/whole.py` shows it, `replay.py` holds to it.
"""

from collections.abc import Sequence

from warren.contracts.letters import ReentryView
from warren.contracts.registry import StepCard


def reentries(failed: Sequence[StepCard], wanted: Sequence[StepCard]) -> tuple[ReentryView, ...]:
    """Return a place for each step of the wanted pipeline, with why a replay may not begin there.

    failed are the steps that the turn went through, the failed one last. From the start is always
    possible; elsewhere the step and all before it must be the same, in the same order.
    """
    return tuple(
        ReentryView(
            position=position,
            step=card.id,
            kind=card.kind,
            why_not=_why_not(failed, wanted, position),
        )
        for position, card in enumerate(wanted)
    )


def _why_not(failed: Sequence[StepCard], wanted: Sequence[StepCard], position: int) -> str | None:
    if position == 0:
        return None
    if position >= len(failed):
        return "The turn never came as far as this step."
    for number in range(position + 1):
        was, now = failed[number], wanted[number]
        if was.id != now.id:
            return f"Step {number + 1} is {now.id!r} here; it was {was.id!r} when this failed."
        if was.kind != now.kind:
            return f"Step {now.id!r} is a {now.kind} here; it was a {was.kind} when this failed."
    return None
