"""From a bot file on disk to a revision that can run: what `warren bots` commands begin with."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from warren.cli import show
from warren.contracts.bot import BotFile
from warren.contracts.registry import LintError, Revision
from warren.step.catalogue import Catalogue, read_catalogue
from warren.step.faults import Fault
from warren.step.lint import lint
from warren.step.reading import decode
from warren.step.revision import build


@dataclass(frozen=True)
class Loaded:
    """A bot file as read: its bot and revision, or its errors."""

    file: Path
    errors: tuple[LintError, ...]
    bot: BotFile | None = None
    revision: Revision | None = None


def catalogues_of(files: list[Path]) -> dict[Path, Catalogue]:
    """Return what step classes each file's folder has, by folder. Runs children, so it takes a
    while.
    """
    folders = sorted({file.parent for file in files})
    return {folder: asyncio.run(read_catalogue(folder)) for folder in folders}


def load(file: Path, catalogue: Catalogue) -> Loaded:
    """Return the bot in file as of now. Never raises for what is in the file, or when there is
    none.
    """
    try:
        text = decode(file.read_bytes())
    except OSError as exc:
        return Loaded(file, (_unreadable(file, exc),))
    if isinstance(text, Fault):
        place, message, hint = text
        line, column = place
        return Loaded(
            file,
            (LintError(file=str(file), line=line, column=column, message=message, hint=hint),),
        )
    bot, errors = lint(text, str(file), catalogue.classes)
    if bot is None:
        return Loaded(file, errors)
    return Loaded(file, (), bot, build(bot, catalogue.sources, datetime.now(UTC)))


def bot_files(given: list[Path]) -> list[Path]:
    """Return the files; a folder stands for the bots in it."""
    return [
        file
        for path in given
        for file in (
            sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
        )
    ]


def _unreadable(file: Path, exc: Exception) -> LintError:
    reason = "there is no such file" if isinstance(exc, FileNotFoundError) else str(exc)
    return LintError(file=str(file), line=1, column=1, message=f"it cannot be read: {reason}")


def revision_of(loaded: Loaded) -> Revision:
    """Return what can run; where the file is broken, show why and end the command with 1."""
    for error in loaded.errors:
        show.error(error)
    if loaded.revision is None:
        raise typer.Exit(1)
    return loaded.revision
