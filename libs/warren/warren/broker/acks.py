"""Which deliveries of a channel may be acked, in as few frames as it takes. Used by Consumer.

Tags of one channel count from 1. All up to the first unfinished one go in one ack `multiple`; what
is finished above it waits a moment for the others, then goes singly, so that one slow handler does
not hold the window of the quick ones.
"""

import asyncio
from dataclasses import dataclass

from warren.broker.lane import Lane

REST_SECONDS = 0.02  # what is finished above a slow one waits this long for it


@dataclass(frozen=True)
class Ack:
    """One ack to send."""

    tag: int
    multiple: bool


class AckWindow:
    """The finished, unacked deliveries of one channel. Pure."""

    def __init__(self) -> None:
        self._acked_up_to = 0
        self._finished: set[int] = set()
        self._acked_above: set[int] = set()

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be acked."""
        return not self._finished

    def finish(self, tag: int) -> None:
        """Note that a delivery is settled."""
        self._finished.add(tag)

    def take_run(self) -> Ack | None:
        """Return the ack of all deliveries up to the first unfinished one, or None."""
        mark, last = self._acked_up_to, 0
        while True:
            if mark + 1 in self._finished:
                self._finished.discard(mark + 1)
                last = mark + 1
            elif mark + 1 in self._acked_above:
                self._acked_above.discard(mark + 1)
            else:
                break
            mark += 1
        self._acked_up_to = mark
        return Ack(last, multiple=True) if last else None

    def take_rest(self) -> list[Ack]:
        """Return a single ack for every finished delivery above an unfinished one."""
        rest = sorted(self._finished)
        self._acked_above.update(rest)
        self._finished.clear()
        return [Ack(tag, multiple=False) for tag in rest]


class Acker:
    """Acks for one channel: one frame for all that ends in one turn of the loop."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._loop = asyncio.get_running_loop()
        self._window = AckWindow()
        self._run_is_coming = False
        self._rest_is_coming = False

    def ack(self, tag: int) -> None:
        """Ack a delivery soon. When the channel is closed by then, it will come again."""
        self._window.finish(tag)
        if not self._run_is_coming:
            self._run_is_coming = True
            self._loop.call_soon(self._send_run)

    def flush(self) -> None:
        """Ack all that is finished now, before the channel is closed."""
        self._send(self._window.take_run(), *self._window.take_rest())

    def _send_run(self) -> None:
        self._run_is_coming = False
        self._send(self._window.take_run())
        if not self._window.empty and not self._rest_is_coming:
            self._rest_is_coming = True
            self._loop.call_later(REST_SECONDS, self._send_rest)

    def _send_rest(self) -> None:
        self._rest_is_coming = False
        self._send(*self._window.take_rest())

    def _send(self, *acks: Ack | None) -> None:
        for ack in acks:
            if ack is not None and self._lane.is_open:
                self._lane.basic_ack(ack.tag, multiple=ack.multiple)
