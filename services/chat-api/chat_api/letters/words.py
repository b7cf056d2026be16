"""What people in a conversation are told of a failure: plain words, no stack. Pure."""

from uuid import UUID

from warren.contracts.failure import FailureReason

_CAUSES: dict[FailureReason, str] = {
    "failed": "A step of it failed.",
    "timeout": "A step of it took too long.",
    "bad_output": "A step of it gave something that cannot be used.",
    "too_large": "It grew too large.",
    "crashed": "A step of it crashed.",
    "expired": "It had waited too long.",
    "gone": "The bot has changed since and the old steps are gone.",
    "undecodable": "A message inside Warren could not be read.",
    "unsupported_version": "A part of Warren is newer than another.",
    "unroutable": "Nothing runs a step that it needs.",
    "undeliverable": "A step of it was tried too often without an end.",
    "lost": "Nothing was heard of it in time.",
}


def plain_words(reason: FailureReason) -> str:
    """Return what happened, what is safe and what follows."""
    return f"No answer came. {_CAUSES[reason]} Your message is kept safe; a person was told."


def reference_of(letter: UUID) -> str:
    """Return the short name that people quote when they ask about a letter."""
    return f"W-{letter.hex[:8].upper()}"
