"""Start one bot-runner: `python -m bot_runner`. See README.md for its settings."""

import asyncio
import gc
import os
import sys

import uvloop

from bot_runner.identity import APP_ID, Identity
from bot_runner.inner_port import bind_first_free
from bot_runner.service import Runner
from bot_runner.settings import RunnerSettings
from warren.app.inner import inner_app
from warren.app.serve import Listener, serve, stop_event
from warren.logging import configure, get_logger

log = get_logger(__name__)

COLLECT_EVERY_OBJECTS = 20_000  # Python's own is 700
RECYCLED = 75  # EX_TEMPFAIL: start me again


async def run(settings: RunnerSettings) -> int:
    """Run until told to end; return the exit status."""
    stop, recycle, closed = stop_event(), asyncio.Event(), asyncio.Event()
    sock = bind_first_free(settings.http_host, settings.inner_port)
    runner = Runner(settings, Identity.of_this_process(), recycle)
    app = inner_app(APP_ID, [runner.why_not_ready])
    port = sock.getsockname()[1]
    log.info("inner port", event_name="runner.listening", port=port)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve([Listener(app, settings.http_host, port, sock)], closed))
        work = tasks.create_task(runner.run(stop))
        ending = tasks.create_task(stop.wait())
        await asyncio.wait((work, ending, serving), return_when=asyncio.FIRST_COMPLETED)
        if not work.done() and not runner.connected:
            work.cancel()  # told to end while the broker was not there yet
        await asyncio.wait((work,))
        ending.cancel()
        if recycle.is_set():
            sys.stdout.flush()
            os._exit(RECYCLED)  # a stuck thread would keep an orderly exit waiting for ever
        closed.set()
    return 0


def main() -> None:
    """Read the settings, run, and end with the runner's status."""
    settings = RunnerSettings.read()
    settings.export_model()
    configure(APP_ID, settings.log_level, settings.log_format)
    _spare_the_collector()
    sys.exit(uvloop.run(run(settings)))


def _spare_the_collector() -> None:
    """Let the garbage collector leave alone what was imported, and look less often.

    Slips are trees of thousands of objects without cycles: at Python's own pace it took a fifth of
    a busy runner's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY_OBJECTS)


if __name__ == "__main__":
    main()
