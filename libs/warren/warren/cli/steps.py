"""`warren steps`: begin a step file of your own."""

from pathlib import Path
from typing import Annotated

import typer

from warren.cli.scaffold import STEP, class_and_path, write_new

app = typer.Typer(no_args_is_help=True)


@app.callback()
def prepare() -> None:
    """Step files: begin a new one."""


@app.command("new")
def new_step(
    name: Annotated[str, typer.Argument(help="The class, such as Shout or KidsJournalEntry.")],
    folder: Annotated[Path, typer.Option(help="Where bots live.")] = Path("bot_config"),
) -> None:
    """Begin a step: write a file with one small class. An existing file is never written over."""
    class_name, path = class_and_path(name, folder)
    write_new(path, STEP.replace("CLASS", class_name))
    typer.echo(f"{path} is there. Use it in a bot: `- class: {class_name}`")
