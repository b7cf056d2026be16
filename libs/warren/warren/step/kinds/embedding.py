"""The embedding of a text from an OpenAI-compatible server: where its meaning lies, as numbers.

Called by Remember and Recall through asking_model.py. Where the server is: see model_server.py.
"""

from math import isfinite
from typing import Any

import openai

from warren.contracts.memories import MAX_DIMENSIONS
from warren.step.errors import BadAnswer, Permanent, Retryable
from warren.step.kinds.model_server import client, fate, no_answer
from warren.step.shape import is_array

FIRST_CHARS = 1_000  # what a text is about stands at its beginning; small servers take 512 tokens
LEAST_CHARS = 60
_NO_VECTOR = "the model server answered, but with no embedding"
_TOO_LONG = ("too large", "too long", "context length", "context size", "maximum context")


async def embedding(model: str, text: str) -> tuple[float, ...]:
    """Return the vector of a text's beginning, shortened until the server takes it.

    Raises Retryable for what may pass, BadAnswer for an answer that is no vector, else Permanent.
    """
    piece = text[:FIRST_CHARS]
    while True:
        try:
            answer: Any = await client().embeddings.create(
                model=model, input=piece, encoding_format="float"
            )
        except openai.APIStatusError as exc:
            means = fate(exc)
            if len(piece) > LEAST_CHARS and _is_too_long(means):
                piece = piece[: len(piece) // 2]
                continue
            raise means from exc
        except openai.APIConnectionError as exc:
            raise no_answer(exc) from exc
        except (ValueError, TypeError, AttributeError, openai.APIError) as exc:
            raise BadAnswer(_NO_VECTOR) from exc
        return _vector(answer)


def _is_too_long(means: Retryable | Permanent) -> bool:
    """Return whether a server, by its words, wants a shorter text; the status is not always 400."""
    words = str(means).lower()
    return any(each in words for each in _TOO_LONG)


def _vector(answer: Any) -> tuple[float, ...]:
    try:
        found: Any = answer.data[0].embedding
    except (AttributeError, IndexError, TypeError) as exc:
        raise BadAnswer(_NO_VECTOR, str(answer)) from exc
    if not is_array(found) or not 1 <= len(found) <= MAX_DIMENSIONS:
        raise BadAnswer(_NO_VECTOR, str(found))
    if not all(isinstance(each, int | float) and isfinite(each) for each in found):
        raise BadAnswer(_NO_VECTOR, str(found))
    if not any(found):
        raise BadAnswer("the model server answered with a vector of nothing but zeros")
    return tuple(float(each) for each in found)
