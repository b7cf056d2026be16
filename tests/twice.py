"""Runs a service with a publisher that sends everything twice: `python -m tests.twice chat_api`.

One second copy in ten comes later, by TWICE_LATE_SECONDS. Only for fault tests.
"""

import asyncio
import os
import random
import runpy
import sys
from contextlib import suppress

from warren.broker.publisher import Outgoing, Publisher
from warren.errors import BrokerUnavailable

LATE_SHARE = 0.1
LATE_SECONDS = float(os.environ.get("TWICE_LATE_SECONDS") or 3)

_publish = Publisher.publish
_late: set[asyncio.Task[None]] = set()


async def _again(self: Publisher, message: Outgoing) -> None:
    await asyncio.sleep(LATE_SECONDS)
    with suppress(BrokerUnavailable, asyncio.CancelledError):  # the first copy is confirmed
        await _publish(self, message)


async def twice(self: Publisher, message: Outgoing, *more: float, **named: float) -> None:
    """Publish, and publish again."""
    await _publish(self, message, *more, **named)
    if random.random() < LATE_SHARE:
        task = asyncio.ensure_future(_again(self, message))
        _late.add(task)
        task.add_done_callback(_late.discard)
    else:
        await _publish(self, message, *more, **named)


if __name__ == "__main__":
    Publisher.publish = twice
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
