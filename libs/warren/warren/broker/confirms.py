"""What was published on one channel, and what the broker said to it. Used by Publisher."""

import asyncio
from dataclasses import dataclass
from typing import Any

from pika.exceptions import AMQPChannelError, AMQPConnectionError
from pika.spec import Basic, BasicProperties

from warren.broker.lane import Lane
from warren.broker.link import Link
from warren.errors import BrokerUnavailable, Unroutable


class Nacked(BrokerUnavailable):
    """The broker refused the message: its queue is full, or in trouble."""


@dataclass
class Unconfirmed:
    """One message that was sent. returned: it came back, and its confirm is still to come."""

    message_id: str
    confirm: asyncio.Future[None]
    returned: bool = False


class Unconfirmeds:
    """The messages of one channel that wait for the broker's word, by number. They count from 1."""

    def __init__(self) -> None:
        self._last = 0
        self._waiting: dict[int, Unconfirmed] = {}  # in the order of their numbers

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, one: Unconfirmed) -> None:
        """Note a message that was sent."""
        self._last += 1
        self._waiting[self._last] = one

    def returned(self, message_id: str) -> None:
        """Note that a message came back: the oldest of that id that has not."""
        for one in self._waiting.values():
            if one.message_id == message_id and not one.returned:
                one.returned = True
                return

    def take(self, number: int, *, multiple: bool) -> list[Unconfirmed]:
        """Take out the message of that number, or all up to it."""
        if not multiple:
            one = self._waiting.pop(number, None)
            return [] if one is None else [one]
        numbers: list[int] = []
        for each in self._waiting:
            if each > number:
                break
            numbers.append(each)
        return [self._waiting.pop(each) for each in numbers]

    def take_all(self) -> list[Unconfirmed]:
        """Take out all: no word will come any more."""
        return self.take(self._last, multiple=True)


class Confirms:
    """A channel whose publishes are confirmed."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._waiting = Unconfirmeds()
        lane.add_on_return_callback(self._on_return)  # pyright: ignore[reportUnknownMemberType]
        lane.closed.add_done_callback(self._on_closed)

    @classmethod
    async def open(cls, link: Link) -> "Confirms":
        """Open a channel for publishing. Raises BrokerUnavailable."""
        lane = await link.lane()
        confirms = cls(lane)
        try:
            await lane.ask(lane.confirm_delivery, ack_nack_callback=confirms._on_confirm)
        except BaseException:
            lane.abandon()
            raise
        return confirms

    def publish(
        self, exchange: str, key: str, body: bytes, properties: BasicProperties, *, mandatory: bool
    ) -> asyncio.Future[None]:
        """Send now; what is returned is done when the broker has confirmed.

        Raises, or its awaiting does, Unroutable when the message came back, Nacked when it was
        refused, BrokerUnavailable when the channel is closed.
        """
        try:
            self.lane.basic_publish(exchange, key, body, properties, mandatory)
        except (AMQPChannelError, AMQPConnectionError) as error:
            raise BrokerUnavailable(f"the connection is down: {type(error).__name__}") from error
        confirm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(Unconfirmed(properties.message_id or "", confirm))
        return confirm

    def _on_confirm(self, frame: Any) -> None:
        word: Basic.Ack | Basic.Nack = frame.method
        refused = isinstance(word, Basic.Nack)
        for one in self._waiting.take(word.delivery_tag, multiple=word.multiple):
            if one.confirm.done():  # nobody waits any more
                continue
            if one.returned:
                one.confirm.set_exception(Unroutable(f"no queue takes message {one.message_id}"))
            elif refused:
                one.confirm.set_exception(Nacked())
            else:
                one.confirm.set_result(None)

    def _on_return(
        self, _: object, __: Basic.Return, properties: BasicProperties, ___: bytes
    ) -> None:
        self._waiting.returned(properties.message_id or "")

    def _on_closed(self, _: object) -> None:
        for one in self._waiting.take_all():
            if not one.confirm.done():
                one.confirm.set_exception(BrokerUnavailable("closed under the publish"))
