"""/api/v1/users: people and bots in one list."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chat_api.accounts import list_users
from chat_api.routes.asker import PROBLEMS, Asker, WithStore
from warren.contracts.accounts import UserView
from warren.contracts.chat import Page

router = APIRouter(tags=["users"], responses=PROBLEMS)

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=200)]


@router.get("/users")
async def users(
    _: Asker,
    store: WithStore,
    q: Annotated[str, Query(max_length=80)] = "",
    kind: Literal["person", "bot"] | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[UserView]:
    """List people and bots by username."""
    return await list_users(store, q, kind, limit, cursor)
