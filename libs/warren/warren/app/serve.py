"""Serve ASGI apps until SIGTERM: stop taking requests, finish those in flight, return."""

import asyncio
import gc
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 10  # requests in flight at SIGTERM
GC_THRESHOLD = (50_000, 20, 50)  # Python's own 700 costs a fifth of a request's time


@dataclass(frozen=True)
class Listener:
    """An app and where it listens; sock is the socket when the caller has bound it already."""

    app: ASGIApp
    host: str
    port: int
    sock: socket.socket | None = None


class _Server(uvicorn.Server):
    """A server that leaves signals to its caller, since several run in one process."""

    def install_signal_handlers(self) -> None:
        """Do nothing."""


def server(listener: Listener) -> uvicorn.Server:
    """Return a quiet uvicorn server for one listener (no access log, no lifespan)."""
    config = uvicorn.Config(
        listener.app,
        host=listener.host,
        port=listener.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=True,
    )
    return _Server(config)


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def serve(listeners: Sequence[Listener], stop: asyncio.Event) -> None:
    """Run until stop is set. Raises SystemExit when a port cannot be had."""
    gc.freeze()  # modules and routes live as long as the process: not to be looked through again
    gc.set_threshold(*GC_THRESHOLD)
    servers = [server(one) for one in listeners]

    async def end() -> None:
        await stop.wait()
        for one in servers:
            one.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        ending = tasks.create_task(end())
        running = [
            tasks.create_task(one._serve([each.sock] if each.sock else None))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] # serve() would take the signals
            for one, each in zip(servers, listeners, strict=True)
        ]
        await asyncio.wait(running)
        ending.cancel()
