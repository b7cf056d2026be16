"""/api/v1/dead-letters: read what failed. Acts on it are in `repair.py` and `replays.py`."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from chat_api import audit_pages
from chat_api.letters import export, groups, listing, notes
from chat_api.letters.filters import must_be_findable
from chat_api.letters.one import letter_at
from chat_api.letters.whole import whole
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.operator import Operator
from chat_api.routes.users import Limit
from warren.contracts.base import UtcTime
from warren.contracts.chat import Page
from warren.contracts.failure import FailureReason
from warren.contracts.letters import (
    GroupNote,
    LetterFilter,
    LetterGroup,
    LetterRow,
    LetterStatus,
    LetterView,
    Payload,
    Sought,
)
from warren.contracts.problem import ProblemError
from warren.errors import Unprocessable

router = APIRouter(prefix="/dead-letters", tags=["dead letters"], responses=PROBLEMS)

Cursor = Annotated[str | None, Query(max_length=400)]
Name = Annotated[Sought | None, Query()]
Moment = Annotated[UtcTime | None, Query()]

_STATUSES: tuple[str, ...] = get_args(LetterStatus)


async def wanted(
    status: Annotated[list[str], Query(description="Several: repeat it, or use commas.")] = [],  # noqa: B006 # FastAPI copies it
    bot: Name = None,
    step: Name = None,
    group: Name = None,
    error_type: Name = None,
    reason: FailureReason | None = None,
    runner: Name = None,
    conversation: UUID | None = None,
    since: Moment = None,
    until: Moment = None,
    q: Annotated[Sought, Query()] = "",
) -> LetterFilter:
    """Return the filter of a query. Raises Unprocessable for a status that there is not, and for a
    text that is too short to be looked for."""
    must_be_findable(q)
    return LetterFilter(
        status=_checked(status),
        bot=bot,
        step=step,
        group=group,
        error_type=error_type,
        reason=reason,
        runner=runner,
        conversation=conversation,
        since=since,
        until=until,
        q=q,
    )


Wanted = Annotated[LetterFilter, Depends(wanted)]


@router.get("")
async def letters(
    who: Operator, store: WithStore, which: Wanted, limit: Limit = 50, cursor: Cursor = None
) -> Page[LetterRow]:
    """List letters, the newest failure first. A search through payloads is in the audit."""
    if which.q and cursor is None:
        await audit_pages.read_out(store, who, "dead_letter.searched", {"characters": len(which.q)})
    return await listing.page(store, which, limit, cursor)


@router.get("/groups")
async def like_letters(
    _: Operator,
    store: WithStore,
    which: Wanted,
    by: groups.Likeness = "fingerprint",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[LetterGroup]:
    """List groups of letters that failed alike, the one that failed last first."""
    return await groups.page(store, which, by, limit, cursor)


@router.put("/groups/{fingerprint}/note", status_code=204)
async def note(
    fingerprint: Annotated[Sought, Path()], ask: GroupNote, who: Operator, store: WithStore
) -> None:
    """Write what is known of a group; an empty note takes it away."""
    await notes.write(store, who, fingerprint, ask.note)


@router.get("/export.csv", response_class=StreamingResponse)
async def as_csv(who: Operator, store: WithStore, which: Wanted) -> StreamingResponse:
    """Return letters as a CSV file, at most 100 000."""
    narrowed = sorted(which.model_dump(exclude_defaults=True))
    await audit_pages.read_out(store, who, "dead_letter.exported", {"filters": narrowed})
    headers = {"Content-Disposition": 'attachment; filename="dead-letters.csv"'}
    return StreamingResponse(
        export.rows(store, which), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.get("/payload-schema")
async def payload_schema(_: Operator) -> dict[str, Any]:
    """Return the JSON Schema that an edited payload must fit."""
    return Payload.model_json_schema()


@router.get("/{id}", response_model=LetterView)
async def letter(id: str, who: Operator, store: WithStore) -> Response:
    """Return a whole letter, by its id or its reference. Who looked is noted in the audit."""
    found = await letter_at(store, id)
    shown = await whole(store, found)
    await audit_pages.viewed(store, who, "dead_letter", str(found))
    return Response(shown.model_dump_json(), media_type="application/json")


def _checked(given: Sequence[str]) -> tuple[LetterStatus, ...]:
    named = [one.strip() for part in given for one in part.split(",") if one.strip()]
    unknown = [one for one in named if one not in _STATUSES]
    if unknown:
        raise Unprocessable(
            f"There is no status {unknown[0][:40]!r}. Use one of: {', '.join(_STATUSES)}.",
            errors=[ProblemError(pointer="/status", detail="not a status")],
        )
    known: tuple[LetterStatus, ...] = get_args(LetterStatus)
    return tuple(one for one in known if one in named)
