"""A server on loopback that answers what a test tells it to, byte by byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Asked:
    """One request as it came."""

    headers: dict[str, str]
    body: Any
    line: str = ""


@dataclass
class Server:
    """Answers with `answers` in turn; None closes the connection without a word."""

    url: str = ""
    answers: list[bytes | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value
            for name, value in (line.split(": ", 1) for line in head[1:] if line)
        }
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        body = json.loads(raw) if "json" in headers.get("content-type", "") else raw.decode()
        self.asked.append(Asked(headers, body, head[0]))
        answer = self.answers.pop(0)
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        if self.gate is not None:
            await self.gate.wait()
        writer.close()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server that the environment names as the model's."""
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", made.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    yield made
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server that Http may ask: its address is on the deployment's list."""
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    monkeypatch.setenv("HTTP_STEP_HOSTS", made.url)
    yield made
    listening.close()
    await listening.wait_closed()
