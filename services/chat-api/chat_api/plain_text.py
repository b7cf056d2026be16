"""What a person may write and Postgres can keep: NUL and blank texts are refused or replaced."""

from typing import Any

from warren.contracts.problem import ProblemError
from warren.errors import Unprocessable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def checked(text: str, pointer: str) -> str:
    """Return a person's text as it is. Raises Unprocessable when it is blank or holds a NUL."""
    if not text.strip():
        raise refused(pointer, "The text is blank. Write something.")
    if "\0" in text:
        raise refused(pointer, "The text holds a NUL character (U+0000). Remove it.")
    return text


def refused(pointer: str, detail: str) -> Unprocessable:
    """Return the problem of one field."""
    return Unprocessable(
        "Nothing was saved. Correct what is named in errors and send it again.",
        errors=[ProblemError(pointer=pointer, detail=detail)],
    )


def without_nul(text: str) -> str:
    """Return a text that Postgres can keep: no NUL, no half of a surrogate pair."""
    return text.replace("\0", REPLACEMENT).encode(errors="replace").decode()


def keepable(value: Any) -> Any:
    """Return a JSON value that Postgres can keep and every reader can show."""
    if isinstance(value, str):
        return without_nul(value)
    if isinstance(value, dict):
        return {without_nul(str(key)): keepable(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [keepable(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value
