"""Why an act is refused: pure decisions, in the words that operators read.

`letters/whole.py` shows not_replayable() beforehand; every act asks again under its locks.
"""

from collections.abc import Sequence
from datetime import datetime

from chat_api.repair.cases import Case
from chat_api.repair.reentry import reentries
from warren.contracts.letters import ActKind, LetterStatus, RevisionChoice, Verdict
from warren.contracts.registry import BotCard, StepCard
from warren.errors import Conflict

_DID: dict[ActKind, str] = {
    "replayed": "replayed this",
    "edited": "edited and replayed this",
    "finished": "finished this step by hand",
    "answered": "answered this by hand",
    "dismissed": "dismissed this",
    "restored": "restored this",
    "cancelled": "cancelled the turn of this letter",
}
_BY_ITSELF: dict[LetterStatus, str] = {
    "open": "This letter is open.",
    "replaying": "This letter is being replayed: its outcome is not known yet.",
    "resolved": "This letter is resolved: the bot has answered.",
    "answered": "This was answered by hand.",
    "dismissed": "This letter was dismissed.",
    "cancelled": "The turn of this letter was cancelled.",
    "late": "This letter came after its run was over: there is nothing to do.",
    "double": "This is a second letter of the same failure: act on the first one.",
}


def what_happened(case: Case) -> str:
    """Return who did what and when, as far as it is known: "Ana replayed this at 14:03 UTC."."""
    if case.status in ("late", "double") or case.last_act is None:
        return _BY_ITSELF[case.status]
    done = f"{case.changed_by or 'Somebody'} {_DID[case.last_act]}{_at(case.changed_at)}."
    if case.status in ("replaying", "resolved"):
        return f"{done} {_BY_ITSELF[case.status]}"
    return done


def letter_changed(case: Case) -> Conflict:
    """Return the 409 for who came second."""
    return Conflict(f"Nothing was changed. {what_happened(case)}", kind="letter-changed")


def must_stand_at(case: Case, status: LetterStatus, run: int | None = None) -> None:
    """Raise Conflict unless the letter is still as the asker saw it."""
    if case.status != status:
        raise letter_changed(case)
    if run is not None and run != case.run:
        raise Conflict(
            f"Nothing was changed. This has failed again since you looked, in run {case.run}."
            f" {what_happened(case) if case.last_act else 'Look at it anew.'}",
            kind="letter-changed",
        )


def must_be_of_use(verdict: Verdict, case: Case, *, anyway: bool) -> None:
    """Raise Conflict when a replay is of no use; what is overtaken or expired may go on anyway."""
    match verdict:
        case "answered":
            raise Conflict(
                f"Nothing was sent. {what_happened(case)} A replay would answer twice.",
                kind="answered",
            )
        case "overtaken" if not anyway:
            raise Conflict(
                "Nothing was sent. The bot has answered a later message here since."
                " Replay it all the same with overtaken=true.",
                kind="overtaken",
            )
        case "expired" if not anyway:
            raise Conflict(
                "Nothing was sent. This is older than the bot's expires_after."
                " Replay it all the same with overtaken=true.",
                kind="overtaken",
            )
        case _:
            return


def not_replayable(*, turn_known: bool, command_known: bool, bot: BotCard | None) -> str | None:
    """Return why no replay is possible at all, or None."""
    if not turn_known:
        return "It belongs to no turn that is known: it can only be dismissed."
    if bot is None or bot.removed:
        return "The bot's file is gone: put it back, or answer by hand."
    if not command_known:
        return "What the step was given is not known any more: answer by hand."
    return None


def entry_point(
    case: Case, steps: Sequence[StepCard], choice: RevisionChoice, from_step: str | None
) -> int:
    """Return the position from which a replay goes on. Raises Conflict, saying why it may not."""
    if choice == "original" and case.reason == "gone" and case.error_type == "RevisionGone":
        raise refused("The revision with which it began is gone: use the current one.")
    gone_through = case.gone_through
    wanted = from_step or (gone_through[-1].id if gone_through else None)
    for one in reentries(gone_through, steps):
        if one.step == wanted:
            if one.why_not is not None:
                raise refused(one.why_not)
            return one.position
    raise refused(f"There is no step {wanted!r} in the {choice} revision.")


def must_say_nothing_twice(case: Case, steps: Sequence[StepCard], position: int) -> None:
    """Raise Conflict when a reply that stands in the chat could be posted again from a position.

    The step that posted it may run again: its reply has one place. Another step has another.
    """
    again = {(one.id, one.kind) for one in steps[position:]}
    for number, one in enumerate(case.turn.steps if case.turn else ()):
        if one.id in case.posted and number >= position and (one.id, one.kind) not in again:
            raise refused(
                f"The reply of step {one.id!r} was posted already, and this revision has no such"
                " step: it could be said twice. Replay from a later step, or answer by hand."
            )


def refused(why: str) -> Conflict:
    """Return the 409 of a replay that is not possible."""
    return Conflict(f"Nothing was sent. {why}", kind="not-replayable")


def _at(moment: datetime | None) -> str:
    return "" if moment is None else f" at {moment:%d %b %H:%M} UTC"
