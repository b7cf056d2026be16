"""Write down what a person decided: the row, the counts, the event, the audit. One transaction."""

import hashlib
from uuid import UUID

from sqlalchemy import text

from chat_api import audit
from chat_api.changes import Changes
from chat_api.decisions.bodies import keep_object
from chat_api.decisions.cases import Case, Decider
from chat_api.decisions.context import OPERATOR
from chat_api.decisions.holding import count, tell_who_decides
from chat_api.person import Person
from warren.contracts.base import JsonObject
from warren.contracts.decisions import DecisionStatus
from warren.contracts.frames import DraftDecided
from warren.metrics import DECISIONS

_CLOSE = text("""
    update decision set status = :status, decided_by = :by, decided_at = :now, reason = :reason,
      decided_body = cast(:body as text), answer = cast(:answer as bytea)
    where id = :id
""")
_HAND_OVER = text("update decision set asked_id = cast(:to as uuid) where id = :id")
_WAITS_FOR = text("update turn set waiting_for = :name where id = :turn")


def close(
    changes: Changes,
    case: Case,
    by: Decider,
    status: DecisionStatus,
    *,
    body: str | None = None,
    answer: JsonObject | None = None,
    reason: str = "",
) -> None:
    """Take a decision, at the end of the transaction. The row is locked and waits."""
    changes.later(
        _CLOSE,
        id=case.id,
        status=status,
        by=by.id,
        now=changes.now,
        reason=reason,
        body=body,
        answer=None if answer is None else keep_object(answer) or b"{}",
    )
    count(changes, case.conversation_id, case.turn_id, -1)
    _tell(changes, case, status, case.asked_name or OPERATOR, by.name)
    tell_who_decides(changes, case.id, case.asked_id)
    said = case.body if body is None else body
    detail: JsonObject = {
        "kind": case.kind,
        "bot": case.bot,
        "turn": str(case.turn_id) if case.turn_id else None,
        "sha256": hashlib.sha256(said.encode()).hexdigest(),
    }
    _note(changes, case, by, status, detail)
    DECISIONS.labels(case.bot, case.kind, status).inc()


def hand_over(changes: Changes, case: Case, by: Decider, to: UUID | None, name: str) -> None:
    """Let somebody else decide, and tell both."""
    changes.later(_HAND_OVER, id=case.id, to=to)
    if case.turn_id is not None:
        changes.later(_WAITS_FOR, turn=case.turn_id, name=name)
    _tell(changes, case, "waiting", name, by.name)
    tell_who_decides(changes, case.id, case.asked_id)
    tell_who_decides(changes, case.id, to)
    _note(changes, case, by, "handed_over", {"kind": case.kind, "to": str(to) if to else None})


def _tell(changes: Changes, case: Case, status: DecisionStatus, asked: str, by_name: str) -> None:
    event = DraftDecided(
        conversation=case.conversation_id,
        seq=changes.next_seq(case.conversation_id),
        draft=case.id,
        kind=case.kind,
        turn_id=case.turn_id,
        status=status,
        asked=asked,
        by=by_name,
        at=changes.now,
    )
    changes.tell(event, case.turn_id)


def _note(changes: Changes, case: Case, by: Person, act: str, detail: JsonObject) -> None:
    changes.later(
        audit.NOTE,
        **audit.row(
            by=by,
            act=f"decision.{act}",
            subject="decision",
            subject_id=str(case.id),
            detail=detail,
        ),
    )
