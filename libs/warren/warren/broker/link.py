"""A connection that is made anew whenever it is lost. A Broker has two."""

import asyncio
import random
from collections.abc import Callable

from pika.connection import Parameters, URLParameters
from pika.exceptions import AMQPError, ProbableAuthenticationError

from warren.broker.lane import Lane
from warren.broker.wire import Wire
from warren.errors import BrokerUnavailable
from warren.logging import get_logger

log = get_logger(__name__)

HEARTBEAT_SECONDS = 12  # the broker finds a frozen peer after 2 to 3 of them: 36 s at most
CONNECT_SECONDS = 10.0  # from the first packet to the broker's welcome
CLOSE_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.2  # between two tries to connect, doubled each time
MAX_PAUSE_SECONDS = 2.0


class Link:
    """Keeps one connection of this process up. `connected` is set while it stands."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._wire: Wire | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.reconnect_callbacks: set[Callable[[], object]] = set()

    @property
    def wire(self) -> Wire:
        """The connection as it stands. Raises BrokerUnavailable when there is none."""
        if self._wire is None or not self._wire.is_open:
            raise BrokerUnavailable("the connection is down")
        return self._wire

    async def start(self) -> None:
        """Connect, waiting for a broker that is not there yet, and stay connected.

        Raises ProbableAuthenticationError when the broker refuses the account: that does not mend
        itself.
        """
        self._stands(await self._open(giving_up=(ProbableAuthenticationError,)))
        self._keeping = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Close the connection for good."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait((self._keeping,))
        self.connected.clear()
        if self._wire is not None:
            await self._wire.end(CLOSE_SECONDS)

    async def lane(self) -> Lane:
        """Return a new channel of the connection as it stands now. Raises BrokerUnavailable."""
        opened: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
        try:
            lane = self.wire.channel(
                on_open_callback=lambda one: opened.done() or opened.set_result(one)  # pyright: ignore[reportArgumentType]
            )
        except AMQPError as error:
            raise BrokerUnavailable(f"no channel: {type(error).__name__}") from error
        assert isinstance(lane, Lane)
        try:
            return await lane.answer(opened)
        except BaseException:
            lane.abandon()
            raise

    async def _keep(self) -> None:
        """Connect anew each time the connection is lost, until cancelled."""
        while True:
            assert self._wire is not None
            cause = await asyncio.shield(self._wire.lost)
            self.connected.clear()
            log.warning("connection lost", connection=self._name, cause=repr(cause))
            self._stands(await self._open())
            log.info("connected again", connection=self._name)
            for call in tuple(self.reconnect_callbacks):
                asyncio.get_running_loop().call_soon(call)  # what one raises harms nobody else

    def _stands(self, wire: Wire) -> None:
        self._wire = wire
        self.connected.set()

    async def _open(self, giving_up: tuple[type[AMQPError], ...] = ()) -> Wire:
        """Connect, trying again for as long as it takes."""
        pause, parameters = FIRST_PAUSE_SECONDS, _parameters(self._url, self._name)
        while True:
            try:
                return await _connect(parameters)
            except giving_up:
                raise
            except (TimeoutError, OSError, AMQPError) as error:
                if pause == FIRST_PAUSE_SECONDS:
                    log.warning(
                        "waiting for the broker", connection=self._name, error=type(error).__name__
                    )
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # not all processes at once
            pause = min(MAX_PAUSE_SECONDS, pause * 2)


def _parameters(url: str, name: str) -> Parameters:
    parameters = URLParameters(url)
    parameters.heartbeat = HEARTBEAT_SECONDS
    parameters.client_properties = {"connection_name": name}
    return parameters


async def _connect(parameters: Parameters) -> Wire:
    """Return an open connection. Raises TimeoutError, OSError, AMQPError."""
    wire = Wire(parameters)
    tls = parameters.ssl_options
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().create_connection(
                lambda: wire, parameters.host, parameters.port, ssl=tls.context if tls else None
            )
            await asyncio.wait((wire.opened, wire.lost), return_when=asyncio.FIRST_COMPLETED)
    except BaseException:
        wire.abort()
        raise
    if wire.lost.done():
        raise wire.lost.result()
    return wire
