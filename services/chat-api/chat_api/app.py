"""The two ASGI apps of chat-api: the public one under /api/v1 and the inner one."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.types import ASGIApp

from chat_api.parts import Parts
from chat_api.patience import Patience
from chat_api.routes import (
    audit,
    auth,
    conversations,
    drafts,
    feedback,
    inner,
    ledger,
    letters,
    memories,
    messages,
    questions,
    repair,
    replays,
    takeover,
    turns,
    users,
)
from warren.app import problems
from warren.app.guard import Guard
from warren.app.inner import Check, guarded, inner_app

PREFIX = "/api/v1"
SERVICE = "chat-api"


def public_app(parts: Parts) -> ASGIApp:
    """Return what browsers and scripts reach through Caddy."""
    app = FastAPI(
        title="Warren",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    problems.install(app)
    for part in (
        auth,
        users,
        conversations,
        messages,
        turns,
        replays,
        letters,
        repair,
        audit,
        drafts,
        questions,
        takeover,
        memories,
        feedback,
        ledger,
    ):
        app.include_router(part.router, prefix=PREFIX)
    return Guard(Patience(app), parts.settings.public_url)


def private_app(parts: Parts, checks: Sequence[Check]) -> ASGIApp:
    """Return what other services and the operator's tools reach."""
    app = inner_app(SERVICE, checks)
    app.state.parts = parts
    token = parts.settings.service_token.get_secret_value()
    for part in (inner.router, memories.inner):
        app.include_router(part, dependencies=guarded(token))  # pyright: ignore[reportArgumentType] # guarded() returns Depends(...)
    return app
