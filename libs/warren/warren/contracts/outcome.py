"""What a runner tells the gate about a step: its replies and, after the last step, the turn's
end."""

from typing import Literal
from uuid import UUID

from warren.contracts.base import JsonObject, Message
from warren.contracts.slip import LogEntry

STEP_FINISHED = "warren.step.finished.v1"


class OutcomeReply(Message):
    """One reply of one step. `slot` tells several replies of one step apart ("reply.0").

    Author and conversation are not here: the gate takes them from the turn.
    """

    slot: str
    body: str
    metadata: JsonObject = {}


class TurnEnd(Message):
    """The turn is over: its trace, which reaches chat-api only here or with a letter."""

    end: Literal["done"] = "done"
    first_input: JsonObject
    log: tuple[LogEntry, ...]


class Outcome(Message):
    """Replies of one step, and the end if it was the last. Key on `warren.outcomes`:
    `<kind>.<bot>`."""

    turn_id: UUID
    run: int
    bot: str
    revision: str
    path: tuple[str, ...] = ()
    position: int
    step: str
    replies: tuple[OutcomeReply, ...] = ()
    end: TurnEnd | None = None
