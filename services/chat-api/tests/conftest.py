"""A chat-api without its sockets: the real database, the real routes, a relay that is read by hand.

Tests share one database that is emptied before each; tests with processes get one of their own.
"""

import asyncio
import itertools
import secrets
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest
from sqlalchemy import delete, insert, select, text

from chat_api import bots, passwords
from chat_api.all_tables import metadata
from chat_api.app import private_app, public_app
from chat_api.changes import Store
from chat_api.gate import Gate
from chat_api.letters.keeper import Letters
from chat_api.letters.tables import dead_letter
from chat_api.migrate import SCRIPTS
from chat_api.parts import Parts
from chat_api.person import Person
from chat_api.posting import post
from chat_api.sessions import open_session
from chat_api.settings import Settings
from chat_api.tables import account, conversation, message, outbox, turn
from chat_api.throttle import Throttle
from warren.broker.delivery import Delivery
from warren.contracts.bot import Persona
from warren.contracts.failure import STEP_FAILED, Failure
from warren.contracts.outcome import Outcome, OutcomeReply, TurnEnd
from warren.contracts.registry import BotCard, StepCard
from warren.contracts.slip import StepCommand
from warren.db.engine import engine_of
from warren.db.migrate import upgrade
from warren.db.outbox import OutboxRow

URL = "http://localhost:8080"
TOKEN = "a service token of tests"


class Shelf:
    """Stands in for the relay: keeps what is offered after a commit."""

    def __init__(self) -> None:
        self.rows: list[OutboxRow] = []

    def offer(self, rows: list[OutboxRow]) -> None:
        self.rows.extend(rows)

    def take(self, exchange: str | None = None) -> list[Any]:
        """Return the bodies offered since the last take, those of one exchange."""
        rows, self.rows = self.rows, []
        return [
            orjson.loads(row.message.body)
            for row in rows
            if exchange is None or row.message.exchange == exchange
        ]


def card(name: str = "echo", **more: Any) -> BotCard:
    """A bot's card with two steps."""
    values: dict[str, Any] = {
        "name": name,
        "number": 1,
        "revision": "r1",
        "persona": Persona(display_name=name.title()),
        "history": 10,
        "listens": "mentioned",
        "timezone": "UTC",
        "while_busy": "merge",
        "concurrency": 50,
        "expires_after": "7d",
        "steps": (
            StepCard(id="draft", class_name="Draft", kind="draft", timeout_seconds=1, attempts=1),
            StepCard(id="reply", class_name="Reply", kind="reply", timeout_seconds=1, attempts=1),
        ),
        "published_at": datetime.now(UTC),
    }
    return BotCard.model_validate(values | more)


def delivery(body: bytes, **more: Any) -> Delivery:
    """A message as the broker brings it."""
    values: dict[str, Any] = {
        "body": body,
        "routing_key": "reply.echo",
        "type": "warren.step.finished.v1",
        "message_id": str(uuid4()),
        "correlation_id": None,
        "headers": {},
        "timestamp": None,
        "delivery_count": 0,
        "redelivered": False,
    }
    return Delivery(**(values | more))


