"""What a bulk replay would do: every letter that matches, sorted by what may be done with it.

All is counted in the database. Each letter is looked at again when its turn comes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, literal, null, or_, select, text
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.letters.filters import conditions
from chat_api.letters.tables import dead_letter, letter_act, replay_item
from chat_api.letters.verdict import DEFAULT_EXPIRES_AFTER
from chat_api.tables import bot, turn
from warren.contracts.letters import LetterFilter, ReplayPlan

MAX_WIDTH = 200  # letters of one job that may be under way at once

_WHY = {
    "answered": "A person has answered it by hand.",
    "overtaken": "The bot has answered a later message here since.",
    "expired": "It is older than the bot's expires_after.",
    "not_open": "It is not open.",
    "no_turn": "It belongs to no turn that is known.",
    "no_bot": "The bot's file is gone.",
    "no_command": "What the step was given is not known any more.",
}
_NOT_REPLAYABLE = ("not_open", "no_turn", "no_bot", "no_command")

# Half of a bot's slots at most: people who write meanwhile get the other half.
_WIDTH = text("""
    select coalesce(min(greatest(1, cast(b.card ->> 'concurrency' as int) / 2)), :most)
    from bot b where b.name in (
      select distinct l.bot from replay_item i join dead_letter l on l.id = i.letter_id
      where i.job_id = :job and i.state = 'pending')
""")


def sorted_letters(wanted: LetterFilter) -> Select[UUID, str, datetime, str]:
    """Return a select of the matching letters, oldest first: id, fingerprint, fate.

    Without a status only open ones match: the others have nothing to replay.
    """
    letter = dead_letter.c
    later = turn.alias("later")
    overtaken = exists().where(
        later.c.conversation_id == turn.c.conversation_id,
        later.c.bot_id == turn.c.bot_id,
        later.c.state == "done",
        later.c.created_at > turn.c.created_at,
    )
    finished = exists().where(letter_act.c.letter_id == letter.id, letter_act.c.kind == "finished")
    expires = func.coalesce(bot.c.card.op("->>")("expires_after"), DEFAULT_EXPIRES_AFTER)
    keeps = case((func.length(expires) > 7, literal("1000 years")), else_=expires).cast(INTERVAL)
    fate = case(
        (
            or_(
                letter.status == "answered",
                turn.c.state == "answered",
                and_(turn.c.state == "done", finished),
            ),
            "answered",
        ),
        (letter.status != "open", "not_open"),
        (turn.c.id.is_(None), "no_turn"),
        (or_(bot.c.account_id.is_(None), bot.c.removed), "no_bot"),
        (and_(letter.command.is_(None), turn.c.command.is_(None)), "no_command"),
        (overtaken, "overtaken"),
        (letter.failed_at < func.now() - keeps, "expired"),
        else_="needed",
    )
    if not wanted.status:
        wanted = wanted.model_copy(update={"status": ("open",)})
    return (
        select(letter.id, letter.fingerprint, letter.failed_at, fate.label("fate"))
        .select_from(dead_letter)
        .join(turn, turn.c.id == letter.turn_id, isouter=True)
        .join(bot, bot.c.account_id == turn.c.bot_id, isouter=True)
        .where(*conditions(wanted))
    )


async def plan(connection: AsyncConnection, wanted: LetterFilter) -> ReplayPlan:
    """Return what a bulk replay of these letters would do now."""
    found = sorted_letters(wanted).subquery()
    counts = await connection.execute(
        select(found.c.fate, func.count().label("letters")).group_by(found.c.fate)
    )
    groups = await connection.execute(select(func.count(found.c.fingerprint.distinct())))
    return _plan({row.fate: row.letters for row in counts}, groups.scalar_one())


async def add_items(connection: AsyncConnection, job: UUID, wanted: LetterFilter) -> ReplayPlan:
    """Write down a job's letters: those that are needed wait, the others are skipped with why."""
    found = sorted_letters(wanted).subquery()
    why = case(*((found.c.fate == fate, words) for fate, words in _WHY.items()), else_="")
    rows = select(
        literal(job).label("job_id"),
        found.c.id,
        func.row_number().over(order_by=(found.c.failed_at, found.c.id)),
        case((found.c.fate == "needed", "pending"), else_="skipped"),
        null(),
        null(),
        found.c.fingerprint,
        why,
    )
    names = ("job_id", "letter_id", "number", "state", "stage", "run", "fingerprint", "why")
    await connection.execute(replay_item.insert().from_select(names, rows))
    mine = replay_item.c.job_id == job
    counts = await connection.execute(
        select(replay_item.c.why, func.count().label("letters"))
        .where(mine)
        .group_by(replay_item.c.why)
    )
    groups = await connection.execute(
        select(func.count(replay_item.c.fingerprint.distinct())).where(mine)
    )
    fates = {words: fate for fate, words in _WHY.items()} | {"": "needed"}
    return _plan({fates[row.why]: row.letters for row in counts}, groups.scalar_one())


async def width_of(connection: AsyncConnection, job: UUID) -> int:
    """Return how many letters of a job may be under way at once."""
    found = await connection.execute(_WIDTH, {"job": job, "most": MAX_WIDTH})
    return min(MAX_WIDTH, found.scalar_one())


def _plan(counts: dict[str, int], groups: int) -> ReplayPlan:
    return ReplayPlan(
        matched=sum(counts.values()),
        needed=counts.get("needed", 0),
        answered=counts.get("answered", 0),
        overtaken=counts.get("overtaken", 0),
        expired=counts.get("expired", 0),
        not_replayable=sum(counts.get(fate, 0) for fate in _NOT_REPLAYABLE),
        groups=groups,
    )
