"""Hold back what waits for a person: rows of a batch and the events that tell of them.

Called by `taking.py` with the conversation locked; what a draft says is shown to who decides only.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text

from chat_api.changes import Changes, event_message
from chat_api.decisions.bodies import keep_object
from chat_api.decisions.context import Context
from chat_api.decisions.tables import decision
from chat_api.plain_text import without_nul
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.decisions import DraftKind, QuestionKind
from warren.contracts.frames import DecisionWanted, DraftCreated

_COUNT_TURN = text("""
    update turn set undecided = undecided + :more, waiting_for = case
      when undecided + :more > 0 then coalesce(cast(:waiting_for as text), waiting_for) end
    where id = :turn
""")
_COUNT_PLACE = text("update conversation set undecided = undecided + :more where id = :place")
_INSERT = insert(decision)


@dataclass(frozen=True)
class Held:
    """What is held back, and where it stands in its turn."""

    kind: DraftKind | QuestionKind
    asked: UUID | None
    step: str
    path: str
    slot: str
    body: str
    metadata: JsonObject = field(default_factory=lambda: {})
    form: JsonObject = field(default_factory=lambda: {})
    send_to: tuple[str, ...] = ()
    command: bytes | None = None


def hold(changes: Changes, row: TurnRow, held: Held, context: Context) -> None:
    """Write a decision that waits, and tell the conversation and who is to decide."""
    id = uuid4()
    values: dict[str, Any] = {
        "id": id,
        "kind": held.kind,
        "conversation_id": row.conversation_id,
        "turn_id": row.id,
        "bot_id": row.bot_id,
        "bot": row.bot,
        "revision": row.revision,
        "run": row.run,
        "step": without_nul(held.step),
        "step_path": held.path,
        "slot": held.slot,
        "asked_id": held.asked,
        "body": without_nul(held.body),
        "meta": keep_object(held.metadata),
        "form": keep_object(held.form),
        "send_to": [without_nul(name) for name in held.send_to],
        "command": held.command,
        "created_at": changes.now,
    }
    changes.later(_INSERT, **values)
    name = context.name(held.asked)
    count(changes, row.conversation_id, row.id, 1, waiting_for=name)
    event = DraftCreated(
        conversation=row.conversation_id,
        seq=changes.next_seq(row.conversation_id),
        draft=id,
        kind=held.kind,
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        asked=name,
        at=changes.now,
    )
    changes.tell(event, row.id)
    tell_who_decides(changes, id, held.asked)


def count(
    changes: Changes, place: UUID, turn: UUID | None, more: int, waiting_for: str | None = None
) -> None:
    """Count the decisions that wait, at the end of the transaction."""
    if more > 0:
        changes.undecided.add(place)
    changes.later(_COUNT_PLACE, place=place, more=more)
    if turn is not None:
        changes.later(_COUNT_TURN, turn=turn, more=more, waiting_for=waiting_for)


def tell_who_decides(changes: Changes, id: UUID, asked: UUID | None) -> None:
    """Tell one person's screens, or the operators', that something waits or need not any more."""
    key = f"asked.{asked or 'operators'}"
    changes.send(event_message(key, DecisionWanted(decision=id, at=changes.now)))
