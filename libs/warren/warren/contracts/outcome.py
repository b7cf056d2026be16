"""What a runner tells the gate about a step: its replies and, after the last step, the turn's
end."""

from typing import Literal
from uuid import UUID

from warren.contracts.base import JsonObject, Message
from warren.contracts.slip import LogEntry, StepCommand

STEP_FINISHED = "warren.step.finished.v1"


class OutcomeReply(Message):
    """One reply of one step. `slot` tells several replies of one step apart ("reply.0").

    Author and conversation are not here: the gate takes them from the turn. send_to are usernames:
    the text is meant for their conversation with the asker, on the asker's behalf (SendAs); the
    gate makes a draft of it that only the asker can approve.
    """

    slot: str
    body: str
    metadata: JsonObject = {}
    send_to: tuple[str, ...] = ()


class Ask(Message):
    """A step waits for a person: the slip stands still until the gate sends it on with an answer.

    approval: body (and metadata) are to be approved. question: body is the question, form a JSON
    Schema of the answer. instead: the step failed; body says how, the answer is {body}. to is a
    username, `asker`, or None: the bot's approver, else the operators. command is the slip as the
    step was given it, its log with this attempt; its answer is empty.
    """

    kind: Literal["approval", "question", "instead"]
    to: str | None = None
    body: str
    metadata: JsonObject = {}
    form: JsonObject = {}
    command: StepCommand


class TurnEnd(Message):
    """The turn is over: its trace, which reaches chat-api only here or with a letter."""

    end: Literal["done"] = "done"
    first_input: JsonObject
    log: tuple[LogEntry, ...]


class Outcome(Message):
    """Replies of one step, and the end if it was the last, or what it asks a person. Key on
    `warren.outcomes`: `<kind>.<bot>`."""

    turn_id: UUID
    run: int
    bot: str
    revision: str
    path: tuple[str, ...] = ()
    position: int
    step: str
    replies: tuple[OutcomeReply, ...] = ()
    end: TurnEnd | None = None
    ask: Ask | None = None
