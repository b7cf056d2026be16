"""Run a suspect step in a child process, one at a time: what it kills is only the child.

A message is suspect when it was delivered twice before and neither runner lived to tell the end.
"""

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from contextlib import suppress
from typing import IO

import orjson
from pydantic import ValidationError

from bot_runner.attempts import Result
from bot_runner.fault import Fault, clean, plain
from bot_runner.isolated import IsolatedJob, IsolatedResult
from bot_runner.outgoing import encode
from warren.contracts.failure import ErrorFacts
from warren.errors import WarrenError

START_SECONDS = 10.0  # a fresh Python with our libraries takes 0.5 s; a busy machine longer
STDERR_BYTES = 8_000  # of what the child said before it died
_NOT_FOR_CHILDREN = ("AMQP_URL", "SERVICE_TOKEN", "SECRETS_DIR", "FAILPOINTS")


class Crashed(WarrenError):
    """The step ended its process."""


class Isolation:
    """Children of this runner: at most one lives at a time."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def run(self, job: IsolatedJob) -> Result:
        """Return what came of it. The child never outlives the call."""
        async with self._one:
            with tempfile.TemporaryFile() as stderr:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot_runner.isolated",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=stderr,
                    env={k: v for k, v in os.environ.items() if k not in _NOT_FOR_CHILDREN},
                    start_new_session=True,
                )  # fmt: skip
                try:
                    async with asyncio.timeout(job.timeout_seconds + START_SECONDS):
                        answer, _ = await process.communicate(encode(job))
                except TimeoutError:
                    return _timed_out(job.timeout_seconds)
                finally:
                    await _end(process)
                return result(answer, process.returncode or 0, tail(stderr))


def result(answer: bytes, status: int, said: str) -> Result:
    """Return what the child answered; a child that died without an answer is a crash."""
    try:
        read = IsolatedResult.model_validate(orjson.loads(answer))
    except (orjson.JSONDecodeError, ValidationError):
        read = IsolatedResult()
    if read.fault is not None:
        return read.fault
    if read.payload is not None:
        return read.payload
    return read.waits or read.asks or crash(status, said)


def crash(status: int, said: str) -> Fault:
    """Return the fault of a child that died: status is negative for a signal, as in subprocess."""
    if status < 0:
        name = _signal_name(-status)
        how = f"by signal {name} ({-status})"
    else:
        name = f"exit {status}"
        how = f"with exit status {status}"
    text = f"the step ended its process {how}; it ran alone, so it is the cause"
    return Fault(reason="crashed", facts=ErrorFacts(type=name, text=text, stack=clean(said)))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal, which Python does not name
        return f"SIG{number}"


def tail(file: IO[bytes]) -> str:
    """Return the end of a file as text."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - STDERR_BYTES))
    return file.read().decode("utf-8", "replace")


def _timed_out(timeout_seconds: float) -> Fault:
    text = f"the step took longer than {timeout_seconds:g} s in a process of its own"
    return plain("timeout", "StepTimeout", text)


async def _end(process: Process) -> None:
    """Kill the child and all that it started, and take its status."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
