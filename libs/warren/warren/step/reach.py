"""What a bot may reach and whether it remembers, told from its steps. Pure; no step is run.

The bot's page shows it, so that people know whom they write to. A class of one's own may reach
anything: it is named, not judged.
"""

from collections.abc import Iterator

from warren.contracts.bot import BotFile, StepSpec
from warren.contracts.registry import Reaches, Revision
from warren.step.allowed_hosts import origin_of
from warren.step.revision import bot_of, delegates_to

ASK_MODEL = frozenset({"Gpt", "Classify", "Remember", "Recall"})
ASK_APPROVAL = frozenset({"Approve", "SendAs"})
KEEP_MEMORY = frozenset({"Remember", "Recall"})


def reach_of(revision: Revision) -> tuple[Reaches, bool]:
    """Return what a revision reaches, and whether it remembers people."""
    bot = bot_of(revision)
    custom = {source.class_name for source in revision.sources}
    own = [step for step in bot.steps if step.class_ not in custom]
    classes = {step.class_ for step in own}
    reaches = Reaches(
        hosts=tuple(sorted(set(_hosts(own)))),
        model=bool(classes & ASK_MODEL),
        bots=tuple(dict.fromkeys(filter(None, map(delegates_to, own)))),
        asks_approval=bool(classes & ASK_APPROVAL) or _drafts(bot),
        custom_code=tuple(sorted(custom)),
    )
    return reaches, bool(classes & KEEP_MEMORY)


def _hosts(steps: list[StepSpec]) -> Iterator[str]:
    for step in steps:
        url = step.config.get("url")
        origin = origin_of(url) if step.class_ == "Http" and isinstance(url, str) else None
        if origin:
            yield str(origin)


def _drafts(bot: BotFile) -> bool:
    return bot.reply == "draft" or bot.on == "dead_letter"
