"""What a step is given with one message, beside the payload: kept apart because instances are
shared.

run_step sets them around `process`, Step and Gpt read them. Threads see them too.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Protocol

from warren.contracts.memories import Remembered
from warren.contracts.slip import Answer

Emit = Callable[[str], Awaitable[None]]
"""Takes the next piece of an answer in the making. Must be quick: the runner puts pieces
together.
"""

EMIT: ContextVar[Emit | None] = ContextVar("warren_step_emit", default=None)
IDEMPOTENCY_KEY: ContextVar[str | None] = ContextVar("warren_step_idempotency_key", default=None)
ATTEMPT: ContextVar[int] = ContextVar("warren_step_attempt", default=1)
ANSWER: ContextVar[Answer | None] = ContextVar("warren_step_answer", default=None)


class Memory(Protocol):
    """Where Remember and Recall keep what a bot knows of the person who asks it."""

    async def remember(self, key: str, text: str, model: str, vector: Sequence[float]) -> None:
        """Keep a text. The same key keeps it once."""
        ...

    async def recall(
        self, model: str, vector: Sequence[float], limit: int, at_least: float
    ) -> tuple[Remembered, ...]:
        """Return the texts that are nearest, best first."""
        ...


MEMORY: ContextVar[Memory | None] = ContextVar("warren_step_memory", default=None)
