"""What the broker brings: events and progress, each in a queue of this instance's own."""

import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from uuid import UUID

from gateway_ws.event import read_event
from gateway_ws.hub import Hub
from gateway_ws.progress import read_hint
from gateway_ws.runs import Runs
from warren.broker.connection import Broker
from warren.broker.delivery import Delivery
from warren.broker.own_queue import OwnQueue, consume_own
from warren.broker.topology import EVENTS, PROGRESS
from warren.contracts.inner import SessionEnded
from warren.logging import get_logger
from warren.metrics import FRAMES_DROPPED

log = get_logger(__name__)

ASKED = "asked."  # then a person's id, or "operators"
NOT_FOR_BROWSERS = ("bot.", "kind.")  # facts between services on warren.events


class Feed:
    """Consumes `gw.<instance>-<n>.events` and `.progress`; n grows with each reconnect.

    live says whether the queues stand at this moment.
    """

    def __init__(self, hub: Hub, runs: Runs, on_fresh: Callable[[], Awaitable[None]]) -> None:
        self._hub = hub
        self._runs = runs
        self._on_fresh = on_fresh
        self.live = False
        self.instance = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"

    async def run(self, broker: Broker) -> None:
        """Consume until cancelled."""
        queues = (
            OwnQueue(self._named("events"), [(EVENTS, "#")], self._on_event),
            OwnQueue(self._named("progress"), [(PROGRESS, "#")], self._on_progress),
        )
        await consume_own(broker, queues, self._fresh, self._lost)

    def _named(self, what: str) -> Callable[[int], str]:
        return lambda generation: f"gw.{self.instance}-{generation}.{what}"

    async def _fresh(self) -> None:
        self.live = True
        await self._on_fresh()

    def _lost(self) -> None:
        self.live = False

    async def _on_event(self, delivery: Delivery) -> None:
        key = delivery.routing_key
        if key.startswith(NOT_FOR_BROWSERS):
            return
        try:
            if key.startswith("session."):
                ended = SessionEnded.model_validate_json(delivery.body)
                self._hub.close_session(ended.session, ended.user)
                return
            if key.startswith("letters."):
                self._hub.tell_operators("dead_letter.opened", delivery.body)
                return
            if key.startswith(ASKED):
                self._tell_asked(key.removeprefix(ASKED), delivery.body)
                return
            event, body = read_event(delivery.body)
            if key.startswith("user."):
                self._hub.tell_user(UUID(body["user"]), event, int(body["view"]["last_seq"]))
                return
            self._runs.hear(event.type, event.conversation, event.seq, body)
        except (ValueError, KeyError, TypeError) as error:
            FRAMES_DROPPED.labels("bad_event").inc()
            log.error("an event cannot be read", routing_key=key, cause=str(error))
            return
        if event.seq is not None:
            self._hub.publish(event)

    def _tell_asked(self, who: str, frame: bytes) -> None:
        """Tell one person, or the operators, that something waits for them."""
        if who == "operators":
            self._hub.tell_operators("decision.wanted", frame)
        else:
            self._hub.hint_user(UUID(who), "decision.wanted", frame)

    async def _on_progress(self, delivery: Delivery) -> None:
        if hint := read_hint(delivery.body, self._runs):
            self._hub.publish_hint(*hint)
