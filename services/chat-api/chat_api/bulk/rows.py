"""Bulk replays as rows, and as the API shows them."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from warren.contracts.bulk import ItemState, LetterWhy, ReplayJob

SHOWN = 100  # letters that were skipped, and that failed again

_JOB = """
    select j.id, j.state, j.why, a.username as made_by, j.made_at, j.changed_at, j.filter,
      j.revision, j.from_step, j.pace, j.stage, j.plan, j.filled
    from replay_job j join account a on a.id = j.made_by
"""
_ONE = text(f"{_JOB} where j.id = :job")
_PAGE = text(f"""
    {_JOB} where cast(:before as timestamptz) is null or (j.made_at, j.id) < (:before, :id)
    order by j.made_at desc, j.id desc limit :limit
""")
_COUNTS = text("""
    select job_id, state, count(*) as letters from replay_item
    where job_id = any(cast(:jobs as uuid[])) group by job_id, state
""")
_WHY = text("""
    select i.letter_id as letter, l.reference, i.why
    from replay_item i join dead_letter l on l.id = i.letter_id
    where i.job_id = :job and i.state = :state order by i.number limit :limit
""")
_STATES = ("pending", "sent", "resolved", "failed_again", "skipped")


async def one(connection: AsyncConnection, job: UUID) -> ReplayJob | None:
    """Return a job with the first letters that were skipped or failed again, or None."""
    row = (await connection.execute(_ONE, {"job": job})).mappings().one_or_none()
    if row is None:
        return None
    counts = await _counts(connection, [job])
    return _view(row, counts).model_copy(
        update={
            "skips": await _why(connection, job, "skipped"),
            "failures": await _why(connection, job, "failed_again"),
        }
    )


async def _why(connection: AsyncConnection, job: UUID, state: ItemState) -> tuple[LetterWhy, ...]:
    found = await connection.execute(_WHY, {"job": job, "state": state, "limit": SHOWN})
    return tuple(LetterWhy.model_validate(dict(one)) for one in found.mappings())


async def page(
    connection: AsyncConnection, before: tuple[str, str] | None, limit: int
) -> list[ReplayJob]:
    """Return the newest jobs, or those before a moment and an id."""
    moment, id = before or (None, None)
    found = await connection.execute(_PAGE, {"before": moment, "id": id, "limit": limit})
    rows = found.mappings().all()
    counts = await _counts(connection, [row["id"] for row in rows])
    return [_view(row, counts) for row in rows]


Counts = dict[tuple[UUID, str], int]


async def _counts(connection: AsyncConnection, jobs: list[UUID]) -> Counts:
    found = await connection.execute(_COUNTS, {"jobs": jobs})
    return {(row.job_id, row.state): row.letters for row in found}


def _view(row: RowMapping, counts: Counts) -> ReplayJob:
    numbers = {state: counts.get((row["id"], state), 0) for state in _STATES}
    if not row["filled"]:  # its letters are written down in a moment
        needed, matched = row["plan"]["needed"], row["plan"]["matched"]
        numbers |= {"pending": needed, "skipped": matched - needed}
    shown = {name: value for name, value in row.items() if name != "filled"}
    return ReplayJob.model_validate(shown | numbers | {"total": sum(numbers.values())})
