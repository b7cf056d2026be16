"""The private servers: passwords asked for, rights in each vhost, data kept over a restart."""

import shutil
from pathlib import Path

import pytest

from infra.native.ports import answers, free_block
from infra.native.postgres import PostgresServer, can_pass, server_user
from infra.native.rabbitmq import RabbitNode, amqp_answers, for_vhost


def test_postgres_with_passwords_keeps_data_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", free_block(), password="right")
    server.start()
    server.ensure_database("chat", "chats")
    server.ensure_database("chat", "chats")
    server.stop()

    server.start()
    try:
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'chat'"
        assert server.sql(owner) == "chat"
        server.password = "wrong"
        with pytest.raises(RuntimeError, match="password authentication failed"):
            server.sql("SELECT 1")
    finally:
        server.stop()
        shutil.rmtree(server.directory)  # outside tmp_path when root runs the tests
    assert not answers(server.port)


def test_a_test_server_trusts_loopback_and_leaves_nothing(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", free_block())
    server.start()
    try:
        assert server.sql("SELECT 1 + 1") == "2"
    finally:
        server.stop()

    if server.directory.name.startswith("warren-postgres-"):
        assert not server.directory.exists()


@pytest.mark.skipif(server_user() is None, reason="only root changes the server's user")
def test_a_folder_that_the_servers_user_cannot_enter_is_found(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert not can_pass("nobody", closed / "clone" / ".run")
    assert can_pass("nobody", Path("/usr/lib"))


def test_a_vhost_gets_everything_but_the_accounts() -> None:
    definitions = {
        "vhosts": [{"name": "/"}],
        "users": [{"name": "chat", "password": "p"}],
        "permissions": [{"user": "chat", "vhost": "/", "read": ".*"}],
        "queues": [{"name": "q", "vhost": "/"}, {"name": "other", "vhost": "else"}],
    }

    moved = for_vhost(definitions, "t1")

    assert moved == {
        "vhosts": [{"name": "t1"}],
        "permissions": [{"user": "chat", "vhost": "t1", "read": ".*"}],
        "queues": [{"name": "q", "vhost": "t1"}],
    }


def test_each_vhost_of_a_node_has_rights_queues_and_policies(broker_node: RabbitNode) -> None:
    broker_node.make_vhost("infra-one")
    try:
        permissions = broker_node.management("GET", "/api/vhosts/infra-one/permissions")
        queues = broker_node.management("GET", "/api/queues/infra-one")
        policies = broker_node.management("GET", "/api/policies/infra-one")
    finally:
        broker_node.drop_vhost("infra-one")

    accounts = {one["user"] for one in permissions}
    assert accounts == {"admin", "chat", "gateway", "monitor", "registry", "runner"}
    assert {"chat.outcomes", "dead-letters"} <= {one["name"] for one in queues}
    assert policies
    assert amqp_answers(broker_node.amqp_port)


def test_dropping_an_absent_vhost_is_no_error(broker_node: RabbitNode) -> None:
    broker_node.drop_vhost("never-made")
