"""The whole folder at one moment: every bot file examined, every step class known.

What has not changed since the last scan is not looked at again, so a scan may be repeated often.
Nothing of a user is run here: step files are described by child processes (warren.step.catalogue).
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from registry.examine import ScannedBot, examine, second_of_a_name, stem
from registry.folder import bot_files, mark_of, read_bytes
from warren.step.catalogue import Catalogue, read_catalogue

DOUBT_SECONDS = (
    30.0  # a step file that could not be described is tried again: it may have timed out
)


@dataclass(frozen=True)
class Scan:
    """The bots by path, and the step classes there are. tried_at: when broken step files were."""

    examined: tuple[ScannedBot, ...]
    bots: tuple[ScannedBot, ...]
    catalogue: Catalogue
    tried_at: float


async def scan(folder: Path, before: Scan | None) -> Scan:
    """Read the folder. Raises OSError when the folder itself cannot be read."""
    paths = await asyncio.to_thread(bot_files, folder)
    tried_at = before.tried_at if before else monotonic()
    known = before.catalogue if before else None
    if known and monotonic() - tried_at > DOUBT_SECONDS:
        known, tried_at = _without_faults(known), monotonic()
    catalogue = await read_catalogue(folder, known)
    kept = _kept(before, catalogue)
    examined = await asyncio.to_thread(_examine_all, folder, paths, catalogue, kept)
    return Scan(examined, told_apart(examined), catalogue, tried_at)


def told_apart(examined: tuple[ScannedBot, ...]) -> tuple[ScannedBot, ...]:
    """Return the files, each name once: the first good file by path has it, another is broken."""
    owners: dict[str, str] = {}
    for one in examined:
        if one.bot:
            owners.setdefault(one.name, one.path)
    return tuple(_by_owner(one, owners) for one in examined)


def _by_owner(one: ScannedBot, owners: dict[str, str]) -> ScannedBot:
    owner = owners.get(one.name, one.path)
    if owner == one.path:
        return one
    return second_of_a_name(one, owner) if one.bot else replace(one, name=stem(one.path))


def _examine_all(
    folder: Path, paths: list[Path], catalogue: Catalogue, kept: dict[tuple[str, str], ScannedBot]
) -> tuple[ScannedBot, ...]:
    found: list[ScannedBot] = []
    for path in paths:
        content, name = read_bytes(path), path.relative_to(folder).as_posix()
        if content is not None:
            known = kept.get((name, mark_of(content)))
            found.append(known or examine(name, content, catalogue))
    return tuple(found)


def _kept(before: Scan | None, catalogue: Catalogue) -> dict[tuple[str, str], ScannedBot]:
    """Return earlier findings that hold still: none when any step file is another now."""
    if before is None or before.catalogue.files != catalogue.files:
        return {}
    return {(one.path, one.mark): one for one in before.examined}


def _without_faults(catalogue: Catalogue) -> Catalogue:
    good = tuple(file for file in catalogue.files if file.fault is None)
    return catalogue.model_copy(update={"files": good})
