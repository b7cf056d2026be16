"""Start, pause, resume and stop a bulk replay. `running.py` does the work.

All state is in tables, so any process may be killed at any moment.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import audit
from chat_api.bulk import rows
from chat_api.bulk.filling import CHUNK, fill
from chat_api.bulk.plan import plan
from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.letters.filters import must_be_findable
from chat_api.letters.tables import replay_job
from chat_api.person import Person
from warren.contracts.base import JsonObject
from warren.contracts.bulk import JobState, NewReplay, ReplayJob, ReplayPlan
from warren.contracts.chat import Page
from warren.errors import Conflict, NotFound

FILL_AT_ONCE = CHUNK  # letters; more would keep the asker waiting: the worker writes them down
NO_JOB = "There is no such bulk replay."

_BEGIN = {"stage": 0, "stage_sent": 0, "stage_settled": 0, "stage_failed": 0}
_LOCK = text("select state from replay_job where id = :job for update")
# What was sent before the break no longer counts: the ramp begins anew, with one letter.
_FORGET = text("update replay_item set stage = -1 where job_id = :job and state = 'sent'")


async def planned(store: Store, ask: NewReplay) -> ReplayPlan:
    """Return what a bulk replay would do now. Changes nothing. Raises Unprocessable."""
    must_be_findable(ask.filter.q)
    async with store.reading.connect() as connection:
        found, _ = await plan(connection, ask.filter)
    return found


async def start(store: Store, by: Person, ask: NewReplay) -> ReplayJob:
    """Return a new job, running. Raises Unprocessable for a filter that finds nothing quickly."""
    must_be_findable(ask.filter.q)
    job = uuid4()
    async with store.engine.begin() as connection:
        found, width = await plan(connection, ask.filter)
        at_once = found.matched <= FILL_AT_ONCE
        await connection.execute(
            insert(replay_job).values(
                id=job,
                state="running",
                made_by=by.id,
                filter=ask.filter.model_dump(mode="json"),
                plan=found.model_dump(),
                revision=ask.revision,
                from_step=ask.from_step,
                pace=ask.pace,
                filled=at_once,
                width=width,
                **_BEGIN,
            )
        )
        if at_once:
            await fill(connection, job, ask.filter)
        named = ask.filter.model_dump(mode="json", exclude_defaults=True, exclude={"q"})
        detail = {"filter": named, "searched": bool(ask.filter.q), "plan": found.model_dump()}
        await _note(connection, by, "started", job, detail)
    store.settled.set()
    return await show(store, job)


async def show(store: Store, job: UUID) -> ReplayJob:
    """Return a job. Raises NotFound."""
    async with store.reading.connect() as connection:
        found = await rows.one(connection, job)
    if found is None:
        raise NotFound(NO_JOB)
    return found


async def page(store: Store, limit: int, cursor: str | None) -> Page[ReplayJob]:
    """Return jobs, the newest first."""
    async with store.reading.connect() as connection:
        found = await rows.page(connection, _place(cursor) if cursor else None, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    goes_on = write_cursor(f"{last.made_at.isoformat()} {last.id}") if last else None
    return Page[ReplayJob](items=tuple(found[:limit]), next_cursor=goes_on)


async def pause(store: Store, by: Person, job: UUID) -> ReplayJob:
    """Send no more for now. What was sent goes on. Raises NotFound, Conflict."""
    return await _turn(store, by, job, "paused", "paused", ("running",))


async def stop(store: Store, by: Person, job: UUID) -> ReplayJob:
    """Send no more, for good. Raises NotFound, Conflict."""
    return await _turn(store, by, job, "stopped", "stopped", ("running", "paused", "halted"))


async def resume(store: Store, by: Person, job: UUID) -> ReplayJob:
    """Go on with a paused or halted job, with one letter first. Raises NotFound, Conflict."""
    return await _turn(store, by, job, "running", "resumed", ("paused", "halted"))


async def _turn(
    store: Store, by: Person, job: UUID, state: JobState, act: str, possible: tuple[JobState, ...]
) -> ReplayJob:
    async with store.engine.begin() as connection:
        now = (await connection.execute(_LOCK, {"job": job})).scalar_one_or_none()
        if now is None:
            raise NotFound(NO_JOB)
        if now not in possible:
            raise Conflict(
                f"Nothing was changed. This bulk replay is {now}.", kind="replay-changed"
            )
        values: dict[str, object] = {"state": state, "changed_at": text("now()")}
        if state == "running":
            await connection.execute(_FORGET, {"job": job})
            values |= {"why": "", **_BEGIN}
        await connection.execute(update(replay_job).where(replay_job.c.id == job).values(values))
        await _note(connection, by, act, job, {})
    store.settled.set()
    return await show(store, job)


async def _note(
    connection: AsyncConnection, by: Person, act: str, job: UUID, detail: JsonObject
) -> None:
    await audit.note(
        connection, by=by, act=f"replay.{act}", subject="replay", subject_id=str(job), detail=detail
    )


def _place(cursor: str) -> tuple[str, str]:
    moment, _, id = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(moment).isoformat(), str(UUID(id))
    except ValueError as error:
        raise bad_cursor() from error
