"""Who listens to what on this instance, and the fan-out: one serialised frame, written to each
socket that reads."""

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

from websockets.asyncio.server import broadcast

from gateway_ws.client import Client
from gateway_ws.event import Event
from gateway_ws.line import Line
from warren.contracts.frames import CloseCode, Reset
from warren.metrics import FRAMES_DROPPED, FRAMES_SENT

HOLE_SECONDS = 0.1  # events of two relays cross by milliseconds: wait before asking chat-api


class Hub:
    """The sockets of this instance by user, the lines by conversation. Never awaits.

    on_hole is called with a line whose missing events have to be read from chat-api.
    """

    def __init__(self, on_hole: Callable[[Line], None]) -> None:
        self.lines: dict[UUID, Line] = {}
        self.users: dict[UUID, dict[Client, None]] = {}
        self._on_hole = on_hole

    @property
    def clients(self) -> Iterable[Client]:
        """Every signed-in socket."""
        return (client for clients in self.users.values() for client in clients)

    def admit(self, client: Client, limit: int) -> bool:
        """Take up a socket; false when its user has as many as the limit allows."""
        clients = self.users.setdefault(client.identity.id, {})
        if len(clients) >= limit:
            return False
        clients[client] = None
        return True

    def remove(self, client: Client) -> None:
        """Forget a socket. Safe when it was never admitted."""
        for conversation in list(client.listening):
            self.leave(client, conversation)
        clients = self.users.get(client.identity.id, {})
        clients.pop(client, None)
        if not clients:
            self.users.pop(client.identity.id, None)

    def listen(self, client: Client, conversation: UUID) -> Line:
        """Subscribe a socket to a conversation. A second call changes nothing."""
        line = self.lines.get(conversation) or self.lines.setdefault(
            conversation, Line(conversation)
        )
        line.clients[client] = None
        client.listening.add(conversation)
        return line

    def leave(self, client: Client, conversation: UUID) -> None:
        """Unsubscribe a socket; a line without listeners is dropped."""
        client.sent.pop(conversation, None)
        client.joined_at.pop(conversation, None)
        client.listening.discard(conversation)
        if line := self.lines.get(conversation):
            line.clients.pop(client, None)
            if not line.clients:
                del self.lines[conversation]

    def begin(self, line: Line, head: int) -> None:
        """Let a new line go on after head. Does nothing on one that has begun."""
        if line.head is None:
            self._send(line, line.skip_to(head))
            self.watch(line)
            if line.stale:
                self._on_hole(line)

    def publish(self, event: Event) -> None:
        """Pass an event on to who listens to its conversation, in order."""
        if line := self.lines.get(event.conversation):
            self._send(line, line.take(event))
            self.watch(line)

    def expect(self, line: Line, head: int) -> None:
        """Note that chat-api has changes up to head; if they do not come, have them read."""
        line.highest = max(line.highest, head)
        self.watch(line)

    def watch(self, line: Line) -> None:
        """If a line has a hole, have it read when it has not closed by itself a moment later."""
        if line.hole and not line.timed:
            line.timed = True
            asyncio.get_running_loop().call_later(HOLE_SECONDS, self._late, line)

    def catch_up(self, line: Line, events: Iterable[Event], head: int) -> None:
        """Pass on what chat-api says was missed up to head."""
        for event in events:
            self._send(line, line.take(event))
        self._send(line, line.skip_to(head))
        self.watch(line)

    def reset(self, line: Line, head: int) -> None:
        """Tell every listener to read the conversation anew, and go on after head."""
        frame = Reset(conversation=line.conversation, head=head).model_dump_json().encode()
        self._send(line, [Event("reset", line.conversation, head, frame)])
        self._send(line, line.skip_to(head))
        self.watch(line)

    def publish_hint(self, conversation: UUID, type: str, frame: bytes) -> None:
        """Write progress to the listeners that read at this moment; the others do without."""
        line = self.lines.get(conversation)
        if line is None:
            return
        ready = [one for one in line.clients if one.live and one.outbound.ready]
        FRAMES_DROPPED.labels("slow").inc(len(line.clients) - len(ready))
        FRAMES_SENT.labels(type).inc(len(ready))
        broadcast((one.connection for one in ready), frame, text=True)

    def tell_user(self, user: UUID, event: Event, last_seq: int) -> None:
        """Subscribe a user's sockets to a conversation that they have joined, and tell them."""
        for client in self.users.get(user, {}):
            self.join(client, event.conversation, last_seq)
            if client.offer(event):
                client.outbound.put(event.frame)
            FRAMES_SENT.labels(event.type).inc()

    def tell_operators(self, type: str, frame: bytes) -> None:
        """Write a hint to the operators' sockets that read at this moment; others read again."""
        self._hint((one for one in self.clients if one.identity.operator), type, frame)

    def hint_user(self, user: UUID, type: str, frame: bytes) -> None:
        """Write a hint to a user's sockets that read at this moment, likewise."""
        self._hint(self.users.get(user, {}), type, frame)

    def _hint(self, clients: Iterable[Client], type: str, frame: bytes) -> None:
        ready = [one for one in clients if one.live and one.outbound.ready]
        FRAMES_SENT.labels(type).inc(len(ready))
        broadcast((one.connection for one in ready), frame, text=True)

    def join(self, client: Client, conversation: UUID, last_seq: int) -> None:
        """Subscribe a socket that knows nothing of a conversation: live from now on."""
        line = self.listen(client, conversation)
        self.begin(line, last_seq)
        client.sent.setdefault(conversation, max(last_seq, line.head or 0))
        client.note_joined(conversation)

    def close_session(self, session: str, user: UUID) -> None:
        """Close every socket of a session that has ended."""
        for client in list(self.users.get(user, {})):
            if client.identity.session == session:
                client.close(CloseCode.NO_SESSION)

    def _late(self, line: Line) -> None:
        line.timed = False
        if line.hole and line.clients:
            self._on_hole(line)

    def _send(self, line: Line, events: list[Event]) -> None:
        for event in events:
            ready = [client.connection for client in line.clients if client.offer(event)]
            FRAMES_SENT.labels(event.type).inc(len(ready))
            broadcast(ready, event.frame, text=True)
