"""Every error of an HTTP route as problem+json (RFC 9457). No exception text ever reaches the
asker."""

import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from warren.app import database_faults
from warren.contracts.problem import Problem, ProblemError
from warren.errors import Refused, Retryable
from warren.logging import get_logger

log = get_logger(__name__)

TYPE_PREFIX = (
    "https://warren.invalid/problems/"  # a name, not an address: problems are told apart by it
)
MEDIA_TYPE = "application/problem+json"

_TITLES = {404: "Not found", 405: "Method not allowed", 413: "Too large", 415: "Not JSON"}


def problem_response(
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    errors: tuple[ProblemError, ...] = (),
    retry_after: int | None = None,
) -> JSONResponse:
    """Return a problem. Its trace_id is new: it stands in the log line, too, when one is
    written."""
    body = Problem(
        type=TYPE_PREFIX + kind,
        title=title,
        status=status,
        detail=detail,
        trace_id=secrets.token_hex(8),
        errors=errors,
    )
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(body.model_dump(mode="json"), status, headers, MEDIA_TYPE)


def from_validation(faults: list[dict[str, Any]]) -> tuple[ProblemError, ...]:
    """Return FastAPI's validation faults as pointers and sentences; what was sent is not
    repeated."""
    return tuple(
        ProblemError(
            pointer="/" + "/".join(str(part) for part in fault["loc"][1:]),
            detail=str(fault["msg"]).removeprefix("Value error, "),
        )
        for fault in faults
    )


def install(app: FastAPI) -> None:
    """Register the handlers: every 4xx and 5xx of the app is a problem from here on."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return problem_response(
            error.status,
            error.kind,
            error.title,
            error.detail,
            errors=error.errors,
            retry_after=error.retry_after,
        )

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        faults = list(error.errors())
        if any(fault["type"] == "json_invalid" for fault in faults):
            return problem_response(
                400,
                "bad-json",
                "The body is not JSON",
                "Nothing was saved. Send a JSON object in UTF-8 and try again.",
                errors=from_validation(faults),
            )
        return problem_response(
            422,
            "invalid",
            "The content is not valid",
            "Nothing was saved. Correct what is named in errors and send it again.",
            errors=from_validation(faults),
        )

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        title = _TITLES.get(error.status_code, "The request is refused")
        kind = title.lower().replace(" ", "-")
        return problem_response(error.status_code, kind, title, _http_detail(error.status_code))

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Retryable) or (database_faults.is_unavailable(error)):
            return unavailable()
        response = problem_response(
            500,
            "internal",
            "Something broke on our side",
            "Your request may not have been carried out. Try again; if it happens again, tell the"
            " operator the trace_id.",
        )
        trace = str(response.body)
        log.error("request failed", path=request.url.path, problem=trace, exc_info=error)
        return response

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for kind in database_faults.error_classes():
        app.add_exception_handler(kind, unexpected)
    app.add_exception_handler(Retryable, unexpected)
    app.add_exception_handler(Exception, unexpected)


def unavailable() -> JSONResponse:
    """Return the 503 of a part that is away."""
    return problem_response(
        503,
        "unavailable",
        "Not available for the moment",
        "Nothing was changed. Try again in a few seconds; the same Idempotency-Key is safe.",
        retry_after=2,
    )


def _http_detail(status: int) -> str:
    return {
        400: "Nothing was saved. The body cannot be read: send a JSON object in UTF-8.",
        404: "There is nothing at this address.",
        405: "This address does not take this method.",
        413: "The body is over the limit. Nothing was saved. Send less.",
        415: "Send a body with Content-Type: application/json.",
    }.get(status, "Nothing was changed.")
