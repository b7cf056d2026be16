"""Which bots listen to a message. Pure.

In a direct conversation the bot always listens; in a group those that are mentioned as `@name`,
and those that hear everything (`listens: all`). Only a person's message starts turns.
"""

import re
from collections.abc import Iterable
from typing import Literal, Protocol, TypeVar


class Listener(Protocol):
    """What decides whether a bot listens."""

    @property
    def name(self) -> str:
        """The bot's handle."""
        ...

    @property
    def listens(self) -> Literal["mentioned", "all"]:
        """What it hears in groups."""
        ...

    @property
    def on(self) -> Literal["message", "dead_letter"]:
        """What starts its turns."""
        ...

    @property
    def removed(self) -> bool:
        """Whether its file is gone."""
        ...


_L = TypeVar("_L", bound=Listener)

# Not inside a word or an address (ana@echo.org), and the whole handle (@echo-bot is not @echo).
_MENTION = re.compile(r"(?<![\w@.-])@([a-z][a-z0-9-]*)(?![\w@])", re.IGNORECASE)


def mentions(body: str) -> frozenset[str]:
    """Return the handles that a text mentions, in small letters."""
    return frozenset(found.lower().rstrip("-") for found in _MENTION.findall(body))


def listeners(kind: Literal["direct", "group"], body: str, bots: Iterable[_L]) -> list[_L]:
    """Return the bots that answer a person's message, in the order given."""
    present = [bot for bot in bots if not bot.removed and bot.on == "message"]
    if kind == "direct":
        return present
    called = mentions(body)
    return [bot for bot in present if bot.listens == "all" or bot.name in called]
