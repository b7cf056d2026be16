"""No request hangs: when an answer takes too long, it is 503 and the work behind it is dropped.

A database that is frozen rather than down would otherwise hold requests until TCP gives up.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warren.app.problems import unavailable

REQUEST_SECONDS = 4.5  # a caller is told within 5


class Patience:
    """ASGI middleware around an app."""

    def __init__(self, app: ASGIApp, seconds: float = REQUEST_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, noted)
        except TimeoutError:
            if begun:
                raise
            await unavailable()(scope, receive, send)
