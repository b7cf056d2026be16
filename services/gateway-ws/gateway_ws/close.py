"""How a socket is closed: the reasons in plain words, and a close that a dead reader cannot hold
up."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from websockets.asyncio.server import ServerConnection

from warren.contracts.frames import CloseCode

CLOSE_SECONDS = 5.0  # for the close frame to get out; then the connection is cut

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Runs a coroutine in the gateway's task group."""

REASONS: dict[int, str] = {
    CloseCode.RESTART: "Warren restarts: come back in a moment",
    CloseCode.BUSY: "not available for the moment: come back in a moment",
    CloseCode.HELLO_LATE: "no hello came in time",
    CloseCode.FELL_BEHIND: "you read too slowly: come back, what you missed is kept",
    CloseCode.TOO_FAST: "too many frames",
    CloseCode.BAD_FRAME: "that is no hello frame",
    CloseCode.NO_SESSION: "please sign in again",
    CloseCode.FORBIDDEN: "this page may not open a socket here",
    CloseCode.TOO_MANY_TABS: "too many open tabs: close some",
}
"""What goes into the close frame; at most 123 bytes each."""


class Close(Exception):
    """The conversation with this client is over, for the reason that the code names."""

    def __init__(self, code: int) -> None:
        super().__init__(REASONS[code])
        self.code = code


async def close(connection: ServerConnection, code: int) -> None:
    """Close a connection; cut it when the close frame does not get out in time."""
    if not connection.transport.is_closing():
        connection.transport.resume_reading()  # else a flood hides the client's own close frame
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close(code, REASONS[code])
    except TimeoutError:
        connection.transport.abort()
