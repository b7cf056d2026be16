"""/api/v1/ledger: how far bots are from what is expected of them, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from chat_api import audit_pages
from chat_api.ledger import case_pages, counting, listing
from chat_api.letters.one import letter_at
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.letters import Cursor, Moment
from chat_api.routes.operator import Operator
from chat_api.routes.users import Limit
from warren.contracts.chat import Page
from warren.contracts.ledger import CaseView, EntryKind, LedgerEntry, LedgerRow
from warren.contracts.letters import Sought
from warren.errors import NotFound

router = APIRouter(tags=["ledger"], responses=PROBLEMS)

Name = Annotated[Sought | None, Query()]


async def wanted(
    bot: Name = None,
    step: Annotated[Sought | None, Query(description="Empty for whole answers.")] = None,
    revision: Name = None,
    kind: EntryKind | None = None,
    since: Moment = None,
) -> counting.Wanted:
    """Return which part of the ledger a query asks for."""
    return counting.Wanted(bot=bot, step=step, revision=revision, kind=kind, since=since)


Which = Annotated[counting.Wanted, Depends(wanted)]


@router.get("/ledger")
async def record(
    _: Operator, store: WithStore, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Page[LedgerRow]:
    """Return the record of each bot, step and revision; with kind, of those that have such an
    entry."""
    return await counting.page(store, which, limit, cursor)


@router.get("/ledger/entries")
async def entries(
    who: Operator, store: WithStore, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Page[LedgerEntry]:
    """List what the record is made of: thumbs, corrections, decided drafts, gaps; newest first.

    They tell what people read and wrote: who looked is noted in the audit."""
    if cursor is None:
        await audit_pages.viewed(store, who, "ledger", which.bot or "")
    return await listing.page(store, which, limit, cursor)


@router.get("/ledger/entries/{id}/case")
async def case_of_entry(id: str, who: Operator, store: WithStore) -> CaseView:
    """Return an entry as a case for the bot file's `tests:`; 409 says why that is not possible."""
    if not id.isdecimal() or len(id) > 18:
        raise NotFound(case_pages.NO_ENTRY)
    return await case_pages.of_entry(store, who, int(id))


@router.get("/dead-letters/{id}/case")
async def case_of_letter(id: str, who: Operator, store: WithStore) -> CaseView:
    """Return a failure as a case for the bot file's `tests:`; 409 says why that is not possible."""
    return await case_pages.of_letter(store, who, await letter_at(store, id))
