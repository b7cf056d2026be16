"""What can go wrong with a step, beside what its own code raises. The fates are those of
warren.errors.

WarrenError
├── Standstill           no fault: the step runs again when it has its answer
│   ├── WaitForPerson    a person is asked
│   └── AskBot           another bot is asked
├── Retryable
│   ├── StepTimeout      the step took longer than its timeout_seconds
│   └── BadAnswer        what an outside server answered cannot be used: tried once more
└── Permanent
    ├── BadOutput        what the step returned is no payload
    └── Invalid
        └── BrokenStep   a step file, class or config that cannot be used
"""

from typing import Literal

from warren.contracts.base import JsonObject
from warren.errors import Invalid, Permanent, Retryable, WarrenError

__all__ = [
    "AskBot",
    "BadAnswer",
    "BadOutput",
    "BrokenStep",
    "Invalid",
    "Permanent",
    "Retryable",
    "Standstill",
    "StepTimeout",
    "WaitForPerson",
]

MAX_RAW_CHARS = 16_000  # half of what a letter's stack trace may hold


class Standstill(WarrenError):
    """The step waits for an answer: then it runs again, with `self.answer`."""


class WaitForPerson(Standstill):
    """A person is asked; nothing is held meanwhile, and the wait survives every restart.

    body is the question, or for kind `approval` the text to be approved. form is a JSON Schema of
    the answer. to is a username, `asker`, `operators`, or None: the bot's approver.
    """

    def __init__(
        self,
        body: str,
        *,
        kind: Literal["approval", "question"] = "question",
        to: str | None = None,
        metadata: JsonObject | None = None,
        form: JsonObject | None = None,
    ) -> None:
        super().__init__(f"waits for {to or 'the approver'}: {body[:200]}")
        self.kind: Literal["approval", "question"] = kind
        self.body = body
        self.to = to
        self.metadata = metadata or {}
        self.form = form or {}


class AskBot(Standstill):
    """Another bot is given a payload of its own and runs its whole pipeline on it.

    Exactly one of bot (its handle) and persona (its display name) names it.
    """

    def __init__(self, payload: JsonObject, *, bot: str | None, persona: str | None) -> None:
        super().__init__(f"asks the bot {bot or persona}")
        self.payload = payload
        self.bot = bot
        self.persona = persona


class StepTimeout(Retryable):
    """The step took longer than its timeout_seconds."""


class BadAnswer(Retryable):
    """What an outside server answered cannot be used.

    It may have been bad luck, so it is tried once more; then a person has to look. raw is the
    answer as it came: it stands in the stack trace, so that letters still group by their text.
    """

    def __init__(self, text: str, raw: str = "") -> None:
        super().__init__(text)
        if raw:
            cut = f" (the first {MAX_RAW_CHARS} of {len(raw)} characters)"
            shown = raw[:MAX_RAW_CHARS]
            self.add_note(f"The answer as it came{cut if len(raw) > len(shown) else ''}:\n{shown}")


class BadOutput(Permanent):
    """What the step returned is no payload."""


class BrokenStep(Invalid):
    """The step file, its class or its config cannot be used. line counts from 1, 0 when unknown."""

    def __init__(self, text: str, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {text}" if file else text)
        self.detail = text
        self.file = file
        self.line = line
