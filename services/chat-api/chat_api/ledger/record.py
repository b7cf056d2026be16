"""The record of each bot, step and revision, put together of what was counted. Pure.

Three things are counted: turns of a revision, letters of a step, entries of the ledger. A row's
step is empty for whole answers; rows of a step stand beside them with the same number of turns.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from warren.contracts.ledger import LedgerRow

Place = tuple[str, str, str]
"""Bot, step (empty for whole answers), revision."""


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
    letters: Letters | None = None
    kinds: dict[str, Entries] = field(default_factory=lambda: {})

    def count(self, kind: str) -> int:
        found = self.kinds.get(kind)
        return found.entries if found else 0

    @property
    def seen(self) -> list[Turns | Letters | Entries]:
        return [one for one in (self.turns, self.letters, *self.kinds.values()) if one is not None]


def record(
    turns: Iterable[Turns], letters: Iterable[Letters], entries: Iterable[Entries]
) -> list[LedgerRow]:
    """Return the rows, the newest first; those of one moment by name."""
    of_revision = {(one.bot, one.revision): one for one in turns}
    rows: dict[Place, _Row] = {
        (bot, "", revision): _Row(turns=one) for (bot, revision), one in of_revision.items()
    }
    for one in letters:
        rows.setdefault((one.bot, one.step, one.revision), _Row()).letters = one
    for one in entries:
        rows.setdefault((one.bot, one.step, one.revision), _Row()).kinds[one.kind] = one
    shown = [
        _shown(place, row, of_revision.get((place[0], place[2]))) for place, row in rows.items()
    ]
    shown.sort(key=lambda one: (one.bot, one.step, one.revision))
    shown.sort(key=lambda one: one.last_at, reverse=True)
    return shown


def _shown(place: Place, row: _Row, turns: Turns | None) -> LedgerRow:
    bot, step, revision = place
    sent, edited = row.count("draft_sent"), row.count("draft_edited")
    rejected = row.count("draft_rejected")
    changed = [row.kinds[kind] for kind in ("draft_edited", "correction") if kind in row.kinds]
    apart = sum(one.apart for one in changed)
    whole = row.turns.failures if row.turns else 0
    return LedgerRow(
        bot=bot,
        step=step,
        revision=revision,
        turns=turns.turns if turns else 0,
        failures=row.letters.letters if row.letters else whole,
        drafts=sent + edited + rejected,
        sent_unedited=sent,
        edited=edited,
        rejected=rejected,
        distance=sum(one.distance for one in changed) / apart if apart else None,
        corrections=row.count("correction"),
        thumbs_up=row.count("thumb_up"),
        thumbs_down=row.count("thumb_down"),
        seconds=row.turns.seconds if row.turns else None,
        first_at=min(one.first_at for one in row.seen),
        last_at=max(one.last_at for one in row.seen),
    )
