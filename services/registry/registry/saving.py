"""Save a bot's file for a person: check, write, publish; one save at a time, whoever's registry.

The file is the truth: what is written here is what the watcher would find. Publishing goes with it
in one transaction under apply.py's lock, so that the number knows who saved. A process that dies
between file and commit leaves a file that the watcher publishes as edited by hand.
"""

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry import views
from registry.apply import LOCK, known_bots
from registry.decide import Known, changes, storable
from registry.examine import ScannedBot, examine, without_queue
from registry.folder import MAX_READ_BYTES, read_bytes, step_marks
from registry.history import Saved
from registry.kinds import Kinds
from registry.preconditions import Conditions, judge
from registry.publish import carry_out
from registry.tables import outbox
from registry.verdicts import Check, of_precondition, unconditional
from registry.watching import Watcher
from registry.writing import Staged, stage
from warren.contracts.names import BOT_NAME, kind_of
from warren.contracts.registry import BotView, etag_of
from warren.db.engine import advisory_lock
from warren.db.outbox import OutboxRow
from warren.db.relay import Relay
from warren.errors import BrokerUnavailable, Conflict, NotFound, Unavailable
from warren.step.catalogue import Catalogue, read_catalogue

TRIES = 3  # while step files are being saved beside us
_NAME = re.compile(BOT_NAME)


@dataclass(frozen=True)
class Stored:
    """The bot as it is now, and whether its file is new."""

    view: BotView
    created: bool


@dataclass(frozen=True)
class Wanted:
    """One save: which bot, its new text, which state it means, who saves, and what must hold."""

    name: str
    content: bytes
    asked: Conditions
    saved: Saved
    check: Check


class Saver:
    """Writes files of bots and publishes them at once."""

    def __init__(
        self, folder: Path, engine: AsyncEngine, kinds: Kinds, relay: Relay, watcher: Watcher
    ) -> None:
        self._folder = folder
        self._engine = engine
        self._kinds = kinds
        self._relay = relay
        self._watcher = watcher

    async def save(self, wanted: Wanted) -> Stored:
        """Write and publish. Raises a Refused that says why not: then nothing was changed."""
        if not _NAME.fullmatch(wanted.name):
            raise NotFound(
                "No bot can have this name: small letters a to z, digits and hyphens, the first a"
                " letter, 2 to 63 of them."
            )
        if judge(wanted.asked, None) == "unconditional":
            raise unconditional(wanted.name)
        for _ in range(TRIES):
            catalogue = await self._catalogue()
            one = await self._examined(wanted, catalogue)
            refused = wanted.check(one, catalogue)
            if refused:
                raise refused
            stored = await self._store(wanted, one, catalogue)
            if stored:
                self._watcher.look_again()
                return stored
        raise Unavailable(
            "The files of this folder are changing at this moment. Nothing was saved. Try again.",
            retry_after=2,
        )

    async def _catalogue(self) -> Catalogue:
        before = self._watcher.last
        if before is None:
            raise Unavailable("The step classes are not known yet. Try again.", retry_after=2)
        try:
            await asyncio.to_thread(os.listdir, self._folder)
            return await read_catalogue(self._folder, before.catalogue)
        except OSError as error:
            raise Unavailable(
                f"The folder of bots cannot be read ({error.strerror}). Nothing was saved.",
                retry_after=5,
            ) from error

    async def _examined(self, wanted: Wanted, catalogue: Catalogue) -> ScannedBot:
        async with self._engine.connect() as connection:
            path = path_of(wanted.name, (await known_bots(connection)).get(wanted.name))
        one = await asyncio.to_thread(examine, path, wanted.content, catalogue)
        by_kind = {kind_of(step.class_): step.class_ for step in one.bot.steps} if one.bot else {}
        try:
            refused = await self._kinds.declare(by_kind)
        except BrokerUnavailable as error:
            raise Unavailable(
                "RabbitMQ does not answer, so nothing can be published. Nothing was saved."
                " Try again in a few seconds.",
                retry_after=5,
            ) from error
        for kind, reason in refused.items():
            return without_queue(one, by_kind[kind], reason)
        return one

    async def _store(self, wanted: Wanted, one: ScannedBot, catalogue: Catalogue) -> Stored | None:
        """Write file and rows; None when step files or the bot's path changed meanwhile."""
        staged: Staged | None = None
        rows: list[OutboxRow] = []
        put = False
        try:
            async with self._engine.begin() as connection:
                await advisory_lock(connection, LOCK)
                known = await known_bots(connection)
                row, file = known.get(wanted.name), self._folder / one.path
                described = {each.path: each.sha256 for each in catalogue.files}
                if path_of(wanted.name, row) != one.path or step_marks(self._folder) != described:
                    return None
                before = await asyncio.to_thread(_now, file, row, known)
                if before != wanted.content:  # else it is saved already: an answer was lost
                    refused = of_precondition(judge(wanted.asked, _etag(before)), wanted.name)
                    if refused:
                        raise refused
                    staged = await asyncio.to_thread(stage, file, wanted.content)
                rows = await _publish(connection, row, one, wanted.saved)
                view = await views.one_bot(connection, wanted.name)
                assert view
                if staged:  # the last thing before the commit
                    await asyncio.to_thread(staged.put)
                    put = True
        except SQLAlchemyError as error:
            if not put:
                raise
            raise Unavailable(
                "The file was saved, but the database went away before it was published: that"
                " follows by itself when it is back. Read the bot again before you save again.",
                retry_after=5,
            ) from error
        finally:
            if staged and not put:
                await asyncio.to_thread(staged.discard)
        self._relay.offer(rows)
        return Stored(view, created=before is None)


def path_of(name: str, row: Known | None) -> str:
    """Return where a bot's file lies within the folder; a new bot's is named after it."""
    return f"{name}.yaml" if row is None or row.status == "removed" else row.path


def _now(file: Path, row: Known | None, known: dict[str, Known]) -> bytes | None:
    """Return what the bot's file holds now, None when there is none. Raises Conflict when it
    is not the bot's, or nobody can have seen all of it."""
    content = read_bytes(file)
    holder = next((one.name for one in known.values() if one.path == file.name), None)
    if content is not None and (row is None or row.status == "removed"):
        whose = f"that of the bot {holder}" if holder else "not read yet"
        raise Conflict(
            f"There is a file {file.name} already, and it is {whose}. Nothing was saved."
            " Choose another name, or move that file.",
            kind="file-taken",
        )
    if isinstance(content, str) or (content and not _is_whole_text(content)):
        raise Conflict(
            f"What stands in {file.name} cannot be shown as a text, so nobody can have seen"
            " what would be lost. Nothing was saved. Mend the file where it lies.",
            kind="no-text",
        )
    return content


async def _publish(
    connection: AsyncConnection, row: Known | None, one: ScannedBot, saved: Saved
) -> list[OutboxRow]:
    found = changes({one.name: row} if row else {}, [one])
    messages = [await carry_out(connection, change, saved) for change in found]
    return await outbox.add(connection, [each for each in messages if each])


def _etag(content: bytes | None) -> str | None:
    return None if content is None else etag_of(storable(content.decode()))


def _is_whole_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return len(content) < MAX_READ_BYTES
