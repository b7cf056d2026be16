"""Write into the expectation ledger, in the transaction of what the entry comes from.

    note(changes, await measured(Entry("draft_edited", ..., expected=approved, actual=draft)))
    note(changes, Entry("draft_sent", ..., expected=draft, actual=draft, distance=0.0))

Called by decisions on drafts, by feedback and corrections, and at the end of a turn.
"""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chat_api.changes import Changes
from chat_api.ledger.distance import SOON_CHARS, distance
from chat_api.ledger.tables import expectation
from chat_api.person import Person
from chat_api.plain_text import without_nul
from warren.contracts.ledger import EntryKind

_INSERT = insert(expectation)
# A message has one correction: a later one stands in its place.
_CORRECT = _INSERT.on_conflict_do_update(
    index_elements=["message_id"],
    index_where=expectation.c.kind == "correction",
    set_={
        name: _INSERT.excluded[name] for name in ("at", "by_id", "expected", "distance", "reason")
    }
    | {"in_file": False},
)


@dataclass(frozen=True)
class Entry:
    """One gap, or none. expected and actual are what should have been said and what was, in words.

    step is empty for a whole answer; by is None when Warren itself measured. distance is None where
    it means nothing; measured() fills it in.
    """

    kind: EntryKind
    bot: str
    revision: str
    step: str = ""
    turn_id: UUID | None = None
    message_id: UUID | None = None
    by: Person | None = None
    expected: str = ""
    actual: str = ""
    distance: float | None = None
    reason: str = ""


async def measured(entry: Entry) -> Entry:
    """Return the entry with the distance between what it expected and what it got.

    Texts of 16 000 characters take 13 ms, in a thread: rather before the locks than under them.
    """
    expected, actual = entry.expected, entry.actual
    if len(expected) + len(actual) <= SOON_CHARS:
        return replace(entry, distance=distance(expected, actual))
    return replace(entry, distance=await asyncio.to_thread(distance, expected, actual))


def note(changes: Changes, entry: Entry) -> None:
    """Write an entry at the end of this transaction. Nothing is awaited.

    A correction stands in the place of the earlier one of its message.
    """
    changes.later(
        _CORRECT if entry.kind == "correction" else _INSERT,
        kind=entry.kind,
        at=changes.now,
        bot=entry.bot,
        step=entry.step,
        revision=entry.revision,
        turn_id=entry.turn_id,
        message_id=entry.message_id,
        by_id=entry.by.id if entry.by else None,
        expected=without_nul(entry.expected),
        actual=without_nul(entry.actual),
        distance=entry.distance,
        reason=without_nul(entry.reason),
    )
