"""Revisions by digest: from memory, disk or the registry. They never change, so all is kept.

What comes from disk or network is checked against its digest before any of its code may run.
"""

import asyncio
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

from pydantic import ValidationError

from warren.app.inner_client import InnerClient
from warren.contracts.registry import Revision
from warren.errors import NotFound, Retryable, Unauthenticated
from warren.logging import get_logger
from warren.step.revision import digest as digest_of
from warren.step.revision import sha256_of

log = get_logger(__name__)

KEPT_IN_MEMORY = 500  # revisions; a few KB each
ASK_AGAIN_SECONDS = 1.0
_HEX = frozenset("0123456789abcdef")


class RevisionGone(Exception):
    """The registry has no revision of that digest."""


class RevisionFetcher:
    """Asks the registry for one revision. `waiting` counts the deliveries held meanwhile."""

    def __init__(self, client: InnerClient) -> None:
        self._client = client
        self.waiting = 0

    async def fetch(self, digest: str) -> Revision:
        """Return the revision, asking until the registry answers. Raises RevisionGone on its 404.

        No attempt is used while the registry is away: the caller keeps its delivery and waits here.
        """
        self.waiting += 1
        told = False
        try:
            while True:
                try:
                    path = f"/inner/revisions/{digest}"
                    return await self._client.call("GET", path, Revision)
                except NotFound as error:
                    raise RevisionGone(f"the registry has no revision {digest[:12]}") from error
                except (Retryable, Unauthenticated, ValidationError) as error:
                    if not told:
                        told = True
                        log.warning("waiting for the registry", error=type(error).__name__)
                await asyncio.sleep(ASK_AGAIN_SECONDS)
        finally:
            self.waiting -= 1


class RevisionCache:
    """Gives each revision once: many messages that need the same one wait for one request."""

    def __init__(self, folder: Path, fetcher: RevisionFetcher) -> None:
        self._folder = folder
        self._fetcher = fetcher
        self._kept: OrderedDict[str, Revision] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, digest: str) -> Revision:
        """Return the revision. Raises RevisionGone when nobody has it."""
        if (known := self._kept.get(digest)) is not None:
            self._kept.move_to_end(digest)
            return known
        if not is_digest(digest):
            raise RevisionGone(f"{digest[:80]!r} is no digest")
        lock = self._locks.setdefault(digest, asyncio.Lock())
        try:
            async with lock:
                return self._kept.get(digest) or self._keep(await self._find(digest))
        finally:
            if not lock.locked():
                self._locks.pop(digest, None)

    async def _find(self, digest: str) -> Revision:
        found = await asyncio.to_thread(read_file, self._folder, digest)
        if found is not None:
            return found
        fetched = await self._fetcher.fetch(digest)
        if not is_sound(fetched, digest):
            raise RevisionGone(f"what the registry calls {digest[:12]} is something else")
        await asyncio.to_thread(write_file, self._folder, fetched)
        return fetched

    def _keep(self, revision: Revision) -> Revision:
        self._kept[revision.digest] = revision
        while len(self._kept) > KEPT_IN_MEMORY:
            self._kept.popitem(last=False)
        return revision


def is_digest(text: str) -> bool:
    """Return whether text may be a digest: it becomes a file name and a part of an address."""
    return len(text) == 64 and _HEX.issuperset(text)


def is_sound(revision: Revision, digest: str) -> bool:
    """Return whether a revision is the one of this digest: its YAML and every step file count."""
    return (
        revision.digest == digest
        and all(sha256_of(one.source) == one.sha256 for one in revision.sources)
        and digest_of(revision.yaml, revision.sources) == digest
    )


def read_file(folder: Path, digest: str) -> Revision | None:
    """Return the revision kept on disk, or None. A file that is not what it says is removed."""
    path = folder / f"{digest}.json"
    try:
        found = Revision.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        found = None
    if found is not None and is_sound(found, digest):
        return found
    log.warning("a kept revision is damaged, it is fetched anew", revision=digest[:12])
    path.unlink(missing_ok=True)
    return None


def write_file(folder: Path, revision: Revision) -> None:
    """Keep a revision on disk, whole or not at all. A disk that is full or read-only is no harm."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{revision.digest[:12]}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(revision.model_dump_json())
        Path(name).replace(folder / f"{revision.digest}.json")
    except OSError as error:
        log.warning("a revision could not be kept on disk", error=type(error).__name__)
