"""What a step file imports: `from warren.step import Step`. The one re-export of the library."""

from warren.step.step import Step

__all__ = ["Step"]
