"""`warren dead-letters replays`: bulk replays, planned first and followed to their end."""

import time
from typing import Annotated, Literal

import typer

from warren.cli.filters import filtered, is_empty
from warren.cli.letter_words import moment, more
from warren.cli.plain import plain
from warren.cli.server import Away, Failed, Query, Server, connected, path, read
from warren.contracts.bulk import NewReplay, ReplayJob, ReplayPlan
from warren.contracts.chat import Page
from warren.contracts.letters import (
    LetterFilter,
    RevisionChoice,
)

app = typer.Typer(no_args_is_help=True)

POLL_SECONDS = 0.5  # how often a followed job is asked for
AWAY_SECONDS = 60.0  # how long a followed job's server may be away: the job goes on afterwards
STAGES = ("1 letter", "5 letters", "25 letters", "the rest")
Verb = Literal["pause", "resume", "stop"]

Job = Annotated[str, typer.Argument(help="The job's id.")]
Pace = Annotated[float, typer.Option(min=0.01, max=1000, help="Letters a second at most.")]
Follow = Annotated[bool, typer.Option(help="Stay and tell how it goes; Ctrl-C leaves it running.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before it starts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the server's JSON as it is.")]


@app.command("start")
@filtered
def start(
    chosen: LetterFilter,
    from_step: Annotated[str | None, typer.Option(help="Begin at this step.")] = None,
    revision: Annotated[Literal["original", "current"], typer.Option()] = "original",
    all_: Annotated[bool, typer.Option("--all", help="Replay every open letter.")] = False,
    pace: Pace = 100.0,
    follow: Follow = True,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Replay all that fit: first 1, then 5, 25 and the rest; it stops by itself when it fails."""
    if is_empty(chosen) and not all_:
        raise typer.BadParameter("give a filter such as --group, or --all")
    replay_many(
        chosen, revision, from_step, pace, dry_run=dry_run, follow=follow, yes=yes, as_json=as_json
    )


@app.command("list")
def list_jobs(
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    cursor: Annotated[str | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    """List bulk replays, the newest first."""
    with connected() as server:
        query: Query = {"limit": str(limit)}
        if cursor:
            query["cursor"] = cursor
        answer = server.ask("GET", "/dead-letters/replays", query=query)
        if as_json:
            return typer.echo(answer)
        page = read(Page[ReplayJob], answer)
    for job in page.items:
        typer.echo(f"{job.id}  {moment(job.made_at)} by {job.made_by}  {progress(job)}")
    if not page.items:
        typer.echo("There was no bulk replay yet.")
    return more(page.next_cursor)


@app.command("show")
def show(
    job: Job,
    follow: Annotated[bool, typer.Option(help="Stay until it has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how a bulk replay goes, or went, and what it left out."""
    with connected() as server:
        answer = server.ask("GET", path("dead-letters", "replays", job))
        if follow:
            _follow(server, read(ReplayJob, answer), as_json=as_json)
        elif as_json:
            typer.echo(answer)
        else:
            _report(read(ReplayJob, answer))


@app.command("pause")
def pause(job: Job, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Send nothing more for now."""
    _turn(job, "pause", dry_run=dry_run, as_json=as_json)


@app.command("resume")
def resume(job: Job, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Go on with a paused or halted replay."""
    _turn(job, "resume", dry_run=dry_run, as_json=as_json)


@app.command("stop")
def stop(job: Job, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """End a replay; what it has sent goes on, the rest stays open."""
    _turn(job, "stop", dry_run=dry_run, as_json=as_json)


def replay_many(
    chosen: LetterFilter,
    revision: RevisionChoice,
    from_step: str | None,
    pace: float,
    *,
    dry_run: bool,
    follow: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Plan, ask, start and follow a bulk replay; dry_run only plans."""
    ask = NewReplay(filter=chosen, dry_run=True, revision=revision, from_step=from_step, pace=pace)
    with connected() as server:
        answer = server.ask("POST", "/dead-letters/replays", body=ask)
        plan = read(ReplayPlan, answer)
        if dry_run:
            return typer.echo(answer if as_json else in_words(plan))
        if not as_json:
            typer.echo(in_words(plan))
        if not plan.needed:
            raise Failed("Nothing was started: no letter that fits can be replayed.")
        if not yes and not typer.confirm(f"Replay {plan.needed}?", err=as_json):
            raise Failed("Nothing was started.")
        body = ask.model_copy(update={"dry_run": False})
        answer = server.ask("POST", "/dead-letters/replays", body=body)
        job = read(ReplayJob, answer)
        if follow:
            return _follow(server, job, as_json=as_json)
        return typer.echo(answer if as_json else f"Started: {job.id}")


def in_words(plan: ReplayPlan) -> str:
    """Return the plan as a sentence."""
    groups = "1 group" if plan.groups == 1 else f"{plan.groups} groups"
    return (
        f"{plan.matched} fit, in {groups}: {plan.needed} would be replayed. Left out:"
        f" {plan.answered} answered, {plan.overtaken} overtaken, {plan.expired} expired,"
        f" {plan.not_replayable} not replayable."
    )


def progress(job: ReplayJob) -> str:
    """Return how far a job is."""
    return (
        f"{job.state}: {job.total - job.pending} of {job.total} sent, {job.resolved} resolved,"
        f" {job.failed_again} failed again, {job.skipped} skipped"
    )


def _follow(server: Server, job: ReplayJob, *, as_json: bool) -> None:
    """Tell each change until the job has ended. Exit code 1 unless all went well."""
    told = ""
    try:
        while True:
            now = progress(job)
            if now != told and not as_json:
                stage = STAGES[min(job.stage, len(STAGES) - 1)]
                typer.echo(f"{now} (now {stage})" if job.state == "running" else now)
                told = now
            if job.state in ("stopped", "halted", "done"):
                break
            time.sleep(POLL_SECONDS)
            job = read(ReplayJob, _look(server, job))
    except KeyboardInterrupt as stopped:
        typer.echo(
            f"It goes on without you. See it: warren dead-letters replays show {job.id} --follow."
            f" End it: warren dead-letters replays stop {job.id}",
            err=True,
        )
        raise typer.Exit(0) from stopped
    if as_json:
        typer.echo(_look(server, job))
    else:
        _report(job, skip_head=True)
    if job.state != "done" or job.failed_again:
        raise typer.Exit(1)


def _look(server: Server, job: ReplayJob) -> str:
    """Return the job's JSON; a server that starts anew is waited for. Raises Failed."""
    until = time.monotonic() + AWAY_SECONDS
    while True:
        try:
            return server.ask("GET", path("dead-letters", "replays", str(job.id)))
        except Away:
            if time.monotonic() > until:
                raise
            time.sleep(POLL_SECONDS)


def _report(job: ReplayJob, *, skip_head: bool = False) -> None:
    if not skip_head:
        typer.echo(f"{job.id} by {job.made_by}, {moment(job.made_at)}\n{progress(job)}")
    if job.why:
        typer.echo(plain(job.why))
    for one in job.failures:
        typer.echo(f"failed again {one.reference}: {plain(one.why)}")
    for one in job.skips:
        typer.echo(f"left out {one.reference}: {plain(one.why)}")


def _turn(job: str, verb: Verb, *, dry_run: bool, as_json: bool) -> None:
    with connected() as server:
        if dry_run:
            answer = server.ask("GET", path("dead-letters", "replays", job))
            now = read(ReplayJob, answer)
            typer.echo(answer if as_json else f"Would {verb} it. Now {progress(now)}")
            return
        answer = server.ask("POST", path("dead-letters", "replays", job, verb))
        typer.echo(answer if as_json else progress(read(ReplayJob, answer)))
