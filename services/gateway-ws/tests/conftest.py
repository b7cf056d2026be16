"""A world for the gateway's tests: real broker, real sockets, real gateways; chat-api's inner port
is a small server that keeps conversations in memory and publishes as the relay would."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from conftest import Vhost
from gateway_ws.asking import Asking
from gateway_ws.gateway import Gateway
from gateway_ws.settings import Settings
from infra.native.ports import free_block
from infra.native.rabbitmq import RabbitNode
from warren.app.inner import guarded, inner_app
from warren.app.inner_client import ChatApiInner, InnerClient
from warren.app.serve import Listener, serve
from warren.broker.connection import Broker, connect
from warren.broker.publisher import Outgoing, Publisher
from warren.contracts.accounts import Identity
from warren.contracts.chat import ConversationView, MessageView, TurnView
from warren.contracts.frames import (
    SUBPROTOCOL,
    ConversationCreated,
    MessageCreated,
    TurnEnded,
    TurnStarted,
)
from warren.contracts.inner import CatchUp, CaughtUp, Credentials, Missed
from warren.errors import Unauthenticated, Unavailable

TOKEN = "a-token-for-tests-only"
ORIGIN = "http://localhost:8080"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MISSED_MAX = 200


class FakeChat:
    """Conversations, members and sessions in memory, answered on an inner port."""

    def __init__(self) -> None:
        self.changes: dict[UUID, list[dict[str, Any]]] = {}
        self.members: dict[UUID, set[UUID]] = {}
        self.turns: dict[UUID, list[TurnView]] = {}
        self.by_cookie: dict[str, Identity] = {}
        self.by_ticket: dict[str, Identity] = {}
        self.ended: set[str] = set()
        self.away = False
        self.asked: list[CatchUp] = []
        self.pause: Callable[[], float] = lambda: 0.0
        self.after: Callable[[], Awaitable[object]] | None = None

    def person(self, name: str, *, operator: bool = False) -> Identity:
        """Sign somebody in; the cookie is `<name>`, a ticket is `ticket-<name>`."""
        one = Identity(
            id=uuid4(),
            username=name,
            display_name=name,
            operator=operator,
            session=f"session-{name}",
        )
        self.by_cookie[name] = self.by_ticket[f"ticket-{name}"] = one
        return one

    def conversation(self, *members: Identity) -> UUID:
        where = uuid4()
        self.changes[where] = []
        self.members[where] = {one.id for one in members}
        return where

    def add(self, where: UUID, frame: MessageCreated | TurnStarted | TurnEnded) -> bytes:
        """Commit a change and return its event's body."""
        body = frame.model_dump_json().encode()
        self.changes[where].append(json.loads(body))
        return body

    def message(self, where: UUID, text: str = "hello") -> bytes:
        seq = len(self.changes[where]) + 1
        message = MessageView(
            id=uuid4(),
            conversation_id=where,
            seq=seq,
            author="ana",
            author_kind="person",
            body=text,
            created_at=NOW,
        )
        return self.add(where, MessageCreated(conversation=where, seq=seq, message=message))

    def app(self) -> FastAPI:
        app = inner_app("chat-api", [])

        @app.post("/inner/identify", dependencies=guarded(TOKEN))
        async def identify(who: Credentials) -> Identity:
            self._check_away()
            found = self.by_cookie.get(who.cookie or "") or self.by_ticket.pop(
                who.ticket or "", None
            )
            if found is None or found.session in self.ended:
                raise Unauthenticated("Please sign in.")
            return found

        @app.post("/inner/catch-up", dependencies=guarded(TOKEN))
        async def catch_up(ask: CatchUp) -> CaughtUp:
            self._check_away()
            self.asked.append(ask)
            await asyncio.sleep(self.pause())
            answer = self._caught_up(ask)
            await asyncio.sleep(self.pause())
            if self.after:
                await self.after()
            return answer

        return app

    def _check_away(self) -> None:
        if self.away:
            raise Unavailable("away")

    def _caught_up(self, ask: CatchUp) -> CaughtUp:
        if ask.session in self.ended:
            raise Unauthenticated("Please sign in.")
        identity = next(one for one in self.by_cookie.values() if one.id == ask.user)
        mine = [where for where, members in self.members.items() if ask.user in members]
        heads = {where: len(self.changes[where]) for where in mine}
        missed = tuple(
            Missed(
                conversation=where,
                head=heads[where],
                reset=heads[where] - after > MISSED_MAX,
                changes=()
                if heads[where] - after > MISSED_MAX
                else tuple(self.changes[where][after:]),
                turns=tuple(self.turns.get(where, ())),
            )
            for where, after in ask.conversations.items()
            if where in mine
        )
        return CaughtUp(identity=identity, heads=heads, missed=missed)


