"""End a turn whose last decision has been taken: nothing of it waits any more."""

from uuid import UUID

from sqlalchemy import text

from chat_api import turn_rows
from chat_api.changes import Changes
from chat_api.starting import ended_event
from chat_api.turn_rows import TurnRow
from chat_api.turns import Act, after
from warren.metrics import TURN_SECONDS, TURNS_ENDED

_SAID = text("""
    select exists (select 1 from message where turn_id = :turn)
      or exists (select 1 from decision where turn_id = :turn and status in ('approved', 'edited'))
""")
_RESOLVE = text("""
    update dead_letter set status = 'resolved', closed_at = now()
    where turn_id = :turn and status in ('open', 'replaying')
""")


async def settle(changes: Changes, turn: UUID) -> None:
    """End a turn that stands still for no decision any more: done when it said anything."""
    await changes.flush()  # what was counted before
    row = (await turn_rows.load(changes.connection, [turn])).get(turn)
    if row is None or row.state != "waiting" or row.undecided > 0:
        return
    said = (await changes.connection.execute(_SAID, {"turn": turn})).scalar_one()
    await _end(changes, row, "finish" if said else "dismiss")


async def _end(changes: Changes, row: TurnRow, act: Act) -> None:
    state = after(row.state, act)
    assert state in ("done", "dismissed")  # a waiting turn's
    await turn_rows.change(
        changes.connection,
        row.id,
        state=state,
        run=row.run + (state == "dismissed"),  # nobody resumes it
        ended_at=changes.now,
        waiting_for=None,
        command=None,
    )
    changes.tell(ended_event(changes, row, state), row.id)
    if row.reference is not None:
        await changes.connection.execute(_RESOLVE, {"turn": row.id})
        changes.settled = True
    TURNS_ENDED.labels(row.bot, state).inc()
    TURN_SECONDS.labels(row.bot).observe((changes.now - row.created_at).total_seconds())
