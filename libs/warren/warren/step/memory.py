"""Where Remember and Recall look in this run, and a memory that lasts for one run only.

The runner brings an HTTP client to chat-api; `warren bots run` and the tests of bots keep it here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import sqrt
from uuid import NAMESPACE_URL, uuid5

from warren.contracts.memories import Remembered
from warren.step.context import MEMORY, Memory


def memory() -> Memory | None:
    """Return the memory that the step was given, or None."""
    return MEMORY.get()


class PassingMemory:
    """A memory that is gone when the run is over. It holds what one run says: a few texts."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str, tuple[float, ...]]] = {}

    async def remember(self, key: str, text: str, model: str, vector: Sequence[float]) -> None:
        """Keep a text; the same key keeps it once."""
        self._kept[key] = (text, model, tuple(vector))

    async def recall(
        self, model: str, vector: Sequence[float], limit: int, at_least: float
    ) -> tuple[Remembered, ...]:
        """Return the texts of one model that are nearest, best first."""
        near = [
            (likeness(vector, kept), key, text)
            for key, (text, made_by, kept) in self._kept.items()
            if made_by == model
        ]
        best = sorted((each for each in near if each[0] >= at_least), key=lambda each: -each[0])
        now = datetime.now(UTC)
        return tuple(
            Remembered(
                id=uuid5(NAMESPACE_URL, f"warren:memory:{key}"), text=text, likeness=like, at=now
            )
            for like, key, text in best[:limit]
        )


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of two vectors; 0 for other lengths, or when one has no direction."""
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(x * x for x in other))
    if not lengths or len(one) != len(other):
        return 0.0
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths
