"""The two bases of every contract. See docs/decisions/0002-frozen-contracts.md.

Messages between our own processes keep fields that they do not know, so that a rolling upgrade
never
dead-letters; what people send us forbids them, so that a typing mistake is told at once.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

JsonObject = dict[str, Any]
"""A JSON object at the edge, where bytes become models: payloads, metadata, step config."""


def as_utc(value: datetime) -> datetime:
    """Return the same moment in UTC. A time without zone is taken as UTC. Raises ValueError for
    one that is before the year 1 or after 9999 there."""
    # Ours are in UTC already: then only the zone's name is set, which is ten times cheaper.
    try:
        return value.astimezone(UTC) if value.utcoffset() else value.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("is no time that a calendar has") from error


UtcTime = Annotated[datetime, AfterValidator(as_utc)]


class Message(BaseModel):
    """A frozen message between Warren's processes: unknown fields are kept and passed on."""

    model_config = ConfigDict(frozen=True, extra="allow")


class View(BaseModel):
    """A frozen answer of an HTTP route or a socket frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(BaseModel):
    """A frozen HTTP body: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
