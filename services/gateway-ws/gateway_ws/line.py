"""One conversation's events in the order of their seq, whatever order they arrive in. Pure.

Two relays may publish 6 before 5, and a broker may lose what it was never asked to keep. What comes
early waits here; hub.py has the hole read from chat-api when it does not close by itself.
"""

from uuid import UUID

from gateway_ws.client import Client
from gateway_ws.event import Event

MAX_EARLY = 256  # what comes early beyond this is read again from chat-api


class Line:
    """The order of one conversation, and who listens to it.

    head is the last seq that was passed on, None until the first hello's answer says where to
    begin.
    """

    def __init__(self, conversation: UUID) -> None:
        self.conversation = conversation
        self.head: int | None = None
        self.highest = 0
        self.clients: dict[Client, None] = {}
        self.stale = False
        self.timed = False
        self._early: dict[int, Event] = {}

    @property
    def hole(self) -> bool:
        """Whether a later change is known than the last one passed on."""
        return self.head is not None and self.highest > self.head

    def take(self, event: Event) -> list[Event]:
        """Return the events that are due now, in order: none, this one, or this and early ones."""
        seq = event.seq or 0
        self.highest = max(self.highest, seq)
        if self.head is not None and seq <= self.head:
            return []
        if len(self._early) < MAX_EARLY or (self.head is not None and seq == self.head + 1):
            self._early[seq] = event
        return self._due()

    def skip_to(self, head: int) -> list[Event]:
        """Go on after head, unless further already; return the early events that are due by it."""
        if self.head is None or head > self.head:
            self.head = head
            self.highest = max(self.highest, head)
            self._early = {seq: one for seq, one in self._early.items() if seq > head}
        return self._due()

    def _due(self) -> list[Event]:
        due: list[Event] = []
        while self.head is not None and (event := self._early.pop(self.head + 1, None)):
            due.append(event)
            self.head += 1
        return due
