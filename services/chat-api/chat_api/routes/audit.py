"""/api/v1/audit: who did and saw what, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from chat_api import audit_pages
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.operator import Operator
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import Page
from warren.contracts.letters import AuditRow, Sought

router = APIRouter(prefix="/audit", tags=["audit"], responses=PROBLEMS)

Name = Annotated[Sought | None, Query()]


async def wanted(
    act: Name = None, by: Name = None, subject: Name = None, subject_id: Name = None
) -> audit_pages.Wanted:
    """Return which acts a query asks for."""
    return audit_pages.Wanted(act, by, subject, subject_id)


Which = Annotated[audit_pages.Wanted, Depends(wanted)]


@router.get("")
async def acts(
    _: Operator, store: WithStore, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Page[AuditRow]:
    """List acts, the newest first."""
    return await audit_pages.page(store, which, limit, cursor)


@router.get("/export", response_class=StreamingResponse)
async def export(who: Operator, store: WithStore, which: Which) -> StreamingResponse:
    """Return every act as a line of JSON, the oldest first."""
    await audit_pages.read_out(store, who, "audit.exported", {})
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(
        audit_pages.lines(store, which), media_type="application/x-ndjson", headers=headers
    )
