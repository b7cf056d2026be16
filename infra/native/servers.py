"""RabbitMQ and PostgreSQL as `make up` runs them: prepared here, run by circus."""

import signal
from collections.abc import Mapping

from infra.native.plan import Plan
from infra.native.postgres import PostgresServer
from infra.native.rabbitmq import STOP_SECONDS, RabbitNode
from infra.native.secret_files import DATABASES, broker_passwords
from infra.native.watchers import Watcher
from warren.broker.definitions import render


def rabbit_node(plan: Plan, passwords: Mapping[str, str]) -> RabbitNode:
    """Return this clone's broker with the definitions of the code as it is now."""
    accounts = broker_passwords(passwords)
    base_port = plan.port("RABBITMQ_PORT")
    return RabbitNode(plan.run / "rabbitmq", base_port, render(accounts), accounts)


def rabbit_watchers(node: RabbitNode) -> list[Watcher]:
    """Return epmd and the broker, in the order of their start."""
    environment = node.environment()
    return [
        Watcher("epmd", tuple(node.epmd_command()), environment),
        Watcher("rabbitmq", tuple(node.command()), environment, grace_seconds=STOP_SECONDS),
    ]


def postgres_server(plan: Plan, passwords: Mapping[str, str]) -> PostgresServer:
    """Return this clone's database server."""
    return PostgresServer(plan.run / "postgres", plan.port("POSTGRES_PORT"), passwords["postgres"])


def postgres_watcher(server: PostgresServer) -> Watcher:
    """Return the database server's watcher. SIGINT is its fast and clean shutdown."""
    return Watcher("postgres", tuple(server.command()), stop_signal=signal.SIGINT, grace_seconds=30)


def ensure_databases(server: PostgresServer, passwords: Mapping[str, str]) -> None:
    """Make each service's role and database."""
    for name in DATABASES:
        server.ensure_database(name, passwords[f"database.{name}"])
