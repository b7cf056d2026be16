"""Which kinds this runner serves, and one consumer for each, as soon as its queue exists."""

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic

from warren.broker.connection import Broker
from warren.broker.consumer import Consumer, Handler
from warren.broker.topology import step_queue
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.step.loader import BUILTINS
from warren.step.step import DEFAULT_CONCURRENCY

log = get_logger(__name__)

LOOK_SECONDS = 1.0  # between two looks at kinds and queues
DEAF_SECONDS = 60.0  # without a consumer for so long though kinds exist: end, be started anew
RETIRE_SECONDS = 1300.0  # for what a replaced consumer still works on: the longest step and a bit

_BUILTIN_CONCURRENCY = {name.lower(): kind.concurrency for name, kind in BUILTINS.items()}


def wanted(in_use: Iterable[str], only: frozenset[str]) -> frozenset[str]:
    """Return the kinds to serve: those in use, or of them only the named ones. Pure."""
    return frozenset(in_use) & only if only else frozenset(in_use)


def prefetch(kind: str, seen: Mapping[str, int]) -> int:
    """Return how many messages of a kind to hold: what its class says, as far as it is known."""
    return seen.get(kind) or _BUILTIN_CONCURRENCY.get(kind) or DEFAULT_CONCURRENCY


class Serving:
    """The consumers of one runner. Kinds are only added: a turn may still be on an old revision."""

    def __init__(
        self, broker: Broker, handler: Handler, only: frozenset[str], concurrency: Mapping[str, int]
    ) -> None:
        self._broker = broker
        self._handler = handler
        self._only = only
        self._concurrency = concurrency
        self._consumers: dict[str, tuple[Consumer, int]] = {}
        self._in_use: frozenset[str] = frozenset()
        self._hearing_at = monotonic()
        self._changed = asyncio.Event()
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are consumed now, sorted."""
        return tuple(sorted(kind for kind, (one, _) in self._consumers.items() if one.consuming))

    @property
    def lacking(self) -> bool:
        """Whether there are kinds to serve and none of them is consumed."""
        return bool(self._in_use) and not self.kinds

    def set_in_use(self, kinds: Iterable[str]) -> None:
        """Note which kinds some revision uses now."""
        self._in_use = wanted(kinds, self._only)
        if not self._in_use.issubset(self._consumers):
            self._changed.set()

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Start consumers as kinds and queues appear, until cancelled."""
        while True:
            try:
                await self._look(tasks)
            except BrokerUnavailable as error:
                log.info("no consumer can be started yet", cause=str(error))
            self._changed.clear()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def deaf(self) -> bool:
        """Return whether nothing was consumed for too long though there are kinds to serve."""
        if not self._in_use or self.kinds:
            self._hearing_at = monotonic()
        return monotonic() - self._hearing_at > DEAF_SECONDS

    async def stop(self, drain_seconds: float) -> None:
        """Take no more; return when what runs has ended, at most drain_seconds later."""
        async with asyncio.TaskGroup() as tasks:
            for consumer, _ in self._consumers.values():
                tasks.create_task(consumer.stop(drain_seconds))
            for each in self._retiring:
                tasks.create_task(_end(each, drain_seconds))

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        if not self._broker.connected:
            return
        for kind in sorted(self._in_use):
            size = prefetch(kind, self._concurrency)
            known = self._consumers.get(kind)
            if known is None:
                await self._start(kind, size)
            elif known[1] != size:
                log.info("prefetch follows the class", kind=kind, prefetch=size)
                await self._start(kind, size)
                task = tasks.create_task(known[0].stop(RETIRE_SECONDS))
                self._retiring.add(task)
                task.add_done_callback(self._retiring.discard)

    async def _start(self, kind: str, size: int) -> None:
        queue = step_queue(kind).name
        if not await self._broker.queue_exists(queue):
            return
        consumer = Consumer(self._broker, queue, self._handler, prefetch=size)
        await consumer.start()
        self._consumers[kind] = (consumer, size)
        log.info("serving a kind", event_name="kind.consumed", kind=kind, prefetch=size)


async def _end(retiring: asyncio.Task[None], drain_seconds: float) -> None:
    await asyncio.wait((retiring,), timeout=drain_seconds)
    retiring.cancel()
