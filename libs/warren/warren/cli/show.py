"""How `warren bots` prints: errors with their line and a caret, what a step changed, how tests
went.
"""

import json
from typing import Any

import typer

from warren.contracts.registry import LintError
from warren.step.pipeline import Stop

MAX_VALUE_CHARS = 300  # of one value in a diff; `reply` is printed whole

_SIGNS = {"add": "+", "replace": "~", "remove": "-"}
_COLOURS = {"add": typer.colors.GREEN, "replace": typer.colors.YELLOW, "remove": typer.colors.RED}


def error(found: LintError) -> None:
    """Print `file:line:column: message (hint)`, the line itself and a caret under the place."""
    hint = f" ({found.hint})" if found.hint else ""
    typer.echo(f"{found.file}:{found.line}:{found.column}: {found.message}{hint}")
    if found.source_line.strip():
        typer.echo(f"    {found.source_line}")
        typer.secho(f"    {' ' * (found.column - 1)}^", fg=typer.colors.RED)


def stop(done: Stop, of: int) -> None:
    """Print one step: its place, how long it took, what it changed and what it says."""
    how = "mocked" if done.mocked else f"{done.seconds * 1000:.1f} ms"
    typer.secho(
        f"{done.position + 1}/{of} {done.card.id} ({done.card.class_name}) {how}", bold=True
    )
    if not done.patch and done.waits is None:
        typer.echo("    changed nothing")
    for operation in done.patch:
        value = f" {_short(operation['value'])}" if "value" in operation else ""
        typer.secho(
            f"  {_SIGNS[operation['op']]} {operation['path']}{value}", fg=_COLOURS[operation["op"]]
        )
    if done.reply is not None:
        typer.secho(f"  says: {done.reply.body}", fg=typer.colors.CYAN)
    if done.sent is not None:
        to = ", ".join(done.sent.to)
        typer.secho(f"  would send to {to}: {done.sent.body}", fg=typer.colors.CYAN)
    if done.waits is not None:
        typer.secho(f"  {done.waits}", fg=typer.colors.YELLOW)
        typer.echo("    Nobody can answer here: the steps behind it were not run.")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE_CHARS else f"{text[:MAX_VALUE_CHARS]}… ({len(text)})"
