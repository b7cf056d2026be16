"""One chat completion from an OpenAI-compatible server, and the fate of what goes wrong. Called by
Gpt and Classify through asking_model.py. Where the server is: see model_server.py.
"""

import json
from typing import Any

import httpx2
import openai
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from warren.contracts.base import JsonObject
from warren.step.context import IDEMPOTENCY_KEY, Emit
from warren.step.errors import BadAnswer, Permanent, Retryable
from warren.step.kinds.model_server import client, fate, no_answer, short
from warren.step.passing import may_pass

_NOT_JSON = "the model server answered something that is not JSON"
_NOT_CHAT = "the model server answered, but not as the chat API does"


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
        async with client().chat.completions.with_streaming_response.create(
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
        raise fate(exc) from exc
    except openai.APIConnectionError as exc:
        raise no_answer(exc) from exc
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
        raise Permanent(f"the model refused to answer: {short(str(refusal))}")
    raise BadAnswer(
        f"the model gave an empty answer (finish_reason: {choice.get('finish_reason')})",
        json.dumps(completion, ensure_ascii=False),
    )


def _stream_fate(exc: openai.APIError) -> Retryable | Permanent:
    text = f"the model server broke off: {short(exc.message)}"
    code = exc.code or ""
    transient = code.isdigit() and may_pass(int(code))
    words = f"{code} {exc.type or ''}"
    if transient or any(word in words for word in ("server_error", "overloaded", "rate_limit")):
        return Retryable(text)
    return Permanent(text)
