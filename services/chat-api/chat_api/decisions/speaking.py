"""What becomes of a reply at the gate: it is posted, or held as a draft for a person. Pure.

Only what the rows say counts: who approves, who has taken the conversation over, what was approved.
A slip can claim what it likes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from chat_api.plain_text import keepable, without_nul
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.decisions import DraftKind
from warren.contracts.outcome import OutcomeReply

Content = tuple[str, bytes]
"""A text and its metadata as they are kept: the same content is the same pair."""


@dataclass(frozen=True)
class Approved:
    """What a person has approved, and nobody has said yet."""

    decision: UUID
    by: UUID
    by_name: str


@dataclass(frozen=True)
class Post:
    """The reply is posted. approved: since a person has approved these very words."""

    approved: Approved | None = None


@dataclass(frozen=True)
class Hold:
    """The reply becomes a draft. asked is who decides; None: any operator."""

    kind: DraftKind
    asked: UUID | None


def content(body: str, metadata: JsonObject) -> Content:
    """Return what is compared of two replies."""
    return without_nul(body), orjson.dumps(keepable(metadata), option=orjson.OPT_SORT_KEYS)


def fate_of(
    row: TurnRow,
    reply: OutcomeReply,
    *,
    by_hand: bool,
    asker: UUID | None,
    taken_by: UUID | None,
    approved: Mapping[Content, Approved],
) -> Post | Hold:
    """Decide on a reply. asker is the person whom the turn answers; by_hand: a person wrote it."""
    if reply.send_to:
        return Hold("send_as", asker)
    if by_hand:
        return Post()
    if taken_by is not None:
        return Hold("reply", taken_by)
    if not row.approval:
        return Post()
    found = approved.get(content(reply.body, reply.metadata))
    return Post(found) if found is not None else Hold("reply", row.approver_id)
