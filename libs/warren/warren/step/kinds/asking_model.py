"""Ask the language model; its client is imported when somebody asks. Called by the kinds that do:
Gpt, Classify, Remember, Recall."""

import asyncio
import os
import sys
from importlib import import_module

from warren.contracts.base import JsonObject
from warren.step.context import Emit
from warren.step.hosts import host_of_url

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4"  # a local server answers any model name with the one that it has
DEFAULT_EMBEDDING_MODEL = "text-embedding-3-small"
_COMPLETION = "warren.step.kinds.completion"
_EMBEDDING = "warren.step.kinds.embedding"


def model_hosts() -> tuple[str, ...]:
    """Return the host of the model server, as a step's `hosts`."""
    host = host_of_url(os.environ.get("OPENAI_BASE_URL") or OPENAI_URL)
    return (host,) if host else ()


def embedding_model() -> str:
    """Return the model of embeddings that the environment names, else the default."""
    return os.environ.get("EMBEDDING_MODEL") or DEFAULT_EMBEDDING_MODEL


async def ask_model(
    model: str, messages: list[JsonObject], options: JsonObject, emit: Emit | None
) -> JsonObject:
    """Return the whole completion: see completion.complete, which also says what it raises."""
    await _imported(_COMPLETION)
    from warren.step.kinds.completion import complete

    return await complete(model, messages, options, emit)


async def embed(model: str, text: str) -> tuple[float, ...]:
    """Return a text's vector: see embedding.embedding, which also says what it raises."""
    await _imported(_EMBEDDING)
    from warren.step.kinds.embedding import embedding

    return await embedding(model, text)


async def _imported(name: str) -> None:
    """Import in a thread: openai takes a second, and other steps go on meanwhile. Only processes
    that ask a model pay for it."""
    if name not in sys.modules:
        await asyncio.to_thread(import_module, name)
