"""Answer a hello: what was missed, in order, then welcome, then live. No gap, no double.

The order of acts makes it so: (1) live frames of this socket are held and the named conversations
are
listened to; (2) chat-api is asked, so its answer holds everything that came before (1); (3) the
missed
changes are sent; (4) held frames go out, those with a seq already sent are dropped.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from gateway_ws.asking import Asking
from gateway_ws.client import Client
from gateway_ws.close import Close
from gateway_ws.hub import Hub
from gateway_ws.membership import reconcile
from gateway_ws.runs import Runs
from warren.contracts.frames import CloseCode, Hello, Reset, Welcome
from warren.contracts.inner import Missed
from warren.metrics import FRAMES_SENT

ROUNDS = 4  # of reading, for a client that reads more slowly than its conversations grow
MAX_SEQ = 2**53  # what JavaScript can count


def read_hello(frame: bytes) -> Hello:
    """Return the client's frame. Raises Close when it is anything but a hello."""
    try:
        hello = Hello.model_validate_json(frame)
    except ValidationError as error:
        raise Close(CloseCode.BAD_FRAME) from error
    if hello.model_fields_set.isdisjoint({"type"}):
        raise Close(CloseCode.BAD_FRAME)
    if any(not 0 <= seq <= MAX_SEQ for seq in hello.conversations.values()):
        raise Close(CloseCode.BAD_FRAME)
    return hello


class Greeter:
    """Answers hellos, the first and any later one of a socket."""

    def __init__(self, hub: Hub, asking: Asking, runs: Runs) -> None:
        self._hub = hub
        self._asking = asking
        self._runs = runs

    async def greet(self, client: Client, known: Mapping[UUID, int]) -> None:
        """Bring a socket up to date from what its client knows, and let it go live.

        Raises Unauthenticated, Retryable, Close when the client cannot follow, ConnectionClosed.
        """
        for _ in range(ROUNDS):
            client.hold()
            for conversation in known:
                self._hub.listen(client, conversation)
            await self._catch_up(client, known)
            if not client.overflowed:
                break
            known = dict(client.sent)
        else:
            raise Close(CloseCode.FELL_BEHIND)
        welcome = Welcome(user=client.identity.username, heads=client.sent)
        await self._send(client, welcome.type, welcome.model_dump_json().encode())
        client.release()

    async def _catch_up(self, client: Client, known: Mapping[UUID, int]) -> None:
        asked_at = asyncio.get_running_loop().time()
        heads: dict[UUID, int] = {}
        answered: set[UUID] = set()
        async for answer in self._asking.catch_up(client.identity, known):
            heads = answer.heads
            for missed in answer.missed:
                if missed.conversation in known and missed.conversation in heads:
                    await self._send_missed(client, missed, known[missed.conversation])
                    answered.add(missed.conversation)
        for conversation in (known.keys() & heads.keys()) - answered:
            await self._send_reset(client, conversation, heads[conversation])
        reconcile(self._hub, client, heads, asked_at)

    async def _send_missed(self, client: Client, missed: Missed, after: int) -> None:
        line = self._hub.listen(client, missed.conversation)
        self._hub.begin(line, missed.head)
        self._hub.expect(line, missed.head)
        self._runs.learn(missed)
        if missed.reset or after > missed.head:
            await self._send_reset(client, missed.conversation, missed.head)
            return
        for change in missed.changes:
            await self._send(client, str(change.get("type")), orjson.dumps(change))
        client.sent[missed.conversation] = missed.head

    async def _send_reset(self, client: Client, conversation: UUID, head: int) -> None:
        line = self._hub.listen(client, conversation)
        self._hub.begin(line, head)
        frame = Reset(conversation=conversation, head=head)
        await self._send(client, frame.type, frame.model_dump_json().encode())
        client.sent[conversation] = head

    async def _send(self, client: Client, type: Any, frame: bytes) -> None:
        FRAMES_SENT.labels(type).inc()
        await client.outbound.send(frame)
