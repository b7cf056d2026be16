"""Which refusals of outside servers may pass by themselves, and how long they ask to wait. Pure.

The one place for it: kinds that ask a server and the runner's `fault.py` both look here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
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
    value = headers.get("retry-after") or headers.get("Retry-After")
    if not isinstance(value, str):
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if isfinite(seconds) else None
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
