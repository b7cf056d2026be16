"""Start, await and end child processes: shared by the private servers and by `make up`."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class NotReady(Exception):
    """A process did not become ready in time, or ended before it did."""


def spawn(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    with_parent: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, both outputs appended to `log`.

    with_parent: the kernel sends it SIGTERM when the starting thread ends, however it ends, so
    that a killed test run leaves no server behind.
    """
    prefix = ["setpriv", "--pdeathsig", "TERM", "--"] if with_parent else []
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *command],
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def await_ready(
    ready: Callable[[], bool],
    what: str,
    log: Path,
    timeout_seconds: float,
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Poll until ready() holds. Raises NotReady, naming the log to read, when it does not."""
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if not alive():
            raise NotReady(f"{what} ended before it was ready; read {log}\n{tail(log)}")
        if time.monotonic() > deadline:
            raise NotReady(
                f"{what} is not ready after {timeout_seconds:.0f} s; read {log}\n{tail(log)}"
            )
        time.sleep(0.1)


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log, indented; empty when there is none."""
    if not log.exists():
        return ""
    text = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in text)


def end(
    process: subprocess.Popen[bytes],
    grace_seconds: float,
    first: signal.Signals = signal.SIGTERM,
) -> None:
    """Ask a process to end, wait, then kill its whole session. Does nothing when it has ended."""
    if process.poll() is None:
        process.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
