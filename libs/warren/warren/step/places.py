"""Values inside a payload by dotted path: `draft.body`, `messages.-1.body`. Pure.

Kinds that read or write where their config says (`into`, `{tokens}`) use it.
"""

import re
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent
from warren.step.shape import is_array, is_object

PATH = r"[A-Za-z_][A-Za-z0-9_-]*(\.(-?[0-9]+|[A-Za-z_][A-Za-z0-9_-]*))*"
INTO = rf"^{PATH}$"
_KEPT = ("messages",)  # what people said: steps read it, and every trace shows it as it was
_INDEX = re.compile(r"-?[0-9]{1,6}")


class NothingThere(Permanent):
    """The payload has nothing at a path that a step was told to read."""

    def __init__(self, path: str, missing: str) -> None:
        at = f" (there is no `{missing}`)" if missing != path else ""
        super().__init__(f"the payload has no `{path}`{at}: does an earlier step set it?")


def take(payload: JsonObject, path: str) -> Any:
    """Return the value at path; a number is the place in a list, from the end when negative.

    Raises NothingThere.
    """
    value: Any = payload
    parts = path.split(".")
    for count, part in enumerate(parts, 1):
        if is_object(value) and part in value:
            value = value[part]
        elif is_array(value) and _INDEX.fullmatch(part) and _is_in(int(part), len(value)):
            value = value[int(part)]
        else:
            raise NothingThere(path, ".".join(parts[:count]))
    return value


def put(payload: JsonObject, path: str, value: Any) -> None:
    """Set the value at path, making the objects on the way. Raises Permanent where none can be."""
    *way, last = path.split(".")
    if (way or [last])[0] in _KEPT:
        raise Permanent(f"`{path}` cannot be written: what people said stays as it is")
    at = payload
    for count, part in enumerate(way, 1):
        inner: Any = at.get(part)
        if inner is None:
            inner = at[part] = dict[str, Any]()
        if not is_object(inner):
            raise Permanent(
                f"`{path}` cannot be written: `{'.'.join(way[:count])}` is no object of keys"
            )
        at = inner
    at[last] = value


def _is_in(index: int, length: int) -> bool:
    return -length <= index < length
