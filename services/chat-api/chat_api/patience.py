"""No request hangs: when an answer takes too long, it is 503 and the work behind it is dropped.

A database that is frozen rather than down takes 10 s more to let go of a statement; the caller does
not wait for that.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warren.app.problems import unavailable
from warren.logging import get_logger

log = get_logger(__name__)

REQUEST_SECONDS = 4.5  # a caller is told within 5


class Patience:
    """ASGI middleware around an app."""

    def __init__(self, app: ASGIApp, seconds: float = REQUEST_SECONDS) -> None:
        self._app = app
        self._seconds = seconds
        self._dropped: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        answer = _Answer(send)
        work = asyncio.get_running_loop().create_task(self._work(scope, receive, answer))
        try:
            await asyncio.wait({work}, timeout=self._seconds)
        finally:
            if not work.done():
                self._drop(work, scope["path"])
        if work.done():
            return work.result()
        answer.given_up = True
        if not answer.begun:
            await unavailable()(scope, receive, send)
        return None

    async def _work(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        await self._app(scope, receive, answer)

    def _drop(self, work: asyncio.Task[None], path: str) -> None:
        """Cancel the work and keep hold of it until it is gone."""
        log.warning("request dropped, it took too long", path=path)
        self._dropped.add(work)
        work.add_done_callback(self._gone)
        work.cancel()

    def _gone(self, work: asyncio.Task[None]) -> None:
        self._dropped.discard(work)
        if not work.cancelled() and (error := work.exception()):
            log.info("a dropped request ended", error=type(error).__name__)


class _Answer:
    """send() that goes nowhere once the caller was told something else."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.given_up = False

    async def __call__(self, message: Message) -> None:
        if self.given_up:
            return
        self.begun = True
        await self._send(message)
