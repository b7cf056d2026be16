"""Metadata: what a model says for machines is cut out of what it says to people."""

import json
import re
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.kinds.strict import NoConfig
from warren.step.shape import is_object
from warren.step.step import Step

_HEADING = re.compile(
    r"^[ \t]*#{1,6}[ \t]*\**metadata\**:?\**[ \t]*(?=\r?$|[{`])", re.IGNORECASE | re.MULTILINE
)
_FENCE_BEFORE = re.compile(r"```[a-zA-Z]*[ \t]*\n?\s*$")
_FENCE_AFTER = re.compile(r"\s*```[ \t]*")


def _refuse(number: str) -> None:
    raise ValueError(f"{number} is not JSON")


_JSON = json.JSONDecoder(
    strict=False, parse_constant=_refuse
)  # models write line breaks into strings


class Metadata(Step):
    """Cut a `# metadata` JSON section out of the draft and leave it as JSON text in `metadata`."""

    Config = NoConfig

    async def process(self, payload: JsonObject) -> JsonObject:
        """Set metadata to a JSON string and take the section out of draft.body; else change
        nothing.

        Only a JSON object after the heading makes a section, in a ``` fence or bare. With broken
        JSON the draft stays whole: it may be words for the person, and losing those is worse than
        showing braces.
        """
        draft = payload.get("draft")
        if not is_object(draft) or not isinstance(draft.get("body"), str):
            return payload
        found = cut(draft["body"])
        if found is None:
            return payload
        body, section = found
        draft["body"] = body
        payload["metadata"] = json.dumps(section, indent=2, ensure_ascii=False)
        return payload


def cut(body: str) -> tuple[str, dict[str, Any]] | None:
    """Return body without its first readable metadata section, and the section; None when it has
    none.
    """
    for heading in _HEADING.finditer(body):
        start = body.find("{", heading.end())
        if start < 0:
            return None
        try:
            section, end = _JSON.raw_decode(body, start)
        except (ValueError, RecursionError):
            continue
        before = body[: heading.start()]
        after = body[end:]
        if _FENCE_BEFORE.search(body, heading.end(), start):
            after = _FENCE_AFTER.sub("", after, count=1) if _FENCE_AFTER.match(after) else after
        elif fence := _FENCE_BEFORE.search(before):
            # the model fenced heading and JSON together
            before = before[: fence.start()]
            after = _FENCE_AFTER.sub("", after, count=1) if _FENCE_AFTER.match(after) else after
        kept = [part for part in (before.rstrip(), after.strip()) if part]
        return "\n\n".join(kept), section
    return None


if __name__ == "__main__":
    Metadata.main()
