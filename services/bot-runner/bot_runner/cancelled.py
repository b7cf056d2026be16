"""Which runs were cancelled lately: what a runner heard on `warren.control`, bounded. Pure."""

from collections import OrderedDict
from uuid import UUID

KEPT_TURNS = 10_000  # the gate refuses late results anyway: forgetting one only costs work


class CancelledRuns:
    """Remembers, by turn, the lowest run that still counts."""

    def __init__(self, kept: int = KEPT_TURNS) -> None:
        self._kept = kept
        self._current: OrderedDict[UUID, int] = OrderedDict()

    def note(self, turn: UUID, run: int) -> None:
        """Note that runs of a turn lower than `run` are over. A lower one than known is ignored."""
        self._current[turn] = max(run, self._current.pop(turn, 0))
        while len(self._current) > self._kept:
            self._current.popitem(last=False)

    def covers(self, turn: UUID, run: int) -> bool:
        """Return whether this run of the turn is over."""
        return run < self._current.get(turn, 0)
