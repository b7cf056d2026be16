"""A channel that nobody restores: whoever opened it sees it lost, and opens another."""
# pyright: reportUnknownMemberType=false
# The stubs of pika say nothing of its callbacks.

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

from pika import spec
from pika.channel import Channel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from warren.errors import BrokerUnavailable

ASK_SECONDS = 30.0  # for one question to the broker
CLOSE_SECONDS = 2.0

T = TypeVar("T")
OnMessage = Callable[[spec.Basic.Deliver, spec.BasicProperties, bytes], None]


class LaneLost(BrokerUnavailable):
    """The channel is closed. code is the broker's, None when the connection went."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.code = code


class Lane(Channel):
    """One channel of a wire. `lost` is set when it is closed or the broker cancels a consumer."""

    def __init__(self, wire: Any, number: int, on_open: Callable[["Lane"], object]) -> None:
        super().__init__(wire, number, on_open)
        loop = asyncio.get_running_loop()
        self.wire = wire
        self._takers: dict[str, OnMessage] = {}  # by consumer
        self.lost: asyncio.Future[LaneLost] = loop.create_future()
        self.closed: asyncio.Future[LaneLost] = loop.create_future()
        self.add_on_close_callback(self._has_closed)
        self.add_on_cancel_callback(self._was_cancelled)

    async def ask(self, method: Callable[..., object], **arguments: Any) -> Any:
        """Call a channel's method and return the broker's answer. Raises LaneLost."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answered(frame: object) -> None:
            if not answer.done():
                answer.set_result(frame)

        try:
            method(callback=answered, **arguments)
        except AMQPError as error:
            raise LaneLost(f"no channel: {type(error).__name__}") from error
        return await self.answer(answer)

    async def consume(
        self, queue: str, on_message: OnMessage, *, prefetch: int, no_ack: bool = False
    ) -> str:
        """Begin to consume and return the consumer's tag. Raises LaneLost."""
        # Per consumer: a quorum queue refuses a global one.
        await self.ask(self.basic_qos, prefetch_count=prefetch)
        tag = uuid4().hex
        self._takers[tag] = on_message
        await self.ask(
            self.basic_consume,
            queue=queue,
            on_message_callback=on_message,
            auto_ack=no_ack,
            consumer_tag=tag,
        )
        return tag

    async def cancel(self, consumer: str) -> None:
        """End a consumer; what was on its way to us has been handed on before. One that is gone is
        no error."""
        if self.is_open and consumer in self.consumer_tags:
            with suppress(LaneLost):
                await self.ask(self.basic_cancel, consumer_tag=consumer)

    async def shut(self) -> None:
        """Close the channel; one that is closed already is no error."""
        self.abandon()
        await asyncio.wait((self.closed,), timeout=CLOSE_SECONDS)

    async def answer(self, answer: asyncio.Future[T]) -> T:
        """Return what the broker answers. Raises LaneLost."""
        await asyncio.wait(
            (answer, self.closed), timeout=ASK_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if answer.done():
            return answer.result()
        if self.closed.done():
            raise self.closed.result()
        self.abandon()
        raise LaneLost(f"the broker did not answer in {ASK_SECONDS:g} s")

    def abandon(self) -> None:
        """Begin to close the channel, if nobody has."""
        if not (self.is_closed or self.is_closing):
            self.close()

    def _was_cancelled(self, _: object) -> None:
        self._is_lost(LaneLost("the broker cancelled the consumer"))

    def _has_closed(self, _: Channel, reason: Exception) -> None:
        code = reason.reply_code if isinstance(reason, ChannelClosedByBroker) else None
        error = LaneLost(f"the channel is closed: {reason!r}", code)
        if not self.closed.done():
            self.closed.set_result(error)
        self._is_lost(error)

    def _is_lost(self, error: LaneLost) -> None:
        if not self.lost.done():
            self.lost.set_result(error)

    def _on_deliver(self, method_frame: Any, header_frame: Any, body: bytes) -> None:
        """Hand on a delivery, also one that was on its way when its consumer was cancelled: pika
        would give that one back, and each giving back counts as a delivery."""
        taker = self._takers.get(method_frame.method.consumer_tag)
        if taker is not None:
            taker(method_frame.method, header_frame.properties, body)