@dataclass
class World:
    """One chat-api and what tests do with it."""

    store: Store
    parts: Parts
    gate: Gate
    letters: Letters
    shelf: Shelf
    http: httpx2.AsyncClient
    inner: httpx2.AsyncClient
    keys: Iterator[int] = field(default_factory=itertools.count)

    card = staticmethod(card)
    delivery = staticmethod(delivery)

    async def person(self, name: str = "ana") -> Person:
        """A person without a password."""
        id = uuid4()
        async with self.store.engine.begin() as connection:
            await connection.execute(
                insert(account).values(
                    id=id, username=name, display_name=name, kind="person", operator=False,
                    active=True,
                )
            )  # fmt: skip
        return Person(id, name)

    async def bot(self, name: str = "echo", **more: Any) -> UUID:
        """Apply a card; return the bot's account id."""
        await bots.apply(self.store, card(name, **more))
        return await self.value(select(account.c.id).where(account.c.username == name))

    async def place(self, *members: Person | UUID, kind: str = "direct") -> UUID:
        """A conversation of these members."""
        ids = [one if isinstance(one, UUID) else one.id for one in members]
        place = uuid4()
        async with self.store.engine.begin() as connection:
            await connection.execute(
                insert(conversation).values(id=place, kind=kind, created_by=ids[0])
            )
            for id in ids:
                await connection.execute(
                    text("insert into member (conversation_id, account_id) values (:c, :a)"),
                    {"c": place, "a": id},
                )
        return place

    async def say(self, author: Person, place: UUID, body: str = "hello", key: str = "") -> Any:
        """Post a message."""
        return await post(self.store, author, place, body, key or f"key-{next(self.keys)}")

    async def turns(self) -> list[Any]:
        """All turns, oldest first."""
        return await self.rows(select(turn).order_by(turn.c.created_at, turn.c.id))

    async def messages(self) -> list[Any]:
        return await self.rows(select(message).order_by(message.c.seq))

    async def letter_rows(self) -> list[Any]:
        return await self.rows(select(dead_letter).order_by(dead_letter.c.opened_at))

    async def strays(
        self,
        number: int,
        *,
        status: str = "open",
        error_type: str = "ValueError",
        search: str = "it broke",
        closed_days: int | None = None,
    ) -> None:
        """Letters of no known turn, the oldest failure first."""
        await self.sql(
            """
            insert into dead_letter (id, sameness, status, reason, path, attempt, runner,
              error_type, error_text, error_stack, error_frame, fingerprint, reference,
              routing_key, headers, search, failed_at, closed_at)
            select gen_random_uuid(), gen_random_uuid(), cast(:status as text), 'failed', '', 1, '',
              cast(:error_type as text), '', '', '', 'f', 'W-' || n, '', '{}',
              cast(:search as text), now() - make_interval(secs => :number - n),
              now() - make_interval(days => :closed_days)
            from generate_series(1, :number) n
            """,
            number=number,
            status=status,
            error_type=error_type,
            search=search,
            closed_days=closed_days,
        )

    async def log(self, place: UUID) -> list[tuple[int, str]]:
        """The event log of a conversation: seq and type."""
        table = outbox.table
        rows = await self.rows(
            select(table.c.seq, table.c.body)
            .where(table.c.conversation_id == place)
            .order_by(table.c.seq)
        )
        return [(row.seq, orjson.loads(row.body)["type"]) for row in rows]

    async def rows(self, statement: Any) -> list[Any]:
        async with self.store.reading.connect() as connection:
            return list((await connection.execute(statement)).all())

    async def value(self, statement: Any) -> Any:
        (row,) = await self.rows(statement)
        return row[0]

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.store.engine.begin() as connection:
            await connection.execute(text(statement), values)

    def outcome(self, turn: Any, *replies: str, end: bool = True, **more: Any) -> Delivery:
        """What a runner sends for the last step of a turn."""
        values: dict[str, Any] = {
            "turn_id": turn.id,
            "run": turn.run,
            "bot": turn.bot,
            "revision": turn.revision,
            "position": 1,
            "step": "reply",
            "replies": tuple(
                OutcomeReply(slot=f"reply.{number}", body=body)
                for number, body in enumerate(replies)
            ),
            "end": TurnEnd(first_input={"messages": []}, log=()) if end else None,
        }
        id = more.pop("message_id", str(uuid4()))
        body = Outcome.model_validate(values | more).model_dump_json().encode()
        return delivery(
            body, message_id=id, correlation_id=str(turn.id), headers={"warren-run": turn.run}
        )


@pytest.fixture
def chat_database(postgres: Any) -> Iterator[str]:
    """The URL of a migrated database of its own."""
    name = f"c{secrets.token_hex(6)}"
    postgres.sql(f'CREATE DATABASE "{name}"')
    upgrade(postgres.url(name), SCRIPTS)
    try:
        yield postgres.url(name)
    finally:
        postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def shared_database(postgres: Any) -> str:
    """The URL of the database that tests without processes share, each beginning with no rows."""
    postgres.sql("CREATE DATABASE chat_tests")
    url: str = postgres.url("chat_tests")
    upgrade(url, SCRIPTS)
    return url


