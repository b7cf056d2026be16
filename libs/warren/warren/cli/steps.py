"""`warren steps`: begin a step file of your own."""

from pathlib import Path
from typing import Annotated

import typer

from warren.cli.scaffold import called, class_and_path, step_files, write_all_new

app = typer.Typer(no_args_is_help=True)


@app.callback()
def prepare() -> None:
    """Step files: begin a new one with its test."""


@app.command("new")
def new_step(
    name: Annotated[str, typer.Argument(help="The class, such as Shout or KidsJournalEntry.")],
    folder: Annotated[Path, typer.Option(help="Where bots live.")] = Path("bot_config"),
) -> None:
    """Begin a step: a small class with its config, its test and a payload to try it on.

    Existing files are never written over.
    """
    class_name, path = class_and_path(name, folder)
    files = step_files(class_name, path)
    write_all_new(files)
    own, test, payload = files
    typer.echo(f"{own}, its test and {payload.name} are there. Next:")
    typer.echo(f"  {called('pytest')} {test}    its test")
    typer.echo(f"  {called('python')} {own} --payload {payload}    the step alone")
    typer.echo(f"  and in a bot's steps: - class: {class_name}")
