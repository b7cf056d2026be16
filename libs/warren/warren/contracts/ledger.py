"""The expectation ledger: what was expected of a bot, what it did, and how far apart they were."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from warren.contracts.base import JsonObject, Request, UtcTime, View
from warren.contracts.chat import MAX_BODY_CHARS

EntryKind = Literal[
    "thumb_up",
    "thumb_down",
    "correction",  # a person corrected an answer that was sent; the original is kept
    "draft_sent",  # a draft was approved as it was
    "draft_edited",
    "draft_rejected",
    "latency",  # an answer came later than the bot file's `expect` says
    "shape",  # a reply does not look as `expect` says
]


class Feedback(Request):
    """A thumb for a bot's message; none takes it back. One for each person and message."""

    thumb: Literal["up", "down"] | None
    reason: Annotated[str, Field(max_length=500)] = ""


class Thumb(View):
    """The reader's own thumb for a message."""

    message_id: UUID
    thumb: Literal["up", "down"]
    reason: str = ""


class Correction(Request):
    """What a bot's message should have said. The original is kept and can be read."""

    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY_CHARS)]
    reason: Annotated[str, Field(max_length=500)] = ""


class LedgerEntry(View):
    """One gap, or none: expected and actual in words. distance is 0 (the same) to 1 (nothing in
    common), null where it means nothing. case: it has become a test of the bot's file."""

    id: int
    kind: EntryKind
    at: UtcTime
    bot: str
    step: str
    revision: str
    turn_id: UUID | None
    message_id: UUID | None
    by: str | None
    expected: str
    actual: str
    distance: float | None
    reason: str = ""
    case: bool = False


class LedgerRow(View):
    """The record of one bot, step and revision since a time.

    The row whose step is empty holds all of a revision, also what its steps' rows tell. turns are
    those that have ended or are parked, failures those that failed at least once; for a step,
    failures are the letters of it that are still kept. distance is the mean over edited drafts and
    corrections, null without any; seconds is the median time from question to answer.
    """

    bot: str
    step: str
    revision: str
    turns: int
    failures: int
    drafts: int = Field(description="those that were decided")
    sent_unedited: int
    edited: int
    rejected: int
    distance: float | None
    corrections: int
    thumbs_up: int
    thumbs_down: int
    seconds: float | None
    first_at: UtcTime
    last_at: UtcTime


class CaseView(View):
    """A case for a bot file's `tests:`, made of what happened: its YAML, and the same as data."""

    bot: str
    case: JsonObject
    yaml: str
