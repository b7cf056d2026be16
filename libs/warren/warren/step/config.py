"""self.config of a step: its part of the bot file, read-only, by attribute or by key."""

from collections.abc import Mapping
from typing import Any, NoReturn, Self

from warren.step.shape import is_array, is_object


class StepConfig(dict[str, Any]):
    """A read-only dict whose keys are attributes too. A missing attribute is None, a missing key a
    KeyError.

    Read-only because one step instance works on many messages at once. Nested objects are the same
    kind; a key that is also the name of a dict method (`items`, `get`) is reached as ['items'].
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__({key: _wrapped(value) for key, value in (values or {}).items()})

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return super().get(key)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("self.config is read-only: put what you compute into the payload")

    __setattr__ = __delattr__ = __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = setdefault = update = __ior__ = _refuse  # type: ignore[assignment]  # refuse all

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


def _wrapped(value: Any) -> Any:
    if is_object(value):
        return StepConfig(value)
    if is_array(value):
        return [_wrapped(item) for item in value]
    return value
