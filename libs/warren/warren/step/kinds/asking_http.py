"""Send the request of an Http step and read the answer within its bounds. Called by Http."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx2

from warren.contracts.base import JsonObject
from warren.step.errors import BadAnswer, Permanent, Retryable
from warren.step.kinds.filling import Secrets
from warren.step.kinds.pinned import client
from warren.step.passing import may_pass, retry_after

MAX_ERROR_CHARS = 300  # of what a host says about an error


@dataclass(frozen=True)
class Ask:
    """One request, filled. body: an object is sent as JSON, a text as it is."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any
    timeout_seconds: float
    max_bytes: int


async def ask(asked: Ask, host: str, secrets: Secrets) -> JsonObject:
    """Return {status, content_type, body} with no secret in it. host is what errors call it.

    Raises Retryable, BadAnswer or Permanent.
    """
    request = _request(asked)
    try:
        async with asyncio.timeout(asked.timeout_seconds), client() as connection:
            response = await connection.send(request, stream=True)
            try:
                body = await _body(response, asked.max_bytes, host)
            finally:
                await response.aclose()
    except TimeoutError as exc:
        late = httpx2.ReadTimeout("too late", request=request)  # names the host to the runner
        late.__cause__ = exc
        raise Retryable(f"{host} did not answer within {asked.timeout_seconds:g} s") from late
    except httpx2.LocalProtocolError:
        # its text may quote a header, and so a secret
        raise Permanent(f"the request to {host} cannot be sent as it is written") from None
    except httpx2.TransportError as exc:
        raise Retryable(f"{host} did not answer: {type(exc).__name__}") from exc
    text = body.decode(response.charset_encoding or "utf-8", errors="replace")
    _check_status(response, text, host, secrets)
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    shown = secrets.hidden(_json(text, host, secrets) if _is_json(kind) and text else text)
    return {"status": response.status_code, "content_type": kind, "body": shown}


def _request(asked: Ask) -> httpx2.Request:
    headers = {"accept-encoding": "identity", "user-agent": "warren"} | {
        name.lower(): value for name, value in asked.headers.items()
    }
    content: bytes | None = None
    if isinstance(asked.body, str):
        content = asked.body.encode()
        headers.setdefault("content-type", "text/plain; charset=utf-8")
    elif asked.body is not None:
        content = json.dumps(asked.body, ensure_ascii=False).encode()
        headers.setdefault("content-type", "application/json")
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    try:
        return httpx2.Request(asked.method, asked.url, headers=encoded, content=content)
    except httpx2.InvalidURL:
        raise Permanent("the url is too long or cannot be read") from None


async def _body(response: httpx2.Response, max_bytes: int, host: str) -> bytes:
    """Return the answer's body; stop reading, and raise Permanent, as soon as it is too large."""
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise Permanent(f"{host} answered in a packed form that was not asked for")
    read = bytearray()
    async for piece in response.aiter_raw():
        read += piece
        if len(read) > max_bytes:
            raise Permanent(
                f"{host} answered more than {max_bytes} bytes: ask for less, or raise max_bytes"
            )
    return bytes(read)


def _check_status(response: httpx2.Response, text: str, host: str, secrets: Secrets) -> None:
    """Return for 2xx. The errors come from one that names the host, which the runner looks for."""
    status = response.status_code
    if response.is_success:
        return
    said = _short(secrets.hidden(text))
    cause = httpx2.HTTPStatusError(str(status), request=response.request, response=response)
    if may_pass(status):
        wait = retry_after(response.headers)
        raise Retryable(f"{host} answered {status}: {said}", wait) from cause
    if 300 <= status < 400:
        to = _short(secrets.hidden(response.headers.get("location", "")))
        raise Permanent(
            f"{host} answered {status}, a redirect to {to or 'nowhere'}: redirects are not"
            " followed; write the final address into `url`"
        ) from cause
    raise Permanent(f"{host} answered {status}: {said}") from cause


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _json(text: str, host: str, secrets: Secrets) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer(
            f"{host} answered something that is not JSON", secrets.hidden(text)
        ) from None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_ERROR_CHARS else text[: MAX_ERROR_CHARS - 1] + "…"
