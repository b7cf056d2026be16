"""Is a replay still of use? Pure; asked again inside the transaction that resumes."""

import re
from datetime import datetime, timedelta

from warren.contracts.chat import TurnState
from warren.contracts.letters import Verdict
from warren.contracts.names import EXPIRES_AFTER

DEFAULT_EXPIRES_AFTER = "7d"

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def verdict(
    *,
    turn_state: TurnState | None,
    finished: bool,
    corrected: bool,
    overtaken: bool,
    failed_at: datetime,
    expires_after: str | None,
    now: datetime,
) -> Verdict:
    """Return the verdict on a letter. turn_state is None when its turn is not known: needed.

    finished says that a person gave a step's output; corrected that one corrected what the turn has
    said; overtaken that a later turn of the same bot is done in the same conversation.
    """
    if turn_state is None:
        return "needed"
    if turn_state == "answered" or corrected or (turn_state == "done" and finished):
        return "answered"
    if overtaken:
        return "overtaken"
    return "expired" if now - failed_at > duration(expires_after) else "needed"


def duration(expires_after: str | None) -> timedelta:
    """Return a bot's expires_after ("30m", "12h", "7d") as a duration; the default when absent."""
    text = expires_after or DEFAULT_EXPIRES_AFTER
    if not re.fullmatch(EXPIRES_AFTER, text) or text.endswith("\n"):
        text = DEFAULT_EXPIRES_AFTER  # of a card that an older Warren wrote
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
