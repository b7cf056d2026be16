"""Letters that failed alike, as one line each: the page that the inbox opens on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    RowMapping,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.letters.filters import conditions
from chat_api.letters.fixes import Fix, fixes
from chat_api.letters.tables import dead_letter, letter_group_note
from warren.contracts.chat import Page
from warren.contracts.letters import LetterFilter, LetterGroup

Likeness = Literal["fingerprint", "bot", "step", "error", "runner"]
HOURS = 24

# No parameter: what is selected and what is grouped by must be the same text.
_NO_NAME = literal_column("''", String)
_KEYS: Mapping[Likeness, ColumnElement[str]] = {
    "fingerprint": dead_letter.c.fingerprint,
    "bot": func.coalesce(dead_letter.c.bot, _NO_NAME),
    "step": func.coalesce(dead_letter.c.step, _NO_NAME),
    "error": dead_letter.c.error_type,
    "runner": dead_letter.c.runner,
}
_STATUS = dead_letter.c.status
_WITHOUT_JIT = text("set local jit = off")  # compiling such a query takes longer than running it


async def page(
    store: Store, wanted: LetterFilter, by: Likeness, limit: int, cursor: str | None
) -> Page[LetterGroup]:
    """Return groups, the one that failed last first. by chooses what like letters share."""
    async with store.engine.begin() as connection:
        await connection.execute(_WITHOUT_JIT)
        now = (await connection.execute(select(func.now()))).scalar_one()
        rows = await _counts(connection, wanted, by, limit, cursor)
        keys = [row["key"] for row in rows[:limit]]
        newest = await _newest(connection, wanted, by, keys)
        hours = await _hours(connection, wanted, by, keys, now)
        notes = await _notes(connection, keys) if by == "fingerprint" else {}
        fixed = await fixes(connection, keys) if by == "fingerprint" else {}
    items = [
        _group(
            row,
            newest[row["key"]],
            hours.get(row["key"], {}),
            notes.get(row["key"], ""),
            fixed.get(row["key"]),
        )
        for row in rows[:limit]
        if row["key"] in newest  # else it was deleted between two statements
    ]
    next_cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        next_cursor = write_cursor(f"{last['last_seen'].isoformat()} {last['key']}")
    return Page[LetterGroup](items=tuple(items), next_cursor=next_cursor)


async def _counts(
    connection: AsyncConnection, wanted: LetterFilter, by: Likeness, limit: int, cursor: str | None
) -> Sequence[RowMapping]:
    key = _KEYS[by].label("key")
    last_seen = func.max(dead_letter.c.failed_at).label("last_seen")
    query = (
        select(
            key,
            func.count().filter(_STATUS == "open").label("open"),
            func.count().filter(_STATUS == "replaying").label("replaying"),
            func.count().filter(_STATUS.not_in(("open", "replaying"))).label("closed"),
            func.count().filter(_STATUS == "open", dead_letter.c.failures > 1).label("returned"),
            func.min(dead_letter.c.opened_at).label("first_seen"),
            last_seen,
        )
        .where(*conditions(wanted))
        .group_by(key)
        .order_by(last_seen.desc(), key.desc())
        .limit(limit + 1)
    )
    if cursor:
        query = query.having(tuple_(last_seen.element, key.element) < tuple_(*_place(cursor)))
    return (await connection.execute(query)).mappings().all()


async def _newest(
    connection: AsyncConnection, wanted: LetterFilter, by: Likeness, keys: Sequence[str]
) -> dict[str, RowMapping]:
    """Return the newest letter of each group."""
    if not keys:
        return {}
    given = bindparam(None, list(keys), type_=ARRAY(String))
    groups = func.unnest(given).table_valued("key", name="groups").render_derived()
    one = (
        select(*(dead_letter.c[name] for name in ("id", "bot", "step", "reason", "error_type")),
               func.left(dead_letter.c.error_text, 300).label("error_text"))
        .where(_KEYS[by] == groups.c.key, *conditions(wanted))
        .order_by(dead_letter.c.failed_at.desc())
        .limit(1)
        .lateral("one")
    )  # fmt: skip
    found = await connection.execute(
        select(groups.c.key, one).select_from(groups.join(one, true()))
    )
    return {row["key"]: row for row in found.mappings()}


async def _hours(
    connection: AsyncConnection,
    wanted: LetterFilter,
    by: Likeness,
    keys: Sequence[str],
    now: datetime,
) -> dict[str, dict[int, int]]:
    """Return how many failed in each of the last 24 hours; hour 0 is the oldest."""
    if not keys:
        return {}
    since = now - timedelta(hours=HOURS)
    key = _KEYS[by].label("key")
    passed = func.extract("epoch", dead_letter.c.failed_at - since) / 3600
    hour = cast(func.floor(passed), Integer).label("hour")
    found = await connection.execute(
        select(key, hour, func.count().label("count"))
        .where(*conditions(wanted), _KEYS[by].in_(keys), dead_letter.c.failed_at >= since)
        .group_by(key, hour)
    )
    hours: dict[str, dict[int, int]] = {}
    for row in found.mappings():
        hours.setdefault(row["key"], {})[min(row["hour"], HOURS - 1)] = row["count"]
    return hours


async def _notes(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, str]:
    table = letter_group_note.c
    found = await connection.execute(
        select(table.fingerprint, table.note).where(table.fingerprint.in_(keys))
    )
    return {row.fingerprint: row.note for row in found}


def _group(
    counts: RowMapping,
    newest: RowMapping,
    hours: Mapping[int, int],
    note: str,
    fix: Fix | None,
) -> LetterGroup:
    values: dict[str, Any] = {
        name: counts[name]
        for name in ("open", "replaying", "closed", "returned", "first_seen", "last_seen")
    }
    return LetterGroup(
        fingerprint=counts["key"],
        bot=newest["bot"],
        step=newest["step"],
        reason=newest["reason"],
        error_type=newest["error_type"],
        error_text=newest["error_text"],
        hours=tuple(hours.get(hour, 0) for hour in range(HOURS)),
        newest=newest["id"],
        note=note,
        fixed_by=fix.fixed_by if fix else None,
        fixed_at=fix.fixed_at if fix else None,
        returned_after_fix=fix is not None and fix.returned,
        **values,
    )


def _place(cursor: str) -> tuple[datetime, str]:
    at, _, key = read_cursor(cursor).partition(" ")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise bad_cursor() from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment, key
