"""Find a letter by its id or reference, and show its row after an act."""

import re
from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Store
from chat_api.letters.verdict import verdict
from chat_api.repair.replay import NO_LETTER
from warren.contracts.letters import LetterRow
from warren.errors import NotFound

_REFERENCE = re.compile(r"[Ww]-[0-9A-Fa-f]{8}")
_BY_REFERENCE = text("select id from dead_letter where reference = :reference")
_ROW = text("""
    select l.id, l.reference, l.status, l.reason, l.bot, l.step, l.kind, l.revision,
      l.conversation_id, l.turn_id, l.run, l.attempt, l.failures, l.error_type, l.error_text,
      l.runner, l.fingerprint, l.opened_at, l.failed_at, l.changed_at, who.username as changed_by,
      t.state as turn_state, b.card ->> 'expires_after' as expires_after, now() as now,
      exists (select 1 from letter_act a where a.letter_id = l.id and a.kind = 'finished')
        as finished,
      exists (select 1 from turn later where later.conversation_id = t.conversation_id
        and later.bot_id = t.bot_id and later.state = 'done' and later.created_at > t.created_at)
        as overtaken
    from dead_letter l
      left join turn t on t.id = l.turn_id
      left join bot b on b.account_id = t.bot_id
      left join account who on who.id = l.changed_by
    where l.id = :letter
""")
_ASIDE = ("turn_state", "expires_after", "now", "finished", "overtaken")


async def letter_at(store: Store, name: str) -> UUID:
    """Return the letter with this id or reference. Raises NotFound."""
    if not _REFERENCE.fullmatch(name):
        try:
            return UUID(name)
        except ValueError as error:
            raise NotFound(NO_LETTER) from error
    async with store.reading.connect() as connection:
        found = await connection.execute(_BY_REFERENCE, {"reference": name.upper()})
        ids = found.scalars().all()
    if len(ids) != 1:  # two letters in some four thousand million share one: then use the id
        raise NotFound(NO_LETTER)
    return ids[0]


async def row_of(store: Store, letter: UUID) -> LetterRow:
    """Return a letter as lists show it. Raises NotFound."""
    async with store.reading.connect() as connection:
        found = (await connection.execute(_ROW, {"letter": letter})).mappings().one_or_none()
    if found is None:
        raise NotFound(NO_LETTER)
    said = verdict(
        turn_state=found["turn_state"],
        finished=found["finished"],
        overtaken=found["overtaken"],
        failed_at=found["failed_at"],
        expires_after=found["expires_after"],
        now=found["now"],
    )
    shown = {name: value for name, value in found.items() if name not in _ASIDE}
    return LetterRow.model_validate(shown | {"verdict": said})
