"""An event as the gateway sees it: its bytes, and the three fields that it looks at."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Event:
    """A frame for browsers. seq is None for what stands outside a conversation's order."""

    type: str
    conversation: UUID
    seq: int | None
    frame: bytes


def read_event(frame: bytes) -> tuple[Event, dict[str, Any]]:
    """Return the event in a body and the body as data. Raises ValueError when it is none."""
    body = orjson.loads(frame)
    try:
        seq = body.get("seq")
        if seq is not None and not isinstance(seq, int):
            raise ValueError("seq is no number")
        return Event(str(body["type"]), UUID(body["conversation"]), seq, frame), body
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no event: {type(error).__name__} {error}") from error
