"""What people, bots, kinds and keys may be called: one place for each pattern."""

import re

BOT_NAME = r"^[a-z][a-z0-9-]{1,62}$"
USERNAME = r"^[a-z][a-z0-9_.-]{1,62}$"
KIND = r"^[a-z0-9_]{1,40}$"
STEP_ID = r"^[a-z0-9_-]{1,40}$"
CLASS_NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,39}$"
EXPIRES_AFTER = r"^[0-9]{1,6}[mhd]$"  # understood by Postgres, too

_NOT_KIND = re.compile(r"[^a-z0-9_]")


def kind_of(class_name: str) -> str:
    """Return the kind that serves a step class: its name in lower case, the second word of a
    queue's name."""
    return _NOT_KIND.sub("_", class_name.lower())[:40]


def step_key(kind: str, bot: str) -> str:
    """Return the routing key of a step command or letter: `<kind>.<bot>`."""
    return f"{kind}.{bot}"
