"""`warren bots history` and `warren bots rollback`: who saved what, and back to it.

docs/how-to/save-and-roll-back-a-bot.md
"""

import json
from collections.abc import Generator, Iterable
from typing import Annotated

import typer

from warren.cli.letter_words import moment, more
from warren.cli.plain import plain
from warren.cli.push import saved, state_of, there
from warren.cli.server import Failed, Query, Server, connected, path, read
from warren.contracts.chat import Page
from warren.contracts.registry import BotView, Publication, RevisionDiff, Rollback

PAGE = 100  # rows asked for at once while one number is looked for

Name = Annotated[str, typer.Argument(help="The bot's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the server's JSON as it is.")]


def history(
    name: Name,
    diff: Annotated[
        int | None, typer.Option(help="Show what this number changed against the one before.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Rows a page.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on where the last page ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """List a bot's publications, the newest first: number, when, who, revision."""
    with connected() as server:
        if diff is not None:
            return _changed_by(server, name, diff, as_json)
        answer = _page(server, name, limit, cursor)
        if as_json:
            return typer.echo(answer)
        page = read(Page[Publication], answer)
    for one in page.items:
        typer.secho(_line(one), bold=one.current)
    if not page.items:
        typer.echo(f"{name} was never published.")
    return more(page.next_cursor)


def rollback(
    name: Name,
    number: Annotated[int, typer.Argument(help="A number of `warren bots history`.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a bot's file mean an earlier revision again. Comments of the file do not come back."""
    with connected() as server:
        now = there(server, name)
        wanted = _find(_publications(server, name), name, number)
        if wanted.digest is None:
            raise Failed(f"Number {number} of {name} is a removal: there is nothing to go back to.")
        found = _diff(server, name, now.revision, wanted.digest) if now and now.revision else None
        if dry_run and as_json:
            told = found.model_dump(mode="json") if found else {"to": wanted.digest, "diff": None}
            return typer.echo(json.dumps(told, ensure_ascii=False))
        if not as_json:
            typer.echo(_words(found) if found else f"{name} is not there now: it is made again.")
        if dry_run:
            return typer.echo("Nothing was sent.")
        ask = f"Write {name}'s file as number {number} was? Its comments will be gone."
        if not yes and not typer.confirm(ask, err=as_json):
            raise Failed("Nothing was sent.")
        answer = server.ask(
            "POST",
            path("bots", name, "rollback"),
            body=Rollback(number=number),
            headers=state_of(now),
        )
        if as_json:
            return typer.echo(answer)
        return typer.echo(saved(read(BotView, answer), now))


def _changed_by(server: Server, name: str, number: int, as_json: bool) -> None:
    rows = _publications(server, name)
    one = _find(rows, name, number)
    earlier = next((each.digest for each in rows if each.digest), None)
    if one.digest is None or earlier is None:
        raise Failed(f"There is nothing before number {number} to compare it with.")
    found = _diff(server, name, earlier, one.digest)
    typer.echo(found.model_dump_json() if as_json else _words(found))


def _publications(server: Server, name: str) -> Generator[Publication]:
    """Yield all publications, the newest first; pages are asked for as they are needed."""
    cursor: str | None = None
    while True:
        page = read(Page[Publication], _page(server, name, PAGE, cursor))
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _find(rows: Iterable[Publication], name: str, number: int) -> Publication:
    """Return the publication of this number; rows stands behind it then."""
    for one in rows:
        if one.number == number:
            return one
    raise Failed(f"{name} has no number {number}: see warren bots history {name}.")


def _page(server: Server, name: str, limit: int, cursor: str | None) -> str:
    query: Query = {"limit": str(limit)}
    if cursor:
        query["cursor"] = cursor
    return server.ask("GET", path("bots", name, "revisions"), query=query)


def _diff(server: Server, name: str, before: str, after: str) -> RevisionDiff:
    where = path("bots", name, "revisions", before, "diff")
    return read(RevisionDiff, server.ask("GET", where, query={"to": after}))


def _words(found: RevisionDiff) -> str:
    lines = [plain(line) for line in found.diff.splitlines()]
    lines += [f"step file of {one.class_name}: {one.change}" for one in found.step_files]
    return "\n".join(lines) or "They mean the same."


def _line(one: Publication) -> str:
    who = one.by or "the file was edited"
    revision = (one.digest or "")[:12] or "-"
    note = f"  {plain(one.note)}" if one.note else ""
    mark = "  serves now" if one.current else ""
    if one.digest is None:
        return f"{one.number:>5}  {moment(one.published_at)}  {revision:<12}{note}"
    return f"{one.number:>5}  {moment(one.published_at)}  {revision:<12}  {who}{note}{mark}"
