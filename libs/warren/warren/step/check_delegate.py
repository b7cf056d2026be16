"""What lint knows of a Delegate step beyond its config's types: whom it asks. Pure."""

from collections.abc import Iterator
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.marked_yaml import Path
from warren.step.shape import is_object
from warren.step.wording import Finding


def check_delegate(step: JsonObject, path: Path, own_name: Any) -> Iterator[Finding]:
    """Yield what is wrong with a Delegate step. own_name is that of the bot it belongs to."""
    config: Any = step.get("config", {})
    if not is_object(config):
        return
    at = (*path, "config")
    bot, persona = config.get("bot"), config.get("persona")
    if bot is None and persona is None:
        here = at if "config" in step else path
        yield Finding(here, "it does not say whom to ask", "add `config: {bot: in-short}`")
    elif bot is not None and persona is not None:
        words = "it names two bots to ask: `bot` and `persona`"
        yield Finding((*at, "persona"), words, "remove one of them", at_key=True)
    elif isinstance(bot, str) and bot == own_name:
        words = "the bot would ask itself, which never ends"
        yield Finding((*at, "bot"), words, "name another bot")
