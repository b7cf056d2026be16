"""What operators change of bots: save a file's text, roll back. Every change says which state it
means, by If-Match or If-None-Match."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.adding import add_case
from registry.askers import Askers
from registry.history import Saved
from registry.preconditions import Conditions
from registry.rollback import roll_back
from registry.saving import Saver, Stored, Wanted
from registry.verdicts import good_and_named
from warren.contracts.accounts import Identity
from warren.contracts.registry import BotView, NewCase, Rollback, etag_of
from warren.errors import TooLarge, WrongMedia
from warren.step.marked_yaml import MAX_BYTES

YAML = ("application/yaml", "text/yaml")
_BODY = {"requestBody": {"required": True, "content": {YAML[0]: {"schema": {"type": "string"}}}}}


def conditions(
    if_match: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Conditions:
    """Return which state of the file the request means."""
    return Conditions(if_match, if_none_match)


Asked = Annotated[Conditions, Depends(conditions)]


def saving_routes(engine: AsyncEngine, saver: Saver, askers: Askers) -> APIRouter:
    """Return the routes under /api/v1 that change bots."""
    router = APIRouter(prefix="/api/v1")

    @router.put("/bots/{name}", openapi_extra=_BODY)
    async def save(  # pyright: ignore[reportUnusedFunction]
        name: str,
        request: Request,
        response: Response,
        who: Annotated[Identity, Depends(askers.operator)],
        asked: Asked,
    ) -> BotView:
        content = await _text(request)
        wanted = Wanted(name, content, asked, Saved(who.username), good_and_named(name))
        return _answer(await saver.save(wanted), response)

    @router.post("/bots/{name}/rollback")
    async def rollback(  # pyright: ignore[reportUnusedFunction]
        name: str,
        body: Rollback,
        response: Response,
        who: Annotated[Identity, Depends(askers.operator)],
        asked: Asked,
    ) -> BotView:
        stored = await roll_back(engine, saver, name, body, asked, who.username)
        return _answer(stored, response)

    @router.post("/bots/{name}/cases")
    async def add(  # pyright: ignore[reportUnusedFunction]
        name: str,
        body: NewCase,
        response: Response,
        who: Annotated[Identity, Depends(askers.operator)],
    ) -> BotView:
        return _answer(await add_case(engine, saver, name, body.case, who.username), response)

    return router


async def _text(request: Request) -> bytes:
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in YAML:
        raise WrongMedia("Nothing was saved. Send the file's text as application/yaml.")
    content = await request.body()
    if len(content) > MAX_BYTES:
        raise TooLarge(
            f"Nothing was saved. A bot's file may have at most {MAX_BYTES // 1024} KiB: this one"
            f" has {len(content) / 1024:.0f}. A bot is a few hundred lines."
        )
    return content


def _answer(stored: Stored, response: Response) -> BotView:
    response.status_code = 201 if stored.created else 200
    response.headers["ETag"] = f'"{etag_of(stored.view.yaml or "")}"'
    return stored.view
