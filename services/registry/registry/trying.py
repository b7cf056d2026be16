"""Try a bot in a child process: bounded in time, memory and words, and gone when nobody asks.

The child is warren.step.tried; docs/decisions/0012-a-bot-is-tried-in-a-child.md says why it is one.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pydantic import ValidationError

from registry.settings import Settings
from warren.contracts.base import JsonObject
from warren.contracts.registry import Revision
from warren.contracts.trying import TriedError, TriedStep, TryResult
from warren.errors import Unavailable
from warren.step.describe import KEPT_ENVIRONMENT
from warren.step.revision import bot_of, step_cards
from warren.step.tried import TryJob, TryLine

AGAIN_SECONDS = 5  # a try mostly takes less
SECRET_PREFIX = "WARREN_BOT_"
_NETWORK = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """What one try may use, and how many there may be at once."""

    at_once: int = 2  # each is a Python of its own beside the registry's work
    wall_seconds: float = 90.0
    cpu_seconds: int = 30
    memory_bytes: int = 1024**3  # of addresses: Python and the model's client take 300 MB of them
    answer_bytes: int = 1024**2


@dataclass(frozen=True)
class End:
    """How a child ended: what it had told, whether it was cut short, and its status if not."""

    lines: tuple[TryLine, ...]
    cut: str | None = None  # "time" or "words"
    status: int = 0


def child_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a try may know, as a bot-runner knows it: the model, the allowed hosts, the
    bots' secrets. The registry's own accounts are not among it."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in KEPT_ENVIRONMENT or name.upper() in _NETWORK or name.startswith(SECRET_PREFIX)
    }
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    known = {
        "OPENAI_API_KEY": key,
        "OPENAI_BASE_URL": settings.openai_base_url or "",
        "HTTP_STEP_HOSTS": settings.http_step_hosts,
        "MALLOC_ARENA_MAX": "2",  # else each thread takes 64 MB of addresses
    }
    return kept | {name: value for name, value in known.items() if value}


class Tries:
    """Starts children, a few at a time."""

    def __init__(self, environment: Mapping[str, str], limits: Limits | None = None) -> None:
        self._environment = dict(environment)
        self._limits = limits or Limits()
        self._running = 0

    async def run(self, revision: Revision, payload: JsonObject) -> TryResult:
        """Return what became of the payload. Cancelled, it ends the child at once.

        Raises Unavailable when as many as may are running already.
        """
        limits = self._limits
        if self._running >= limits.at_once:
            raise Unavailable(
                f"{limits.at_once} bots are being tried at this moment, which is as many as may."
                " Nothing was run. Try again in a few seconds.",
                retry_after=AGAIN_SECONDS,
            )
        self._running += 1
        try:
            async with child_process(self._environment) as child:
                job = TryJob(
                    revision=revision,
                    payload=payload,
                    cpu_seconds=limits.cpu_seconds,
                    memory_bytes=limits.memory_bytes,
                )
                end = await _ask(child, job, limits)
        finally:
            self._running -= 1
        return result(end, [card.id for card in step_cards(bot_of(revision))], limits)


@asynccontextmanager
async def child_process(
    environment: Mapping[str, str], module: str = "warren.step.tried"
) -> AsyncGenerator[Process]:
    """Start a child in a process group of its own; afterwards nothing of the group lives."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a step file stands alone: what lies in our working folder is not for it to import
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


async def _ask(child: Process, job: TryJob, limits: Limits) -> End:
    lines: list[TryLine] = []
    try:
        async with asyncio.timeout(limits.wall_seconds):
            assert child.stdin
            with suppress(ConnectionError):  # it died at once: its status tells
                child.stdin.write(job.model_dump_json().encode())
                await child.stdin.drain()
                child.stdin.close()
            if not await _read(child, lines, limits.answer_bytes):
                return End(tuple(lines), "words")
            return End(tuple(lines), status=await child.wait())
    except TimeoutError:
        return End(tuple(lines), "time")


async def _read(child: Process, lines: list[TryLine], most: int) -> bool:
    """Add the child's lines as they come. False when it says more than it may."""
    assert child.stdout
    rest, seen = b"", 0
    while chunk := await child.stdout.read(_CHUNK_BYTES):
        seen += len(chunk)
        if seen > most:
            return False
        *whole, rest = (rest + chunk).split(b"\n")
        with suppress(ValidationError):  # a bot that writes into our pipe spoils its own try only
            lines.extend(TryLine.model_validate_json(line) for line in whole)
    return True


def result(end: End, ids: Sequence[str], limits: Limits) -> TryResult:
    """Return the answer. Pure. A child that went without a last word is told in plain ones."""
    steps = tuple(line.step for line in end.lines if line.step)
    error = next((line.error for line in end.lines if line.error), None)
    if error is None and not any(line.ended for line in end.lines):
        error = _cut_short(end, _running(steps, ids), limits)
    waiting = next((line.waiting for line in end.lines if line.waiting), None)
    return TryResult(ok=error is None, steps=steps, error=error, waiting=waiting)


def _running(steps: Sequence[TriedStep], ids: Sequence[str]) -> str | None:
    return ids[len(steps)] if len(steps) < len(ids) else None


def _cut_short(end: End, step: str | None, limits: Limits) -> TriedError:
    match end:
        case End(cut="time"):
            text = (
                f"It had not ended after {limits.wall_seconds:g} s, so the try was ended. Nothing"
                " was published. Give slow calls a timeout, or let a bot-runner try it in the chat."
            )
            return TriedError(step=step, type="TooSlow", text=text)
        case End(cut="words"):
            text = (
                f"What the steps wrote is over {limits.answer_bytes // 1024} KiB in all, so the"
                " try was ended. Keep less in the payload."
            )
            return TriedError(step=step, type="TooLarge", text=text)
        case End(status=status) if status == -signal.SIGXCPU:
            text = (
                f"It computed for {limits.cpu_seconds} s without an end, so the try was ended."
                " Nothing was published. Look for a loop that never ends."
            )
            return TriedError(step=step, type="EndlessLoop", text=text)
        case _:
            how = f"signal {_signal_name(-end.status)}" if end.status < 0 else f"exit {end.status}"
            text = (
                f"The step ended its own process ({how}). Here that was only the try; a"
                " bot-runner would have to start anew."
            )
            return TriedError(step=step, type="Crashed", text=text)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal, which Python does not name
        return f"SIG{number}"
