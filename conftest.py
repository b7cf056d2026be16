"""Real servers for the tests: one broker node and one PostgreSQL a session, a vhost and a database
a test.

Servers are private (infra/native): loopback, free ports, data in a temporary folder. One that is
missing
skips at a desk and fails in CI.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from infra.native.ports import free_block
from infra.native.postgres import PostgresMissing, PostgresServer, binaries
from infra.native.rabbitmq import PORTS, SERVER, RabbitNode
from warren.broker.definitions import render
from warren.broker.rights import ACCOUNTS


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """Undo what a command line that ran in this process has set for all log lines.

    It may have sent them to a captured stderr, which is closed for the tests that follow.
    """
    yield
    structlog.reset_defaults()


@dataclass(frozen=True)
class Vhost:
    """A fresh vhost with all exchanges, queues, policies and rights."""

    node: RabbitNode
    name: str

    def url(self, account: str) -> str:
        """Return the AMQP URL of one of our accounts on this vhost."""
        return self.node.url(account, self.name)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for the servers' data, outside the checkout."""
    with tempfile.TemporaryDirectory(prefix="warren-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def broker_node(scratch: Path) -> Iterator[RabbitNode]:
    """A private RabbitMQ node."""
    if not SERVER.exists():
        _missing("RabbitMQ is not installed: run make up or make test once")
    passwords = {one.name: secrets.token_hex(8) for one in ACCOUNTS}
    node = RabbitNode(scratch / "rabbitmq", free_block(PORTS), render(passwords), passwords)
    node.start()
    try:
        yield node
    finally:
        node.stop()


@contextmanager
def fresh_vhost(broker_node: RabbitNode) -> Iterator[Vhost]:
    """A vhost that is dropped at the end."""
    name = f"t{secrets.token_hex(6)}"
    broker_node.make_vhost(name)
    try:
        yield Vhost(broker_node, name)
    finally:
        broker_node.drop_vhost(name)


@pytest.fixture
def vhost(broker_node: RabbitNode) -> Iterator[Vhost]:
    """A vhost of its own for one test."""
    with fresh_vhost(broker_node) as made:
        yield made


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[PostgresServer]:
    """A private PostgreSQL server."""
    try:
        binaries()
    except PostgresMissing as missing:
        _missing(str(missing))
    server = PostgresServer(scratch / "postgres", free_block())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of its own for one test."""
    name = f"t{secrets.token_hex(6)}"
    postgres.sql(f'CREATE DATABASE "{name}"')
    try:
        yield postgres.url(name)
    finally:
        postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
