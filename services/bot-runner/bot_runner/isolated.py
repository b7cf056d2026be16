"""The child process that runs one suspect step: `python -m bot_runner.isolated`, job on stdin.

Its last words are one JSON object on stdout, {payload} or {fault}; what the step prints goes to
stderr. If it dies without them, the parent writes the letter `crashed`.
"""

import asyncio
import ctypes
import os
import signal
import sys

import orjson

from bot_runner.fault import Fault, describe
from bot_runner.memories import MemoryAccess, memory_of
from bot_runner.outgoing import encode
from bot_runner.standstill import Asks, Waits, standstill
from warren.contracts.base import JsonObject, Message
from warren.contracts.registry import Revision
from warren.contracts.slip import Answer
from warren.logging import configure
from warren.step.errors import Standstill
from warren.step.loader import make_step
from warren.step.run_step import run_step

_SET_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG): nobody would read the result of an orphan


class IsolatedJob(Message):
    """What the parent asks for."""

    revision: Revision
    position: int
    payload: JsonObject
    timeout_seconds: float
    idempotency_key: str
    attempt: int = 1
    answer: Answer | None = None
    memory: MemoryAccess | None = None


class IsolatedResult(Message):
    """What the child answers: a payload, a fault, or what the step waits for."""

    payload: JsonObject | None = None
    fault: Fault | None = None
    waits: Waits | None = None
    asks: Asks | None = None


async def run(job: IsolatedJob) -> IsolatedResult:
    """Return what the step makes of the job."""
    memory = memory_of(job.memory)
    try:
        step = make_step(job.revision, job.position)
        payload = await run_step(
            step,
            job.payload,
            timeout_seconds=job.timeout_seconds,
            idempotency_key=job.idempotency_key,
            attempt=job.attempt,
            answer=job.answer,
            memory=memory,
        )
    except Standstill as error:
        asked = standstill(error)
        if isinstance(asked, Waits):
            return IsolatedResult(waits=asked)
        return IsolatedResult(asks=asked)
    except BaseException as error:  # user code, as in attempts.py
        return IsolatedResult(fault=describe(error))
    finally:
        if memory is not None:
            await memory.close()
    return IsolatedResult(payload=payload)


def main() -> None:
    """Read one job, run it, answer, and end without waiting for threads that are stuck."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    answer = os.dup(1)
    os.dup2(2, 1)
    configure("bot-runner-child", "warning")
    job = IsolatedJob.model_validate(orjson.loads(sys.stdin.buffer.read()))
    loop = asyncio.new_event_loop()
    result = loop.run_until_complete(run(job))
    with os.fdopen(answer, "wb") as out:
        out.write(encode(result))
    os._exit(0)


if __name__ == "__main__":
    main()
