"""Count what the record of bots is made of, each from one index alone: 100 000 turns in 0.1 s."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.ledger.record import Entries, Letters, Turns, record
from warren.contracts.chat import Page
from warren.contracts.ledger import EntryKind, LedgerRow


@dataclass(frozen=True)
class Wanted:
    """Which part of the ledger. None means all."""

    bot: str | None = None
    step: str | None = None
    revision: str | None = None
    kind: EntryKind | None = None
    since: datetime | None = None


_ONE_BOT = "(cast(:bot as text) is null or {0}.bot = :bot)"
_SINCE = "(cast(:since as timestamptz) is null or {0} >= :since)"

# A turn counts when it has ended; until then when it is parked, and then it failed.
_TURNS = text(f"""
    select bot, revision, sum(turns)::int as turns, sum(failures)::int as failures,
      max(seconds) as seconds, min(first_at) as first_at, max(last_at) as last_at
    from (
      select bot, revision, count(*) as turns, count(reference) as failures,
        percentile_cont(0.5) within group (order by extract(epoch from ended_at - created_at))
          filter (where state = 'done') as seconds,
        min(ended_at) as first_at, max(ended_at) as last_at
      from turn
      where ended_at is not null and {_ONE_BOT.format("turn")} and {_SINCE.format("ended_at")}
      group by bot, revision
      union all
      select bot, revision, count(*), count(*), null, min(created_at), max(created_at)
      from turn
      where state = 'parked'
        and {_ONE_BOT.format("turn")} and {_SINCE.format("created_at")}
      group by bot, revision) counted
    group by bot, revision
""")
_LETTERS = text(f"""
    select bot, step, coalesce(revision, '') as revision, count(*) as letters,
      min(opened_at) as first_at, max(opened_at) as last_at
    from dead_letter
    where status not in ('late', 'double') and bot is not null and step <> ''
      and {_ONE_BOT.format("dead_letter")} and {_SINCE.format("opened_at")}
    group by bot, step, revision
""")
_ENTRIES = text(f"""
    select bot, step, revision, kind, count(*) as entries, coalesce(sum(distance), 0) as distance,
      count(distance) as apart, min(at) as first_at, max(at) as last_at
    from expectation
    where {_ONE_BOT.format("expectation")} and {_SINCE.format("at")}
    group by bot, step, revision, kind
""")
_WITHOUT_JIT = text("set local jit = off")  # compiling such a query takes longer than running it


async def page(store: Store, wanted: Wanted, limit: int, cursor: str | None) -> Page[LedgerRow]:
    """Return the record, the places where something happened last first.

    kind leaves those that have at least one entry of it.
    """
    after = _place(cursor) if cursor else None
    async with store.engine.begin() as connection:
        await connection.execute(_WITHOUT_JIT)
        given = {"bot": wanted.bot, "since": wanted.since}
        turns = [Turns(**one) for one in await _rows(connection, _TURNS, given)]
        letters = [Letters(**one) for one in await _rows(connection, _LETTERS, given)]
        entries = [Entries(**one) for one in await _rows(connection, _ENTRIES, given)]
    rows = record(turns, letters, entries)
    if wanted.kind is not None:
        found = [one for one in entries if one.kind == wanted.kind]
        of_kind = {(one.bot, step, one.revision) for one in found for step in ("", one.step)}
        rows = [one for one in rows if (one.bot, one.step, one.revision) in of_kind]
    if wanted.step is not None:
        rows = [one for one in rows if one.step == wanted.step]
    if wanted.revision is not None:
        rows = [one for one in rows if one.revision == wanted.revision]
    if after is not None:
        rows = [one for one in rows if _order(one) > after]
    more = len(rows) > limit
    next_cursor = None
    if more:
        last = rows[limit - 1]
        names = (last.last_at.isoformat(), last.bot, last.step, last.revision)
        next_cursor = write_cursor(json.dumps(names))
    return Page[LedgerRow](items=tuple(rows[:limit]), next_cursor=next_cursor)


async def _rows(
    connection: AsyncConnection, query: Any, given: dict[str, Any]
) -> list[dict[str, Any]]:
    return [dict(one) for one in (await connection.execute(query, given)).mappings()]


def _order(row: LedgerRow) -> tuple[float, str, str, str]:
    return -row.last_at.timestamp(), row.bot, row.step, row.revision


def _place(cursor: str) -> tuple[float, str, str, str]:
    try:
        at, bot, step, revision = json.loads(read_cursor(cursor))
        return -datetime.fromisoformat(at).timestamp(), str(bot), str(step), str(revision)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise bad_cursor() from error
