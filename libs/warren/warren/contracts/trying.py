"""A bot's text tried on one message without publishing it: `POST bots/try`.

docs/decisions/0012-a-bot-is-tried-in-a-child.md says where it runs.
"""

from typing import Annotated

from pydantic import Field

from warren.contracts.base import JsonObject, Request, View
from warren.contracts.registry import LintError


class TryOut(Request):
    """A bot file's text and what to try it on: a message, or a whole payload in its place."""

    yaml: Annotated[str, Field(max_length=256 * 1024)]
    message: Annotated[str, Field(max_length=32_000)] = "Hello"
    payload: JsonObject | None = None


class TriedReply(View):
    """What a step would have said."""

    body: str
    metadata: JsonObject


class TriedStep(View):
    """One step that ran: how long, what it changed (RFC 6902), and what it would have said."""

    id: str
    class_name: str
    milliseconds: float
    patch: tuple[JsonObject, ...]
    reply: TriedReply | None = None


class TriedError(View):
    """Why the try ended early. step is null when it was no step's doing."""

    step: str | None
    type: str
    text: str


class TryResult(View):
    """How a try went. errors: the file does not lint, and nothing was run. waiting: what a step
    would ask a person; the steps behind it were not run."""

    ok: bool
    errors: tuple[LintError, ...] = ()
    steps: tuple[TriedStep, ...] = ()
    error: TriedError | None = None
    waiting: str | None = None
