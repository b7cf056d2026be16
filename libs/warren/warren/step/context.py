"""What a step is given with one message, beside the payload: kept apart because instances are
shared.

run_step sets them around `process`, Step and Gpt read them. Threads see them too.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

Emit = Callable[[str], Awaitable[None]]
"""Takes the next piece of an answer in the making. Must be quick: the runner puts pieces
together.
"""

EMIT: ContextVar[Emit | None] = ContextVar("warren_step_emit", default=None)
IDEMPOTENCY_KEY: ContextVar[str | None] = ContextVar("warren_step_idempotency_key", default=None)
ATTEMPT: ContextVar[int] = ContextVar("warren_step_attempt", default=1)
