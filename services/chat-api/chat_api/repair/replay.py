"""Replay a letter: as it was or edited, from the failed step, an earlier one or the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chat_api.changes import Changes, Store, changing
from chat_api.letters.one import NO_LETTER
from chat_api.person import Person
from chat_api.repair.acts import Act, note
from chat_api.repair.cases import Case, lock_cases
from chat_api.repair.payloads import checked_payload
from chat_api.repair.refusals import (
    entry_point,
    must_be_of_use,
    must_say_nothing_twice,
    must_stand_at,
    not_replayable,
    refused,
)
from chat_api.repair.resume import resume, with_approval
from chat_api.repair.slips import ByHand, edited, outermost, replayed
from warren.contracts.base import JsonObject
from warren.contracts.chat import StepName
from warren.contracts.letters import Replay, RevisionChoice
from warren.contracts.registry import StepCard
from warren.contracts.slip import StepCommand
from warren.errors import NotFound
from warren.metrics import REPAIRS


@dataclass(frozen=True)
class Wish:
    """How to replay. payload is for an edit; anyway also replays what is overtaken or expired."""

    payload: JsonObject | None = None
    from_step: str | None = None
    revision: RevisionChoice = "original"
    run: int | None = None
    anyway: bool = False


def wish_of(ask: Replay) -> Wish:
    """Return what a request asks for. Raises Unprocessable or TooLarge for a bad payload."""
    payload = checked_payload(ask.payload) if ask.payload is not None else None
    return Wish(payload, ask.from_step, ask.revision, ask.run, ask.overtaken)


async def replay(store: Store, by: Person, letter: UUID, ask: Replay) -> None:
    """Send a letter's turn on its way again. Raises NotFound, Conflict, Unprocessable, TooLarge."""
    wish = wish_of(ask)
    async with changing(store, "repair") as changes:
        case = (await lock_cases(changes, [letter])).get(letter)
        if case is None:
            raise NotFound(NO_LETTER)
        send(changes, case, by, wish)
    REPAIRS.labels("replayed" if wish.payload is None else "edited").inc()


def send(changes: Changes, case: Case, by: Person, wish: Wish, *, job: UUID | None = None) -> int:
    """Resume one locked letter; return its new run. Raises Conflict or TooLarge: nothing changed.

    Bulk replay calls it, too: both hold to the same checks.
    """
    verdict = case.verdict(changes.now)
    if verdict == "answered":
        must_be_of_use(verdict, case, anyway=False)
    must_stand_at(case, "open", wish.run)
    why = not_replayable(
        turn_known=case.turn is not None, command_known=case.base is not None, bot=case.bot
    )
    if why is not None:
        raise refused(why)
    must_be_of_use(verdict, case, anyway=wish.anyway)
    return _send(changes, case, by, wish, job)


def _send(changes: Changes, case: Case, by: Person, wish: Wish, job: UUID | None) -> int:
    assert case.turn is not None  # not_replayable() said so
    assert case.base is not None
    revision, steps = pipeline_of(case, wish.revision)
    if _within_delegation(case.base, steps, wish):
        base, position = case.base, case.base.position
        step = StepName(id=base.step, kind=base.kind)
    else:
        base = outermost(case.base)
        position = entry_point(case, steps, wish.revision, wish.from_step)
        must_say_nothing_twice(case, steps, position)
        step = StepName(id=steps[position].id, kind=steps[position].kind)
    try:
        slip = replayed(base, position)
        if wish.payload is not None:
            hand = ByHand(by.username, changes.now)
            slip = edited(base, position, step, wish.payload, hand)
    except ValueError as error:
        raise refused(f"Replay it from the start: {error}.") from error
    row = with_approval(case.turn, asked_for=case.approval)
    command, sent = resume(changes, row, base, slip, revision=revision, steps=steps)
    act = Act(
        kind="edited" if slip.patch else "replayed",
        run=command.run,
        step=command.step,
        revision=revision,
        patch=slip.patch,
        message_id=sent,
        job=job,
    )
    note(changes, case, by, act)
    return command.run


def _within_delegation(base: StepCommand, steps: Sequence[StepCard], wish: Wish) -> bool:
    """Whether the replay goes on in the bot that was asked: at its failed step, as it failed."""
    if not base.stack or wish.revision == "current":
        return False
    return wish.from_step is None or wish.from_step not in [step.id for step in steps]


def pipeline_of(case: Case, choice: RevisionChoice) -> tuple[str, tuple[StepCard, ...]]:
    """Return the revision that is asked for, and its steps."""
    assert case.turn is not None
    assert case.bot is not None
    if choice == "current":
        return case.bot.revision, case.bot.steps
    return case.turn.revision, case.turn.steps
