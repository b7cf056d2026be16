"""The payload that steps work on: its known keys. Steps may add any other (design §5)."""

from uuid import UUID

from warren.contracts.base import JsonObject, Message, UtcTime


class PayloadMessage(Message):
    """One message of the conversation, oldest first in `messages`; the last is what the turn
    answers."""

    id: UUID
    user: str
    recipient: str
    body: str
    timestamp: UtcTime


class Draft(Message):
    """What a bot is about to say. `Reply` moves it from `draft` to `reply`, and it is posted."""

    user: str
    recipient: str
    body: str
    metadata: JsonObject = {}
