"""What a scan changes: a pure decision over the rows that are and the files that are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from registry.folder import ScannedBot

Status = Literal["serving", "broken", "removed"]


@dataclass(frozen=True)
class Known:
    """A bot's row, as far as the decision needs it. digest is None while it never was good."""

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
    """The file is good again and is the revision that serves already: nothing to tell."""

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
    found: list[Change] = []
    kept: set[str] = set()
    for one in scanned:
        if one.revision is None:
            continue
        kept.add(one.name)
        row = known.get(one.name)
        if row is None or row.status == "removed" or row.digest != one.revision.digest:
            found.append(Publish(one))
        elif row.status == "broken" or row.path != one.path:
            found.append(Mend(one))
    by_path = {row.path: row for row in known.values() if row.status != "removed"}
    for one in scanned:
        if one.revision is not None:
            continue
        row = by_path.get(one.path)
        name = row.name if row and row.name not in kept else one.name
        if name in kept:  # the name belongs to a good file: the fault is this file's own
            name = one.path
        kept.add(name)
        at = known.get(name)
        if at is None or at.status != "broken" or at.mark != fault_mark(one):
            found.append(Break(name, one))
    gone = [row.name for row in known.values() if row.status != "removed" and row.name not in kept]
    return found + [Remove(name) for name in gone]


def fault_mark(one: ScannedBot) -> str:
    """Return a name for a file's faults: the same faults of the same text are noted once."""
    return "\n".join(f"{error.line}:{error.column}:{error.message}" for error in one.errors)
