"""A runner's progress and deltas as browsers may see them: a closed set of fields, checked against
the run that the gate opened.

A runner's account may write to warren.progress, so nothing in such a frame is believed but the text
of a
step of an open run: conversation and bot are those that chat-api announced.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from gateway_ws.runs import Runs
from warren.contracts.frames import TurnDelta, TurnProgress
from warren.contracts.names import STEP_ID
from warren.metrics import FRAMES_DROPPED

MAX_BODY_BYTES = 16 * 1024  # a token delta has tens of bytes, a merged one hundreds

_Step = Annotated[str, Field(pattern=STEP_ID)]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]


class _Progress(TurnProgress):
    """TurnProgress and nothing else."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["turn.progress"]  # pyright: ignore[reportGeneralTypeIssues] # required here
    step: _Step
    position: _Count
    total: _Count
    attempt: _Count
    lease_seconds: Annotated[float, Field(gt=0, le=3600)]


class _Delta(TurnDelta):
    """TurnDelta and nothing else."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["turn.delta"]  # pyright: ignore[reportGeneralTypeIssues] # required here
    step: _Step
    attempt: _Count
    index: _Count


_Hint = TypeAdapter[_Progress | _Delta](Annotated[_Progress | _Delta, Field(discriminator="type")])


def read_hint(body: bytes, runs: Runs) -> tuple[UUID, str, bytes] | None:
    """Return conversation, type and frame of a hint that may be shown, or None."""
    if len(body) > MAX_BODY_BYTES:
        return _drop("too_big")
    try:
        hint = _Hint.validate_json(body)
    except ValidationError:
        return _drop("bad_hint")
    run = runs.find(hint.turn_id, hint.run)
    if run is None:
        return _drop("run_not_open")
    change: dict[str, Any] = {"conversation": run.conversation}
    match hint:
        case _Delta():
            if not run.stream:
                return _drop("not_streamed")
        case _Progress():
            change["bot"] = run.bot
    shown = hint.model_copy(update=change)
    return run.conversation, hint.type, shown.model_dump_json().encode()


def _drop(cause: str) -> None:
    FRAMES_DROPPED.labels(cause).inc()
