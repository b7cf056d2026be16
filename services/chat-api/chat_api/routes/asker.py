"""Who asks: by `Authorization: Bearer`, else by the session cookie."""

from typing import Annotated

from fastapi import Depends, Request, Response

from chat_api.changes import Store
from chat_api.parts import Parts, parts_of
from chat_api.sessions import ABSOLUTE, Who, who_has
from chat_api.settings import Settings
from warren.app.credentials import credentials_of
from warren.contracts.problem import Problem

PROBLEMS: dict[int | str, dict[str, object]] = {
    "4XX": {"model": Problem},
    "5XX": {"model": Problem},
}

WithParts = Annotated[Parts, Depends(parts_of)]


async def store_of(parts: WithParts) -> Store:
    """Return the store."""
    return parts.store


WithStore = Annotated[Store, Depends(store_of)]


async def secret_of(request: Request, parts: WithParts) -> str | None:
    """Return the secret that a request carries, or None."""
    found = credentials_of(request, parts.settings.cookie_name)
    return (found.bearer or found.cookie) if found else None


async def asker(parts: WithParts, secret: Annotated[str | None, Depends(secret_of)]) -> Who:
    """Return who asks. Raises Unauthenticated, saying to sign in (again)."""
    return await who_has(parts.store, secret)


Asker = Annotated[Who, Depends(asker)]


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give a browser its session."""
    response.set_cookie(
        settings.cookie_name,
        secret,
        max_age=int(ABSOLUTE["cookie"].total_seconds()),
        path="/",
        secure=settings.public_is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings) -> None:
    """Take a browser's session away."""
    response.delete_cookie(
        settings.cookie_name,
        path="/",
        secure=settings.public_is_https,
        httponly=True,
        samesite="lax",
    )
