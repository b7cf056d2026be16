"""Try a bot's text on a message without publishing it. For operators: it runs steps with the bots'
secrets, and a model costs."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request

from registry.askers import Askers
from registry.examine import judge
from registry.trying import Tries
from registry.watching import Watcher
from warren.contracts.accounts import Identity
from warren.contracts.base import JsonObject
from warren.contracts.slip import MAX_PAYLOAD_BYTES
from warren.contracts.trying import TryOut, TryResult
from warren.errors import TooLarge, Unavailable
from warren.logging import get_logger
from warren.step.revision import build

log = get_logger(__name__)

LOOK_SECONDS = 0.5  # between two looks whether the asker is still there


def trying_routes(watcher: Watcher, tries: Tries, askers: Askers) -> APIRouter:
    """Return the route under /api/v1."""
    router = APIRouter(prefix="/api/v1")

    @router.post("/bots/try")
    async def try_bot(  # pyright: ignore[reportUnusedFunction]
        body: TryOut, request: Request, who: Annotated[Identity, Depends(askers.operator)]
    ) -> TryResult:
        if watcher.last is None:
            raise Unavailable("The step classes are not known yet. Try again.", retry_after=2)
        catalogue = watcher.last.catalogue
        bot, errors = await asyncio.to_thread(judge, body.yaml, "bot.yaml", catalogue)
        if bot is None:
            return TryResult(ok=False, errors=errors)
        given = _given(body, bot.name, who.username)
        revision = build(bot, catalogue.sources, datetime.now(UTC))
        found = await while_asked(tries.run(revision, given), request)
        log.info("bot tried", event_name="bot.tried", bot=bot.name, by=who.username, well=found.ok)
        return found

    return router


def _given(body: TryOut, bot: str, user: str) -> JsonObject:
    if body.payload is None:
        said = {"id": str(uuid4()), "user": user, "recipient": bot, "body": body.message}
        return {"messages": [{**said, "timestamp": datetime.now(UTC).isoformat()}]}
    if len(orjson.dumps(body.payload)) > MAX_PAYLOAD_BYTES:
        raise TooLarge(
            f"Nothing was run. A payload may have at most {MAX_PAYLOAD_BYTES // 1024} KiB."
        )
    return body.payload


async def while_asked(work: Coroutine[Any, Any, TryResult], request: Request) -> TryResult:
    """Return what work does, and end it as soon as the asker goes away."""
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        gone = tasks.create_task(_gone(request))
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        working.cancel()  # nothing when it is done
    return working.result()


async def _gone(request: Request) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK_SECONDS)
