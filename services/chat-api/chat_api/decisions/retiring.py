"""Retire what nobody needs to decide any more: a newer answer came, or the turn has ended.

The conversation is locked. Only who can decide sees a draft, so nothing that was shown goes away.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text

from chat_api.changes import Changes
from chat_api.decisions.context import OPERATOR
from chat_api.decisions.holding import count, tell_who_decides
from chat_api.decisions.settling import settle
from warren.contracts.decisions import DecisionStatus
from warren.contracts.frames import DraftDecided

_COLUMNS = """
    select d.id, d.kind, d.turn_id, d.conversation_id, d.asked_id, who.display_name as asked
    from decision d left join account who on who.id = d.asked_id
"""
_OLDER = text(f"""{_COLUMNS} join turn t on t.id = d.turn_id
    where d.conversation_id = :place and d.status = 'waiting' and d.bot_id = :bot
      and d.kind in ('reply', 'approval') and t.created_at < :before
""")
_HERE = text(f"""{_COLUMNS}
    where d.conversation_id = :place and d.status = 'waiting' and d.kind in ('reply', 'approval')
""")
_OF_TURN = text(f"{_COLUMNS} where d.turn_id = :turn and d.status = 'waiting'")
_ONE = text(f"{_COLUMNS} where d.id = :id and d.status = 'waiting'")
_CLOSE = text("""
    update decision set status = :status, decided_at = :now where id = :id
""")


async def retire_older(changes: Changes, place: UUID, bot: UUID, before: datetime) -> None:
    """Retire the drafts of a bot that answer older messages than a turn that has answered now."""
    values = {"place": place, "bot": bot, "before": before}
    await _retire(changes, _OLDER, values, "stale")


async def retire_all(changes: Changes, place: UUID) -> None:
    """Retire every draft of a reply in a conversation: a person has answered."""
    await _retire(changes, _HERE, {"place": place}, "stale")


async def retire_turn(changes: Changes, turn: UUID) -> None:
    """Retire what waits of a turn that ends otherwise: cancelled, dismissed, answered by hand."""
    await _retire(changes, _OF_TURN, {"turn": turn}, "cancelled", turn_goes_on=True)


async def replace(changes: Changes, id: UUID) -> None:
    """Retire a draft in whose place a newer run of the same turn has put another."""
    await _retire(changes, _ONE, {"id": id}, "stale", turn_goes_on=True)


async def _retire(
    changes: Changes,
    these: TextClause,
    values: dict[str, Any],
    status: DecisionStatus,
    *,
    turn_goes_on: bool = False,
) -> None:
    await changes.flush()
    rows = (await changes.connection.execute(these, values)).mappings().all()
    for row in rows:
        _close(changes, row, status)
    if not turn_goes_on:
        for turn in _turns(rows):
            await settle(changes, turn)


def _turns(rows: Sequence[RowMapping]) -> list[UUID]:
    return list(dict.fromkeys(row["turn_id"] for row in rows if row["turn_id"] is not None))


def _close(changes: Changes, row: RowMapping, status: DecisionStatus) -> None:
    changes.later(_CLOSE, id=row["id"], status=status, now=changes.now)
    count(changes, row["conversation_id"], row["turn_id"], -1)
    event = DraftDecided(
        conversation=row["conversation_id"],
        seq=changes.next_seq(row["conversation_id"]),
        draft=row["id"],
        kind=row["kind"],
        turn_id=row["turn_id"],
        status=status,
        asked=row["asked"] or OPERATOR,
        by=None,
        at=changes.now,
    )
    changes.tell(event, row["turn_id"])
    tell_who_decides(changes, row["id"], row["asked_id"])
