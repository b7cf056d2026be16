"""What a scan changes: a pure decision over the rows that are and the files that are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from registry.examine import ScannedBot, second_of_a_name, stem

Status = Literal["serving", "broken", "removed"]


@dataclass(frozen=True)
class Known:
    """A bot's row, as far as the decision needs it. digest is None when no revision serves; mark is
    that of the file as it was noted last."""

    name: str
    path: str
    status: Status
    digest: str | None
    mark: str


@dataclass(frozen=True)
class Publish:
    """A new or changed bot: raise its number and tell everybody."""

    scanned: ScannedBot


@dataclass(frozen=True)
class Mend:
    """The file is another, but it means the revision that serves already: nothing to tell."""

    scanned: ScannedBot


@dataclass(frozen=True)
class Break:
    """The file is wrong: note why; the last good revision keeps serving."""

    name: str
    scanned: ScannedBot


@dataclass(frozen=True)
class Remove:
    """The file is gone: tell everybody, if the bot was ever good."""

    name: str


Change = Publish | Mend | Break | Remove


def changes(known: Mapping[str, Known], scanned: Sequence[ScannedBot]) -> list[Change]:
    """Return what to do, good files first. Nothing changes for a file that is as its row says."""
    files = _names_held(known, scanned)
    found: list[Change] = []
    kept: set[str] = set()
    for one in files:
        if one.revision is None:
            continue
        kept.add(one.name)
        row = known.get(one.name)
        if row is None or row.status == "removed" or row.digest != one.revision.digest:
            found.append(Publish(one))
        elif (row.status, row.path, row.mark) != ("serving", one.path, mark_of_file(one)):
            found.append(Mend(one))
    by_path = {row.path: row for row in known.values() if row.status != "removed"}
    for one in files:
        if one.revision is not None:
            continue
        row = by_path.get(one.path)
        names = (row.name if row else one.name, one.name, stem(one.path), one.path)
        name = next(each for each in names if each not in kept)
        kept.add(name)
        at = known.get(name)
        if at is None or at.status != "broken" or at.mark != mark_of_file(one):
            found.append(Break(name, one))
    gone = [row.name for row in known.values() if row.status != "removed" and row.name not in kept]
    return found + [Remove(name) for name in gone]


def _names_held(known: Mapping[str, Known], scanned: Sequence[ScannedBot]) -> list[ScannedBot]:
    """A bot whose file is broken for the moment keeps its name: no other file takes it over."""
    broken = {one.path for one in scanned if one.revision is None}
    held = {
        row.name: row.path
        for row in known.values()
        if row.digest is not None and row.status != "removed" and row.path in broken
    }
    return [
        second_of_a_name(one, held[one.name]) if one.revision and one.name in held else one
        for one in scanned
    ]


def mark_of_file(one: ScannedBot) -> str:
    """Return a name for a file's text and its faults: what is noted once is not noted again."""
    text = sha256(storable(one.text).encode()).hexdigest()
    return mark(text, ((error.line, error.column, error.message) for error in one.errors))


def mark(text_sha256: str, faults: Iterable[tuple[int, int, str]]) -> str:
    """Return the name for a text, by its hash, and its faults."""
    return "\n".join([text_sha256, *(f"{line}:{column}:{told}" for line, column, told in faults)])


def storable(text: str) -> str:
    """Return a text as PostgreSQL can hold it: NUL shown by its sign."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")
