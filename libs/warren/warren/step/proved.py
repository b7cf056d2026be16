"""The child process that runs a revision's cases: `python -m warren.step.proved`, job on stdin.

Only cases that say what they fix are run: what became of them is one JSON line on stdout. The
registry starts it after a publication; as with warren.step.tried, no service runs a bot's code.
"""

import asyncio
import ctypes
import os
import resource
import signal
import sys

import structlog

from warren.contracts.base import Message
from warren.contracts.registry import Revision
from warren.step.cases import run_case
from warren.step.revision import bot_of

_SET_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG)


class ProveJob(Message):
    """What the parent asks for."""

    revision: Revision
    cpu_seconds: int
    memory_bytes: int


class Proved(Message):
    """What the cases fix, and what they do not. One that fails decides over others of its group."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def fixes_of(revision: Revision) -> tuple[str, ...]:
    """Return what the revision's cases say that they fix, each once."""
    named = [case.fixes for case in bot_of(revision).tests if case.fixes]
    return tuple(dict.fromkeys(named))


async def proved(revision: Revision) -> Proved:
    """Run the cases."""
    failed: set[str] = set()
    for case in bot_of(revision).tests:
        if case.fixes and (await run_case(revision, case)).failures:
            failed.add(case.fixes)
    named = fixes_of(revision)
    return Proved(
        passed=tuple(one for one in named if one not in failed),
        failed=tuple(one for one in named if one in failed),
    )


def main() -> None:
    """Read one job, run it, answer, and end without waiting for threads that are stuck."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    job = ProveJob.model_validate_json(sys.stdin.buffer.read())
    used = int(sum(os.times()[:2])) + 1  # by our own imports
    resource.setrlimit(resource.RLIMIT_CPU, (used + job.cpu_seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    result = asyncio.new_event_loop().run_until_complete(proved(job.revision))
    answer.write(result.model_dump_json().encode() + b"\n")
    answer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
