"""A bot's card: what everybody else needs to know of a revision."""

from datetime import datetime

from warren.contracts.bot import BotFile
from warren.contracts.registry import BotCard
from warren.step.revision import step_cards


def card_of(bot: BotFile, digest: str, number: int, at: datetime) -> BotCard:
    """Return the card of a revision under a publication number."""
    named = bot.persona.model_copy(update={"display_name": bot.persona.display_name or bot.name})
    return BotCard(
        name=bot.name,
        number=number,
        revision=digest,
        persona=named,
        history=bot.history,
        listens=bot.listens,
        timezone=bot.timezone,
        while_busy=bot.while_busy,
        concurrency=bot.concurrency,
        expires_after=bot.expires_after,
        on=bot.on,
        reply=bot.reply,
        approver=bot.approver,
        expect=bot.expect,
        steps=step_cards(bot),
        published_at=at,
    )
