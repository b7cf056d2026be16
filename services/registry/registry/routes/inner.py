"""What other services ask the registry on its inner port."""

import re

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import views
from registry.runners import Runners
from warren.app.inner import guarded
from warren.contracts.names import KIND
from warren.contracts.registry import BotCard, Heartbeat, HeartbeatAnswer, Revision
from warren.errors import NotFound, Unprocessable

_KIND = re.compile(KIND)


def inner_routes(engine: AsyncEngine, runners: Runners, service_token: str) -> APIRouter:
    """Return the routes under /inner."""
    router = APIRouter(prefix="/inner", dependencies=guarded(service_token))

    @router.post("/heartbeat")
    async def beat(heartbeat: Heartbeat) -> HeartbeatAnswer:  # pyright: ignore[reportUnusedFunction]
        if not all(_KIND.match(name) for name in heartbeat.kinds) or "\0" in heartbeat.runner:
            raise Unprocessable("kinds are names of small letters, digits and underscores.")
        return await runners.beat(heartbeat)

    @router.delete("/heartbeat/{runner}", status_code=204)
    async def goodbye(runner: str) -> None:  # pyright: ignore[reportUnusedFunction]
        if "\0" not in runner:
            await runners.goodbye(runner)

    @router.get("/revisions/{digest}")
    async def revision(digest: str) -> Revision:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            found = await views.revision(connection, digest)
        if found is None:
            raise NotFound("There is no such revision.")
        return found

    @router.get("/bots")
    async def bots() -> list[BotCard]:  # pyright: ignore[reportUnusedFunction]
        async with engine.connect() as connection:
            return await views.cards(connection)

    return router
