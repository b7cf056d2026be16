"""The first command of a turn, and the message that chat-api would publish for it: for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from warren.broker.publisher import Outgoing
from warren.broker.topology import STEPS
from warren.contracts.base import JsonObject
from warren.contracts.ids import COMMAND, message_id
from warren.contracts.names import step_key
from warren.contracts.registry import Revision
from warren.contracts.slip import STEP_REQUESTED, StepCommand
from warren.step.revision import bot_of, step_cards


def first_command(revision: Revision, **changes: Any) -> StepCommand:
    """Return the command of a new turn's first step; changes override its fields."""
    card = step_cards(bot_of(revision))[0]
    now = datetime.now(UTC)
    values: JsonObject = {
        "turn_id": uuid4(),
        "run": 1,
        "conversation_id": uuid4(),
        "bot": revision.name,
        "revision": revision.digest,
        "position": 0,
        "step": card.id,
        "kind": card.kind,
        "queued_at": now,
        "deadline": now + timedelta(minutes=10),
        "payload": {"messages": [said("hello", revision.name)]},
    }
    return StepCommand(**(values | changes))


def said(body: str, to: str) -> JsonObject:
    """Return a message of ana's to a bot, as it stands in a payload."""
    return {
        "id": str(uuid4()),
        "user": "ana",
        "recipient": to,
        "body": body,
        "timestamp": datetime.now(UTC).isoformat(),
    }


def as_outgoing(command: StepCommand, **changes: Any) -> Outgoing:
    """Return the message that asks for a command's step; changes override its fields."""
    values: JsonObject = {
        "exchange": STEPS,
        "key": step_key(command.kind, command.bot),
        "body": command.model_dump_json().encode(),
        "type": STEP_REQUESTED,
        "message_id": message_id(
            command.turn_id, command.run, command.path, command.position, COMMAND
        ),
        "correlation_id": command.turn_id,
        "headers": {"warren-run": command.run, "warren-attempt": 1},
    }
    return Outgoing(**(values | changes))
