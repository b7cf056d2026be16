"""Fill the few tokens of a prompt. Those literal tokens are replaced, once, and nothing else is.

Other braces are text: `{username}` and raw JSON pass untouched, and so does a token inside a value.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return template with each `{name}` of values replaced by its value, in one pass."""
    tokens = re.compile("|".join(re.escape("{" + name + "}") for name in values))
    return tokens.sub(lambda found: values[found.group()[1:-1]], template)


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return the moment as ISO 8601 to the second, in the bot's zone: 2026-11-22T20:15:00+11:00."""
    return moment.astimezone(zone).isoformat(timespec="seconds")