class Browser:
    """One socket of a test: what came over it, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def read(self) -> None:
        try:
            async for frame in self.socket:
                self.frames.append(json.loads(frame))
        except ConnectionClosed:
            pass

    async def hello(self, known: dict[UUID, int] | None = None, ticket: str | None = None) -> None:
        conversations = {str(where): seq for where, seq in (known or {}).items()}
        hello = {"type": "hello", "conversations": conversations}
        await self.socket.send(json.dumps(hello | ({"ticket": ticket} if ticket else {})))

    async def until(self, done: Callable[[], Any], seconds: float = 15) -> None:
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.005)

    async def welcomed(self, times: int = 1) -> None:
        await self.until(lambda: len(self.of("welcome")) >= times)

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [one for one in self.frames if one["type"] in types]

    def seqs(self, where: UUID) -> list[int]:
        return [
            one["seq"]
            for one in self.frames
            if one.get("conversation") == str(where) and "seq" in one
        ]

    async def close_code(self, seconds: float = 15) -> int | None:
        async with asyncio.timeout(seconds):
            await self.socket.wait_closed()
        return self.socket.close_code


class World:
    """Everything a test needs: chat, broker accounts, gateways, browsers."""

    def __init__(self, vhost: Vhost, chat: FakeChat, inner_port: int) -> None:
        self.vhost = vhost
        self.chat = chat
        self.inner_url = f"http://127.0.0.1:{inner_port}"
        self.gateways: list[Gateway] = []
        self.stops: list[asyncio.Event] = []
        self._stack = AsyncExitStack()
        self._brokers: dict[str, Publisher] = {}

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "amqp_url": SecretStr(self.vhost.url("gateway")),
            "service_token": SecretStr(TOKEN),
            "public_url": ORIGIN,
            "http_port": free_block(),
            "inner_port": free_block(),
            "chat_api_inner_url": self.inner_url,
        }
        return Settings(**values | changes)

    async def gateway(self, **changes: Any) -> Gateway:
        """Start a gateway in this process and wait until it serves."""
        settings = self.settings(**changes)
        client = InnerClient(settings.chat_api_inner_url, TOKEN)
        self._stack.push_async_callback(client.close)
        gateway = Gateway(settings, Asking(ChatApiInner(client)))
        stop = asyncio.Event()
        task = asyncio.ensure_future(gateway.run(stop))

        async def end() -> None:
            stop.set()
            await task

        self._stack.push_async_callback(end)
        self.gateways.append(gateway)
        self.stops.append(stop)
        async with asyncio.timeout(15):
            while not gateway.feed.live:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return gateway

    async def browser(
        self,
        who: str | None,
        *,
        of: int = 0,
        origin: str | None = ORIGIN,
        read: bool = True,
        port: int | None = None,
        **options: Any,
    ) -> Browser:
        """Open a socket with a person's cookie. Nothing is said yet."""
        port = port or self.gateways[of]._settings.http_port
        headers = [("Cookie", f"warren={who}")] if who else []
        socket = await self._stack.enter_async_context(
            open_socket(
                f"ws://127.0.0.1:{port}/ws",
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers=headers,
                origin=Origin(origin) if origin else None,
                compression=None,
                **options,
            )
        )
        browser = Browser(socket)
        if read:
            task = asyncio.ensure_future(browser.read())
            self._stack.callback(task.cancel)
        return browser

    async def live(self, who: str, known: dict[UUID, int] | None = None, **kw: Any) -> Browser:
        """Open a socket, say hello and wait for the welcome."""
        browser = await self.browser(who, **kw)
        await browser.hello(known)
        await browser.welcomed()
        return browser

    async def publish(self, body: bytes, account: str = "chat", key: str | None = None) -> None:
        """Publish a frame as the relay (account chat) or a runner would."""
        exchange = "warren.events" if account == "chat" else "warren.progress"
        if key is None:
            frame = json.loads(body)
            key = f"{frame['type']}.{frame['conversation']}"
        if account not in self._brokers:
            broker: Broker = await self._stack.enter_async_context(
                connect(self.vhost.url(account), "test")
            )
            self._brokers[account] = Publisher(broker, "test")
        message = Outgoing(exchange, key, body, "t", uuid4(), mandatory=False)
        await self._brokers[account].publish(message)

    async def say(self, where: UUID, text: str = "hello") -> None:
        """Commit a message and publish it."""
        await self.publish(self.chat.message(where, text))

    async def start_turn(self, where: UUID, *, stream: bool = True, run: int = 1) -> UUID:
        """Commit and publish a turn.started; return the turn."""
        turn = uuid4()
        started = TurnStarted(
            conversation=where,
            seq=len(self.chat.changes[where]) + 1,
            turn_id=turn,
            run=run,
            bot="echo",
            stream=stream,
            answers=(),
            steps=(),
            at=NOW,
        )
        await self.publish(self.chat.add(where, started))
        return turn

    async def end_turn(self, where: UUID, turn: UUID, run: int = 1) -> None:
        ended = TurnEnded(
            conversation=where,
            seq=len(self.chat.changes[where]) + 1,
            turn_id=turn,
            run=run,
            bot="echo",
            end="done",
            at=NOW,
        )
        await self.publish(self.chat.add(where, ended))

    async def found(self, *members: Identity) -> UUID:
        """Found a conversation and tell its members, as chat-api does."""
        where = self.chat.conversation(*members)
        view = ConversationView(
            id=where,
            kind="group",
            title=None,
            members=(),
            last_seq=0,
            read_seq=0,
            unread=0,
            created_at=NOW,
        )
        for one in members:
            event = ConversationCreated(user=one.id, conversation=where, view=view)
            await self.publish(event.model_dump_json().encode(), key=f"user.joined.{one.id}")
        return where


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[int]:
    """Serve an app on a free port."""
    stop, port = asyncio.Event(), free_block()
    task = asyncio.ensure_future(serve([Listener(app, "127.0.0.1", port)], stop))
    try:
        yield port
    finally:
        stop.set()
        await task


