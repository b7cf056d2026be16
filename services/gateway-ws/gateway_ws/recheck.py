"""Ask at least once a minute whether each session still stands and what its user may still see."""

import asyncio
import random
from collections.abc import Callable

from gateway_ws.asking import Asking
from gateway_ws.client import Client
from gateway_ws.hub import Hub
from gateway_ws.membership import reconcile
from warren.contracts.inner import Credentials
from warren.errors import Retryable, Unauthenticated

TICK_SECONDS = 1.0
AGAIN_SECONDS = 10.0  # while chat-api is away
SOON_SECONDS = 5.0  # over which the sockets are spread when the broker was away


class Recheck:
    """Goes over the sockets; those of one session are asked about once."""

    def __init__(
        self,
        hub: Hub,
        asking: Asking,
        seconds: float,
        ping: Callable[[Client], None],
    ) -> None:
        self._hub = hub
        self._asking = asking
        self._seconds = seconds
        self._ping = ping

    def plan(self, client: Client) -> None:
        """Set when a socket is asked about next: spread, so that a storm does not come back."""
        client.check_at = _now() + self._seconds * random.uniform(0.7, 1.0)

    def plan_all_soon(self) -> None:
        """Ask about every socket within seconds: events that told of memberships may be lost."""
        for client in self._hub.clients:
            client.check_at = min(client.check_at, _now() + SOON_SECONDS * random.random())

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await asyncio.sleep(min(TICK_SECONDS, self._seconds / 4))
            now = _now()
            due: dict[str, list[Client]] = {}
            for client in self._hub.clients:
                if client.check_at <= now and client.live:
                    due.setdefault(client.identity.session, []).append(client)
            async with asyncio.TaskGroup() as tasks:
                for clients in due.values():
                    tasks.create_task(self._check(clients))

    async def _check(self, clients: list[Client]) -> None:
        first = clients[0]
        for client in clients:
            self.plan(client)
        try:
            if first.cookie:
                await self._asking.identify(Credentials(cookie=first.cookie))
            await self._apply(clients)
        except Unauthenticated:
            self._hub.close_session(first.identity.session, first.identity.id)
        except Retryable:
            for client in clients:
                client.check_at = _now() + min(AGAIN_SECONDS, self._seconds)

    async def _apply(self, clients: list[Client]) -> None:
        asked_at = _now()
        async for answer in self._asking.catch_up(clients[0].identity, {}):
            for client in clients:
                if client.live and reconcile(self._hub, client, answer.heads, asked_at):
                    self._ping(client)
            for conversation, head in answer.heads.items():
                if line := self._hub.lines.get(conversation):
                    self._hub.expect(line, head)


def _now() -> float:
    return asyncio.get_running_loop().time()
