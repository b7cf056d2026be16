"""A note on a group of like letters: what operators know of it. The newest one stands."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from chat_api import audit
from chat_api.changes import Store
from chat_api.letters.tables import letter_group_note
from chat_api.person import Person
from chat_api.plain_text import checked


async def write(store: Store, by: Person, fingerprint: str, note: str) -> None:
    """Write a group's note; an empty one takes it away. Raises Unprocessable for a NUL in it."""
    table = letter_group_note
    async with store.engine.begin() as connection:
        if note.strip():
            values = {"note": checked(note, "/note"), "by_id": by.id}
            await connection.execute(
                insert(table)
                .values(fingerprint=fingerprint, **values)
                .on_conflict_do_update(index_elements=["fingerprint"], set_=values)
            )
        else:
            await connection.execute(delete(table).where(table.c.fingerprint == fingerprint))
        await audit.note(
            connection,
            by=by,
            act="group.noted",
            subject="group",
            subject_id=fingerprint,
            detail={"characters": len(note)},
        )
