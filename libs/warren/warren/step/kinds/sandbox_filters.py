"""The filters and tests that a template may use: those of Jinja that cannot grow without bound,
and our own in place of those that could. Used by sandbox.py.
"""

import functools
import json
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from jinja2 import filters, tests
from jinja2.runtime import Undefined

from warren.step.kinds.fuel import MAX_ROUNDS, MAX_WEIGHT, TooMuch, measured, spend
from warren.step.shape import is_object

_KEPT_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int",
    "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "reverse", "select", "selectattr", "sort", "title", "trim", "truncate", "unique", "upper",
    "urlencode", "wordcount",
)  # fmt: skip
_KEPT_TESTS = (
    "!=", "<", "<=", "==", ">", ">=", "boolean", "defined", "divisibleby", "eq", "equalto", "even",
    "false", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan",
    "lower", "lt", "mapping", "ne", "none", "number", "odd", "sequence", "string", "true",
    "undefined", "upper",
)  # fmt: skip
_JINJA: Any = filters  # its tables are untyped
_JINJA_TESTS: Any = tests
MAX_WIDTH = 40  # of an indent; JSON takes no more than 8
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)")


class Rounds(list[Any]):
    """What a loop goes over: each round is paid for."""

    def __iter__(self) -> Any:
        for each in super().__iter__():
            spend()
            yield each


def each_of(values: Any) -> Rounds:
    """Return what a loop is to go over. Raises TooMuch when it has no end in sight."""
    found = Rounds(islice(values, MAX_ROUNDS + 1))
    if len(found) > MAX_ROUNDS:
        raise TooMuch(f"it loops over more than {MAX_ROUNDS:,} items")
    return found


def shown(value: Any) -> str:
    """Return a value as text: lists and objects as JSON, null as nothing."""
    match value:
        case str():
            return value
        case None:
            return ""
        case int() | float():
            return str(value)
        case list() | dict() | tuple():
            return to_json(measured(value))  # type: ignore[reportUnknownArgumentType]  # JSON
        case range():
            return to_json(list(value))
        case Undefined():
            return str(value)
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be shown: add `| list`")


def to_json(value: Any, indent: int | None = None) -> str:
    """Return value as JSON text."""
    if indent is not None and not 0 <= indent <= 8:
        raise ValueError("tojson takes an indent of 0 to 8")
    return json.dumps(measured(value), ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Undefined) else list(each_of(value))


def _join(values: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        values = [_attribute(each, attribute) for each in each_of(values)]
    texts = [shown(each) for each in each_of(values)]
    if sum(map(len, texts)) + len(d) * len(texts) > MAX_WEIGHT:
        raise TooMuch(f"it makes a text of over {MAX_WEIGHT:,} characters")
    return d.join(texts)


def _attribute(value: Any, name: str | int) -> Any:
    for part in str(name).split("."):
        value = value[int(part)] if part.isdigit() and not is_object(value) else value[part]
    return value


def _replace(text: Any, old: str, new: str, count: int = -1) -> str:
    text = shown(text)
    found = text.count(old) if count < 0 else min(count, text.count(old))
    if len(text) + found * len(new) > MAX_WEIGHT:
        raise TooMuch(f"it makes a text of over {MAX_WEIGHT:,} characters")
    return text.replace(old, new, count)


def _indent(text: Any, width: int = 4, first: bool = False) -> str:
    if not 0 <= width <= MAX_WIDTH:
        raise ValueError(f"indent takes a width of 0 to {MAX_WIDTH}")
    text, space = shown(text), " " * width
    if len(text) + width * (text.count("\n") + 1) > MAX_WEIGHT:
        raise TooMuch(f"it makes a text of over {MAX_WEIGHT:,} characters")
    return (space if first else "") + text.replace("\n", "\n" + space)


def _format(pattern: str, *values: Any) -> str:
    if _WIDE.search(pattern):
        raise ValueError("format takes widths of at most 999 and no `*`")
    return pattern % values


def _round(value: float, precision: int = 0) -> float:
    if not -20 <= precision <= 20:
        raise ValueError("round takes a precision of -20 to 20")
    return round(value, precision)


def _sum(values: Iterable[Any], attribute: str | int | None = None) -> Any:
    found = each_of(values)
    numbers = [_attribute(each, attribute) if attribute is not None else each for each in found]
    if not all(isinstance(each, int | float) for each in numbers):
        raise TypeError("sum takes numbers")
    return sum(numbers)


def _batch(values: Iterable[Any], size: int, fill_with: Any = None) -> list[list[Any]]:
    if not 1 <= size <= 1000:
        raise ValueError("batch takes a size of 1 to 1,000")
    found = list(each_of(values))
    rows = [found[at : at + size] for at in range(0, len(found), size)]
    if fill_with is not None and rows:
        rows[-1] += [fill_with] * (size - len(rows[-1]))
    return rows


def _joined(values: list[Any]) -> str:
    return _join(values)


def _paid(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)  # keeps Jinja's mark of what else the function wants
    def pay(*args: Any, **kwargs: Any) -> Any:
        spend()
        return measured(function(*args, **kwargs))

    return pay


# By these names sandbox_bounds.py wraps what Jinja compiles without asking us.
CONCAT, EACH, MADE = "_joined", "_each", "_made"

FILTERS: dict[str, Callable[..., Any]] = {
    **{name: _paid(_JINJA.FILTERS[name]) for name in _KEPT_FILTERS},
    "batch": _paid(_batch),
    "format": _paid(_format),
    "indent": _paid(_indent),
    "join": _paid(_join),
    "replace": _paid(_replace),
    "round": _paid(_round),
    "string": _paid(shown),
    "sum": _paid(_sum),
    "tojson": _paid(to_json),
    CONCAT: _paid(_joined),
    EACH: each_of,
    MADE: measured,
}
TESTS: dict[str, Callable[..., Any]] = {
    name: _paid(_JINJA_TESTS.TESTS[name]) for name in _KEPT_TESTS
}