@pytest.fixture(scope="session")
def gateway_vhost(broker_node: RabbitNode) -> Iterator[Vhost]:
    """One vhost for all tests: conversations and queues of different tests never meet."""
    broker_node.make_vhost("gateway")
    yield Vhost(broker_node, "gateway")
    broker_node.drop_vhost("gateway")


@pytest.fixture
async def world(gateway_vhost: Vhost) -> AsyncIterator[World]:
    """A world without gateways; `await world.gateway()` starts one."""
    chat = FakeChat()
    async with serving(chat.app()) as port:
        world = World(gateway_vhost, chat, port)
        try:
            yield world
        finally:
            await world._stack.aclose()


@pytest.fixture
async def process(world: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """A gateway as a process; world.port and world.inner tell where it is."""
    settings = world.settings()
    environment = {
        "AMQP_URL": settings.amqp_url.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
        "PUBLIC_URL": settings.public_url,
        "HTTP_PORT": str(settings.http_port),
        "INNER_PORT": str(settings.inner_port),
        "CHAT_API_INNER_URL": settings.chat_api_inner_url,
    }
    world.port, world.inner = settings.http_port, f"http://127.0.0.1:{settings.inner_port}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway_ws", env=os.environ | environment
    )
    try:
        async with httpx2.AsyncClient() as http, asyncio.timeout(20):
            while True:
                try:
                    if (await http.get(f"{world.inner}/readyz")).status_code == 200:
                        break
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
