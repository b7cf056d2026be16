"""The inner port of a service: /livez, /readyz, /metrics, and routes for other services with the
service token."""

import hmac
from collections.abc import Awaitable, Callable, Sequence

from fastapi import Depends, FastAPI, Header, Response, params
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from warren.app import problems
from warren.errors import Unauthenticated

Check = Callable[[], Awaitable[str | None]]
"""Says why the service is not ready, or None."""


def inner_app(service: str, checks: Sequence[Check]) -> FastAPI:
    """Return the inner app with the three health routes."""
    app = FastAPI(title=f"{service} inner", openapi_url=None)
    problems.install(app)

    @app.get("/livez")
    async def livez() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        reasons = [reason for reason in [await check() for check in checks] if reason]
        body = {"status": "not ready" if reasons else "ready", "reasons": reasons}
        return JSONResponse(body, 503 if reasons else 200)

    @app.get("/metrics")
    async def metrics() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def service_token_required(expected: str) -> Callable[..., None]:
    """Return a dependency that lets only our own services in."""

    def check(authorization: str = Header(default="")) -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {expected}".encode()):
            raise Unauthenticated("Send Authorization: Bearer with the service token.")

    return check


def guarded(expected: str) -> list[params.Depends]:
    """Return `dependencies=` for a router of inner routes."""
    return [Depends(service_token_required(expected))]
