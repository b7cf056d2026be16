"""`warren bots push`: save a bot's file in a running Warren, from the state that was read there.

docs/how-to/save-and-roll-back-a-bot.md
"""

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer

from warren.cli import show
from warren.cli.load import catalogues_of, load
from warren.cli.plain import plain
from warren.cli.server import Failed, Refused, Server, connected, path, read
from warren.contracts.base import Request
from warren.contracts.registry import BotView, LintReport, etag_of


class LintText(Request):
    """What `POST bots/lint` takes."""

    yaml: str


def push(
    file: Annotated[Path, typer.Argument(help="A bot file.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check, there too, and show what would change.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the bot as the server sees it.")
    ] = False,
) -> None:
    """Save a bot file in Warren and publish it. Checked here first; exit code 1 when refused."""
    loaded = load(file, catalogues_of([file])[file.parent])
    for error in loaded.errors:
        show.error(error)
    if loaded.bot is None:
        typer.secho("Nothing was sent: correct the file first.", fg=typer.colors.RED, err=True)
        raise typer.Exit(1)
    content = file.read_bytes()
    with connected() as server:
        before = there(server, loaded.bot.name)
        changes = difference((before.yaml or "") if before else "", content.decode())
        if dry_run:
            return _say_only(server, content.decode(), before, changes, as_json)
        if not as_json:
            typer.echo(changes or "The text is the same as there.")
        answer = server.ask(
            "PUT", path("bots", loaded.bot.name), yaml=content, headers=state_of(before)
        )
        if as_json:
            return typer.echo(answer)
        return typer.echo(saved(read(BotView, answer), before))


def there(server: Server, name: str) -> BotView | None:
    """Return the bot as the server has it; None when it has none, or none any more."""
    try:
        view = read(BotView, server.ask("GET", path("bots", name)))
    except Refused as refused:
        if refused.problem.status == 404:
            return None
        raise
    return None if view.status == "removed" else view


def state_of(view: BotView | None) -> dict[str, str]:
    """Return the header that says which state a change means: the one that was read."""
    if view is None:
        return {"If-None-Match": "*"}
    return {"If-Match": f'"{etag_of(view.yaml or "")}"'}


def difference(before: str, after: str) -> str:
    """Return what changes as a unified diff; empty when nothing does."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "in Warren", "your file", lineterm=""
    )
    found = "\n".join(plain(line) for line in lines)
    return found or ("Only line ends differ." if before != after else "")


def saved(now: BotView, before: BotView | None) -> str:
    """Return what a save or rollback did."""
    if before and before.number == now.number:
        return f"Saved. {now.name} means what served already: number {now.number} serves on."
    revision = (now.revision or "")[:12]
    return f"Saved. {now.name} is number {now.number} now, revision {revision}."


def _say_only(
    server: Server, text: str, before: BotView | None, changes: str, as_json: bool
) -> None:
    report = read(LintReport, server.ask("POST", "/bots/lint", body=LintText(yaml=text)))
    if as_json:
        told = {"new": before is None, "diff": changes, **report.model_dump(mode="json")}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(changes or "The text is the same as there.")
        for error in report.errors:
            show.error(error)
    if not report.ok:
        raise Failed("Warren would refuse it: its step files may be others than yours.")
    if not as_json:
        what = f"{before.name} would be changed" if before else "a new bot would be made"
        typer.echo(f"Nothing was sent; {what if changes else 'nothing would change'}.")
