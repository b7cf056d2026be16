"""Tell the shapes of JSON values apart, so that the type checker knows them too."""

from typing import Any, TypeGuard

from warren.contracts.base import JsonObject


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Return whether value is a JSON object. JSON keys are text; where they may not be, look at
    them.
    """
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether value is a JSON array."""
    return isinstance(value, list)
