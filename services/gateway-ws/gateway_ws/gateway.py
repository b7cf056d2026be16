"""The socket server: handshake, sign-in, hello, and then whatever happens in the user's
conversations."""

import asyncio
import socket
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from gateway_ws.asking import Asking
from gateway_ws.client import Client
from gateway_ws.close import REASONS, Close, close
from gateway_ws.connection import Connection
from gateway_ws.feed import Feed
from gateway_ws.handshake import Entry, judge
from gateway_ws.heartbeat import Heartbeat
from gateway_ws.hello import Greeter, read_hello
from gateway_ws.hub import Hub
from gateway_ws.pace import Pace
from gateway_ws.recheck import Recheck
from gateway_ws.repair import Repairer
from gateway_ws.runs import Runs
from gateway_ws.settings import Settings
from warren.broker.connection import connect
from warren.contracts.accounts import Identity
from warren.contracts.frames import SUBPROTOCOL, CloseCode
from warren.contracts.inner import Credentials
from warren.errors import Retryable, Unauthenticated
from warren.logging import get_logger
from warren.metrics import SOCKETS, SOCKETS_CLOSED

log = get_logger(__name__)

PATH = "/ws"
MAX_FRAME_BYTES = 64 * 1024  # a hello that names 1 400 conversations; over it 1009
SEND_BUFFER_BYTES = 128 * 1024  # of the kernel, per socket: a slow reader shows early
STOP_SECONDS = 2.0  # for the close frames at SIGTERM; then connections are cut


class Gateway:
    """One instance. Any number of them may run: each keeps nothing but its open sockets."""

    def __init__(self, settings: Settings, asking: Asking) -> None:
        self._settings = settings
        self._asking = asking
        runs = Runs()
        self._repairer = Repairer(asking, runs, lambda: self.hub)
        self.hub = Hub(self._repairer.mark)
        self._greeter = Greeter(self.hub, asking, runs)
        self._heartbeat = Heartbeat(self.hub, settings.ping_seconds)
        self._recheck = Recheck(
            self.hub, asking, settings.recheck_seconds, ping=self._heartbeat.ping
        )
        self.feed = Feed(self.hub, runs, self._on_fresh)
        self._started = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    async def not_ready(self) -> str | None:
        """Say why this instance should get no new sockets, or None."""
        return None if self.feed.live else "the broker's queues are not there"

    async def run(self, stop: asyncio.Event) -> None:
        """Serve sockets until stop is set; all of them are then closed 1012."""
        url = self._settings.amqp_url.get_secret_value()
        async with connect(url, "gateway") as broker, asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            background = [
                tasks.create_task(self.feed.run(broker)),
                tasks.create_task(self._repairer.run()),
                tasks.create_task(self._recheck.run()),
                tasks.create_task(self._heartbeat.run()),
            ]
            await self._started.wait()
            async with self._serve() as server:
                log.info("gateway serves sockets", port=self._settings.http_port)
                await stop.wait()
                await self._end(server)
            for one in background:
                one.cancel()

    def _serve(self) -> Server:
        host, port = self._settings.http_host, self._settings.http_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1024)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        return serve(
            self._handle,
            sock=listener,
            process_request=_only_our_path,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            create_connection=Connection,
            max_size=MAX_FRAME_BYTES,
            ping_interval=20,
            ping_timeout=20,
            server_header=None,
        )

    async def _end(self, server: Server) -> None:
        server.close(code=CloseCode.RESTART, reason=REASONS[CloseCode.RESTART])
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await server.wait_closed()
        except TimeoutError:
            for connection in list(server.all_connections):
                connection.transport.abort()

    async def _on_fresh(self) -> None:
        """The queues stand anew: what came between is read for every conversation and user."""
        self._repairer.mark_all()
        self._recheck.plan_all_soon()
        self._started.set()

    async def _handle(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Connection)
        code: int | None = None
        with SOCKETS.track_inprogress():
            try:
                await self._converse(connection)
            except Close as reason:
                code = reason.code
            except Unauthenticated:
                code = CloseCode.NO_SESSION
            except Retryable:
                code = CloseCode.BUSY
            except ConnectionClosed:
                pass
            if code is not None:
                await close(connection, code)
        SOCKETS_CLOSED.labels(_label(connection)).inc()

    async def _converse(self, connection: Connection) -> None:
        entry = self._judge(connection)
        pace = Pace(self._settings.client_frames_per_second)
        identity = None
        if entry.cookie:
            identity = await self._asking.identify(Credentials(cookie=entry.cookie))
        frame = await self._first_frame(connection)
        hello = read_hello(frame)
        if identity is None:
            if hello.ticket is None:
                raise Close(CloseCode.NO_SESSION)
            identity = await self._asking.identify(Credentials(ticket=hello.ticket))
        client = self._client(connection, identity, entry.cookie)
        try:
            if not self.hub.admit(client, self._settings.sockets_per_user):
                raise Close(CloseCode.TOO_MANY_TABS)
            self._recheck.plan(client)
            self._heartbeat.plan(client)
            while True:
                pace.count()
                await self._greeter.greet(client, hello.conversations)
                hello = read_hello(await connection.recv(decode=False))
        finally:
            self.hub.remove(client)

    def _judge(self, connection: Connection) -> Entry:
        assert connection.request is not None  # the handshake is over
        headers = connection.request.headers
        entry = judge(
            headers.get_all("Origin"),
            headers.get_all("Cookie"),
            public_url=self._settings.public_url,
            cookie_name=self._settings.cookie_name,
        )
        if entry is None:
            raise Close(CloseCode.FORBIDDEN)
        return entry

    async def _first_frame(self, connection: Connection) -> bytes:
        try:
            async with asyncio.timeout(self._settings.hello_seconds):
                return await connection.recv(decode=False)
        except TimeoutError as error:
            raise Close(CloseCode.HELLO_LATE) from error

    def _client(self, connection: Connection, identity: Identity, cookie: str | None) -> Client:
        assert self._tasks is not None  # sockets come after run() has begun
        return Client(connection, identity, cookie, self._tasks.create_task)


def _only_our_path(connection: ServerConnection, request: Request) -> Response | None:
    if request.path.partition("?")[0] == PATH:
        return None
    return connection.respond(HTTPStatus.NOT_FOUND, f"Sockets are at {PATH}.\n")


def _label(connection: Connection) -> str:
    """Return the close code as a bounded label: one of ours, or `client`."""
    sent = connection.protocol.close_sent
    return str(int(sent.code)) if sent and sent.code in {*REASONS, 1009} else "client"
