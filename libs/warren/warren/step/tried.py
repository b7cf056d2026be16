"""The child process that tries a bot: `python -m warren.step.tried`, job on stdin.

The registry starts it for `POST bots/try`, because no service but the runner imports user code:
docs/decisions/0012-a-bot-is-tried-in-a-child.md. Each step that ended is one JSON line on stdout
at once, so that a try that is cut short still tells how far it came; what steps print goes nowhere.
"""

import asyncio
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

import structlog

from warren.contracts.base import JsonObject, Message
from warren.contracts.registry import Revision
from warren.contracts.trying import TriedError, TriedReply, TriedStep
from warren.step.pipeline import Stop, walk
from warren.step.revision import bot_of, step_cards

MAX_TEXT_CHARS = 2_000  # of an error's text
_SET_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG): nobody would read what an orphan found


class TryJob(Message):
    """What the parent asks for. The limits are set before any code of the bot is loaded."""

    revision: Revision
    payload: JsonObject
    cpu_seconds: int
    memory_bytes: int


class TryLine(Message):
    """One line of the answer: a step that ended, why no more came, what is waited for, or that all
    steps ran."""

    step: TriedStep | None = None
    error: TriedError | None = None
    waiting: str | None = None
    ended: bool = False


async def tried(job: TryJob, tell: Callable[[TryLine], None]) -> None:
    """Run the pipeline and tell line by line. Whatever a step raises is told, too."""
    ids = [card.id for card in step_cards(bot_of(job.revision))]
    done = 0
    try:
        async for stop in walk(job.revision, job.payload):
            if stop.waits is not None:
                tell(TryLine(waiting=f"Step {stop.card.id!r} {stop.waits}"))
            else:
                tell(TryLine(step=_told(stop)))
            done += 1
    except BaseException as error:  # a bot's own code: whatever it raises is what was asked for
        tell(TryLine(error=_error(ids[done], error)))
    else:
        tell(TryLine(ended=True))


def main() -> None:
    """Read one job, try it, and end without waiting for threads that are stuck."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    job = TryJob.model_validate_json(sys.stdin.buffer.read())
    used = int(sum(os.times()[:2])) + 1  # by our own imports
    resource.setrlimit(resource.RLIMIT_CPU, (used + job.cpu_seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(tried(job, lambda line: _write(answer, line)))
    os._exit(0)


def _write(answer: BinaryIO, line: TryLine) -> None:
    answer.write(line.model_dump_json(exclude_defaults=True).encode() + b"\n")
    answer.flush()


def _told(stop: Stop) -> TriedStep:
    reply = stop.reply
    return TriedStep(
        id=stop.card.id,
        class_name=stop.card.class_name,
        milliseconds=round(stop.seconds * 1000, 1),
        patch=stop.patch,
        reply=TriedReply(body=reply.body, metadata=reply.metadata) if reply else None,
    )


def _error(step: str, error: BaseException) -> TriedError:
    if isinstance(error, MemoryError):
        return TriedError(step=step, type="MemoryError", text=OUT_OF_MEMORY)
    return TriedError(step=step, type=type(error).__name__, text=str(error)[:MAX_TEXT_CHARS])


OUT_OF_MEMORY = (
    "The step asked for more memory than a try may use. Let it work on less at once, or let a"
    " bot-runner try it in the chat."
)


if __name__ == "__main__":
    main()
