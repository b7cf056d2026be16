"""What a bulk replay would do: every letter that matches, sorted by what may be done with it.

All is counted in the database. Each letter is looked at again when its turn comes.
"""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.letters.filters import conditions
from chat_api.letters.tables import dead_letter, letter_act
from chat_api.letters.verdict import DEFAULT_EXPIRES_AFTER
from chat_api.tables import bot, message, turn
from warren.contracts.bulk import ReplayPlan
from warren.contracts.letters import LetterFilter
from warren.contracts.names import EXPIRES_AFTER

MAX_WIDTH = 200  # letters of one job that may be under way at once

_NOT_REPLAYABLE = ("not_open", "no_turn", "no_bot", "no_command")

# Half of a bot's slots at most: people who write meanwhile get the other half.
_SLOTS = text("""
    select min(greatest(1, cast(card ->> 'concurrency' as int) / 2)) from bot
    where name = any(:bots)
""")


def sorted_letters(wanted: LetterFilter) -> Select[UUID, str, str | None, datetime, str]:
    """Return a select of the matching letters: id, fingerprint, bot, failed_at, fate."""
    letter = dead_letter.c
    later = turn.alias("later")
    overtaken = exists().where(
        later.c.conversation_id == turn.c.conversation_id,
        later.c.bot_id == turn.c.bot_id,
        later.c.state == "done",
        later.c.created_at > turn.c.created_at,
    )
    finished = exists().where(letter_act.c.letter_id == letter.id, letter_act.c.kind == "finished")
    corrected = exists().where(message.c.turn_id == turn.c.id, message.c.corrected_by.is_not(None))
    expires = func.coalesce(bot.c.card.op("->>")("expires_after"), DEFAULT_EXPIRES_AFTER)
    known = expires.op("~", is_comparison=True)(EXPIRES_AFTER)
    keeps = case((known, expires), else_=DEFAULT_EXPIRES_AFTER).cast(INTERVAL)
    fate = case(
        (
            or_(
                letter.status == "answered",
                turn.c.state == "answered",
                corrected,
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
    return (
        select(letter.id, letter.fingerprint, letter.bot, letter.failed_at, fate.label("fate"))
        .select_from(dead_letter)
        .join(turn, turn.c.id == letter.turn_id, isouter=True)
        .join(bot, bot.c.account_id == turn.c.bot_id, isouter=True)
        .where(*conditions(with_status(wanted)))
    )


def with_status(wanted: LetterFilter) -> LetterFilter:
    """Return the filter; without a status it takes open letters: others have nothing to replay."""
    return wanted if wanted.status else wanted.model_copy(update={"status": ("open",)})


async def plan(connection: AsyncConnection, wanted: LetterFilter) -> tuple[ReplayPlan, int]:
    """Return what a bulk replay of these letters would do now, and how many may go at once."""
    found = sorted_letters(wanted).subquery()
    alike = (found.c.fate, found.c.fingerprint, found.c.bot)
    rows = (await connection.execute(select(*alike, func.count()).group_by(*alike))).all()
    counts: Counter[str] = Counter()
    for fate, _, _, letters in rows:
        counts[fate] += letters
    bots = sorted({bot for fate, _, bot, _ in rows if bot and fate == "needed"})
    slots = (await connection.execute(_SLOTS, {"bots": bots})).scalar_one()
    groups = len({fingerprint for _, fingerprint, _, _ in rows})
    return _plan(counts, groups), min(MAX_WIDTH, slots or MAX_WIDTH)


def _plan(counts: Counter[str], groups: int) -> ReplayPlan:
    return ReplayPlan(
        matched=sum(counts.values()),
        needed=counts.get("needed", 0),
        answered=counts.get("answered", 0),
        overtaken=counts.get("overtaken", 0),
        expired=counts.get("expired", 0),
        not_replayable=sum(counts.get(fate, 0) for fate in _NOT_REPLAYABLE),
        groups=groups,
    )
