"""The client of the OpenAI-compatible server, and the fate of what goes wrong there.

This package's completion.py and embedding.py are the only modules beside it that import `openai`.
Where the server is comes from OPENAI_BASE_URL and OPENAI_API_KEY.
"""

import asyncio
import os
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import openai
from openai import AsyncOpenAI

from warren.step.errors import Permanent, Retryable
from warren.step.passing import may_pass, retry_after

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = (
    600.0  # between two pieces; the step's own timeout_seconds is what normally ends it
)
MAX_ERROR_CHARS = 300  # of what a server says about an error
NO_KEY = "none"  # servers of one's own take any key, the client wants one

_Clients = WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], AsyncOpenAI]]
# One client per event loop and server: a client's connections belong to the loop that opened them.
_clients: _Clients = WeakKeyDictionary()


def client() -> AsyncOpenAI:
    """Return the shared client of this loop for the server that the environment names."""
    base_url = os.environ.get("OPENAI_BASE_URL", "")
    api_key = os.environ.get("OPENAI_API_KEY", "")
    if not base_url and not api_key:
        raise Permanent("no language model is set up: set OPENAI_API_KEY or OPENAI_BASE_URL")
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if (base_url, api_key) not in clients:
        clients[base_url, api_key] = AsyncOpenAI(
            base_url=base_url or None,
            api_key=api_key or NO_KEY,
            max_retries=0,  # retries are the pipeline's: counted, visible, with Retry-After
            timeout=openai.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        )
    return clients[base_url, api_key]


def fate(exc: openai.APIStatusError) -> Retryable | Permanent:
    """Return what a refusal means: whether it may pass, and after how long."""
    text = f"the model server answered {exc.status_code}: {short(_said(exc))}"
    if may_pass(exc.status_code):
        return Retryable(text, retry_after(exc.response.headers))
    return Permanent(text)


def no_answer(exc: openai.APIConnectionError) -> Retryable:
    """Return what a connection error means, its subclass APITimeoutError too."""
    return Retryable(f"the model server did not answer: {exc.message}")


def short(text: str) -> str:
    """Return a server's words on one line, cut to size."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_ERROR_CHARS else text[: MAX_ERROR_CHARS - 1] + "…"


def _said(exc: openai.APIStatusError) -> str:
    """Return what the server says of the error, without the client's wrapping."""
    body: object = exc.body  # type: ignore[reportUnknownMemberType]  # any JSON
    message: object = body.get("message") if isinstance(body, Mapping) else body  # type: ignore[reportUnknownMemberType]
    return message if isinstance(message, str) and message.strip() else exc.message
