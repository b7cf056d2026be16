"""Ask the language model; its client is imported when somebody asks. Called by Gpt and Classify."""

import asyncio
import os
import sys
from importlib import import_module

from warren.contracts.base import JsonObject
from warren.step.context import Emit
from warren.step.hosts import host_of_url

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4"  # a local server answers any model name with the one that it has
_COMPLETION = "warren.step.kinds.completion"


def model_hosts() -> tuple[str, ...]:
    """Return the host of the model server, as a step's `hosts`."""
    host = host_of_url(os.environ.get("OPENAI_BASE_URL") or OPENAI_URL)
    return (host,) if host else ()


async def ask_model(
    model: str, messages: list[JsonObject], options: JsonObject, emit: Emit | None
) -> JsonObject:
    """Return the whole completion: see completion.complete, which also says what it raises."""
    # openai takes a second to import: only processes that ask a model pay for it, and while
    # they do, their other steps go on.
    if _COMPLETION not in sys.modules:
        await asyncio.to_thread(import_module, _COMPLETION)
    from warren.step.kinds.completion import complete

    return await complete(model, messages, options, emit)
