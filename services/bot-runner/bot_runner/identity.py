"""Who this runner is: its name in heartbeats, logs, letters and the name of its own queue."""

import os
import re
import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime

APP_ID = "bot-runner"

_NOT_PLAIN = re.compile(r"[^a-z0-9-]+")


def new_runner_id(host: str) -> str:
    """Return host and six random characters: two runners of one host differ, a restart too."""
    plain = _NOT_PLAIN.sub("-", host.lower()).strip("-")[:40] or "host"
    return f"{plain}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Identity:
    """One process's identity for as long as it lives."""

    runner: str
    host: str
    process: int = field(default_factory=os.getpid)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of_this_process(cls) -> "Identity":
        """Return a new identity for the process that asks."""
        host = socket.gethostname()
        return cls(new_runner_id(host), host)
