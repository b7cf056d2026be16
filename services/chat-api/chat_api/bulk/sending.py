"""One step of a bulk replay, in one transaction: take outcomes, decide, send a few letters.

A letter is marked as sent with its run in the transaction that resumes it. So whoever is killed at
whatever moment, the next process goes on from the tables and sends nothing twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, update

from chat_api import audit
from chat_api.bulk import ramp
from chat_api.bulk.filling import Filling, fill_on, filling_of
from chat_api.changes import Changes, Store, changing
from chat_api.letters.tables import replay_item, replay_job
from chat_api.person import Person
from chat_api.repair.cases import Case, lock_cases
from chat_api.repair.replay import Wish, send
from warren.contracts.base import JsonObject
from warren.errors import Refused
from warren.logging import get_logger
from warren.metrics import REPAIRS

log = get_logger(__name__)

BATCH = 25  # letters resumed in one transaction: their conversations are locked that long
FILL_PAUSE_SECONDS = 0.02  # between two chunks: who waits for the job's row gets it
LOOK_SECONDS = 0.5  # for outcomes that another process took; ours wake us at once

_TAKE = text("""
    select j.*, a.username, clock_timestamp() as now
    from replay_job j join account a on a.id = j.made_by
    where j.id = :job for update of j skip locked
""")
_SETTLE = text("""
    update replay_item i set
      state = case when l.run >= i.run then 'failed_again'
                   when l.status = 'resolved' then 'resolved' else 'skipped' end,
      why = case when l.run >= i.run then left(l.error_type || ': ' || l.error_text, 300)
                 when l.status = 'resolved' then '' else 'It was ' || l.status || ' meanwhile.' end
    from dead_letter l
    where i.job_id = :job and i.state = 'sent' and l.id = i.letter_id
      and (l.run >= i.run or l.status <> 'replaying')
    returning i.stage, i.state, l.reference, l.fingerprint = i.fingerprint as same
""")
_UNSETTLED = text("select count(*) from replay_item where job_id = :job and state = 'sent'")
_PENDING = text("""
    select letter_id from replay_item where job_id = :job and state = 'pending'
    order by number limit :limit
""")
_UNSENT = text("""
    select i.letter_id from replay_item i
    where i.job_id = :job and i.state = 'pending' order by number limit 1
