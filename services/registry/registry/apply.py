"""Bring the tables to what a scan found: one transaction, one registry at a time.

Two registries agree: what was read is compared with the folder once more under the lock, so an
older reading never overwrites a newer one, and a digest that serves already is not published again.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry.decide import Change, Known, Remove, changes, mark
from registry.examine import ScannedBot
from registry.folder import mark_of, read_bytes, step_marks
from registry.publish import carry_out
from registry.scan import Scan
from registry.tables import bot, outbox
from warren.broker.publisher import Outgoing
from warren.db.engine import advisory_lock, is_unavailable
from warren.db.outbox import OutboxRow
from warren.logging import get_logger

log = get_logger(__name__)

LOCK = "registry.publish"


@dataclass(frozen=True)
class Applied:
    """The outbox rows to publish, and whether the folder has changed since it was scanned."""

    rows: list[OutboxRow]
    outdated: bool


@dataclass(frozen=True)
class Reading:
    """What of a scan still holds. gone: paths that are no longer there, of those asked about."""

    bots: tuple[ScannedBot, ...]
    steps_hold: bool
    gone: frozenset[str]


async def apply(engine: AsyncEngine, folder: Path, found: Scan) -> Applied:
    """Apply what still holds of a scan. Idempotent; what does not hold comes with the next.

    Raises OSError when the folder went away meanwhile: nothing is changed then.
    """
    async with engine.begin() as connection:
        await advisory_lock(connection, LOCK)
        known = await known_bots(connection)
        paths = [row.path for row in known.values()]
        reading = await asyncio.to_thread(_read_again, folder, found, paths)
        if not reading.steps_hold:  # any class may be another: no finding is sure
            return Applied([], outdated=True)
        messages: list[Outgoing] = []
        for change in changes(known, reading.bots):
            if not _too_early(change, known, reading):
                messages.extend(await _store(connection, change))
        rows = await outbox.add(connection, messages)
    return Applied(rows, outdated=len(reading.bots) < len(found.bots))


def _read_again(folder: Path, found: Scan, paths: list[str]) -> Reading:
    holding = [one for one in found.bots if mark_of(read_bytes(folder / one.path)) == one.mark]
    gone = frozenset(path for path in paths if not (folder / path).is_file())
    os.listdir(folder)  # raises when the folder itself is away: then no file of it is gone
    described = {file.path: file.sha256 for file in found.catalogue.files}
    return Reading(
        bots=tuple(holding),
        steps_hold=step_marks(folder) == described,
        gone=gone,
    )


def _too_early(change: Change, known: Mapping[str, Known], reading: Reading) -> bool:
    """Whether a removal rests on an old reading: the file is there, but was not read as it is."""
    if not isinstance(change, Remove):
        return False
    path = known[change.name].path
    return path not in reading.gone and all(one.path != path for one in reading.bots)


async def known_bots(connection: AsyncConnection) -> dict[str, Known]:
    """Return the bots' rows by name, as decide.py needs them."""
    text_hash = func.encode(func.sha256(func.convert_to(bot.c.text, "UTF8")), "hex").label("hash")
    columns = (bot.c.name, bot.c.path, bot.c.status, bot.c.digest, bot.c.errors, text_hash)
    rows = (await connection.execute(select(*columns))).all()
    return {
        row.name: Known(row.name, row.path, row.status, row.digest, mark(row.hash, faults))
        for row in rows
        for faults in [[(one["line"], one["column"], one["message"]) for one in row.errors]]
    }


async def _store(connection: AsyncConnection, change: Change) -> list[Outgoing]:
    """Carry one change out; one that the database refuses is undone alone and told in the log."""
    try:
        async with connection.begin_nested():
            message = await carry_out(connection, change)
    except (DBAPIError, ValueError) as error:
        if is_unavailable(error):
            raise
        log.error("a change of a bot could not be stored", change=repr(change), exc_info=error)
        return []
    return [message] if message else []
