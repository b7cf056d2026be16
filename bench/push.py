"""From POST to socket push: 50 messages a second to the echo bot's conversation of a new user."""

import argparse
import asyncio
import json
import os
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect

CONNECTIONS = 16
LATE_SECONDS = 5.0  # how long the last pushes may take
MAX_MESSAGES = 20_000


@dataclass
class Clock:
    """When each message was posted, answered and pushed, by its Idempotency-Key."""

    posted: dict[str, float] = field(default_factory=lambda: {})
    answered: dict[str, float] = field(default_factory=lambda: {})
    pushed: dict[str, float] = field(default_factory=lambda: {})
    refused: dict[int, int] = field(default_factory=lambda: {})
    bot_messages: int = 0

    def milliseconds(self, ends: dict[str, float]) -> list[float]:
        """Return how long each message took to its end."""
        return [1000 * (ends[key] - self.posted[key]) for key in ends if key in self.posted]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the workload's options. Where Warren is, WARREN_URL says."""
    parser.add_argument("--rate", type=float, default=50, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--bot", default="echo")


async def run(chosen: argparse.Namespace) -> None:
    """Sign up, post at the given rate, listen, print the figures."""
    base = os.environ.get("WARREN_URL", "http://localhost:8080").rstrip("/")
    count = min(MAX_MESSAGES, int(chosen.rate * chosen.seconds))
    clock = Clock()
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    headers = {"Origin": base}
    async with httpx2.AsyncClient(base_url=base, limits=limits, headers=headers) as http:
        conversation = await _conversation(http, chosen.bot)
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        async with connect(
            _socket_address(base),
            subprotocols=["warren.v1"],  # type: ignore[list-item]  # a plain name is one
            origin=base,  # type: ignore[arg-type]  # so is an origin
            additional_headers={"Cookie": cookies},
        ) as socket:
            await _welcome(socket)
            listening = asyncio.ensure_future(_listen(socket, clock))
            await _post_all(http, conversation, clock, count, chosen.rate)
            await _wait_for_pushes(clock)
            listening.cancel()
            await asyncio.wait([listening])
    _report(clock, count)


async def _conversation(http: httpx2.AsyncClient, bot: str) -> str:
    name = f"bench-{secrets.token_hex(4)}"
    password = secrets.token_urlsafe(16)
    answer = await http.post("/api/v1/auth/signup", json={"username": name, "password": password})
    answer.raise_for_status()
    answer = await http.post("/api/v1/conversations", json={"members": [bot]})
    answer.raise_for_status()
    return answer.json()["id"]


def _socket_address(base: str) -> str:
    parts = urlsplit(base)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, "/ws", "", ""))


async def _welcome(socket: ClientConnection) -> None:
    await socket.send(json.dumps({"type": "hello", "conversations": {}}))
    async with asyncio.timeout(10):
        while json.loads(await socket.recv())["type"] != "welcome":
            continue


async def _listen(socket: ClientConnection, clock: Clock) -> None:
    async for text in socket:
        now = time.perf_counter()
        frame = json.loads(text)
        if frame["type"] != "message.created":
            continue
        key = frame["message"].get("client_id")
        if key:
            clock.pushed.setdefault(key, now)
        clock.bot_messages += frame["message"]["author_kind"] == "bot"


async def _post_all(
    http: httpx2.AsyncClient, conversation: str, clock: Clock, count: int, rate: float
) -> None:
    """Post on time, whether or not earlier ones are answered."""
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            tasks.create_task(_post(http, conversation, clock, number))


async def _post(http: httpx2.AsyncClient, conversation: str, clock: Clock, number: int) -> None:
    key = secrets.token_hex(16)
    clock.posted[key] = time.perf_counter()
    answer = await http.post(
        f"/api/v1/conversations/{conversation}/messages",
        json={"body": f"message {number}"},
        headers={"Idempotency-Key": key},
    )
    if answer.status_code == 201:
        clock.answered[key] = time.perf_counter()
    else:
        clock.refused[answer.status_code] = clock.refused.get(answer.status_code, 0) + 1


async def _wait_for_pushes(clock: Clock) -> None:
    end = time.perf_counter() + LATE_SECONDS
    while len(clock.pushed) < len(clock.answered) and time.perf_counter() < end:
        await asyncio.sleep(0.05)


def _report(clock: Clock, count: int) -> None:
    post, push = clock.milliseconds(clock.answered), clock.milliseconds(clock.pushed)
    print(f"posted {count}, answered 201 {len(post)}, pushed {len(push)}, refused {clock.refused}")
    print(f"bot messages seen {clock.bot_messages}")
    print(f"post p50 {quantile(post, 0.5):.1f} ms p99 {quantile(post, 0.99):.1f} ms")
    print(f"push p50 {quantile(push, 0.5):.1f} ms p99 {quantile(push, 0.99):.1f} ms")


def quantile(values: list[float], share: float) -> float:
    """Return the value below which this share lies; not a number when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
