"""What other services ask the registry on its inner port."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import heartbeats, kinds, views
from warren.app.inner import guarded
from warren.contracts.registry import BotCard, Heartbeat, HeartbeatAnswer, Revision
from warren.db.relay import Relay
from warren.errors import NotFound


def inner_routes(engine: AsyncEngine, relay: Relay, service_token: str) -> APIRouter:
    """Return the routes under /inner."""
    router = APIRouter(prefix="/inner", dependencies=guarded(service_token))

    @router.post("/heartbeat")
    async def beat(heartbeat: Heartbeat) -> HeartbeatAnswer:  # pyright: ignore[reportUnusedFunction]
        async with engine.begin() as connection:
            await heartbeats.beat(connection, heartbeat)
            return HeartbeatAnswer(kinds=await kinds.all_kinds(connection))

    @router.delete("/heartbeat/{runner}", status_code=204)
    async def goodbye(runner: str) -> None:  # pyright: ignore[reportUnusedFunction]
        async with engine.begin() as connection:
            await heartbeats.goodbye(connection, runner)
            rows = await heartbeats.settle(connection)
        relay.offer(rows)

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
