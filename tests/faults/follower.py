"""A client as the browser's is: follows conversations over whatever gateway lives, asks for what it
missed, and notes what it was shown.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.mesh import Mesh
from tests.person import Person

AGAIN_SECONDS = 0.2
HOLE_SECONDS = 0.5  # what the client waits for a missing change before it says hello again


@dataclass
class Follower:
    """One client. heads are the last seq shown, by conversation."""

    mesh: Mesh
    person: Person
    heads: dict[str, int]
    first: int
    shown: dict[str, list[int]] = field(default_factory=lambda: {})
    resets: int = 0
    holes: int = 0
    waits: list[float] = field(default_factory=lambda: [])
    _lost_at: float | None = None
    _welcomed: bool = False

    async def run(self) -> None:
        """Follow until cancelled, on one gateway and then the other."""
        sockets = [self.mesh.socket, f"ws://127.0.0.1:{self.mesh.ports['gateway2']}/ws"]
        for number in count(self.first):
            with suppress(OSError, WebSocketException, httpx2.TransportError, AssertionError):
                await self._once(sockets[number % 2])
            if self._welcomed:
                self._welcomed, self._lost_at = False, time.monotonic()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self, url: str) -> None:
        ticket = (await self.person.call("POST", "/auth/tickets"))["ticket"]
        async with connect(url, subprotocols=["warren.v1"], origin=None) as raw:  # type: ignore[list-item]
            hello = {"type": "hello", "ticket": ticket, "conversations": self.heads}
            await raw.send(json.dumps(hello))
            async for text in raw:
                frame = json.loads(text)
                if frame["type"] == "welcome":
                    self._welcomed = True
                    if self._lost_at is not None:
                        self.waits.append(time.monotonic() - self._lost_at)
                elif frame["type"] == "reset":
                    self.resets += 1
                elif not self._shows(frame):
                    self.holes += 1  # the browser waits a moment, then says hello again
                    return

    def _shows(self, frame: dict) -> bool:
        """Show a change that comes next, drop one that was shown; False when one is missing."""
        room, seq = frame.get("conversation"), frame.get("seq")
        if room not in self.heads or not isinstance(seq, int):
            return True
        if seq > self.heads[room] + 1:
            return False
        if seq == self.heads[room] + 1:
            self.heads[room] = seq
        return True

    async def is_back(self, seconds: float = 60) -> None:
        """Return when the client is welcome somewhere."""
        async with asyncio.timeout(seconds):
            while not self._welcomed:
                await asyncio.sleep(0.05)

    async def has_all(self, seconds: float = 30) -> None:
        """Return when the client was shown every change of every conversation."""
        last: dict[str, int] = {}
        for _ in range(int(seconds / 0.2)):
            for room in self.heads:
                last[room] = (await self.person.call("GET", f"/conversations/{room}"))["last_seq"]
            if self.heads == last:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"shown up to {self.heads}, there is up to {last}")


@asynccontextmanager
async def followed(
    person: Person, rooms: list[str], clients: int
) -> AsyncGenerator[list[Follower]]:
    """Clients that follow the rooms for the time of the block, half of them on each gateway."""
    made = [
        Follower(person.mesh, person, dict.fromkeys(rooms, 0), number) for number in range(clients)
    ]
    tasks = [asyncio.ensure_future(one.run()) for one in made]
    try:
        for one in made:
            await one.is_back()
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
