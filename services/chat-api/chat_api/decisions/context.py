"""What the gate must know to hold replies back: read once a batch, and only when it is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.decisions.bodies import read_object
from chat_api.decisions.speaking import Approved, Content, content
from chat_api.turn_rows import TurnRow
from warren.contracts.outcome import Outcome

OPERATOR = "an operator"

_APPROVED = text("""
    select d.id, d.turn_id, d.body, d.decided_body, d.meta, d.decided_by, who.username
    from decision d join account who on who.id = d.decided_by
    where d.turn_id = any(cast(:turns as uuid[])) and d.kind = 'approval'
      and d.status in ('approved', 'edited') and not d.spent
""")
_WAITING = text("""
    select id, turn_id, step_path, slot from decision
    where turn_id = any(cast(:turns as uuid[])) and status = 'waiting'
""")
_ASKERS = text("""
    select t.id, m.author_id
    from turn t join message m on m.id = t.answers[array_upper(t.answers, 1)]
    where t.id = any(cast(:turns as uuid[]))
""")
_PEOPLE = text("""
    select id, username, display_name from account
    where kind = 'person' and active
      and (id = any(cast(:ids as uuid[])) or username = any(cast(:names as text[])))
""")


@dataclass(frozen=True)
class Context:
    """approved are the words of each turn that may be said; waiting are the decisions that wait, by
    their place; askers the person whom each turn answers."""

    approved: dict[UUID, dict[Content, Approved]] = field(default_factory=lambda: {})
    waiting: dict[tuple[UUID, str, str], UUID] = field(default_factory=lambda: {})
    askers: dict[UUID, UUID] = field(default_factory=lambda: {})
    names: dict[UUID, str] = field(default_factory=lambda: {})
    by_username: dict[str, UUID] = field(default_factory=lambda: {})

    def asked(self, row: TurnRow, to: str | None) -> UUID | None:
        """Return whom a step asks; None: any operator. Who is not there cannot be asked."""
        match to:
            case None:
                found = row.approver_id
            case "asker":
                found = self.askers.get(row.id)
            case "operators":
                found = None
            case _:
                found = self.by_username.get(to)
        return found if found in self.names else None

    def name(self, asked: UUID | None) -> str:
        """Return whom something waits for, in words."""
        return OPERATOR if asked is None else self.names.get(asked, OPERATOR)


def is_needed(rows: Iterable[TurnRow], outcomes: Iterable[Outcome], taken: Iterable[UUID]) -> bool:
    """Whether anything in a batch may have to wait for a person."""
    return (
        bool(tuple(taken))
        or any(row.approval for row in rows)
        or any(
            one.ask is not None or any(reply.send_to for reply in one.replies) for one in outcomes
        )
    )


async def load(
    connection: AsyncConnection,
    rows: Sequence[TurnRow],
    outcomes: Sequence[Outcome],
    taken: Iterable[UUID],
) -> Context:
    """Read the context of a batch. Its conversations are locked."""
    turns = {"turns": [row.id for row in rows]}
    approved: dict[UUID, dict[Content, Approved]] = {}
    for one in (await connection.execute(_APPROVED, turns)).mappings():
        body = one["decided_body"] if one["decided_body"] is not None else one["body"]
        said = Approved(one["id"], one["decided_by"], one["username"])
        approved.setdefault(one["turn_id"], {})[content(body, read_object(one["meta"]))] = said
    waiting = {
        (one.turn_id, one.step_path, one.slot): one.id
        for one in await connection.execute(_WAITING, turns)
    }
    askers = {one.id: one.author_id for one in await connection.execute(_ASKERS, turns)}
    ids = {*taken, *askers.values(), *(row.approver_id for row in rows if row.approver_id)}
    names = {one.ask.to for one in outcomes if one.ask is not None and one.ask.to is not None}
    people = (await connection.execute(_PEOPLE, {"ids": list(ids), "names": list(names)})).all()
    return Context(
        approved=approved,
        waiting=waiting,
        askers=askers,
        names={one.id: one.display_name for one in people},
        by_username={one.username: one.id for one in people},
    )
