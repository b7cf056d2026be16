"""One signed-in socket: who it is, what it was sent, and whether live frames must wait for a
hello."""

import asyncio
from uuid import UUID

from gateway_ws.close import Spawn, close
from gateway_ws.connection import MAX_WAITING_BYTES, MAX_WAITING_FRAMES, Connection, Outbound
from gateway_ws.event import Event
from warren.contracts.accounts import Identity
from warren.contracts.frames import CloseCode
from warren.metrics import FRAMES_DROPPED


class Client:
    """A socket and its cursors. `sent` is the last seq that it was sent, by conversation.

    Between hold() and release() live frames are kept; when there are too many of them, all are
    forgotten and `overflowed` is true: then the hello has to read once more.
    """

    def __init__(
        self, connection: Connection, identity: Identity, cookie: str | None, spawn: Spawn
    ) -> None:
        self.connection = connection
        self.identity = identity
        self.cookie = cookie
        self.outbound = Outbound(connection, lambda: self.close(CloseCode.FELL_BEHIND))
        self.sent: dict[UUID, int] = {}
        self.listening: set[UUID] = set()
        self.joined_at: dict[UUID, float] = {}
        self.check_at = 0.0
        self.ping_at = 0.0
        self.closed_with: int | None = None
        self.overflowed = False
        self._spawn = spawn
        self._held: list[Event] | None = None
        self._held_bytes = 0

    @property
    def live(self) -> bool:
        """Whether frames go out as they come: no hello is being answered, no close has begun."""
        return self._held is None and self.closed_with is None

    def offer(self, event: Event) -> bool:
        """Return whether the caller shall write this event's frame to the connection now.

        Otherwise it was sent before, or it is kept: for the end of a hello or for a slow reader.
        """
        if self._held is not None:
            self._hold(event)
            return False
        if event.seq is not None:
            last = self.sent.get(event.conversation)
            if last is None or event.seq <= last:  # no member (any more), or a double
                return False
            self.sent[event.conversation] = event.seq
        if self.outbound.ready:
            return True
        self.outbound.put(event.frame)
        return False

    def hold(self) -> None:
        """Keep live frames from here on."""
        self._held = []
        self._held_bytes = 0
        self.overflowed = False

    def release(self) -> None:
        """Send what was kept and not sent meanwhile; from here on frames go out as they come."""
        kept, self._held = self._held or [], None
        for event in kept:
            if self.offer(event):
                self.outbound.put(event.frame)

    def _hold(self, event: Event) -> None:
        if self.overflowed or self._held is None:
            return
        self._held.append(event)
        self._held_bytes += len(event.frame)
        if len(self._held) > MAX_WAITING_FRAMES or self._held_bytes > MAX_WAITING_BYTES:
            FRAMES_DROPPED.labels("hello_overflow").inc(len(self._held))
            self.overflowed = True
            self._held = []

    def close(self, code: int) -> None:
        """Begin to close, once; the handler of the socket ends by it."""
        if self.closed_with is None:
            self.closed_with = code
            self.outbound.close()
            self._spawn(close(self.connection, code))

    def note_joined(self, conversation: UUID) -> None:
        """Remember when a membership was told: an older answer must not take it away."""
        self.joined_at[conversation] = asyncio.get_running_loop().time()