@pytest.fixture
async def world(shared_database: str) -> AsyncGenerator[World]:
    """A chat-api whose tables are empty."""
    shelf = Shelf()
    settings = Settings.model_validate(
        {"amqp_url": "amqp://none", "service_token": TOKEN, "database_url": shared_database}
    )
    async with engine_of(shared_database) as engine:
        async with engine.begin() as connection:
            # Only a superuser gets around the audit's guard, and the tests are one.
            await connection.execute(text("set local session_replication_role = replica"))
            for table in reversed(metadata.sorted_tables):
                await connection.execute(delete(table))
        store = Store(engine, shelf, asyncio.Event())  # type: ignore[arg-type] # stands in for Relay
        letters = Letters(store)
        hashing = passwords.Passwords()
        parts = Parts(settings, store, hashing, Throttle(store))
        public = httpx2.ASGITransport(public_app(parts))
        private = httpx2.ASGITransport(private_app(parts, []))
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(transport=public, base_url=URL) as http,
            httpx2.AsyncClient(transport=private, base_url="http://inner", headers=bearer) as inner,
        ):
            yield World(store, parts, Gate(store, letters), letters, shelf, http, inner)
        hashing.close()


@pytest.fixture
def cards() -> Any:
    """Make bot cards."""
    return card


@dataclass
class Failing:
    """What tests of repair need: turns that failed, runners' words, people who act."""

    world: World

    def command(self, turn: Any) -> StepCommand:
        """The command that a turn keeps."""
        return StepCommand.model_validate_json(turn.command)

    def letter(self, command: StepCommand, **more: Any) -> Delivery:
        """What a runner publishes when a step fails for good."""
        error = {"type": "ValueError", "text": "no number", "stack": "…", "frame": "a.py:3"}
        values = command.model_dump() | {
            "reason": "failed",
            "error": error | more.pop("error", {}),
            "runner": "runner-1",
            "failed_at": datetime.now(UTC),
            "command": command,
        }
        body = Failure.model_validate(values | more).model_dump_json().encode()
        headers = {"warren-run": command.run}
        place = str(command.turn_id)
        return delivery(body, type=STEP_FAILED, correlation_id=place, headers=headers)

    async def again(self, **more: Any) -> Any:
        """Let the newest turn's current command fail; return its letter."""
        turn = (await self.world.turns())[-1]
        await self.world.letters.handle([self.letter(self.command(turn), **more)])
        return (await self.world.letter_rows())[-1]

    async def turn(self, name: str = "ana", bot: UUID | None = None, **more: Any) -> Any:
        """A person's turn that failed at its first step; return its letter."""
        bot = bot or await self.world.bot()
        asker = await self.world.person(name)
        place = await self.world.place(asker, bot)
        await self.world.say(asker, place, f"hello from {name}")
        letter = await self.again(**more)
        self.world.shelf.take()
        return letter

    async def sign_in(self, who: Person, *, operator: bool = True) -> None:
        """Sign a person in for what is asked next over HTTP."""
        await self.world.sql(
            "update account set operator = :o where id = :id", o=operator, id=who.id
        )
        async with self.world.store.engine.begin() as connection:
            secret = await open_session(connection, who.id, "cookie")
        self.world.http.headers["Cookie"] = f"warren={secret}"

    async def operator(self, name: str = "olga") -> Person:
        """An operator who is signed in."""
        made = await self.world.person(name)
        await self.sign_in(made)
        return Person(made.id, made.username)

    async def post(self, path: str, **body: Any) -> Any:
        """Ask for an act on a dead letter."""
        return await self.world.http.post(f"/api/v1/dead-letters/{path}", json=body)


@pytest.fixture
def failing(world: World) -> Failing:
    """Turns that fail."""
    return Failing(world)
