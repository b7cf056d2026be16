"""One AMQP connection: pika's protocol over an asyncio transport. Opened and kept up by Link.

pika has a transport of its own for asyncio. Ours collects what one turn of the loop writes into one
write, and knows when the broker reads too slowly or not at all (docs/decisions/0008).
"""
# pyright: reportAttributeAccessIssue=false, reportUnknownMemberType=false
# The stubs of pika leave out what it offers to adapters.

import asyncio
from collections.abc import Callable
from functools import partial

from pika.connection import Connection, Parameters
from pika.exceptions import StreamLostError

from warren.broker.frames import Frames, decode
from warren.broker.lane import Lane

COLLECTED_BYTES = 256 * 1024  # more than this does not wait for the end of the loop's turn
UNSENT_BYTES = 1024 * 1024  # above it publishers wait until the broker has read half of it


class Wire(Connection, asyncio.Protocol):
    """A connection from its first byte to its last. `opened` and `lost` tell how it goes.

    lost holds why; it is set once, also for a connection that never opened.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._loop = asyncio.get_running_loop()
        self._stream: asyncio.Transport | None = None
        self._collected: list[bytes] = []
        self._collected_bytes = 0
        self._frames = Frames()
        self._ending = False
        self._slow = False
        self._blocked = False
        self._clear = asyncio.Event()
        self._clear.set()
        self.opened: asyncio.Future[None] = self._loop.create_future()
        self.lost: asyncio.Future[BaseException] = self._loop.create_future()
        super().__init__(
            parameters,
            on_open_callback=lambda _: self.opened.set_result(None),
            on_open_error_callback=lambda _, error: self._over(error),
            on_close_callback=lambda _, error: self._over(error),
            internal_connection_workflow=False,
        )
        self.add_on_connection_blocked_callback(partial(self._set_pressure, blocked=True))
        self.add_on_connection_unblocked_callback(partial(self._set_pressure, blocked=False))

    @property
    def clear(self) -> bool:
        """Whether the broker reads what is written: no alarm there, not too much unsent here."""
        return not (self._slow or self._blocked)

    @property
    def unsent_bytes(self) -> int:
        """How much waits here for the broker to read it."""
        buffered = self._stream.get_write_buffer_size() if self._stream is not None else 0
        return buffered + self._collected_bytes

    async def until_clear(self) -> None:
        """Return when it is clear, or the connection is lost."""
        while not self.clear and not self.lost.done():
            await self._clear.wait()

    def abort(self) -> None:
        """Cut the connection now; `lost` follows."""
        if self._stream is not None:
            self._stream.abort()

    async def end(self, seconds: float) -> None:
        """Close the connection in order if it goes within so many seconds, else cut it."""
        if self.is_open:
            self.close()
        await asyncio.wait((self.lost,), timeout=seconds)
        if not self.lost.done():
            self.abort()
            await asyncio.wait((self.lost,), timeout=seconds)

    def _over(self, error: BaseException) -> None:
        if not self.lost.done():
            self.lost.set_result(error)
        self._clear.set()

    def _set_pressure(
        self, *_: object, slow: bool | None = None, blocked: bool | None = None
    ) -> None:
        self._slow = self._slow if slow is None else slow
        self._blocked = self._blocked if blocked is None else blocked
        if self.clear:
            self._clear.set()
        elif not self.lost.done():
            self._clear.clear()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # TCP's
        """Begin to speak AMQP."""
        self._stream = transport
        transport.set_write_buffer_limits(high=UNSENT_BYTES)
        self._on_stream_connected()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell pika, which tells channels and then `lost`."""
        self._stream = None
        self._collected.clear()
        cause = None if self._ending else StreamLostError(f"the stream was cut: {exc!r}")
        self._on_stream_terminated(cause)

    def data_received(self, data: bytes) -> None:
        """Hand on what was read."""
        for frame in self._frames.cut(data):
            self.bytes_received += len(frame)  # what the heartbeat checker looks at
            self._process_frame(decode(frame))
            if self._ending:
                return

    def pause_writing(self) -> None:
        """Let publishers wait: the broker reads more slowly than we write."""
        self._set_pressure(slow=True)

    def resume_writing(self) -> None:
        """Let publishers go on."""
        self._set_pressure(slow=False)

    # What pika calls: its interface for adapters.

    def _adapter_emit_data(self, data: bytes) -> None:
        if not self._collected:
            self._loop.call_soon(self._flush)
        self._collected.append(data)
        self._collected_bytes += len(data)
        if self._collected_bytes > COLLECTED_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._stream is not None and self._collected:
            self._stream.write(b"".join(self._collected))
        self._collected.clear()
        self._collected_bytes = 0

    def _adapter_call_later(
        self, delay: float, callback: Callable[[], None]
    ) -> asyncio.TimerHandle:
        return self._loop.call_later(delay, callback)

    def _adapter_remove_timeout(self, timeout_id: asyncio.TimerHandle) -> None:
        timeout_id.cancel()

    def _adapter_add_callback_threadsafe(self, callback: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(callback)

    def _adapter_connect_stream(self) -> None:
        raise NotImplementedError  # Link connects: see internal_connection_workflow above

    def _adapter_disconnect_stream(self) -> None:
        self._ending = True
        self.abort()  # not close: that would wait until a dead peer has read what is unsent

    def _create_channel(
        self, channel_number: int, on_open_callback: Callable[[Lane], object]
    ) -> Lane:
        return Lane(self, channel_number, on_open_callback)
