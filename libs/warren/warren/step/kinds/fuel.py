"""What the work on one template may cost: a count of small acts, a size of values, and a time.

A template runs in a thread, which nobody can stop from outside: so all that it can repeat or make
larger asks here first. Each single act between two questions is small by these limits.
"""

import time
from contextvars import ContextVar
from typing import Any

MAX_SECONDS = 0.3  # of processor time, so that a busy machine fails no good template
MAX_UNITS = 200_000  # a loop's round, a filter, a call: one each; a text also by its length
MAX_OUTPUT_BYTES = 64 * 1024
MAX_ROUNDS = 10_000  # of one loop, items of one range
MAX_WEIGHT = 400_000  # characters and items of one value: more than any payload has
MAX_INT_BITS = 256
_CHARACTERS_PER_UNIT = 64
_ITEMS_PER_UNIT = 16


class TooMuch(Exception):
    """The template asks for more work, text or time than one answer may cost."""


class Fuel:
    """What is left for one template."""

    def __init__(self) -> None:
        self.units = MAX_UNITS
        self.until = time.thread_time() + MAX_SECONDS

    def spend(self, units: int) -> None:
        """Take units away. Raises TooMuch when none are left or the time is over."""
        self.units -= units
        if self.units < 0:
            raise TooMuch(f"it does too much: over {MAX_UNITS:,} rounds, filters and calls")
        if time.thread_time() > self.until:
            raise TooMuch(f"it takes too long: over {MAX_SECONDS:g} s of work")


FUEL: ContextVar[Fuel | None] = ContextVar("warren_template_fuel", default=None)


def spend(units: int = 1) -> None:
    """Take units from the template at work in this thread. Raises TooMuch."""
    fuel = FUEL.get()
    if fuel is None:
        raise TooMuch("no template is at work here")
    fuel.spend(units)


def measured(value: Any) -> Any:
    """Return value, having paid for its size. Raises TooMuch when it is too large for a payload."""
    if isinstance(value, str):
        if len(value) > MAX_WEIGHT:
            raise TooMuch(f"it makes a text of over {MAX_WEIGHT:,} characters")
        spend(1 + len(value) // _CHARACTERS_PER_UNIT)
    elif isinstance(value, int):
        if value.bit_length() > MAX_INT_BITS:
            raise TooMuch(f"it makes a number of over {MAX_INT_BITS} bits")
        spend()
    else:
        spend(1 + _weight(value) // _ITEMS_PER_UNIT)
    return value


def _weight(value: Any) -> int:
    """Return items and characters of a value; what stands in it twice counts twice."""
    total, stack = 0, [value]
    while stack:
        each = stack.pop()
        total += 1
        if isinstance(each, str):
            total += len(each)
        elif isinstance(each, dict):
            stack.extend(each)  # type: ignore[reportUnknownArgumentType]  # any keys
            stack.extend(each.values())  # type: ignore[reportUnknownArgumentType]
        elif isinstance(each, list | tuple):
            stack.extend(each)  # type: ignore[reportUnknownArgumentType]
        if total > MAX_WEIGHT:
            raise TooMuch(f"it makes a value of over {MAX_WEIGHT:,} items and characters")
    return total
