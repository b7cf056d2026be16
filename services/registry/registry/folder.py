"""What lies in the folder of bots, as bytes. Nothing is judged here: that is examine.py.

A link to a file is a file (mounted folders are made of them); folders, pipes, hidden files and what
editors leave beside a file are passed over.
"""

from hashlib import sha256
from pathlib import Path

from warren.step.catalogue import source_of, step_files
from warren.step.revision import sha256_of

MAX_READ_BYTES = 128 * 1024  # lint refuses files over 64 KiB; no more than this is ever read
SUFFIXES = (".yaml", ".yml")


def bot_files(folder: Path) -> list[Path]:
    """Return the bot files, sorted. Raises OSError when the folder cannot be read."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in SUFFIXES
        and not path.name.startswith((".", "#"))
        and _is_text(path.name)
        and path.is_file()
    )


def read_bytes(path: Path) -> bytes | str | None:
    """Return the beginning of a file (MAX_READ_BYTES), None when it is gone, or why it cannot be
    read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_READ_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror or type(error).__name__


def mark_of(content: bytes | str | None) -> str:
    """Return a name for what was read; "" for a file that is not there."""
    match content:
        case bytes():
            return sha256(content).hexdigest()
        case str():
            return f"unreadable: {content}"
        case None:
            return ""


def step_marks(folder: Path) -> dict[str, str]:
    """Return the hash of each step file as it is now, by path, as the catalogue has them."""
    return {path.relative_to(folder).as_posix(): _step_mark(path) for path in step_files(folder)}


def _step_mark(path: Path) -> str:
    try:
        return sha256_of(source_of(path))
    except (OSError, UnicodeDecodeError):
        return ""


def _is_text(name: str) -> bool:
    """Whether a file's name is text: one of foreign bytes could not be shown or stored."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
