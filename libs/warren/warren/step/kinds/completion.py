"""One chat completion from an OpenAI-compatible server, and the fate of what goes wrong. Called by
Gpt.

The only module that imports `openai`. Where the server is comes from OPENAI_BASE_URL and
OPENAI_API_KEY.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

from warren.contracts.base import JsonObject
from warren.step.context import IDEMPOTENCY_KEY, Emit
from warren.step.errors import BadAnswer, Permanent, Retryable
from warren.step.passing import may_pass, retry_after

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = (
    600.0  # between two pieces; the step's own timeout_seconds is what normally ends it
)
MAX_ERROR_CHARS = 300  # of what a server says about an error
NO_KEY = "none"  # servers of one's own take any key, the client wants one
_NOT_JSON = "the model server answered something that is not JSON"
_NOT_CHAT = "the model server answered, but not as the chat API does"

_Clients = WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], AsyncOpenAI]]
# One client per event loop and server: a client's connections belong to the loop that opened them.
_clients: _Clients = WeakKeyDictionary()


async def complete(
    model: str, messages: list[JsonObject], options: JsonObject, emit: Emit | None
) -> JsonObject:
    """Return the whole completion as the API describes it: choices, usage, model. Text is never
    blank.

    The answer is always streamed; each piece goes to emit when there is one. Servers that answer in
    one JSON body are understood too. Raises Retryable, BadAnswer for what cannot be read or says
    nothing, or Permanent.
    """
    key = IDEMPOTENCY_KEY.get()
    chat: Any = messages  # plain JSON where the client has a type for each role
    try:
        async with _client().chat.completions.with_streaming_response.create(
            model=model,
            messages=chat,
            stream=True,
            stream_options={"include_usage": True},
            extra_headers={"Idempotency-Key": key} if key else {},
            extra_body=options,
        ) as response:
            if _is_whole(response.headers.get("content-type", "")):
                completion: Any = _read(await response.text())
            else:
                completion = await _gather(await response.parse(), emit)
    except openai.APIStatusError as exc:
        raise _fate(exc) from exc
    except openai.APIConnectionError as exc:  # its subclass APITimeoutError too
        raise Retryable(f"the model server did not answer: {exc.message}") from exc
    except openai.APIError as exc:  # an error in the middle of a stream has no status
        raise _stream_fate(exc) from exc
    except httpx2.TransportError as exc:
        raise Retryable(f"the connection to the model server broke: {type(exc).__name__}") from exc
    except ValueError as exc:  # in a piece of a stream
        raise BadAnswer(_NOT_JSON, getattr(exc, "doc", "")) from exc
    return _with_text(completion)


def _is_whole(content_type: str) -> bool:
    """Return whether the answer is one text; servers that stream do not all name it right."""
    return "json" in content_type or "html" in content_type


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise BadAnswer(_NOT_JSON, text) from exc


async def _gather(stream: AsyncStream[ChatCompletionChunk], emit: Emit | None) -> JsonObject:
    """Put the pieces of a stream together, as the API would have answered without streaming."""
    pieces: list[str] = []
    refusals: list[str] = []
    finish: str | None = None
    last: ChatCompletionChunk | None = None
    usage: JsonObject | None = None
    async for last in stream:
        if last.usage is not None:
            usage = last.usage.model_dump(mode="json", exclude_none=True)
        if not last.choices:
            continue
        choice = last.choices[0]
        finish = choice.finish_reason or finish
        if choice.delta.refusal:
            refusals.append(choice.delta.refusal)
        if choice.delta.content:
            pieces.append(choice.delta.content)
            if emit is not None:
                await emit(choice.delta.content)
    if last is None:
        raise BadAnswer(f"{_NOT_CHAT}: is the address right?")
    if finish is None:
        raise Retryable("the model's answer stopped in the middle")
    message: JsonObject = {"role": "assistant", "content": "".join(pieces)}
    if refusals:
        message["refusal"] = "".join(refusals)
    return {
        "id": last.id,
        "object": "chat.completion",
        "created": last.created,
        "model": last.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        **({"usage": usage} if usage is not None else {}),
    }


def _with_text(completion: Any) -> JsonObject:
    """Return the completion if it says something; else raise, for an empty answer is never a
    reply.
    """
    try:
        choice = completion["choices"][0]
        message = choice["message"]
        content = message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise BadAnswer(_NOT_CHAT, json.dumps(completion, ensure_ascii=False)) from exc
    if isinstance(content, str) and content.strip():
        return completion
    refusal = message.get("refusal")
    if refusal:
        raise Permanent(f"the model refused to answer: {_short(str(refusal))}")
    raise BadAnswer(
        f"the model gave an empty answer (finish_reason: {choice.get('finish_reason')})",
        json.dumps(completion, ensure_ascii=False),
    )


def _client() -> AsyncOpenAI:
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


def _fate(exc: openai.APIStatusError) -> Retryable | Permanent:
    text = f"the model server answered {exc.status_code}: {_short(_said(exc))}"
    if may_pass(exc.status_code):
        return Retryable(text, retry_after(exc.response.headers))
    return Permanent(text)


def _stream_fate(exc: openai.APIError) -> Retryable | Permanent:
    text = f"the model server broke off: {_short(exc.message)}"
    code = exc.code or ""
    transient = code.isdigit() and may_pass(int(code))
    words = f"{code} {exc.type or ''}"
    if transient or any(word in words for word in ("server_error", "overloaded", "rate_limit")):
        return Retryable(text)
    return Permanent(text)


def _said(exc: openai.APIStatusError) -> str:
    """Return what the server says of the error, without the client's wrapping."""
    body: object = exc.body  # type: ignore[reportUnknownMemberType]  # any JSON
    message: object = body.get("message") if isinstance(body, Mapping) else body  # type: ignore[reportUnknownMemberType]
    return message if isinstance(message, str) and message.strip() else exc.message


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_ERROR_CHARS else text[: MAX_ERROR_CHARS - 1] + "…"
