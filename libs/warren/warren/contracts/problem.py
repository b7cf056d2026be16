"""RFC 9457: the one shape of every error that an HTTP route answers."""

from pydantic import BaseModel, ConfigDict


class ProblemError(BaseModel):
    """One fault in a request: where (a JSON pointer) and what to do about it."""

    model_config = ConfigDict(frozen=True)
    pointer: str
    detail: str


class Problem(BaseModel):
    """problem+json. `type` is stable, `detail` says what happened, what is safe and what to do."""

    model_config = ConfigDict(frozen=True, extra="allow")
    type: str
    title: str
    status: int
    detail: str
    trace_id: str
    errors: tuple[ProblemError, ...] = ()
