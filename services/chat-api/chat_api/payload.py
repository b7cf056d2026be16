"""The first payload of a turn: the newest messages of the conversation. Pure.

messages[-1] is the person's message that the turn answers. A person's message goes to the bot, a
bot's to the person whom it answered.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warren.contracts.base import JsonObject
from warren.contracts.payload import PayloadMessage
from warren.contracts.slip import MAX_PAYLOAD_BYTES

BUDGET_BYTES = MAX_PAYLOAD_BYTES // 2  # steps such as Format say the history a second time


@dataclass(frozen=True)
class Said:
    """A message of the conversation. asked_by is the person whom a bot's message answered."""

    id: UUID
    author: str
    by_bot: bool
    body: str
    at: datetime
    asked_by: str | None


def first_payload(bot: str, said: Sequence[Said]) -> JsonObject:
    """Return the payload from messages in order, the last one being that which is answered.

    The oldest are left out when all together would go over BUDGET_BYTES; the last always stays.
    """
    asker = said[-1].author
    messages = [_message(bot, one, asker) for one in said]
    return {"messages": _newest_that_fit(messages)}


def _message(bot: str, one: Said, asker: str) -> JsonObject:
    recipient = (one.asked_by or asker) if one.by_bot else bot
    return PayloadMessage(
        id=one.id, user=one.author, recipient=recipient, body=one.body, timestamp=one.at
    ).model_dump(mode="json")


def _newest_that_fit(messages: Sequence[JsonObject]) -> list[JsonObject]:
    kept: list[JsonObject] = []
    left = BUDGET_BYTES
    for one in reversed(messages):
        left -= len(json.dumps(one))  # ASCII escapes: the longest form that any writer makes
        if kept and left < 0:
            break
        kept.append(one)
    return kept[::-1]
