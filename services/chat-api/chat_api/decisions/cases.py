"""A decision and all that deciding it needs, read under the locks of who decides.

The conversation is locked first, then the row: whoever comes second sees what the first one did.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from chat_api import turn_rows
from chat_api.changes import Changes
from chat_api.decisions.bodies import read_object
from chat_api.person import Person
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.decisions import DecisionStatus, DraftKind, QuestionKind
from warren.errors import Conflict, NotFound

NO_DRAFT = "There is no such draft, or it is not yours to decide."
NO_QUESTION = "There is no such question, or it is not yours to answer."
DRAFTS: tuple[DraftKind, ...] = ("reply", "approval", "send_as")
QUESTIONS: tuple[QuestionKind, ...] = ("question", "instead", "human")

_PLACE = text("select conversation_id from decision where id = :id and kind = any(:kinds)")
_LOCKED = text("""
    select d.*, who.display_name as decided_name, asked.display_name as asked_name,
      (select m.author_id from turn t join message m on m.id = t.answers[array_upper(t.answers, 1)]
       where t.id = d.turn_id) as asker_id
    from decision d left join account who on who.id = d.decided_by
      left join account asked on asked.id = d.asked_id
    where d.id = :id for update of d
""")
_HOW: dict[DecisionStatus, str] = {
    "approved": "approved this",
    "edited": "edited and approved this",
    "rejected": "rejected this",
    "answered": "answered this",
    "stale": "A newer answer came",
    "cancelled": "Its turn has ended",
}


@dataclass(frozen=True)
class Decider(Person):
    """A person who decides, with the name for people; operators decide what names nobody."""

    name: str
    operator: bool = False


@dataclass(frozen=True)
class Case:
    """A locked decision and its turn."""

    id: UUID
    kind: DraftKind | QuestionKind
    status: DecisionStatus
    conversation_id: UUID
    turn_id: UUID | None
    bot_id: UUID | None
    bot: str
    revision: str
    run: int
    step: str
    step_path: str
    slot: str
    asked_id: UUID | None
    asked_name: str | None
    asker_id: UUID | None
    body: str
    metadata: JsonObject
    form: JsonObject
    send_to: tuple[str, ...]
    command: bytes | None
    decided_name: str | None
    decided_at: datetime | None
    turn: TurnRow | None

    def is_for(self, who: Decider) -> bool:
        """Whether this person may decide it."""
        return self.asked_id == who.id or (self.asked_id is None and who.operator)

    @property
    def what_happened(self) -> str:
        """Return who decided and when: "Ana approved this at 23 Nov 14:03 UTC."."""
        at = f" at {self.decided_at:%d %b %H:%M} UTC" if self.decided_at else ""
        how = _HOW.get(self.status, "changed this")
        if self.status in ("stale", "cancelled"):
            return f"{how}{at}: there is nothing to decide any more."
        return f"{self.decided_name or 'Somebody'} {how}{at}."


async def lock_case(
    changes: Changes,
    who: Decider,
    id: UUID,
    kinds: tuple[str, ...],
    *,
    also: tuple[UUID, ...] = (),
    handing_over: bool = False,
) -> Case:
    """Lock the conversation and the decision until the commit. Call once.

    also are further conversations to be locked. Operators may hand over what is not theirs. Raises
    NotFound for what this person may not decide, Conflict when it is decided.
    """
    missing = NO_DRAFT if kinds == DRAFTS else NO_QUESTION
    found = await changes.connection.execute(_PLACE, {"id": id, "kinds": list(kinds)})
    place = found.scalar_one_or_none()
    if place is None:
        raise NotFound(missing)
    await changes.lock([place, *also])
    row = (await changes.connection.execute(_LOCKED, {"id": id})).mappings().one()
    turns = await turn_rows.load(changes.connection, [row["turn_id"]] if row["turn_id"] else [])
    same = Case.__dataclass_fields__.keys() & row.keys()
    case = Case(
        **{name: row[name] for name in same - {"metadata", "form", "send_to", "turn"}},
        metadata=read_object(row["meta"]),
        form=read_object(row["form"]),
        send_to=tuple(row["send_to"]),
        turn=turns.get(row["turn_id"]),
    )
    if not (case.is_for(who) or (handing_over and who.operator)):
        raise NotFound(missing)
    if case.status != "waiting":
        raise Conflict(f"Nothing was changed. {case.what_happened}", kind="decided")
    return case
