"""`warren dead-letters`: read what failed. The acts are in letter_acts.py, bulk in replays.py."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from warren.cli import letter_acts, letter_words, replays
from warren.cli.filters import filtered, query_of
from warren.cli.keep import keep_case
from warren.cli.server import Failed, Query, connected, path, read
from warren.contracts.chat import Page
from warren.contracts.ledger import CaseView
from warren.contracts.letters import GroupNote, LetterFilter, LetterGroup, LetterRow, LetterView

app = typer.Typer(no_args_is_help=True)
app.add_typer(replays.app, name="replays", help="Bulk replays: start, list, show, pause, stop.")
letter_acts.add_to(app)

AsJson = Annotated[bool, typer.Option("--json", help="Print the server's JSON as it is.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="Rows a page.")]
Cursor = Annotated[str | None, typer.Option(help="Go on where the last page ended.")]
By = Annotated[str, typer.Option(help="Group by: fingerprint, bot, step, error or runner.")]


@app.command("list")
@filtered
def list_letters(
    chosen: LetterFilter, limit: Limit = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List dead letters, the newest failure first."""
    with connected() as server:
        answer = server.ask("GET", "/dead-letters", query=_paged(chosen, limit, cursor))
        if as_json:
            return typer.echo(answer)
        page = read(Page[LetterRow], answer)
    letter_words.rows(page.items)
    return letter_words.more(page.next_cursor)


@app.command("groups")
@filtered
def list_groups(
    chosen: LetterFilter,
    by: By = "fingerprint",
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List what failed alike, with how many of each are open, replaying and closed."""
    with connected() as server:
        query = _paged(chosen, limit, cursor) | {"by": by}
        answer = server.ask("GET", "/dead-letters/groups", query=query)
        if as_json:
            return typer.echo(answer)
        page = read(Page[LetterGroup], answer)
    letter_words.groups(page.items)
    return letter_words.more(page.next_cursor)


@app.command("show")
def show(
    letter: letter_acts.Letter,
    payload: Annotated[bool, typer.Option(help="Print the payload whole, as JSON.")] = False,
    stack: Annotated[bool, typer.Option(help="Print the stack trace.")] = False,
    raw: Annotated[bool, typer.Option(help="Print the unreadable body as hex.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one letter: what happened in plain words, then error, attempts and payload."""
    with connected() as server:
        answer = server.ask("GET", path("dead-letters", letter))
        if as_json:
            return typer.echo(answer)
        view = read(LetterView, answer)
        if raw and view.raw is None:
            raise Failed("This letter's body can be read: see --payload.")
    if payload:
        return typer.echo(letter_words.pretty(view.payload))
    if stack:
        return typer.echo(view.error_stack or "No stack is known.")
    if raw:
        return letter_words.hex_of(view.raw or "")
    return letter_words.letter(view)


@app.command("case")
def case(
    letter: letter_acts.Letter,
    into: Annotated[Path | None, typer.Option(help="The bot's file: put it into `tests:`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a failure as a case for the bot's `tests:`; --into FILE puts it there, after a lint."""
    with connected() as server:
        answer = server.ask("GET", f"{path('dead-letters', letter)}/case")
        if as_json:
            return typer.echo(answer)
        view = read(CaseView, answer)
        if into is None:
            return typer.echo(view.yaml, nl=False)
        try:
            return typer.echo(keep_case(into, view.case))
        except (OSError, ValueError) as error:
            raise Failed(f"{into} was not changed: {error}") from error


@app.command("export")
@filtered
def export(
    chosen: LetterFilter,
    to: Annotated[Path | None, typer.Option(help="A file; else it is printed.")] = None,
) -> None:
    """Write the letters as CSV, safe to open in a spreadsheet."""
    with connected() as server:
        parts = server.stream("/dead-letters/export.csv", query_of(chosen))
        first = next(parts, b"")  # a refusal leaves no empty file behind
        try:
            out = to.open("wb") if to else sys.stdout.buffer
            try:
                out.write(first)
                for part in parts:
                    out.write(part)
            finally:
                out.flush() if to is None else out.close()
        except OSError as error:
            raise Failed(f"{to or 'The output'} cannot be written: {error}") from error


@app.command("note")
def note(
    group: Annotated[str, typer.Argument(help="The group's fingerprint.")],
    text: Annotated[str, typer.Argument(help="What others should know; empty takes it away.")],
    dry_run: letter_acts.DryRun = False,
) -> None:
    """Write a note on a group, in place of the one before."""
    with connected() as server:
        if dry_run:
            return typer.echo(f"Would note on {group}: {text!r}")
        body = GroupNote(note=text)
        server.ask("PUT", path("dead-letters", "groups", group, "note"), body=body)
    return typer.echo("Noted.")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema that an edited payload must fit."""
    with connected() as server:
        typer.echo(server.ask("GET", "/dead-letters/payload-schema"))


def _paged(chosen: LetterFilter, limit: int, cursor: str | None) -> Query:
    page: Query = {"limit": str(limit)}
    return query_of(chosen) | page | ({"cursor": cursor} if cursor else {})
