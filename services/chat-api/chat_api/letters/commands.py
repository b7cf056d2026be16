"""Commands that are kept as bytes: read where they can be, for an older Warren may have written
them."""

from pydantic import ValidationError

from warren.contracts.slip import StepCommand


def read_command(kept: bytes | None) -> StepCommand | None:
    """Return a command that was kept; None for none, and for one that nobody can read any more."""
    try:
        return None if kept is None else StepCommand.model_validate_json(kept)
    except ValidationError:
        return None
