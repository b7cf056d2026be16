"""Whether a person approves what a bot says, before anybody sees it. Pure.

The bot's own file decides, and the files of the bots that it delegates to: whatever a slip claims.
"""

from collections.abc import Iterable, Mapping

from warren.contracts.registry import BotCard

APPROVE = "approve"  # the kind of the step that asks for approval


def own_approval(card: BotCard) -> bool:
    """Whether the bot's own file asks for approval: by `reply: draft`, by an Approve step, or since
    it works on bots."""
    return (
        card.reply == "draft"
        or card.on == "dead_letter"
        or any(step.kind == APPROVE for step in card.steps)
    )


def with_approval(cards: Iterable[BotCard]) -> frozenset[str]:
    """Return the names of the bots whose words a person approves."""
    known = {card.name: card for card in cards if not card.removed}
    found = {name for name, card in known.items() if own_approval(card)}
    delegates = {name: _children(card, known) for name, card in known.items()}
    while True:
        more = {name for name, asked in delegates.items() if asked & found} - found
        if not more:
            return frozenset(found)
        found |= more


def _children(card: BotCard, known: Mapping[str, BotCard]) -> frozenset[str]:
    """Return the bots that a bot asks, named by their handle or by their persona."""
    asked = {step.delegates for step in card.steps if step.delegates is not None}
    return frozenset(
        other.name
        for other in known.values()
        if other.name in asked or other.persona.display_name in asked
    )
