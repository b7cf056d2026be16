"""The yardstick of the hop workload: what a careful author writes by hand with aio-pika.

One connection, one channel, prefetch 100, uvloop; load, append, dump; publish confirmed, then ack.
`python -m bench.bare_worker URL PREFIX`; says `ready` when it begins to consume.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import aio_pika
import orjson
import uvloop
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from bench.payloads import STEPS

PREFETCH = 100


async def main(url: str, prefix: str) -> None:
    """Consume PREFIX.1 … PREFIX.6, forward to the next, at last to PREFIX.done."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel(publisher_confirms=True)
    await channel.set_qos(prefetch_count=PREFETCH)
    names = [f"{prefix}.{number}" for number in range(1, STEPS + 1)] + [f"{prefix}.done"]
    queues = [await channel.get_queue(name, ensure=False) for name in names[:-1]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for queue, following in zip(queues, names[1:], strict=True):
        await queue.consume(handler(queue.name, following, channel.default_exchange))
    await asyncio.Event().wait()


def handler(
    name: str, following: str, exchange: AbstractExchange
) -> Callable[[AbstractIncomingMessage], Awaitable[None]]:
    """Return the callback of one queue."""

    async def handle(message: AbstractIncomingMessage) -> None:
        payload = orjson.loads(message.body)
        payload["trace"].append(name)
        made = aio_pika.Message(
            orjson.dumps(payload), content_type="application/json", delivery_mode=2
        )
        await exchange.publish(made, following)
        await message.ack()

    return handle


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
