"""What a step waits for, as data: it crosses tasks and processes, as exceptions cannot."""

from typing import Literal

from warren.contracts.base import JsonObject, Message
from warren.step.errors import AskBot, Standstill, WaitForPerson


class Waits(Message):
    """A person is asked. See warren.step.errors.WaitForPerson."""

    kind: Literal["approval", "question", "instead"]
    to: str | None = None
    body: str
    metadata: JsonObject = {}
    form: JsonObject = {}


class Asks(Message):
    """Another bot is asked. See warren.step.errors.AskBot."""

    bot: str | None = None
    persona: str | None = None
    payload: JsonObject


def standstill(error: Standstill) -> Waits | Asks:
    """Return what an error of a step that stands still asks. Raises TypeError for another kind."""
    match error:
        case WaitForPerson():
            return Waits(
                kind=error.kind,
                to=error.to,
                body=error.body,
                metadata=error.metadata,
                form=error.form,
            )
        case AskBot():
            return Asks(bot=error.bot, persona=error.persona, payload=error.payload)
        case _:
            raise TypeError(f"{type(error).__name__} asks nobody")
