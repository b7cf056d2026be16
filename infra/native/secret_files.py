"""Passwords of this clone: made once, kept under .run/secrets, never printed and never in git.

Each service gets a folder of its own with one file a variable (SECRETS_DIR), so no password
stands in an environment or on a command line, and no service sees another's.
"""

import json
import secrets
import string
from collections.abc import Mapping
from pathlib import Path

BROKER_ACCOUNTS = ("admin", "monitor", "chat", "registry", "gateway", "runner")
DATABASES = ("chat", "registry")
LETTERS = string.ascii_letters + string.digits  # safe in URLs and in SQL without any quoting
LENGTH = 32

Passwords = Mapping[str, str]


def ensure_passwords(folder: Path) -> dict[str, str]:
    """Return all passwords; make the missing ones.

    Names: broker.<account>, database.<name>, postgres, service.
    """
    private_folder(folder)
    path = folder / "passwords.json"
    passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    names = [
        *(f"broker.{account}" for account in BROKER_ACCOUNTS),
        "postgres",
        *(f"database.{name}" for name in DATABASES),
        "service",
    ]
    missing = [name for name in names if name not in passwords]
    for name in missing:
        passwords[name] = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    if missing:
        write_private(path, json.dumps(passwords, indent=1) + "\n")
    return passwords


def broker_passwords(passwords: Passwords) -> dict[str, str]:
    """Return what the broker's definitions need: account to password."""
    return {account: passwords[f"broker.{account}"] for account in BROKER_ACCOUNTS}


def service_secrets(
    passwords: Passwords, broker: str, database: str, openai_key: str
) -> dict[str, dict[str, str]]:
    """Return service to variable to value. broker and database are host:port."""

    def amqp(account: str) -> str:
        return f"amqp://{account}:{passwords[f'broker.{account}']}@{broker}/"

    def postgres(name: str) -> str:
        return f"postgresql+psycopg://{name}:{passwords[f'database.{name}']}@{database}/{name}"

    token = {"SERVICE_TOKEN": passwords["service"]}
    model = {"OPENAI_API_KEY": openai_key} if openai_key else {}
    registry = {"AMQP_URL": amqp("registry"), "DATABASE_URL": postgres("registry")}
    return {
        "chat-api": {"AMQP_URL": amqp("chat"), "DATABASE_URL": postgres("chat"), **token},
        "registry": {**registry, **token, **model},
        "gateway-ws": {"AMQP_URL": amqp("gateway"), **token},
        "bot-runner": {"AMQP_URL": amqp("runner"), **token, **model},
    }


def write_service_secrets(folder: Path, services: Mapping[str, Mapping[str, str]]) -> None:
    """Write one folder a service with one private file a variable; files no longer named go."""
    for service, variables in services.items():
        home = folder / service
        private_folder(home)
        for stale in set(home.iterdir()) - {home / name for name in variables}:
            stale.unlink()
        for name, value in variables.items():
            write_private(home / name, value)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can open."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; never readable by others, not for an instant."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
