"""A websockets connection with a bounded way out: written at once while the client reads, kept
for a while when it does not. Nobody ever waits for a slow one."""

from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast

MAX_WAITING_FRAMES = 256  # of one slow client; over it, it is closed and catches up later
MAX_WAITING_BYTES = 1024 * 1024


class Connection(ServerConnection):
    """Tells its outbound queue when the client reads again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_resumed: Callable[[], None] = lambda: None

    def resume_writing(self) -> None:
        """Called by the transport when its buffer has drained."""
        super().resume_writing()
        self.on_resumed()


class Outbound:
    """The frames on their way to one client, in order. Full means overflow: on_overflow is called
    once."""

    def __init__(self, connection: Connection, on_overflow: Callable[[], None]) -> None:
        self._connection = connection
        self._on_overflow = on_overflow
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._closed = False
        connection.on_resumed = self._flush

    @property
    def ready(self) -> bool:
        """Whether a frame may be written to the connection now."""
        return not (self._waiting or self._connection.paused or self._closed)

    def put(self, frame: bytes) -> None:
        """Write a frame, or keep it until the client reads again."""
        if self.ready:
            broadcast((self._connection,), frame, text=True)
        elif not self._closed:
            self._keep(frame)

    async def send(self, frame: bytes) -> None:
        """Write a frame behind all others and wait until there is room for the next. Raises
        ConnectionClosed."""
        while self._waiting:
            await self._connection.drain()
        await self._connection.send(frame, text=True)

    def close(self) -> None:
        """Take no more frames and forget those that wait."""
        self._closed = True
        self._waiting.clear()
        self._bytes = 0

    def _keep(self, frame: bytes) -> None:
        self._waiting.append(frame)
        self._bytes += len(frame)
        if len(self._waiting) > MAX_WAITING_FRAMES or self._bytes > MAX_WAITING_BYTES:
            self.close()
            self._on_overflow()

    def _flush(self) -> None:
        while self._waiting and not self._connection.paused:
            frame = self._waiting.popleft()
            self._bytes -= len(frame)
            broadcast((self._connection,), frame, text=True)
