"""Which deliveries of a channel may be acked, in as few frames as it takes. Used by Consumer.

Tags of one channel count from 1. All up to the first unfinished one go in one ack `multiple`; what
is finished above it waits a moment for the others, then goes singly, so that one slow handler does
not hold the window of the quick ones.
"""

import asyncio
from dataclasses import dataclass

from aiormq.abc import AbstractChannel

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
    """Acks for one channel. The first of the handlers that end together sends for all of them."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._window = AckWindow()
        self._run_is_coming = False
        self._rest_is_coming = False

    async def ack(self, tag: int) -> None:
        """Ack a delivery soon. Returns at once when another call is about to send for this one.

        Raises what the client library raises when the channel is closed: then all come again.
        """
        self._window.finish(tag)
        if not self._run_is_coming:
            self._run_is_coming = True
            await asyncio.sleep(0)  # whatever else ends in this turn of the loop goes along
            self._run_is_coming = False
            if run := self._window.take_run():
                await self._send(run)
        if not self._window.empty and not self._rest_is_coming:
            self._rest_is_coming = True
            await asyncio.sleep(REST_SECONDS)
            self._rest_is_coming = False
            for each in self._window.take_rest():
                await self._send(each)

    async def _send(self, ack: Ack) -> None:
        await self._channel.basic_ack(ack.tag, multiple=ack.multiple, wait=False)
