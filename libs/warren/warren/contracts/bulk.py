"""Bulk replays: what is asked for, what it would do, how it goes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from warren.contracts.base import Request, UtcTime, View
from warren.contracts.letters import LetterFilter, RevisionChoice, Sought

JobState = Literal["running", "paused", "stopped", "halted", "done"]
"""halted: it stopped by itself, because what it replayed failed again in the same way."""

ItemState = Literal["pending", "sent", "resolved", "failed_again", "skipped"]


class NewReplay(Request):
    """Replay many. dry_run only plans. pace is letters a second at most; from_step as in Replay."""

    filter: LetterFilter
    dry_run: bool = False
    revision: RevisionChoice = "original"
    from_step: Sought | None = None
    pace: Annotated[float, Field(ge=0.01, le=1000)] = 100.0


class ReplayPlan(View):
    """What a bulk replay would do now: how many match, how many are still needed."""

    matched: int
    needed: int
    answered: int
    overtaken: int
    expired: int
    not_replayable: int
    groups: int


class LetterWhy(View):
    """A letter of a bulk replay that was skipped or failed again, and why."""

    letter: UUID
    reference: str
    why: str


class ReplayJob(View):
    """A bulk replay: at stage 0 it sends 1 letter, then 5, 25 and the rest."""

    id: UUID
    state: JobState
    why: str = ""
    made_by: str
    made_at: UtcTime
    changed_at: UtcTime
    filter: LetterFilter
    revision: RevisionChoice
    from_step: str | None
    pace: float
    stage: int
    plan: ReplayPlan
    total: int
    pending: int
    sent: int
    resolved: int
    failed_again: int
    skipped: int
    skips: tuple[LetterWhy, ...] = Field(default=(), description="the first 100")
    failures: tuple[LetterWhy, ...] = Field(default=(), description="the first that failed again")
