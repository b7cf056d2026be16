"""/api/v1/ledger: how far bots are from what is expected of them, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from chat_api.ledger import counting, listing
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.letters import Cursor, Moment
from chat_api.routes.operator import Operator
from chat_api.routes.users import Limit
from warren.contracts.chat import Page
from warren.contracts.ledger import EntryKind, LedgerEntry, LedgerRow

router = APIRouter(prefix="/ledger", tags=["ledger"], responses=PROBLEMS)

Name = Annotated[str | None, Query(max_length=200)]


async def wanted(
    bot: Name = None,
    step: Annotated[
        str | None, Query(max_length=200, description="Empty for whole answers.")
    ] = None,
    revision: Name = None,
    kind: EntryKind | None = None,
    since: Moment = None,
) -> counting.Wanted:
    """Return which part of the ledger a query asks for."""
    return counting.Wanted(bot=bot, step=step, revision=revision, kind=kind, since=since)


Which = Annotated[counting.Wanted, Depends(wanted)]


@router.get("")
async def record(
    _: Operator, store: WithStore, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Page[LedgerRow]:
    """Return the record of each bot, step and revision; with kind, of those that have such an
    entry."""
    return await counting.page(store, which, limit, cursor)


@router.get("/entries")
async def entries(
    _: Operator, store: WithStore, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Page[LedgerEntry]:
    """List what the record is made of: thumbs, corrections, decided drafts, gaps; newest first."""
    return await listing.page(store, which, limit, cursor)
