"""What an act would do, said before it is done: the same facts that the server decides on.

Pure but for say(). The server decides again when the act is sent: somebody may have been faster.
"""

import json
from dataclasses import asdict, dataclass

import typer

from warren.contracts.letters import Dismiss, Finish, LetterView, Replay


@dataclass(frozen=True)
class Forecast:
    """What would happen; refused is why it would not, and then nothing would be sent."""

    letter: str
    act: str
    would: str
    verdict: str
    step: str | None = None
    position: int | None = None
    revision: str | None = None
    refused: str | None = None


def forecast(view: LetterView, ask: Replay | Finish | Dismiss) -> Forecast:
    """Return what this act would do to the letter."""
    match ask:
        case Replay():
            return _replay(view, ask)
        case Finish():
            return _finish(view, ask)
        case Dismiss():
            return _made(view, "dismiss", "give it up; it can be restored", _not_open(view))


def forecast_restore(view: LetterView) -> Forecast:
    """Return what a restore would do."""
    status = view.letter.status
    why = None if status == "dismissed" else f"It is {status}: only a dismissed letter is restored."
    return _made(view, "restore", "open it again", why)


def say(found: Forecast, as_json: bool) -> None:
    """Print the forecast. A refusal ends the command with exit code 1."""
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    elif found.refused:
        typer.echo(f"Would be refused: {found.refused}")
    else:
        typer.echo(f"Would {found.would}. Verdict: {found.verdict}. Nothing was sent.")
    if found.refused:
        raise typer.Exit(1)


def _replay(view: LetterView, ask: Replay) -> Forecast:
    row = view.letter
    act = "replay" if ask.payload is None else "edit"
    choices = view.reentry_original if ask.revision == "original" else view.reentry_current
    revision = row.revision if ask.revision == "original" else view.current_revision
    wanted = ask.from_step or _stands_at(view)
    entry = next((one for one in choices if one.step == wanted), None)
    changed = " with the changed payload" if ask.payload is not None else ""
    where = (
        f"step {wanted}" if entry is None else f"step {entry.step} (number {entry.position + 1})"
    )
    why = _not_open(view) or view.replayable
    if row.verdict == "answered":
        why = "It has been answered: a replay would answer twice."
    elif why is None and row.verdict in ("overtaken", "expired") and not ask.overtaken:
        why = f"It is {row.verdict}. Send it all the same with --overtaken."
    elif why is None and entry is None:
        why = f"There is no step {wanted!r} in the {ask.revision} revision."
    elif why is None and entry is not None:
        why = entry.why_not
    return Forecast(
        row.reference,
        act,
        f"send it again from {where}{changed}, on the {ask.revision} revision",
        row.verdict,
        wanted,
        None if entry is None else entry.position,
        revision,
        why,
    )


def _stands_at(view: LetterView) -> str | None:
    """Return the step that a replay begins with when none is named: the last one reached."""
    reached = [one.step for one in view.reentry_original if one.why_not is None]
    return reached[-1] if reached else view.letter.step


def _finish(view: LetterView, ask: Finish) -> Forecast:
    row = view.letter
    if ask.reply is not None:
        would = f"post your text as {row.bot or 'the bot'}'s answer and close the letter"
        return _made(view, "finish", would, _not_open(view))
    left = [one.id for one in view.steps[(view.position or 0) + 1 :]]
    would = f"take your output for {row.step}; then run {', '.join(left) or 'nothing more'}"
    why = _not_open(view) or view.replayable
    if why is None and row.step is None:
        why = "What the failed step was given is not known: answer by hand."
    if why is None and left and (ask.output or {}).get("reply") is not None:
        why = "The output holds a reply, and more steps follow: the bot could answer once more."
    return _made(view, "finish", would, why)


def _made(view: LetterView, act: str, would: str, why: str | None) -> Forecast:
    row = view.letter
    return Forecast(
        row.reference, act, would, row.verdict, row.step, view.position, row.revision, why
    )


def _not_open(view: LetterView) -> str | None:
    row = view.letter
    if row.status == "open":
        return None
    by = f", by {row.changed_by}" if row.changed_by else ""
    return f"It is {row.status}{by}: only an open letter can be worked on."
