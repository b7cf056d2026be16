"""Read from chat-api what the broker did not bring: one question for a conversation, whoever
listens.

A hole is repaired here and not left to the clients: all sockets of a conversation get the same
events, so
one question serves them all, where a hole that was passed on would bring a hello from each of them.
"""

import asyncio
from collections.abc import Callable
from uuid import UUID

import orjson

from gateway_ws.asking import CONVERSATIONS_A_QUESTION, Asking
from gateway_ws.client import Client
from gateway_ws.event import Event
from gateway_ws.hub import Hub
from gateway_ws.line import Line
from gateway_ws.runs import Runs
from warren.contracts.inner import Missed
from warren.errors import Retryable, Unauthenticated
from warren.logging import get_logger

log = get_logger(__name__)

WORKERS = 4  # lines are repaired side by side after a reconnect
AGAIN_SECONDS = 1.0  # while chat-api is away


class Repairer:
    """Keeps the set of lines to read; a line's listeners get what is missing as live frames."""

    def __init__(self, asking: Asking, runs: Runs, hub: Callable[[], Hub]) -> None:
        self._asking = asking
        self._runs = runs
        self._hub = hub
        self._stale: dict[Line, None] = {}
        self._wake = asyncio.Event()

    def mark(self, line: Line) -> None:
        """Have a line read. A line that has not begun is read when it does."""
        if line.head is None:
            line.stale = True
            return
        self._stale[line] = None
        self._wake.set()

    def mark_all(self) -> None:
        """Have every line read: the broker was away, nobody knows what was missed."""
        for line in self._hub().lines.values():
            self.mark(line)

    async def run(self) -> None:
        """Repair until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WORKERS):
                tasks.create_task(self._work())

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            taken = self._take()
            if taken is None:
                self._wake.clear()
                continue
            client, lines = taken
            try:
                await self._repair(client, lines)
            except Unauthenticated:
                self._hub().close_session(client.identity.session, client.identity.id)
                self._hub().remove(client)
                self._again(lines)
            except Retryable as error:
                log.warning("missed events cannot be read yet", cause=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
                self._again(lines)

    def _take(self) -> tuple[Client, dict[UUID, Line]] | None:
        """Take a stale line, somebody who may read it, and what else that one may read."""
        for line in list(self._stale):
            client = next((one for one in line.clients if line.conversation in one.sent), None)
            if client is None:
                del self._stale[line]
                continue
            shared = (one for one in self._stale if client in one.clients)  # `line` is the first
            lines = {one.conversation: one for one in shared if one.conversation in client.sent}
            lines = dict(list(lines.items())[:CONVERSATIONS_A_QUESTION])
            for one in lines.values():
                del self._stale[one]
            return client, lines
        return None

    async def _repair(self, client: Client, lines: dict[UUID, Line]) -> None:
        known = {conversation: line.head or 0 for conversation, line in lines.items()}
        async for answer in self._asking.catch_up(client.identity, known):
            for conversation in lines.keys() - answer.heads.keys():
                self._hub().leave(client, conversation)  # no member any more: ask another
                self.mark(lines[conversation])
            for missed in answer.missed:
                if line := lines.get(missed.conversation):
                    self._apply(line, missed)

    def _apply(self, line: Line, missed: Missed) -> None:
        self._runs.learn(missed)
        line.stale = False
        if missed.reset:
            self._hub().reset(line, missed.head)
            return
        events = [
            Event(str(one.get("type")), line.conversation, int(one["seq"]), orjson.dumps(one))
            for one in missed.changes
        ]
        self._hub().catch_up(line, events, missed.head)

    def _again(self, lines: dict[UUID, Line]) -> None:
        for line in lines.values():
            self.mark(line)
