"""The command `warren`: what a bot's author needs at a desk, without a broker."""

import sys

import structlog
import typer

from warren.cli import bots, steps

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Write, check and try bots.")
app.add_typer(bots.app, name="bots", help="Bot files: check, run, test, begin a new one.")
app.add_typer(steps.app, name="steps", help="Step files: begin a new one.")


@app.callback()
def prepare() -> None:
    """Write, check and try bots."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


if __name__ == "__main__":
    app()
