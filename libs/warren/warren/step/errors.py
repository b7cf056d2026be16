"""What can go wrong with a step, beside what its own code raises. The fates are those of
warren.errors.

WarrenError
├── Retryable
│   └── StepTimeout      the step took longer than its timeout_seconds
└── Permanent
    ├── BadOutput        what the step returned is no payload
    └── Invalid
        └── BrokenStep   a step file, class or config that cannot be used
"""

from warren.errors import Invalid, Permanent, Retryable

__all__ = ["BadOutput", "BrokenStep", "Invalid", "Permanent", "Retryable", "StepTimeout"]


class StepTimeout(Retryable):
    """The step took longer than its timeout_seconds."""


class BadOutput(Permanent):
    """What the step returned is no payload."""


class BrokenStep(Invalid):
    """The step file, its class or its config cannot be used. line counts from 1, 0 when unknown."""

    def __init__(self, text: str, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {text}" if file else text)
        self.detail = text
        self.file = file
        self.line = line
