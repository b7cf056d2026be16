"""Read the audit: pages, the whole of it as lines of JSON, and who looked at one thing."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import audit as writing
from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.letters.tables import audit
from chat_api.person import Person
from warren.contracts.base import JsonObject
from warren.contracts.chat import Page
from warren.contracts.letters import AuditRow, Seen

VIEWED_AGAIN = timedelta(minutes=10)  # one row for a person who looks at one thing repeatedly
MOST_SEEN = 20
EXPORT_BATCH = 1000

_COLUMNS = tuple(audit.c[name] for name in AuditRow.model_fields)


@dataclass(frozen=True)
class Wanted:
    """Which acts. None means any."""

    act: str | None = None
    by: str | None = None
    subject: str | None = None
    subject_id: str | None = None


async def page(store: Store, wanted: Wanted, limit: int, cursor: str | None) -> Page[AuditRow]:
    """Return acts, the newest first."""
    query = _select(wanted).order_by(audit.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(audit.c.id < _place(cursor))
    async with store.reading.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    items = tuple(AuditRow.model_validate(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page[AuditRow](
        items=items, next_cursor=write_cursor(str(items[-1].id)) if more else None
    )


async def lines(store: Store, wanted: Wanted) -> AsyncGenerator[str]:
    """Yield every act as a line of JSON, the oldest first."""
    last = 0
    while True:
        query = _select(wanted).where(audit.c.id > last).order_by(audit.c.id).limit(EXPORT_BATCH)
        async with store.reading.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        yield "".join(f"{AuditRow.model_validate(row).model_dump_json()}\n" for row in rows)


async def read_out(store: Store, by: Person, act: str, detail: JsonObject) -> None:
    """Note that somebody read many things at once: an export, or a search through payloads."""
    async with store.engine.begin() as connection:
        await writing.note(
            connection, by=by, act=act, subject=act.split(".")[0], subject_id="", detail=detail
        )


async def viewed(store: Store, by: Person, subject: str, subject_id: str) -> None:
    """Note that somebody looked at a thing's content; not again within VIEWED_AGAIN."""
    async with store.engine.begin() as connection:
        lately = exists().where(
            audit.c.subject == subject,
            audit.c.subject_id == subject_id,
            audit.c.act == f"{subject}.viewed",
            audit.c.by_id == by.id,
            audit.c.at > func.now() - VIEWED_AGAIN,
        )
        if not (await connection.execute(select(lately))).scalar_one():
            await writing.note(
                connection,
                by=by,
                act=f"{subject}.viewed",
                subject=subject,
                subject_id=subject_id,
                detail={},
            )


async def seen(connection: AsyncConnection, subject: str, subject_id: str) -> tuple[Seen, ...]:
    """Return who looked at a thing, and when last; the latest first."""
    at = func.max(audit.c.at).label("at")
    found = await connection.execute(
        select(audit.c.by, at)
        .where(
            audit.c.subject == subject,
            audit.c.subject_id == subject_id,
            audit.c.act == f"{subject}.viewed",
        )
        .group_by(audit.c.by)
        .order_by(at.desc())
        .limit(MOST_SEEN)
    )
    return tuple(Seen(by=row.by, at=row.at) for row in found)


def _select(wanted: Wanted) -> Select[Any]:
    return select(*_COLUMNS).where(
        *(
            column == value
            for column, value in (
                (audit.c.act, wanted.act),
                (audit.c.by, wanted.by),
                (audit.c.subject, wanted.subject),
                (audit.c.subject_id, wanted.subject_id),
            )
            if value is not None
        )
    )


def _place(cursor: str) -> int:
    number = read_cursor(cursor)
    if not number.isdecimal() or int(number) >= 2**63:
        raise bad_cursor()
    return int(number)
