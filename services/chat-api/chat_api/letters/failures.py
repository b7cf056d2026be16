"""The failures of one letter: the newest stands in the letter, earlier ones are put aside here.

Called by the keeper with the turn's conversation locked.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.letters.tables import dead_letter

_REPLAYING = text("""
    select turn_id, id, reference from dead_letter
    where turn_id = any(cast(:turns as uuid[])) and status = 'replaying'
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
_KNOWN = text("""
    select sameness from dead_letter where sameness = any(cast(:these as text[]))
    union all
    select sameness from letter_failure where sameness = any(cast(:these as text[]))
""")
_TRIGGER = text("""
    select kind from letter_act where letter_id = :letter
      and kind in ('replayed', 'edited', 'finished') order by id desc limit 1
""")


async def replaying(
    connection: AsyncConnection, turns: Iterable[UUID]
) -> dict[UUID, tuple[UUID, str]]:
    """Return id and reference of the letters that were resumed, by their turns."""
    found = await connection.execute(_REPLAYING, {"turns": list(turns)})
    return {row.turn_id: (row.id, row.reference) for row in found}


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


async def known(connection: AsyncConnection, these: Sequence[str]) -> set[str]:
    """Return which of these failures are kept already: they came a second time."""
    return set((await connection.execute(_KNOWN, {"these": list(these)})).scalars())
