"""/api/v1/drafts: what bots want to say, for who decides it. Each is decided once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chat_api.decisions import approving, reading
from chat_api.decisions.cases import NO_DRAFT
from chat_api.membership import id_in_path
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.decider import WithDecider
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import Page
from warren.contracts.decisions import Approve, DecisionStatus, DraftView, HandOver, Reject

router = APIRouter(prefix="/drafts", tags=["drafts"], responses=PROBLEMS)

Status = Annotated[DecisionStatus | None, Query()]
Place = Annotated[UUID | None, Query()]


@router.get("")
async def listed(
    who: WithDecider,
    store: WithStore,
    status: Status = None,
    conversation: Place = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DraftView]:
    """Return the drafts that you may decide, or have decided, oldest first."""
    return await reading.drafts(
        store, who, status=status, place=conversation, limit=limit, cursor=cursor
    )


@router.get("/{id}")
async def one(id: str, who: WithDecider, store: WithStore) -> DraftView:
    """Return one draft."""
    return await reading.draft(store, who, id_in_path(id, NO_DRAFT))


@router.post("/{id}/approve")
async def approve(id: str, ask: Approve, who: WithDecider, store: WithStore) -> DraftView:
    """Approve it, in other words when body is given; 409 says who was first."""
    draft = id_in_path(id, NO_DRAFT)
    await approving.approve(store, who, draft, ask.body)
    return await reading.draft(store, who, draft)


@router.post("/{id}/reject")
async def reject(id: str, ask: Reject, who: WithDecider, store: WithStore) -> DraftView:
    """Reject it, with a reason: nobody sees it."""
    draft = id_in_path(id, NO_DRAFT)
    await approving.reject(store, who, draft, ask.reason)
    return await reading.draft(store, who, draft)


@router.post("/{id}/hand-over", status_code=204)
async def hand_over(id: str, ask: HandOver, who: WithDecider, store: WithStore) -> None:
    """Let somebody else decide; without a name the operators."""
    await approving.hand_to(store, who, id_in_path(id, NO_DRAFT), ask.to)
