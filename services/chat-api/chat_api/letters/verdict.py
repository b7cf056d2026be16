"""Is a replay still of use? Pure; asked again inside the transaction that resumes."""

import re
from datetime import datetime, timedelta

from warren.contracts.chat import TurnState
from warren.contracts.letters import Verdict

DEFAULT_EXPIRES_AFTER = "7d"
MOST = 1_000_000  # days, too: what is kept longer is kept for ever
MAX_DIGITS = 10  # of a number that is read; Python itself refuses very many

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def verdict(
    *,
    turn_state: TurnState | None,
    finished: bool,
    overtaken: bool,
    failed_at: datetime,
    expires_after: str | None,
    now: datetime,
) -> Verdict:
    """Return the verdict on a letter. turn_state is None when its turn is not known: needed.

    finished says that a person gave a step's output; overtaken that a later turn of the same bot
    is done in the same conversation.
    """
    if turn_state is None:
        return "needed"
    if turn_state == "answered" or (turn_state == "done" and finished):
        return "answered"
    if overtaken:
        return "overtaken"
    return "expired" if now - failed_at > duration(expires_after) else "needed"


def duration(expires_after: str | None) -> timedelta:
    """Return a bot's expires_after ("30m", "12h", "7d") as a duration; the default when absent."""
    found = re.fullmatch(r"(\d+)([mhd])", expires_after or DEFAULT_EXPIRES_AFTER)
    if found is None:
        return duration(None)
    number = int(found[1]) if len(found[1]) < MAX_DIGITS else MOST
    return timedelta(**{_UNITS[found[2]]: min(number, MOST)})
