"""The record of each bot, step and revision, put together of what was counted. Pure.

Three things are counted: turns of a revision, letters of a step, entries of the ledger. The row
whose step is empty holds all of a revision; those of its steps stand beside it, with what of it is
theirs and the same number of turns.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from warren.contracts.ledger import EntryKind, LedgerRow

Place = tuple[str, str, str]
"""Bot, step (empty for all of the revision), revision."""


@dataclass(frozen=True)
class Turns:
    """The turns of a revision. seconds is the median time of those that are done."""

    bot: str
    revision: str
    turns: int
    failures: int
    seconds: float | None
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Letters:
    """The letters of one step."""

    bot: str
    step: str
    revision: str
    letters: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Entries:
    """The entries of one kind at one place. distance is the sum of theirs, apart the number of
    those that have one."""

    bot: str
    step: str
    revision: str
    kind: str
    entries: int
    distance: float
    apart: int
    first_at: datetime
    last_at: datetime


@dataclass
class _Row:
    turns: Turns | None = None
    letters: list[Letters] = field(default_factory=lambda: [])
    entries: list[Entries] = field(default_factory=lambda: [])

    def count(self, kind: EntryKind) -> int:
        return sum(one.entries for one in self.entries if one.kind == kind)

    def distance(self) -> float | None:
        """The mean over what people changed."""
        changed = [one for one in self.entries if one.kind in ("draft_edited", "correction")]
        apart = sum(one.apart for one in changed)
        return sum(one.distance for one in changed) / apart if apart else None

    def seen(self) -> list[Turns | Letters | Entries]:
        return [*([self.turns] if self.turns else []), *self.letters, *self.entries]


def record(
    turns: Iterable[Turns], letters: Iterable[Letters], entries: Iterable[Entries]
) -> list[LedgerRow]:
    """Return the rows, the newest first; those of one moment by name."""
    rows: defaultdict[Place, _Row] = defaultdict(_Row)
    for one in turns:
        rows[one.bot, "", one.revision].turns = one
    for one in letters:
        for step in {"", one.step}:
            rows[one.bot, step, one.revision].letters.append(one)
    for one in entries:
        for step in {"", one.step}:
            rows[one.bot, step, one.revision].entries.append(one)
    shown = [_shown(place, row, rows[place[0], "", place[2]].turns) for place, row in rows.items()]
    shown.sort(key=lambda one: (one.bot, one.step, one.revision))
    shown.sort(key=lambda one: one.last_at, reverse=True)
    return shown


def _shown(place: Place, row: _Row, turns: Turns | None) -> LedgerRow:
    bot, step, revision = place
    sent, edited = row.count("draft_sent"), row.count("draft_edited")
    rejected = row.count("draft_rejected")
    letters = sum(one.letters for one in row.letters)
    seen = row.seen()
    return LedgerRow(
        bot=bot,
        step=step,
        revision=revision,
        turns=turns.turns if turns else 0,
        failures=row.turns.failures if row.turns else letters,
        drafts=sent + edited + rejected,
        sent_unedited=sent,
        edited=edited,
        rejected=rejected,
        distance=row.distance(),
        corrections=row.count("correction"),
        thumbs_up=row.count("thumb_up"),
        thumbs_down=row.count("thumb_down"),
        seconds=row.turns.seconds if row.turns else None,
        first_at=min(one.first_at for one in seen),
        last_at=max(one.last_at for one in seen),
    )
