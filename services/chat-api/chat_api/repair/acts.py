"""Write down what a person did to a letter: its new status, the act, the audit. One transaction."""

import hashlib
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import orjson
from sqlalchemy import bindparam, insert, update

from chat_api import audit
from chat_api.changes import Changes
from chat_api.letters.tables import dead_letter, letter_act
from chat_api.person import Person
from warren.contracts.base import JsonObject
from warren.contracts.letters import ActKind, LetterStatus
from warren.step.patch import Patch

_STATUS: dict[ActKind, LetterStatus] = {
    "replayed": "replaying",
    "edited": "replaying",
    "finished": "replaying",
    "answered": "answered",
    "dismissed": "dismissed",
    "restored": "open",
    "cancelled": "cancelled",
}
_CLOSED: tuple[LetterStatus, ...] = ("answered", "dismissed", "cancelled")

_SET = (
    update(dead_letter)
    .where(dead_letter.c.id == bindparam("letter"))
    .values(
        status=bindparam("to_status"),
        changed_by=bindparam("by"),
        changed_at=bindparam("now"),
        closed_at=bindparam("closed"),
    )
)
_ACT = insert(letter_act)


class Letter(Protocol):
    """A locked letter, as far as an act on it is written down: a Case, or a row."""

    @property
    def id(self) -> UUID:
        """The letter."""
        ...

    @property
    def reference(self) -> str:
        """Its short name."""
        ...

    @property
    def message_id(self) -> str | None:
        """The message that failed."""
        ...


@dataclass(frozen=True)
class Act:
    """What is done: run and message_id are those of the new command, when there is one."""

    kind: ActKind
    run: int | None = None
    step: str | None = None
    revision: str | None = None
    patch: Patch = ()
    message_id: UUID | None = None
    reason: str = ""
    job: UUID | None = None


def note(changes: Changes, case: Letter, by: Person, act: Act) -> None:
    """Write an act down and set the letter's status, at the end. The letter is locked."""
    status = _STATUS[act.kind]
    changes.later(
        _SET,
        letter=case.id,
        to_status=status,
        by=by.id,
        now=changes.now,
        closed=changes.now if status in _CLOSED else None,
    )
    changes.later(
        _ACT,
        letter_id=case.id,
        kind=act.kind,
        by_id=by.id,
        at=changes.now,
        run=act.run,
        step=act.step,
        revision=act.revision,
        patch=orjson.dumps(act.patch) if act.patch else None,
        message_id=act.message_id,
        from_message_id=case.message_id,
        reason=act.reason,
        job_id=act.job,
    )
    changes.later(
        audit.NOTE,
        **audit.row(
            by=by,
            act=f"dead_letter.{act.kind}",
            subject="dead_letter",
            subject_id=str(case.id),
            detail=_detail(case, act),
        ),
    )


def _detail(case: Letter, act: Act) -> JsonObject:
    """Return what the audit keeps: names and numbers, never what somebody wrote."""
    detail: JsonObject = {"reference": case.reference}
    if act.run is not None:
        detail |= {"run": act.run, "step": act.step, "revision": act.revision}
    if act.patch:
        detail["changed"] = [str(one["path"]) for one in act.patch][:100]
        detail["patch_sha256"] = hashlib.sha256(orjson.dumps(act.patch)).hexdigest()
    if act.job is not None:
        detail["job"] = str(act.job)
    return detail
