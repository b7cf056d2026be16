"""`warren audit`: who did and saw what."""

import sys
from typing import Annotated

import typer

from warren.cli.letter_words import moment, more
from warren.cli.plain import plain
from warren.cli.server import Query, connected, read
from warren.contracts.chat import Page
from warren.contracts.letters import AuditRow


def audit(
    act: Annotated[str | None, typer.Option(help="An act, such as dead_letter.edited.")] = None,
    by: Annotated[str | None, typer.Option(help="Who did it.")] = None,
    subject: Annotated[str | None, typer.Option(help="What kind of thing it was done to.")] = None,
    subject_id: Annotated[str | None, typer.Option(help="The thing's id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on where the last page ended.")] = None,
    export: Annotated[bool, typer.Option(help="Print all of it, as JSON lines.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the server's JSON.")] = False,
) -> None:
    """Show who did and saw what, the newest first."""
    asked = {"act": act, "by": by, "subject": subject, "subject_id": subject_id}
    query: Query = {name: value for name, value in asked.items() if value}
    with connected() as server:
        if export:
            for part in server.stream("/audit/export", query):
                sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            return
        query |= {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        answer = server.ask("GET", "/audit", query=query)
        if as_json:
            typer.echo(answer)
            return
        page = read(Page[AuditRow], answer)
    for one in page.items:
        detail = ", ".join(f"{name}={value}" for name, value in one.detail.items())
        typer.echo(
            f"{moment(one.at)}  {one.by} {one.act} {one.subject} {one.subject_id} {plain(detail)}"
        )
    more(page.next_cursor)
