"""Find one letter by its id or its reference, and show it as lists do."""

import re
from uuid import UUID

from sqlalchemy import select

from chat_api.changes import Store
from chat_api.letters.rows import row, select_letters
from chat_api.letters.tables import dead_letter
from warren.contracts.letters import LetterRow
from warren.errors import NotFound

NO_LETTER = "There is no such dead letter."

_REFERENCE = re.compile(r"[Ww]-[0-9A-Fa-f]{8}")


async def letter_at(store: Store, name: str) -> UUID:
    """Return the letter with this id or reference. Raises NotFound."""
    if not _REFERENCE.fullmatch(name):
        try:
            return UUID(name)
        except ValueError as error:
            raise NotFound(NO_LETTER) from error
    wanted = select(dead_letter.c.id).where(dead_letter.c.reference == name.upper())
    async with store.reading.connect() as connection:
        ids = (await connection.execute(wanted)).scalars().all()
    if len(ids) != 1:  # two letters in some four thousand million share one: then use the id
        raise NotFound(NO_LETTER)
    return ids[0]


async def row_of(store: Store, letter: UUID) -> LetterRow:
    """Return a letter as lists show it. Raises NotFound."""
    wanted = select_letters().where(dead_letter.c.id == letter)
    async with store.reading.connect() as connection:
        found = (await connection.execute(wanted)).mappings().one_or_none()
    if found is None:
        raise NotFound(NO_LETTER)
    return row(found)
