"""Who did and saw what: one row an act, in the transaction of the act, kept for ever.

detail names things (ids, steps, counts) and never holds what people wrote.
"""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.letters.tables import audit
from chat_api.person import Person
from warren.contracts.base import JsonObject

WARREN = "warren"  # who acts when nobody does


NOTE = insert(audit)


def row(
    *, by: Person | None, act: str, subject: str, subject_id: str, detail: JsonObject
) -> JsonObject:
    """Return an act as a row for NOTE. by is None for Warren itself."""
    return {
        "by_id": by.id if by else None,
        "by": by.username if by else WARREN,
        "act": act,
        "subject": subject,
        "subject_id": subject_id,
        "detail": detail,
    }


async def note(
    connection: AsyncConnection,
    *,
    by: Person | None,
    act: str,
    subject: str,
    subject_id: str,
    detail: JsonObject,
) -> None:
    """Write an act into the audit, with the caller's transaction. by is None for Warren itself."""
    values = row(by=by, act=act, subject=subject, subject_id=subject_id, detail=detail)
    await connection.execute(NOTE, [values])
