"""The acts on dead letters: replay, edit, finish, dismiss, restore. Each has a --dry-run."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import BaseModel

from warren.cli import replays
from warren.cli.editing import ask_for_payload, difference, read_object
from warren.cli.filters import filtered, is_empty
from warren.cli.forecast import forecast, forecast_restore, say
from warren.cli.server import Failed, Server, connected, path, read
from warren.contracts.letters import (
    Dismiss,
    Finish,
    HandReply,
    LetterFilter,
    LetterRow,
    LetterView,
    Replay,
    RevisionChoice,
)

Letter = Annotated[str, typer.Argument(help="A letter's id or reference, such as W-1A2B3C4D.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")]
FromStep = Annotated[str | None, typer.Option(help="Begin at this step; else the failed one.")]
Revision = Annotated[
    Literal["original", "current"], typer.Option(help="The bot as it failed, or as it is now.")
]
Overtaken = Annotated[
    bool, typer.Option(help="Replay even what is overtaken by a later answer, or expired.")
]


def add_to(app: typer.Typer) -> None:
    """Give the verbs to `warren dead-letters`."""
    app.command("replay")(filtered(replay))
    for verb in (edit, finish, dismiss, restore):
        app.command(verb.__name__)(verb)


def replay(
    chosen: LetterFilter,
    letter: Annotated[str | None, typer.Argument(help="One letter; else give a filter.")] = None,
    from_step: FromStep = None,
    revision: Revision = "original",
    overtaken: Overtaken = False,
    all_: Annotated[bool, typer.Option("--all", help="Replay every open letter.")] = False,
    pace: replays.Pace = 100.0,
    follow: replays.Follow = True,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Replay one letter, or all that fit a filter: then a job does it, and is followed."""
    if letter is not None:
        if all_ or not is_empty(chosen):
            raise typer.BadParameter("give a letter or a filter, not both")
        return _replay_one(letter, from_step, revision, overtaken, dry_run, as_json)
    if is_empty(chosen) and not all_:
        raise typer.BadParameter("give a letter, a filter such as --group, or --all")
    if overtaken:
        raise typer.BadParameter("--overtaken is for one letter: many skip what is overtaken")
    return replays.replay_many(
        chosen, revision, from_step, pace, dry_run=dry_run, follow=follow, yes=yes, as_json=as_json
    )


def edit(
    letter: Letter,
    payload: Annotated[
        Path | None, typer.Option(help="The new payload (JSON); else $EDITOR opens.")
    ] = None,
    from_step: FromStep = None,
    revision: Revision = "original",
    overtaken: Overtaken = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change what the step is given, look at the difference, and replay with it."""
    with connected() as server:
        view = _view(server, letter)
        before = _input_of(view, from_step)
        after = read_object(payload) if payload else ask_for_payload(before, view.letter.reference)
        found = difference(before, after)
        if not as_json:
            typer.echo(found or "Nothing is changed.")
        ask = Replay(
            payload=after,
            from_step=from_step,
            revision=revision,
            run=view.letter.run,
            overtaken=overtaken,
        )
        if dry_run:
            return say(forecast(view, ask), as_json)
        if not found:
            raise Failed("Nothing was sent: the payload is as it was. `replay` sends it so.")
        if not yes and not typer.confirm("Send this?", err=as_json):
            raise Failed("Nothing was sent.")
        return _act(server, letter, "replay", ask, "Sent with your change", as_json)


def finish(
    letter: Letter,
    output: Annotated[
        Path | None, typer.Option(help="The failed step's output (JSON); - is stdin.")
    ] = None,
    reply: Annotated[str | None, typer.Option(help="The bot's reply, in your words.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Do by hand what failed: give the step's output, and the rest runs; or the reply itself."""
    if (output is None) == (reply is None):
        raise typer.BadParameter("give one of --output and --reply")
    ask = (
        Finish(output=read_object(output))
        if output
        else Finish(reply=HandReply(body=_said(reply or "")))
    )
    with connected() as server:
        if dry_run:
            return say(forecast(_view(server, letter), ask), as_json)
        done = "Finished: the rest of the pipeline runs" if output else "Answered"
        return _act(server, letter, "finish", ask, done, as_json)


def dismiss(
    letter: Letter,
    reason: Annotated[str, typer.Option(help="Why nobody needs this any more.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a letter up, with a reason. It can be restored."""
    if not reason.strip() or len(reason) > 500:
        raise typer.BadParameter("--reason needs 1 to 500 characters")
    ask = Dismiss(reason=reason)
    with connected() as server:
        if dry_run:
            return say(forecast(_view(server, letter), ask), as_json)
        return _act(server, letter, "dismiss", ask, "Dismissed", as_json)


def restore(letter: Letter, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Open a dismissed letter again."""
    with connected() as server:
        if dry_run:
            return say(forecast_restore(_view(server, letter)), as_json)
        return _act(server, letter, "restore", None, "Open again", as_json)


def _replay_one(
    letter: str,
    from_step: str | None,
    revision: RevisionChoice,
    overtaken: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    ask = Replay(from_step=from_step, revision=revision, overtaken=overtaken)
    with connected() as server:
        if dry_run:
            return say(forecast(_view(server, letter), ask), as_json)
        return _act(server, letter, "replay", ask, "Sent again", as_json)


def _act(
    server: Server, letter: str, verb: str, ask: BaseModel | None, done: str, as_json: bool
) -> None:
    answer = server.ask("POST", path("dead-letters", letter, verb), body=ask)
    if as_json:
        return typer.echo(answer)
    row = read(LetterRow, answer)
    return typer.echo(f"{done}. {row.reference} is {row.status}.")


def _view(server: Server, letter: str) -> LetterView:
    return read(LetterView, server.ask("GET", path("dead-letters", letter)))


def _input_of(view: LetterView, from_step: str | None) -> dict[str, object]:
    """Return what the step was given: that is what an edit begins with."""
    if from_step is None or from_step == view.letter.step:
        given = view.payload
    else:
        of_step = [one.input for one in view.attempts if one.entry.step == from_step]
        given = of_step[-1] if of_step else None
    if given is None:
        raise Failed(f"What {from_step or 'the step'} was given is not known: answer by hand.")
    return json.loads(json.dumps(given))


def _said(reply: str) -> str:
    if not reply.strip() or len(reply) > 16_000:
        raise typer.BadParameter("--reply needs 1 to 16 000 characters")
    return reply
