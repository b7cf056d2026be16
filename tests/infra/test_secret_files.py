"""Passwords: made once, private, one folder a service."""

import stat
from pathlib import Path

from infra.native.secret_files import (
    BROKER_ACCOUNTS,
    broker_passwords,
    ensure_passwords,
    service_secrets,
    write_service_secrets,
)
from warren.broker.rights import ACCOUNTS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    first = ensure_passwords(folder)

    assert ensure_passwords(folder) == first
    assert len(set(first.values())) == len(first)
    assert all(len(value) == 32 and value.isalnum() for value in first.values())
    assert mode(folder) == 0o700
    assert mode(folder / "passwords.json") == 0o600


def test_every_account_of_the_broker_has_a_password(tmp_path: Path) -> None:
    assert set(BROKER_ACCOUNTS) == {account.name for account in ACCOUNTS}
    assert set(broker_passwords(ensure_passwords(tmp_path))) == set(BROKER_ACCOUNTS)


def test_each_service_sees_its_own_secrets_only(tmp_path: Path) -> None:
    passwords = ensure_passwords(tmp_path)

    services = service_secrets(passwords, "127.0.0.1:1", "127.0.0.1:2", "key")

    assert set(services["gateway-ws"]) == {"AMQP_URL", "SERVICE_TOKEN"}
    assert set(services["bot-runner"]) == {"AMQP_URL", "SERVICE_TOKEN", "OPENAI_API_KEY"}
    assert "OPENAI_API_KEY" in services["registry"]
    assert set(services["chat-api"]) == {"AMQP_URL", "SERVICE_TOKEN", "DATABASE_URL"}
    assert services["chat-api"]["DATABASE_URL"] != services["registry"]["DATABASE_URL"]
    assert len({values["AMQP_URL"] for values in services.values()}) == len(services)


def test_files_are_private_and_a_withdrawn_secret_goes(tmp_path: Path) -> None:
    write_service_secrets(tmp_path, {"bot-runner": {"AMQP_URL": "a", "OPENAI_API_KEY": "k"}})

    write_service_secrets(tmp_path, {"bot-runner": {"AMQP_URL": "b"}})

    (only,) = (tmp_path / "bot-runner").iterdir()
    assert (only.name, only.read_text(), mode(only)) == ("AMQP_URL", "b", 0o600)
    assert mode(tmp_path / "bot-runner") == 0o700
