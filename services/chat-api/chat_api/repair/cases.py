"""A letter and all that decides what may be done with it, read under the locks of who acts.

The conversation is locked first, then the letter: so a case cannot change before the commit, and
whoever comes second sees what the first one did.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from chat_api import turn_rows
from chat_api.changes import Changes
from chat_api.letters.commands import read_command
from chat_api.letters.verdict import verdict
from chat_api.repair.slips import outermost
from chat_api.turn_rows import TurnRow
from warren.contracts.failure import FailureReason
from warren.contracts.letters import ActKind, LetterStatus, Verdict
from warren.contracts.registry import BotCard, StepCard
from warren.contracts.slip import StepCommand

_PLACES = text("""
    select distinct t.conversation_id from dead_letter l join turn t on t.id = l.turn_id
    where l.id = any(cast(:ids as uuid[]))
""")
_LOCK = text("""
    select id from dead_letter where id = any(cast(:ids as uuid[])) order by id for update
""")
_READ = text("""
    select l.id, l.reference, l.status, l.reason, l.error_type, l.run, l.turn_id, l.fingerprint,
      l.failed_at, l.message_id, l.path, l.step, l.failures, l.command,
      l.changed_at, who.display_name as changed_by, t.command as turn_command, b.card,
      coalesce(b.approval, false) as approval,
      (select a.kind from letter_act a where a.letter_id = l.id order by a.id desc limit 1)
        as last_act,
      array(select m.step_path from message m where m.turn_id = t.id and m.step_path is not null)
        as posted,
      exists (select 1 from letter_act a where a.letter_id = l.id and a.kind = 'finished')
        as finished,
      exists (select 1 from message m where m.turn_id = t.id and m.corrected_by is not null)
        as corrected,
      exists (select 1 from turn later where later.conversation_id = t.conversation_id
        and later.bot_id = t.bot_id and later.state = 'done' and later.created_at > t.created_at)
        as overtaken
    from dead_letter l
      left join turn t on t.id = l.turn_id
      left join bot b on b.account_id = t.bot_id
      left join account who on who.id = l.changed_by
    where l.id = any(cast(:ids as uuid[]))
""")


@dataclass(frozen=True)
class Case:
    """A locked letter. base is the command that failed, else the newest that is known of its turn;
    None when nobody knows any. failed_here says that it is the command that failed. posted are the
    paths of steps whose replies stand in the chat. approval: by its file of today a person approves
    what the bot says. turn and bot are None when not known."""

    id: UUID
    reference: str
    status: LetterStatus
    reason: FailureReason
    error_type: str
    run: int | None
    fingerprint: str
    failures: int
    failed_at: datetime
    message_id: str | None
    path: str
    step: str | None
    changed_by: str | None
    changed_at: datetime | None
    last_act: ActKind | None
    finished: bool
    corrected: bool
    overtaken: bool
    turn: TurnRow | None
    bot: BotCard | None
    approval: bool
    base: StepCommand | None
    failed_here: bool
    posted: frozenset[str]

    def verdict(self, now: datetime) -> Verdict:
        """Return whether a replay is still of use at this moment."""
        return verdict(
            turn_state=self.turn.state if self.turn else None,
            finished=self.finished,
            corrected=self.corrected,
            overtaken=self.overtaken,
            failed_at=self.failed_at,
            expires_after=self.bot.expires_after if self.bot else None,
            now=now,
        )

    @property
    def gone_through(self) -> tuple[StepCard, ...]:
        """The steps that the turn's own bot went through, the last one being that which failed or
        which asked the bot that did; empty when not known."""
        if self.turn is None or self.base is None:
            return ()
        return self.turn.steps[: outermost(self.base).position + 1]


async def lock_cases(changes: Changes, ids: Iterable[UUID]) -> dict[UUID, Case]:
    """Lock conversations and letters until the commit; return the cases by letter. Call once.

    Unknown letters are left out.
    """
    wanted = {"ids": list(set(ids))}
    places = (await changes.connection.execute(_PLACES, wanted)).scalars().all()
    await changes.lock(places)
    await changes.connection.execute(_LOCK, wanted)
    rows = (await changes.connection.execute(_READ, wanted)).mappings().all()
    turns = await turn_rows.load(changes.connection, [row["turn_id"] for row in rows])
    return {row["id"]: _case(row, turns.get(row["turn_id"])) for row in rows}


def _case(row: RowMapping, turn: TurnRow | None) -> Case:
    command = read_command(row["command"])
    same = ("id", "reference", "status", "reason", "error_type", "run", "fingerprint", "failures")
    more = ("failed_at", "message_id", "path", "step", "changed_by", "changed_at", "last_act")
    return Case(
        **{name: row[name] for name in (*same, *more)},
        approval=row["approval"],
        finished=bool(row["finished"]),
        corrected=bool(row["corrected"]),
        overtaken=bool(row["overtaken"]),
        turn=turn,
        bot=BotCard.model_validate(row["card"]) if row["card"] is not None else None,
        base=command or read_command(row["turn_command"]),
        failed_here=command is not None,
        posted=frozenset(row["posted"]),
    )
