"""Which refusals of outside servers may pass by themselves, and how long they ask to wait. Pure.

The one place for it: kinds that ask a server and the runner's `fault.py` both look here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

PASSING_STATUSES = frozenset({408, 425, 429, *range(500, 600)})  # all others would come again


def may_pass(status: int) -> bool:
    """Return whether the same request may be answered well later."""
    return status in PASSING_STATUSES


def retry_after(headers: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks to wait (a number, or an HTTP date).

    None when there is none or it cannot be read; never below 0. now is for HTTP dates.
    """
    try:
        value = headers.get("retry-after") or headers.get("Retry-After")
    except Exception:  # the mapping is of anybody's class
        return None
    return asked_to_wait(value, now) if isinstance(value, str) else None


def asked_to_wait(value: object, now: datetime | None = None) -> float | None:
    """Return the seconds to wait of what an author or a server gave: a number, a timedelta, or the
    text of a Retry-After header. None for anything else; never below 0."""
    if isinstance(value, timedelta):
        return max(0.0, value.total_seconds())
    if not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if isfinite(seconds) else None
    except (ValueError, OverflowError):
        pass
    if not isinstance(value, str):
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
