"""What waits for a person: drafts to approve and questions to answer. HTTP, command line and web
use these."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from warren.contracts.accounts import Username
from warren.contracts.base import JsonObject, Request, UtcTime, View
from warren.contracts.chat import MAX_BODY_CHARS, MessageView

DraftKind = Literal[
    "reply",  # a reply that the gate holds back
    "approval",  # an Approve step waits: the pipeline goes on with what is approved
    "send_as",  # a message on behalf of the asker, who alone can approve it
]
QuestionKind = Literal[
    "question",  # an AskHuman step waits for an answer that fits its form
    "instead",  # a step failed: what should it have written?
    "human",  # somebody asks for a person: who answers joins the conversation and takes it over
]
DecisionStatus = Literal[
    "waiting",
    "approved",  # as it was
    "edited",  # approved in other words
    "rejected",
    "answered",  # a question was
    "stale",  # a newer answer came: nobody needs to decide any more
    "cancelled",  # its turn was cancelled, dismissed or answered by hand
]


class DraftView(View):
    """A draft, for who may decide it. asked is the person's name, or "an operator".

    decided_body is what was approved, when it was edited. to are the members whom a `send_as` is
    meant for; question is the message that its turn answers. mine: the reader may decide it.
    """

    id: UUID
    kind: DraftKind
    status: DecisionStatus
    conversation_id: UUID
    conversation_title: str
    turn_id: UUID
    bot: str
    revision: str
    step: str
    asked: str
    mine: bool
    body: str
    metadata: JsonObject = {}
    to: tuple[str, ...] = ()
    question: MessageView | None = None
    created_at: UtcTime
    decided_by: str | None = None
    decided_at: UtcTime | None = None
    decided_body: str | None = None
    reason: str = ""


class QuestionView(View):
    """A question, for who may answer it. form is a JSON Schema of the answer (an object).

    answer is what was answered. For kind `instead` text is what went wrong; for kind `human` it is
    the last message, and there is no turn.
    """

    id: UUID
    kind: QuestionKind
    status: DecisionStatus
    conversation_id: UUID
    conversation_title: str
    turn_id: UUID | None
    bot: str
    revision: str
    step: str
    asked: str
    mine: bool
    text: str
    form: JsonObject
    question: MessageView | None = None
    created_at: UtcTime
    decided_by: str | None = None
    decided_at: UtcTime | None = None
    answer: JsonObject | None = None


class Approve(Request):
    """Approve a draft; body when it is to be sent in other words."""

    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY_CHARS)] | None = None


class Reject(Request):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class HandOver(Request):
    """Let somebody else decide: a username, or null for the operators."""

    to: Username | None = None


class AnswerQuestion(Request):
    """The answer, which fits the question's form."""

    answer: JsonObject
