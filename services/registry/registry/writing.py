"""Write a bot's file: whole or not at all, in its place, never through a link.

Called by saving.py under its lock; whoever reads the folder sees the old text or the new one.
"""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from warren.errors import Conflict, Unavailable

READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True)
class Staged:
    """A text that lies ready beside its place, hidden: no scan takes it for a bot."""

    path: Path
    fresh: Path

    def put(self) -> None:
        """Put the text in its place. Raises as stage() does; the old text stands then."""
        with _in_words():
            os.replace(self.fresh, self.path)
        _sync_folder(self.path.parent)

    def discard(self) -> None:
        """Take away what was not put. Nothing happens when it was."""
        with suppress(OSError):
            self.fresh.unlink(missing_ok=True)


def stage(path: Path, content: bytes) -> Staged:
    """Write a text beside its place. Raises Conflict when the folder is read-only or the file is a
    link, Unavailable when the disk fails; nothing is changed then."""
    staged = Staged(path, path.with_name(f".{path.name}.{token_hex(4)}.saving"))
    try:
        with _in_words():
            if path.is_symlink():
                raise Conflict(
                    f"{path.name} is a link to {os.readlink(path)}: nothing was saved. Change the"
                    " file that it points to, or put a file in the link's place.",
                    kind="linked",
                )
            _write(path, staged.fresh, content)
    except BaseException:
        staged.discard()
        raise
    return staged


@contextmanager
def _in_words() -> Generator[None]:
    """Tell what the system refuses as a problem that says what is safe and what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in READ_ONLY:
            raise read_only(reason) from error
        raise Unavailable(
            f"The file cannot be written ({reason}). Nothing was saved; the bot serves on as it"
            " was. Tell the operator, and try again.",
            retry_after=5,
        ) from error


def read_only(reason: str) -> Conflict:
    """Return the problem of a folder that may not be written."""
    return Conflict(
        f"The folder of bots is read-only for the registry ({reason}). Nothing was saved; the bot"
        " serves on as it was. Change the file where the folder comes from (the repository or"
        " the mounted volume), or make BOT_CONFIG_DIR writable for the registry.",
        kind="read-only",
    )


def _write(path: Path, fresh: Path, content: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(handle, "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut."""
    with suppress(OSError):  # some mounted folders cannot; the text itself is safe already
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