""")
# The fingerprint is the letter's of now: what comes back in that way halts the job.
_SENT = (
    update(replay_item)
    .where(replay_item.c.job_id == bindparam("job"), replay_item.c.letter_id == bindparam("letter"))
    .values(
        state=bindparam("to_state"),
        stage=bindparam("at_stage"),
        run=bindparam("as_run"),
        why=bindparam("because"),
        fingerprint=bindparam("known_as"),
    )
)


@dataclass(frozen=True)
class Job:
    """A job whose row is locked."""

    id: UUID
    state: str
    maker: Person
    wish: Wish
    pace: float
    width: int
    next_at: datetime
    now: datetime
    filling: Filling | None  # while its letters are being written down
    standing: ramp.Standing
    same: str | None  # a letter that came back with its old fingerprint


async def step(store: Store, job: UUID, most: int = BATCH) -> float | None:
    """Do the next thing of a job; return in how many seconds to look again, None when it is over.

    Another process may be at it: then there is nothing to do here for the moment.
    """
    sent = 0
    async with changing(store, "bulk") as changes:
        taken = await _take(changes, job)
        if taken is None:
            return LOOK_SECONDS
        if taken.state != "running":
            return LOOK_SECONDS if taken.standing.unsettled else None
        if taken.filling is not None:
            await _fill_on(changes, taken, taken.filling)
            return FILL_PAUSE_SECONDS
        if taken.same is not None:
            why = f"{taken.same} failed again in the same way: the cause is not gone."
            await _end(changes, taken, "halted", why)
            return 0.0
        match ramp.decide(taken.standing, taken.width):
            case ramp.Halt(why):
                await _end(changes, taken, "halted", why)
                return 0.0
            case ramp.Done():
                await _end(changes, taken, "done", "")
                return None
            case ramp.NextStage():
                await _set(
                    changes,
                    taken,
                    stage=taken.standing.stage + 1,
                    stage_sent=0,
                    stage_settled=0,
                    stage_failed=0,
                )
                return 0.0
            case ramp.Wait():
                return LOOK_SECONDS
            case ramp.Send(count):
                early = (taken.next_at - taken.now).total_seconds()
                if early > 0:
                    return min(early, LOOK_SECONDS)
                together = ramp.at_once(count, taken.pace, most)
                sent = await _send(changes, taken, together)
    if sent:
        REPAIRS.labels("bulk").inc(sent)
    return 0.0


async def skip_next(store: Store, job: UUID, why: str) -> None:
    """Leave out the letter whose sending breaks everything: nobody else shall wait for it."""
    async with store.engine.begin() as connection:
        await connection.execute(_TAKE, {"job": job})
        letter = (await connection.execute(_UNSENT, {"job": job})).scalar_one_or_none()
        if letter is not None:
            await connection.execute(
                update(replay_item)
                .where(replay_item.c.job_id == job, replay_item.c.letter_id == letter)
                .where(replay_item.c.state == "pending")
                .values(state="skipped", why=why)
            )


async def _take(changes: Changes, job: UUID) -> Job | None:
    """Lock the job and take what became of its letters; None when somebody else is at it."""
    connection = changes.connection
    row = (await connection.execute(_TAKE, {"job": job})).mappings().one_or_none()
    if row is None:
        return None
    settled = (await connection.execute(_SETTLE, {"job": job})).all()
    # Letters of an earlier ramp have stage -1: what they say is of before the break.
    mine = [one for one in settled if one.stage == row["stage"] and one.state != "skipped"]
    failed = [one for one in mine if one.state == "failed_again"]
    unsettled = (await connection.execute(_UNSETTLED, {"job": job})).scalar_one()
    pending = (await connection.execute(_PENDING, {"job": job, "limit": BATCH})).all()
    standing = ramp.Standing(
        stage=row["stage"],
        pending=len(pending),
        unsettled=unsettled,
        sent=row["stage_sent"],
        settled=row["stage_settled"] + len(mine),
        failed=row["stage_failed"] + len(failed),
    )
    taken = Job(
        id=job,
        state=row["state"],
        maker=Person(row["made_by"], row["username"]),
        wish=Wish(from_step=row["from_step"], revision=row["revision"]),
        pace=row["pace"],
        width=row["width"],
        next_at=row["next_at"],
        now=row["now"],
        filling=filling_of(row),
        standing=standing,
        same=next((one.reference for one in failed if one.same), None),
    )
    if mine:
        await _set(changes, taken, stage_settled=standing.settled, stage_failed=standing.failed)
    return taken


async def _fill_on(changes: Changes, job: Job, filling: Filling) -> None:
    """Write down some more letters and how far that went; nothing is sent before all are."""
    now = await fill_on(changes.connection, job.id, filling)
    if now is None:
        await _set(changes, job, filled=True)
    else:
        await _set(changes, job, filled_at=now.at, filled_id=now.id, filled_count=now.count)


async def _send(changes: Changes, job: Job, count: int) -> int:
    """Send the next letters; return how many. Those that may not be sent are skipped with why."""
    found = await changes.connection.execute(_PENDING, {"job": job.id, "limit": count})
    letters = [row.letter_id for row in found]
    cases = await lock_cases(changes, letters)
    sent = 0
    for letter in letters:
        run, why = _send_one(changes, job, cases[letter])
        sent += run is not None
        changes.later(
            _SENT,
            job=job.id,
            letter=letter,
            to_state="skipped" if run is None else "sent",
            at_stage=job.standing.stage,
            as_run=run,
            because=why,
            known_as=cases[letter].fingerprint,
        )
    await _set(
        changes,
        job,
        stage_sent=job.standing.sent + sent,
        next_at=max(job.next_at, job.now) + timedelta(seconds=sent / job.pace),
    )
    return sent


def _send_one(changes: Changes, job: Job, case: Case) -> tuple[int | None, str]:
    try:
        return send(changes, case, job.maker, job.wish, job=job.id), ""
    except Refused as refused:
        return None, refused.detail.removeprefix("Nothing was sent. ").removeprefix(
            "Nothing was changed. "
        )


async def _set(changes: Changes, job: Job, **values: Any) -> None:
    await changes.connection.execute(
        update(replay_job).where(replay_job.c.id == job.id).values(changed_at=job.now, **values)
    )


async def _end(changes: Changes, job: Job, state: str, why: str) -> None:
    await _set(changes, job, state=state, why=why)
    standing = job.standing
    detail: JsonObject = {"why": why, "stage": standing.stage, "failed": standing.failed}
    log.info("bulk replay ended", state=state, job=str(job.id), stage=standing.stage)
    if state == "halted":
        await audit.note(
            changes.connection,
            by=None,
            act="replay.halted",
            subject="replay",
            subject_id=str(job.id),
            detail=detail,
        )
