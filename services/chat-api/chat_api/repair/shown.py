"""Find a letter by its id or reference, and show its row after an act."""

import re
from uuid import UUID

from sqlalchemy import text

from chat_api.changes import Store
from chat_api.letters.rows import row, select_letters
from chat_api.letters.tables import dead_letter
from chat_api.repair.replay import NO_LETTER
from warren.contracts.letters import LetterRow
from warren.errors import NotFound

_REFERENCE = re.compile(r"[Ww]-[0-9A-Fa-f]{8}")
_BY_REFERENCE = text("select id from dead_letter where reference = :reference")


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
        found = await connection.execute(select_letters().where(dead_letter.c.id == letter))
        shown = found.mappings().one_or_none()
    if shown is None:
        raise NotFound(NO_LETTER)
    return row(shown)
