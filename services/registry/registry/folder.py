"""The folder of bots as it stands at one moment: what lint and the step library make of each file.

Nothing of a user is run here: step files are described by child processes (warren.step.catalogue).
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from warren.contracts.bot import BotFile
from warren.contracts.registry import LintError, Revision
from warren.step.catalogue import Catalogue, read_catalogue
from warren.step.lint import lint
from warren.step.revision import build

MAX_READ_BYTES = 128 * 1024  # lint refuses files over 64 KiB; no more than this is ever read
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class ScannedBot:
    """One bot file. bot and revision are None when errors is not empty."""

    path: str
    name: str
    text: str
    mark: str
    bot: BotFile | None
    revision: Revision | None
    errors: tuple[LintError, ...]


@dataclass(frozen=True)
class Scan:
    """The whole folder: its bots by path, and the step classes there are."""

    bots: tuple[ScannedBot, ...]
    catalogue: Catalogue


def bot_files(folder: Path) -> list[Path]:
    """Return the bot files, sorted. Hidden files, folders and what editors leave are passed
    over."""
    found = [path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}")]
    return sorted(path for path in found if not path.name.startswith((".", "#")) and path.is_file())


def read_bytes(path: Path) -> bytes | None:
    """Return the beginning of a file (MAX_READ_BYTES), or None when it is not there to be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_READ_BYTES)
    except OSError:
        return None


def mark_of(content: bytes | None) -> str:
    """Return a name for a file's content; "" for a file that is not there."""
    return "" if content is None else sha256(content).hexdigest()


async def scan(folder: Path, before: Catalogue | None) -> Scan:
    """Read the folder. before spares describing step files that have not changed.

    Raises OSError when the folder itself cannot be read.
    """
    await asyncio.to_thread(lambda: next(iter(folder.iterdir()), None))
    catalogue = await read_catalogue(folder, before)
    contents = await asyncio.to_thread(
        lambda: [(path, read_bytes(path)) for path in bot_files(folder)]
    )
    bots: list[ScannedBot] = []
    owners: dict[str, str] = {}
    for path, content in contents:
        if content is None:
            continue
        one = examine(path.relative_to(folder).as_posix(), content, catalogue)
        if one.bot and one.name in owners:
            one = second_of_a_name(one, owners[one.name])
        elif one.bot:
            owners[one.name] = one.path
        bots.append(one)
    return Scan(tuple(bots), catalogue)


def examine(path: str, content: bytes, catalogue: Catalogue) -> ScannedBot:
    """Return what one file is. A broken file goes by its file name until its own can be read."""
    stem = path.rsplit(".", 1)[0]
    mark = mark_of(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        fault = LintError(
            file=path,
            line=line,
            column=1,
            message="this line is not UTF-8 text",
            hint="save the file as UTF-8",
        )
        return ScannedBot(path, stem, "", mark, None, None, (fault,))
    bot, errors = lint(text, path, catalogue.classes)
    if bot is None:
        return ScannedBot(path, stem, text, mark, None, None, errors)
    revision = build(bot, catalogue.sources, datetime.now(UTC))
    return ScannedBot(path, bot.name, text, mark, bot, revision, ())


def second_of_a_name(one: ScannedBot, owner: str) -> ScannedBot:
    """Return a file whose name another bot has already, as broken."""
    line = next(
        (n for n, text in enumerate(one.text.splitlines(), 1) if text.startswith("name:")), 1
    )
    fault = LintError(
        file=one.path,
        line=line,
        column=1,
        message=f"the name {one.name!r} is already that of {owner}",
        hint="give this bot a name of its own",
        source_line=one.text.splitlines()[line - 1] if one.text else "",
    )
    stem = one.path.rsplit(".", 1)[0]
    return ScannedBot(one.path, stem, one.text, one.mark, None, None, (fault,))
