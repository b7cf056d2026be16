"""Times as people write them, in the form that a bot file's keys take. Pure; used by wording."""

import re


def seconds_in(text: str) -> str:
    """Return the seconds that a text such as "5m" or "60 s" means, or ""."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *(s|sec|seconds?|m|min|minutes?|h|hours?)", text.strip())
    if not found:
        return ""
    return f"{float(found[1]) * {'s': 1, 'm': 60, 'h': 3600}[found[2][0]]:g}"


def days_in(text: str) -> str:
    """Return a time such as "2 weeks" as `expires_after` takes it, or ""."""
    found = re.fullmatch(r"(\d+) *(m|h|d|w)[a-z]*", text.strip().lower())
    if not found or found[1] == "0":
        return ""
    return f"{int(found[1]) * 7}d" if found[2] == "w" else f"{found[1]}{found[2]}"
