"""A TCP proxy before a broker, for tests: frozen (nothing passes, nothing closes), cut, away."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

PIECE_BYTES = 65_536


class BrokerProxy:
    """Forwards to the broker of a URL. Use `async with`; clients connect to `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._parts = parts
        self._target = (parts.hostname, parts.port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The broker's URL by way of the proxy."""
        account = f"{self._parts.username}:{self._parts.password}"
        return self._parts._replace(netloc=f"{account}@127.0.0.1:{self._port}").geturl()

    async def __aenter__(self) -> "BrokerProxy":
        await self.come()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.thaw()
        await self.go()
        while self._writers:  # until all that is served has seen its end
            await asyncio.sleep(0.01)

    async def come(self) -> None:
        """Listen: at first on a free port, later on the same one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        """Cut all, and refuse who comes."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def freeze(self) -> None:
        """Let nothing through, in neither direction, and close nothing."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def cut(self) -> None:
        """Close every connection without a word."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._writers |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._writers -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                await self._flowing.wait()
                piece = await reader.read(PIECE_BYTES)
                await self._flowing.wait()
                if not piece:
                    break
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()
