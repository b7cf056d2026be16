"""A message as a handler sees it. Made by every consumer of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pika.spec import Basic, BasicProperties


@dataclass(frozen=True)
class Delivery:
    """A message as it came. delivery_count is how often it was delivered before and not settled."""

    body: bytes
    routing_key: str
    type: str | None
    message_id: str | None
    correlation_id: str | None
    headers: Mapping[str, Any]
    timestamp: datetime | None
    delivery_count: int
    redelivered: bool


def to_delivery(method: Basic.Deliver, properties: BasicProperties, body: bytes) -> Delivery:
    """Return what a handler may know of a message. What is not as it should be counts as absent."""
    headers: Mapping[str, Any] = properties.headers or {}
    count = headers.get("x-delivery-count", 0)
    return Delivery(
        body=body,
        routing_key=_text(method.routing_key) or "",
        type=_text(properties.type),
        message_id=_text(properties.message_id),
        correlation_id=_text(properties.correlation_id),
        headers=headers,
        timestamp=_moment(properties.timestamp),
        delivery_count=count if isinstance(count, int) else 0,
        redelivered=bool(method.redelivered),
    )


def _text(value: object) -> str | None:
    """Return a property that is text; the client gives bytes for what is no UTF-8."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
