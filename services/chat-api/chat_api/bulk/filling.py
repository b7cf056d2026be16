"""Write down the letters of a bulk replay: those that are needed wait, the others are skipped.

A large job is filled by the worker, some letters in each transaction: whoever pauses or stops it
gets in between, and whoever is killed leaves a place to go on from.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, Select, case, func, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.bulk.plan import sorted_letters, with_status
from chat_api.letters.filters import conditions
from chat_api.letters.tables import dead_letter, replay_item
from warren.contracts.letters import LetterFilter

CHUNK = 1000  # letters looked at in one transaction: a fifth of a second

_WHY = {
    "answered": "A person has answered it by hand.",
    "overtaken": "The bot has answered a later message here since.",
    "expired": "It is older than the bot's expires_after.",
    "not_open": "It is not open.",
    "no_turn": "It belongs to no turn that is known.",
    "no_bot": "The bot's file is gone.",
    "no_command": "What the step was given is not known any more.",
}
_NAMES = ("job_id", "letter_id", "number", "state", "fingerprint", "why")
_TIME = text("set local statement_timeout = '60s'")  # of one chunk, on a machine that is busy


@dataclass(frozen=True)
class Filling:
    """How far a job's letters are written down. until is when it was made: what failed later does
    not belong to it. at and id are those of the last letter that was looked at, count is how many
    were."""

    wanted: LetterFilter
    until: datetime
    at: datetime | None = None
    id: UUID | None = None
    count: int = 0


def filling_of(job: RowMapping) -> Filling | None:
    """Return where the filling of a job stands; None when all its letters are written down."""
    if job["filled"]:
        return None
    return Filling(
        wanted=LetterFilter.model_validate(job["filter"]),
        until=job["made_at"],
        at=job["filled_at"],
        id=job["filled_id"],
        count=job["filled_count"],
    )


async def fill(connection: AsyncConnection, job: UUID, wanted: LetterFilter) -> None:
    """Write down all letters of a small job."""
    await _write(connection, job, sorted_letters(wanted), number=0)


async def fill_on(connection: AsyncConnection, job: UUID, filling: Filling) -> Filling | None:
    """Write down the next letters, the oldest failure first; return where it stands, None at the
    end.

    A text is looked for in each chunk only: to find all that have it takes the index too long.
    """
    letter = dead_letter.c
    any_text = with_status(filling.wanted).model_copy(update={"q": ""})
    looked_at = (
        select(letter.failed_at, letter.id)
        .where(*conditions(any_text), letter.failed_at <= filling.until)
        .order_by(letter.failed_at, letter.id)
        .limit(CHUNK)
    )
    if filling.id is not None:
        looked_at = looked_at.where(tuple_(letter.failed_at, letter.id) > (filling.at, filling.id))
    await connection.execute(_TIME)
    found = (await connection.execute(looked_at)).all()
    if not found:
        return None
    matching = sorted_letters(filling.wanted).where(letter.id.in_([row.id for row in found]))
    await _write(connection, job, matching, number=filling.count)
    if len(found) < CHUNK:
        return None
    last = found[-1]
    return replace(filling, at=last.failed_at, id=last.id, count=filling.count + len(found))


async def _write(
    connection: AsyncConnection,
    job: UUID,
    matching: Select[UUID, str, str | None, datetime, str],
    *,
    number: int,
) -> None:
    """Write down letters, numbered after a number."""
    found = matching.subquery()
    rows = select(
        literal(job),
        found.c.id,
        func.row_number().over(order_by=(found.c.failed_at, found.c.id)) + number,
        case((found.c.fate == "needed", "pending"), else_="skipped"),
        found.c.fingerprint,
        case(*((found.c.fate == fate, words) for fate, words in _WHY.items()), else_=""),
    )
    await connection.execute(replay_item.insert().from_select(_NAMES, rows))
