"""Which account may do what on the broker: least rights, one account a service. Each is tried both
ways by a test."""

from dataclasses import dataclass

NOTHING = "^$"


@dataclass(frozen=True)
class Account:
    """Patterns over names of queues and exchanges. topic: (exchange, write pattern over routing
    keys)."""

    name: str
    configure: str
    write: str
    read: str
    tags: str = ""
    topic: tuple[str, str] | None = None


ACCOUNTS: tuple[Account, ...] = (
    Account("admin", ".*", ".*", ".*", tags="administrator"),
    Account("monitor", NOTHING, NOTHING, NOTHING, tags="monitoring"),
    Account("chat", NOTHING, r"^warren\.(steps|events|control)$", r"^(chat\..*|dead-letters)$"),
    Account(
        "registry",
        r"^step\.",
        r"^(step\..*|warren\.events)$",
        r"^(step\..*|warren\.steps)$",
        topic=("warren.events", r"^(bot|kind)\."),
    ),
    Account("gateway", r"^gw\.", r"^gw\.", r"^(gw\..*|warren\.(events|progress))$"),
    Account(
        "runner",
        r"^runner\.",
        r"^(warren\.(steps|outcomes|progress|dead)|retry\..*|runner\..*)$",
        r"^(step\..*|runner\..*|warren\.control)$",
    ),
)
