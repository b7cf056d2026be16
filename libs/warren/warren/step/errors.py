"""What can go wrong with a step, beside what its own code raises. The fates are those of
warren.errors.

WarrenError
├── Retryable
│   ├── StepTimeout      the step took longer than its timeout_seconds
│   └── BadAnswer        what an outside server answered cannot be used: tried once more
└── Permanent
    ├── BadOutput        what the step returned is no payload
    └── Invalid
        └── BrokenStep   a step file, class or config that cannot be used
"""

from warren.errors import Invalid, Permanent, Retryable

__all__ = [
    "BadAnswer",
    "BadOutput",
    "BrokenStep",
    "Invalid",
    "Permanent",
    "Retryable",
    "StepTimeout",
]

MAX_RAW_CHARS = 16_000  # half of what a letter's stack trace may hold


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
