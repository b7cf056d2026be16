"""Steady traffic while something is broken, and what must be true of it afterwards."""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2

from tests.mesh import Mesh, Service
from tests.person import Person

SETTLE_SECONDS = 120.0


@dataclass
class Load:
    """Questions to `oracle` in rooms of their own, and now and then one to `breaker`, which fails.

    Nobody waits for an answer: writing goes on while services are away.
    """

    person: Person
    chance: random.Random
    rooms: int = 4
    every_seconds: float = 1.0
    breaking: float = 0.0
    asked: dict[str, int] = field(default_factory=lambda: {})
    broken_room: str = ""
    slowest: float = 0.0
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _writing: list[asyncio.Task[None]] = field(default_factory=lambda: [])

    async def open(self) -> Self:
        """Make the rooms."""
        for number in range(self.rooms):
            room = await self.person.talk_to("oracle", title=f"room {number}")
            self.asked[room] = 0
        if self.breaking:
            self.broken_room = await self.person.talk_to("breaker")
        return self

    async def __aenter__(self) -> Self:
        self._writing = [asyncio.ensure_future(self._write(room)) for room in self.asked]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for task in self._writing:
            if error is not None:
                task.cancel()
        await asyncio.wait(self._writing)
        if error is None:
            for task in self._writing:
                task.result()

    async def _write(self, room: str) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            await self.person.write(room, f"@oracle question {self.asked[room]}")
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.asked[room] += 1
            if self.chance.random() < self.breaking:
                await self.person.write(self.broken_room, f"break {self.asked[room]}")
            try:
                pause = self.every_seconds * self.chance.uniform(0.5, 1.5)
                await asyncio.wait_for(self._stop.wait(), pause)
            except TimeoutError:
                pass

    async def answered_once_in_order(self) -> None:
        """Wait until every question has its answer; none twice, none out of order."""
        assert sum(self.asked.values()) >= self.rooms, "nothing was asked"
        for room, count in self.asked.items():
            messages = await self._settled(room, 2 * count)
            seqs = [one["seq"] for one in messages]
            questions = [one["id"] for one in messages if one["author_kind"] == "person"]
            replies = [one for one in messages if one["author_kind"] == "bot"]
            assert seqs == sorted(set(seqs))
            assert [one["in_reply_to"] for one in replies] == questions
            asked = [int(re.findall(r"question (\d+)", one["body"])[-1]) for one in replies]
            assert asked == list(range(count)), "each answer is to its own question"
            assert len({one["body"] for one in replies}) == count, "no answer is shown twice"

    async def _settled(self, room: str, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            try:
                found = await self.person.messages(room)
            except (httpx2.TransportError, AssertionError):
                found = []  # a server is still coming back
            if len(found) >= count:
                return found
            await asyncio.sleep(0.3)
        raise AssertionError(
            f"{len(found)} of {count} messages in {SETTLE_SECONDS} s: "
            f"{[one['body'] for one in found][-6:]}\n{self.person.mesh.logs()}"
        )


@asynccontextmanager
async def loaded(mesh: Mesh, chance: random.Random, **how: Any) -> AsyncGenerator[Load]:
    """Traffic for the time of the block; afterwards all of it is answered once, in order."""
    async with Person.signed_up(mesh) as person:
        load = await Load(person, chance, **how).open()
        async with load:
            yield load
        await load.answered_once_in_order()


async def dies(service: Service, seconds: float = 60) -> None:
    """Return when the process has killed itself."""
    async with asyncio.timeout(seconds):
        while service.alive():
            await asyncio.sleep(0.02)


async def serves(runner: Service, since: int = 0, seconds: float = 60) -> None:
    """Return when the runner has begun to take work; since is the log's size when it started."""
    async with asyncio.timeout(seconds):
        while "kind.consumed" not in runner.log.read_text(errors="replace")[since:]:
            if not runner.alive():
                raise RuntimeError(f"{runner.name} ended:\n{runner.tail()}")
            await asyncio.sleep(0.05)


def start_again(service: Service, failpoints: str = "") -> int:
    """Start a dead service; return the size of its log before."""
    size = len(service.log.read_text(errors="replace"))
    service.start({"FAILPOINTS": failpoints})
    return size
