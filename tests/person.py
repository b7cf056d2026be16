"""A person at the API and on the socket, for tests: signs up, writes, waits for answers."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from websockets.asyncio.client import connect

from tests.mesh import Mesh

BOT_SECONDS = 60.0  # until a bot with a step of its own is published


@dataclass
class Person:
    """Signed in by cookie; every call raises with the problem's text when it is refused."""

    mesh: Mesh
    name: str
    http: httpx2.AsyncClient

    @classmethod
    @asynccontextmanager
    async def signed_up(cls, mesh: Mesh, name: str | None = None) -> AsyncGenerator["Person"]:
        """A new account."""
        async with httpx2.AsyncClient(base_url=mesh.api, timeout=20) as http:
            person = cls(mesh, name or f"p{uuid4().hex[:8]}", http)
            await person.call(
                "POST", "/auth/signup", {"username": person.name, "password": "correct horse 9"}
            )
            yield person

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the JSON answer. Raises AssertionError on a refusal."""
        answer = await self.http.request(
            method,
            self.mesh.api + path,
            json=body,
            headers={k.replace("_", "-"): v for k, v in headers.items()},
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def talk_to(self, *names: str, title: str | None = None) -> str:
        """Return the id of a conversation with these people or bots; a bot of a fresh mesh is
        waited for."""
        body = {"members": list(names)} | ({"title": title} if title else {})
        until = time.monotonic() + BOT_SECONDS
        while True:
            answer = await self.http.post(f"{self.mesh.api}/conversations", json=body)
            if answer.is_success:
                return answer.json()["id"]
            early = answer.status_code == 503 or "Nobody is called" in answer.text
            wait = early and time.monotonic() < until
            assert wait, f"no conversation: {answer.status_code} {answer.text}"
            await asyncio.sleep(0.25)

    async def write(self, conversation: str, text: str, key: str | None = None) -> dict[str, Any]:
        """Post a message, once, whatever happens on the way: the same key is sent again after a
        failure."""
        key = key or str(uuid4())
        for _ in range(240):  # a minute: longer than any server is away
            try:
                answer = await self.http.post(
                    f"{self.mesh.api}/conversations/{conversation}/messages",
                    json={"body": text},
                    headers={"Idempotency-Key": key},
                )
            except httpx2.TransportError:
                await asyncio.sleep(0.25)
                continue
            if answer.status_code == 503:
                await asyncio.sleep(0.25)
                continue
            assert answer.status_code == 201, answer.text
            return answer.json()
        raise AssertionError("the message was never taken")

    async def messages(self, conversation: str) -> list[dict[str, Any]]:
        """Return every message of a conversation in order."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = await self.call(
                "GET", f"/conversations/{conversation}/messages?after_seq={after}&limit=100"
            )
            found += page["items"]
            if len(page["items"]) < 100:
                return found
            after = page["items"][-1]["seq"]

    async def wait_for(
        self, conversation: str, enough: Callable[[list[dict[str, Any]]], bool], seconds: float = 30
    ) -> list[dict[str, Any]]:
        """Return the messages when there are enough of them."""
        found: list[dict[str, Any]] = []
        for _ in range(int(seconds / 0.1)):
            found = await self.messages(conversation)
            if enough(found):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(
            f"not in {seconds} s; have {[one['body'] for one in found]}\n{self.mesh.logs()}"
        )

    async def answers(
        self, conversation: str, count: int, seconds: float = 30
    ) -> list[dict[str, Any]]:
        """Return the bots' messages when there are `count` of them."""

        def bots(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [one for one in found if one["author_kind"] == "bot"]

        return bots(
            await self.wait_for(conversation, lambda found: len(bots(found)) >= count, seconds)
        )

    @asynccontextmanager
    async def socket(self, **known: int) -> AsyncGenerator["Socket"]:
        """A socket by ticket; known are last seqs by conversation id."""
        ticket = (await self.call("POST", "/auth/tickets"))["ticket"]
        async with connect(self.mesh.socket, subprotocols=["warren.v1"], origin=None) as raw:  # type: ignore[list-item]
            await raw.send(json.dumps({"type": "hello", "ticket": ticket, "conversations": known}))
            socket = Socket()

            async def read() -> None:
                async for text in raw:
                    await socket.take(json.loads(text))

            reading = asyncio.ensure_future(read())
            try:
                await socket.wait_for(lambda frame: frame["type"] == "welcome")
                yield socket
            finally:
                reading.cancel()


@dataclass
class Socket:
    """Every frame that came, in order."""

    frames: list[dict[str, Any]] = field(default_factory=lambda: [])
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, frame: dict[str, Any]) -> None:
        """Note a frame."""
        async with self._news:
            self.frames.append(frame)
            self._news.notify_all()

    async def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 20
    ) -> dict[str, Any]:
        """Return the first frame that is wanted, waiting for it."""

        def first() -> dict[str, Any] | None:
            return next((one for one in self.frames if wanted(one)), None)

        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: first() is not None)
        found = first()
        assert found is not None
        return found

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the frames of a type."""
        return [one for one in self.frames if one["type"] == kind]
