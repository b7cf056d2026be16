"""Watch the folder of bots: every change is scanned and applied, and a rescan is the net."""

import asyncio
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType] # half typed

from registry.apply import apply
from registry.examine import ScannedBot, without_queue
from registry.kinds import Kinds, all_kinds
from registry.scan import Scan, scan
from warren.contracts.names import kind_of
from warren.db.relay import Relay
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import BOTS_BROKEN, BOTS_SERVING

log = get_logger(__name__)

RESCAN_SECONDS = 2.0  # for file systems that tell nothing
AGAIN_SECONDS = 1.0  # after a scan that could not be applied
OUTDATED_SECONDS = 0.1  # after a scan that the folder overtook
QUIET_MS = 100  # an editor saves in several steps
AT_MOST_MS = 400  # for a folder that is never quiet


class Watcher:
    """Keeps the tables at what the folder says. last is the newest scan; trouble says why it could
    not be read or applied."""

    def __init__(self, folder: Path, engine: AsyncEngine, kinds: Kinds, relay: Relay) -> None:
        self._folder = folder
        self._engine = engine
        self._kinds = kinds
        self._relay = relay
        self._news = asyncio.Event()
        self._replaced = asyncio.Event()
        self._inode = 0
        self._faults: object = ()
        self.last: Scan | None = None
        self.trouble: str | None = "the folder of bots has not been read yet"

    def look_again(self) -> None:
        """Scan at once."""
        self._news.set()

    async def run(self) -> None:
        """Scan at every change until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                pause = await self._once()
                try:
                    async with asyncio.timeout(pause):
                        await self._news.wait()
                except TimeoutError:
                    pass
                self._news.clear()

    async def _listen(self) -> None:
        """Set the news at every change of a file; a folder that is not there is looked for."""
        while True:
            self._replaced.clear()
            try:
                async for _ in awatch(
                    self._folder, step=QUIET_MS, debounce=AT_MOST_MS, stop_event=self._replaced
                ):
                    self._news.set()
            except (OSError, RuntimeError) as error:
                log.debug("the folder cannot be watched", error=type(error).__name__)
                await asyncio.sleep(RESCAN_SECONDS)

    async def _once(self) -> float:
        """Scan and apply; return after how many seconds to do so again."""
        try:
            self._watch_anew(self._folder.stat().st_ino)
            self.last = await scan(self._folder, self.last)
        except OSError as error:
            return self._unreadable(error)
        self._tell_faults(self.last)
        try:
            return await self._apply(self.last)
        except BrokerUnavailable as error:
            return self._troubled(f"bots cannot be published: {error}")
        except ProgrammingError:
            return self._troubled("the tables are not there: run python -m registry.migrate")
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            return self._unreadable(error)  # it went away while its findings were stored
        except (SQLAlchemyError, OSError) as error:
            return self._troubled(f"bots cannot be stored: database: {type(error).__name__}")

    async def _apply(self, found: Scan) -> float:
        async with self._engine.connect() as connection:
            used = set(await all_kinds(connection))
        good = [one.bot for one in found.bots if one.bot]
        used.update(kind_of(step.class_) for bot in good for step in bot.steps)
        refused = await self._kinds.declare(used)
        bots = tuple(_if_queued(one, refused) for one in found.bots)
        applied = await apply(self._engine, self._folder, replace(found, bots=bots))
        self._relay.offer(applied.rows)
        if applied.outdated:
            return OUTDATED_SECONDS
        self.trouble = None
        broken = sum(one.bot is None for one in bots)
        BOTS_SERVING.set(len(bots) - broken)
        BOTS_BROKEN.set(broken)
        return RESCAN_SECONDS

    def _watch_anew(self, inode: int) -> None:
        """A folder that was replaced by another of its name is another folder to the system."""
        if inode != self._inode:
            self._inode = inode
            self._replaced.set()

    def _tell_faults(self, found: Scan) -> None:
        faults = found.catalogue.faults
        if faults != self._faults:
            for one in faults:
                log.warning("step file is broken", file=one.file, line=one.line, fault=one.message)
        self._faults = faults

    def _unreadable(self, error: OSError) -> float:
        return self._troubled(
            f"the folder of bots {self._folder} cannot be read"
            f" ({error.strerror or type(error).__name__}): make it readable, or"
            " set BOT_CONFIG_DIR; bots that were published serve on"
        )

    def _troubled(self, text: str) -> float:
        if text != self.trouble:
            log.warning("scan failed, trying again", reason=text)
        self.trouble = text
        return AGAIN_SECONDS


def _if_queued(one: ScannedBot, refused: dict[str, str]) -> ScannedBot:
    """Return the bot, as broken if one of its steps can have no queue."""
    for step in one.bot.steps if one.bot else ():
        reason = refused.get(kind_of(step.class_))
        if reason:
            return without_queue(one, step.class_, reason)
    return one
