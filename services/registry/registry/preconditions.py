"""Whether a save means the file as it is now: If-Match and If-None-Match, as a pure decision."""

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["go", "unconditional", "changed", "exists", "absent"]

_TAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*(?:,|$)')
_ENCODING = re.compile(r"-(?:gzip|br|zstd)$")  # what proxies that compress append to an ETag


@dataclass(frozen=True)
class Conditions:
    """The two headers as they came; None when not there."""

    if_match: str | None = None
    if_none_match: str | None = None


def judge(asked: Conditions, current: str | None) -> Verdict:
    """Return whether to write. current is the ETag of the file now, None when there is no bot.

    "unconditional": neither header says what is meant; `If-None-Match` counts as `*` only.
    """
    new = asked.if_none_match is not None and asked.if_none_match.strip() == "*"
    if asked.if_match is None:
        if not new:
            return "unconditional"
        return "go" if current is None else "exists"
    if new and current is not None:
        return "exists"
    if current is None:
        return "absent"
    if asked.if_match.strip() == "*":
        return "go"
    return "go" if current in _tags(asked.if_match) else "changed"


def _tags(header: str) -> set[str]:
    return {_ENCODING.sub("", tag) for tag in _TAG.findall(header)}
