"""What a decision on a draft tells of the bot: an entry of the expectation ledger."""

from chat_api.changes import Changes
from chat_api.decisions.cases import Case
from chat_api.ledger.entries import Entry, measured, note
from chat_api.person import Person
from warren.contracts.decisions import DecisionStatus
from warren.contracts.ledger import EntryKind

_KINDS: dict[DecisionStatus, EntryKind] = {
    "approved": "draft_sent",
    "edited": "draft_edited",
    "rejected": "draft_rejected",
}


async def measure(
    changes: Changes,
    case: Case,
    by: Person,
    status: DecisionStatus,
    *,
    expected: str,
    reason: str = "",
) -> None:
    """Note how far a draft was from what was approved; a rejected one has no distance."""
    entry = Entry(
        kind=_KINDS[status],
        bot=case.bot,
        revision=case.revision,
        step=case.step,
        turn_id=case.turn_id,
        by=by,
        expected=expected,
        actual=case.body,
        distance=0.0 if status == "approved" else None,
        reason=reason,
    )
    note(changes, await measured(entry) if status == "edited" else entry)
