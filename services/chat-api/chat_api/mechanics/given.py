"""What a bot that works on bots is given of a group of letters. Pure.

`messages` tells it in words, so that any pipeline can work with it; `dead_letter` holds the facts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chat_api.plain_text import keepable
from warren.contracts.base import JsonObject
from warren.contracts.ledger import CaseView
from warren.contracts.payload import PayloadMessage

MAX_STACK_CHARS = 8_000
MAX_YAML_CHARS = 64_000


@dataclass(frozen=True)
class Group:
    """A group of like letters, and the newest of them."""

    letter: UUID
    reference: str
    fingerprint: str
    bot: str | None
    step: str | None
    kind: str | None
    revision: str | None
    reason: str
    error_type: str
    error_text: str
    error_stack: str
    error_frame: str
    count: int
    failed_at: datetime


def payload_of(group: Group, mechanic: str, yaml: str | None, case: CaseView | None) -> JsonObject:
    """Return the first payload. yaml is the failed revision's file, case a test made of the
    letter; None where nobody knows."""
    message = PayloadMessage(
        id=group.letter,
        user="operators",
        recipient=mechanic,
        body=in_words(group),
        timestamp=group.failed_at,
    )
    facts: dict[str, Any] = {
        "letter": str(group.letter),
        "reference": group.reference,
        "group": group.fingerprint,
        "bot": group.bot,
        "step": group.step,
        "kind": group.kind,
        "reason": group.reason,
        "count": group.count,
        "error": {
            "type": group.error_type,
            "text": group.error_text,
            "stack": group.error_stack[-MAX_STACK_CHARS:],
            "frame": group.error_frame,
        },
        "yaml": yaml if yaml is not None and len(yaml) <= MAX_YAML_CHARS else None,
        "case": None if case is None else case.case,
    }
    return keepable({"messages": [message.model_dump(mode="json")], "dead_letter": facts})


def in_words(group: Group) -> str:
    """Return the group in a few plain sentences."""
    times = "once" if group.count == 1 else f"{group.count} times"
    where = f" in {group.error_frame}" if group.error_frame else ""
    step = f"step {group.step} ({group.kind}) " if group.step else ""
    return (
        f"The bot {group.bot or 'of an unknown name'} failed {times}: its {step}ended with"
        f" {group.error_type}: {group.error_text}{where}. The reason is kept as"
        f" “{group.reason}”. The newest letter is {group.reference}."
    )
