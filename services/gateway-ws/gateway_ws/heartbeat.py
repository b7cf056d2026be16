"""The app-level ping: browsers do not show the protocol's own, and proxies cut silent
connections."""

import asyncio
import random

from gateway_ws.client import Client
from gateway_ws.hub import Hub
from warren.contracts.frames import Ping

TICK_SECONDS = 1.0


class Heartbeat:
    """Sends every live socket the heads of its conversations every so many seconds."""

    def __init__(self, hub: Hub, seconds: float) -> None:
        self._hub = hub
        self._seconds = seconds

    def plan(self, client: Client) -> None:
        """Set when a socket gets its first ping: spread over the period."""
        now = asyncio.get_running_loop().time()
        client.ping_at = now + self._seconds * random.uniform(0.5, 1.0)

    async def run(self) -> None:
        """Ping until cancelled."""
        while True:
            await asyncio.sleep(min(TICK_SECONDS, self._seconds / 4))
            now = asyncio.get_running_loop().time()
            for client in list(self._hub.clients):
                if client.ping_at <= now:
                    client.ping_at = now + self._seconds
                    self.ping(client)

    def ping(self, client: Client) -> None:
        """Send one now, unless frames wait for this socket already: it hears from us anyway."""
        if client.live and client.outbound.ready:
            client.outbound.put(Ping(heads=client.sent).model_dump_json().encode())
