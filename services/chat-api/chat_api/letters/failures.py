"""The failures of one letter: the newest stands in the letter, earlier ones are put aside here.

Called by the keeper with the turn's conversation locked.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.letters.tables import dead_letter

_REPLAYING = text("""
    select id, reference from dead_letter where turn_id = :turn and status = 'replaying'
""")
_PUT_ASIDE = text("""
    insert into letter_failure (letter_id, number, sameness, trigger, reason, run, position,
      attempt, step, revision, runner, error_type, error_text, error_stack, error_frame,
      fingerprint, message_id, raw, command, failed_at)
    select id, failures, sameness, trigger, reason, run, position, attempt, step, revision, runner,
      error_type, error_text, error_stack, error_frame, fingerprint, message_id, raw, command,
      failed_at
    from dead_letter where id = :letter
""")
_KNOWN = text("select exists (select 1 from letter_failure where sameness = :sameness)")
_TRIGGER = text("""
    select kind from letter_act where letter_id = :letter
      and kind in ('replayed', 'edited', 'finished') order by id desc limit 1
""")


async def replaying(connection: AsyncConnection, turn: UUID) -> tuple[UUID, str] | None:
    """Return id and reference of the letter that was resumed in this turn, or None."""
    row = (await connection.execute(_REPLAYING, {"turn": turn})).one_or_none()
    return None if row is None else (row.id, row.reference)


async def put_aside_and_fail_again(
    connection: AsyncConnection, letter: UUID, values: dict[str, Any]
) -> None:
    """Make a new failure the letter's own; the one before it is kept as history."""
    await connection.execute(_PUT_ASIDE, {"letter": letter})
    trigger = (await connection.execute(_TRIGGER, {"letter": letter})).scalar_one_or_none()
    await connection.execute(
        update(dead_letter)
        .where(dead_letter.c.id == letter)
        .values(values | {"failures": dead_letter.c.failures + 1, "trigger": trigger or "replayed"})
    )


async def known(connection: AsyncConnection, sameness: str) -> bool:
    """Whether this failure was put aside before: it came a second time."""
    return (await connection.execute(_KNOWN, {"sameness": sameness})).scalar_one()
