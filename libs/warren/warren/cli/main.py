"""The command `warren`: for bots' authors at a desk, and for operators of a running Warren."""

import sys

import structlog
import typer

from warren.cli import audit, bots, letters, login, steps

HELP = (
    "Write, check and try bots; read and repair what failed."
    " WARREN_URL (default http://localhost:8080) says which Warren, WARREN_TOKEN who asks."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help=HELP)
app.add_typer(bots.app, name="bots", help="Bot files: check, run, test, begin a new one.")
app.add_typer(steps.app, name="steps", help="Step files: begin a new one.")
app.add_typer(letters.app, name="dead-letters", help="What failed: read, replay, edit, finish.")
app.command("audit")(audit.audit)
app.command("login")(login.login)


@app.callback()
def prepare() -> None:
    """Write, check and try bots; read and repair what failed."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


if __name__ == "__main__":
    app()
