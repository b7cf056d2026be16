"""Watch the folder of bots: every change is scanned and applied, and a rescan is the net."""

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType] # half typed

from registry.folder import Scan, scan
from registry.kinds import Kinds
from registry.publish import apply
from warren.contracts.names import kind_of
from warren.db.relay import Relay
from warren.errors import BrokerUnavailable
from warren.logging import get_logger
from warren.metrics import BOTS_BROKEN, BOTS_SERVING

log = get_logger(__name__)

RESCAN_SECONDS = 5.0  # for file systems that tell nothing
AGAIN_SECONDS = 1.0  # after a scan that could not be applied
SETTLE_MS = 100  # an editor saves in several steps


class Watcher:
    """Keeps the tables at what the folder says. last is the newest scan that was applied."""

    def __init__(self, folder: Path, engine: AsyncEngine, kinds: Kinds, relay: Relay) -> None:
        self._folder = folder
        self._engine = engine
        self._kinds = kinds
        self._relay = relay
        self._news = asyncio.Event()
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
                pause = RESCAN_SECONDS if await self._once() else AGAIN_SECONDS
                try:
                    async with asyncio.timeout(pause):
                        await self._news.wait()
                except TimeoutError:
                    pass
                self._news.clear()

    async def _listen(self) -> None:
        """Set the news at every change of a file; a folder that is not there is looked for."""
        while True:
            try:
                async for _ in awatch(self._folder, step=SETTLE_MS, debounce=SETTLE_MS * 4):
                    self._news.set()
            except (OSError, RuntimeError):
                await asyncio.sleep(RESCAN_SECONDS)

    async def _once(self) -> bool:
        """Scan and apply; return whether that was possible."""
        try:
            found = await scan(self._folder, self.last.catalogue if self.last else None)
            bots = [one.bot for one in found.bots if one.bot]
            await self._kinds.declare(kind_of(step.class_) for one in bots for step in one.steps)
            rows = await apply(self._engine, self._folder, found)
        except OSError as error:
            self._troubled(f"the folder of bots {self._folder} cannot be read: {error.strerror}")
            return False
        except (BrokerUnavailable, SQLAlchemyError) as error:
            self._troubled(f"bots cannot be published: {type(error).__name__}")
            return False
        self._relay.offer(rows)
        self.last, self.trouble = found, None
        BOTS_SERVING.set(len(bots))
        BOTS_BROKEN.set(len(found.bots) - len(bots))
        return True

    def _troubled(self, text: str) -> None:
        if text != self.trouble:
            log.warning("scan failed, trying again", reason=text)
        self.trouble = text
