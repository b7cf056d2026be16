"""/api/v1/memories: what bots remember of you. /inner/memories: what runners keep and ask."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chat_api.membership import id_in_path
from chat_api.memories import own, recalling, remembering
from chat_api.person import Person
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from chat_api.routes.users import Cursor, Limit
from warren.contracts.chat import Page
from warren.contracts.memories import MemoryQuery, MemoryView, NewMemory, Recalled

router = APIRouter(prefix="/memories", tags=["memories"], responses=PROBLEMS)
inner = APIRouter(prefix="/inner/memories")

Bot = Annotated[str, Query(min_length=1, max_length=80, description="A bot's name.")]


@router.get("")
async def mine(
    who: Asker,
    store: WithStore,
    bot: Annotated[str | None, Query(max_length=80)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MemoryView]:
    """List what bots remember of you, the newest first."""
    return await own.page(store, who.id, bot, limit, cursor)


@router.delete("/{id}", status_code=204)
async def forget(id: str, who: Asker, store: WithStore) -> Response:
    """Let a bot forget one thing of you, for good."""
    found = id_in_path(id, own.NO_MEMORY)
    await own.forget(store, Person(who.id, who.username), found)
    return Response(status_code=204)


@router.delete("", status_code=204)
async def forget_all(who: Asker, store: WithStore, bot: Bot) -> Response:
    """Let a bot forget all of you, for good."""
    await own.forget_all(store, Person(who.id, who.username), bot)
    return Response(status_code=204)


@inner.post("", status_code=204)
async def remember(ask: NewMemory, store: WithStore) -> Response:
    """Remember a text for the person whom a running turn answers."""
    await remembering.remember(store, ask)
    return Response(status_code=204)


@inner.post("/search")
async def recall(ask: MemoryQuery, store: WithStore) -> Recalled:
    """Return the nearest memories of the person whom a running turn answers."""
    return await recalling.recall(store, ask)
