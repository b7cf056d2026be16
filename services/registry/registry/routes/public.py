"""What signed-in people may read of the registry: bots, revisions, kinds, runners, and lint."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry import heartbeats, history, views
from registry.askers import Askers
from registry.differences import difference
from registry.examine import judge
from registry.kinds import Kinds
from registry.watching import Watcher
from warren.contracts.base import Request
from warren.contracts.chat import Page
from warren.contracts.registry import (
    BotView,
    LintReport,
    Publication,
    Revision,
    RevisionDiff,
    RunnerView,
    StepKindView,
    etag_of,
)
from warren.errors import NotFound, Unavailable


class LintRequest(Request):
    """A bot file's text, to be looked at."""

    yaml: Annotated[str, Field(max_length=256 * 1024)]


def public_routes(engine: AsyncEngine, watcher: Watcher, askers: Askers, kinds: Kinds) -> APIRouter:
    """Return the routes under /api/v1."""
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(askers)])

    @router.get("/bots")
    async def bots() -> Page[BotView]:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            return Page(items=tuple(await views.bots(connection)))

    @router.post("/bots/lint")
    async def lint_text(body: LintRequest) -> LintReport:  # pyright: ignore[reportUnusedFunction]
        if watcher.last is None:
            raise Unavailable("The step classes are not known yet. Try again.", retry_after=2)
        catalogue = watcher.last.catalogue
        _, errors = await asyncio.to_thread(judge, body.yaml, "bot.yaml", catalogue)
        return LintReport(ok=not errors, errors=errors)

    @router.get("/bots/{name}")
    async def bot(name: str, response: Response) -> BotView:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            found = await views.one_bot(connection, name)
        if found is None:
            raise NotFound(f"There is no bot named {name!r}.")
        if found.status != "removed":  # what is not there has no state to be meant
            response.headers["ETag"] = f'"{etag_of(found.yaml or "")}"'
        return found

    @router.get("/bots/{name}/revisions")
    async def revisions(  # pyright: ignore[reportUnusedFunction]
        name: str, limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: str | None = None
    ) -> Page[Publication]:
        async with engine.connect() as connection:
            found = await history.page(connection, name, limit, cursor)
        if found is None:
            raise NotFound(f"There is no bot named {name!r}.")
        return found

    @router.get("/bots/{name}/revisions/{digest}")
    async def revision(name: str, digest: str) -> Revision:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            return await _revision(connection, name, digest)

    @router.get("/bots/{name}/revisions/{digest}/diff")
    async def diff(name: str, digest: str, to: str) -> RevisionDiff:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            before = await _revision(connection, name, digest)
            after = await _revision(connection, name, to)
        return await asyncio.to_thread(difference, before, after)

    @router.get("/step-kinds")
    async def step_kinds() -> Page[StepKindView]:  # pyright: ignore[reportUnusedFunction]
        if watcher.last is None:
            raise Unavailable("The step classes are not known yet. Try again.", retry_after=2)
        async with engine.connect() as connection:
            running = await heartbeats.live(connection)
            cards = await views.cards(connection)
        waiting = await kinds.waiting()
        return Page(items=views.step_kinds(watcher.last.catalogue, running, cards, waiting))

    @router.get("/runners")
    async def runners() -> Page[RunnerView]:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            return Page(items=tuple(await heartbeats.live(connection)))

    return router


async def _revision(connection: AsyncConnection, name: str, digest: str) -> Revision:
    found = await views.revision(connection, digest)
    if found is None or found.name != name:
        raise NotFound("There is no such revision of this bot.")
    return found
