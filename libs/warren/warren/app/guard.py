"""What stands before every route: body size, JSON only, and no unsafe request from a foreign page
(CSRF)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warren.app.origin import origin_of
from warren.app.problems import problem_response

MAX_BODY_BYTES = 1024 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_Problem = tuple[int, str, str, str]


def judge(method: str, headers: Headers, public_url: str) -> _Problem | None:
    """Return why a request is refused, or None. A pure function of the request's head.

    A browser says where an unsafe request comes from (Sec-Fetch-Site, Origin); other clients say
    nothing
    and carry no cookie by themselves.
    """
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        return _too_large()
    if method in SAFE:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site not in (None, "same-origin", "none") or (
        origin is not None and origin.lower() != origin_of(public_url)
    ):
        return (
            403,
            "foreign-origin",
            "The request comes from another site",
            f"Nothing was changed. Use Warren at {public_url}.",
        )
    if length != "0" or "transfer-encoding" in headers:
        media = headers.get("content-type", "").split(";")[0].strip().lower()
        if media not in ("application/json", "application/yaml", "text/yaml"):
            return (
                415,
                "not-json",
                "Not JSON",
                "Nothing was saved. Send a body with Content-Type: application/json.",
            )
    return None


def _too_large() -> _Problem:
    return (
        413,
        "too-large",
        "Too large",
        f"Nothing was saved. A request may have at most {MAX_BODY_BYTES // 1024} KiB.",
    )


class Guard:
    """ASGI middleware around an app."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refused = judge(scope["method"], Headers(scope=scope), self._public_url)
            if refused:
                return await problem_response(*refused)(scope, receive, send)
            receive = _Counted(receive)
        return await self._app(scope, receive, send)


class _Counted:
    """receive() that stops a body without a length when it grows over the limit."""

    def __init__(self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
        self._receive = receive
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > MAX_BODY_BYTES:
            raise HTTPException(413)  # what FastAPI lets through while it reads a body
        return message
