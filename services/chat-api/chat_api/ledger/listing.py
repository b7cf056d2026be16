"""Pages of the ledger's entries, the newest first."""

from sqlalchemy import Select, select

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.ledger.counting import Wanted
from chat_api.ledger.tables import expectation
from chat_api.tables import account
from warren.contracts.chat import Page
from warren.contracts.ledger import LedgerEntry

_SAME = ("id", "kind", "at", "bot", "step", "revision", "turn_id", "message_id", "expected",
         "actual", "distance", "reason")  # fmt: skip


async def page(store: Store, wanted: Wanted, limit: int, cursor: str | None) -> Page[LedgerEntry]:
    """Return entries and where to go on."""
    query = (
        select(
            *(expectation.c[name] for name in _SAME),
            expectation.c.in_file.label("case"),
            account.c.username.label("by"),
        )
        .select_from(expectation)
        .join(account, account.c.id == expectation.c.by_id, isouter=True)
        .order_by(expectation.c.id.desc())
        .limit(limit + 1)
    )
    query = _narrowed(query, wanted)
    if cursor:
        query = query.where(expectation.c.id < _place(cursor))
    async with store.reading.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    items = tuple(LedgerEntry.model_validate(dict(row)) for row in rows[:limit])
    next_cursor = write_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Page[LedgerEntry](items=items, next_cursor=next_cursor)


def _narrowed(query: Select[*tuple[object, ...]], wanted: Wanted) -> Select[*tuple[object, ...]]:
    for column, value in (
        (expectation.c.bot, wanted.bot),
        (expectation.c.step, wanted.step),
        (expectation.c.revision, wanted.revision),
        (expectation.c.kind, wanted.kind),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(expectation.c.at >= wanted.since)
    return query


def _place(cursor: str) -> int:
    number = read_cursor(cursor)
    if not number.isdecimal() or int(number) >= 2**63:
        raise bad_cursor()
    return int(number)
