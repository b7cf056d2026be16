"""Carry out one change: the bot's rows, its revision, and the message that tells everybody.

Called by apply.py and saving.py in their transaction, under their lock.
"""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registry import history, kinds
from registry.cards import card_of
from registry.decide import Break, Change, Mend, Publish, Remove, storable
from registry.examine import ScannedBot
from registry.history import EDITED, Saved
from registry.tables import bot, revision
from warren.broker.publisher import Outgoing
from warren.broker.topology import EVENTS
from warren.contracts.registry import BOT_PUBLISHED, BotCard
from warren.logging import get_logger
from warren.metrics import REVISIONS_PUBLISHED

log = get_logger(__name__)

LOGGED_FAULTS = 3  # the rest stands in GET bots


async def carry_out(
    connection: AsyncConnection, change: Change, saved: Saved = EDITED
) -> Outgoing | None:
    """Write the change; return what is to be published, if anything."""
    match change:
        case Publish(scanned):
            return await _publish(connection, scanned, saved)
        case Mend(scanned):
            await _mend(connection, scanned)
            return None
        case Break(name, scanned):
            await _break(connection, name, scanned)
            return None
        case Remove(name):
            return await _remove(connection, name)


async def _mend(connection: AsyncConnection, scanned: ScannedBot) -> None:
    values: dict[str, object] = {
        "status": "serving",
        "errors": [],
        "text": storable(scanned.text),
        "path": scanned.path,
    }
    await connection.execute(update(bot).where(bot.c.name == scanned.name).values(values))
    log.info("bot file means what serves already", event_name="bot.mended", bot=scanned.name)


async def _publish(connection: AsyncConnection, scanned: ScannedBot, saved: Saved) -> Outgoing:
    kept = scanned.revision
    assert scanned.bot
    assert kept
    await connection.execute(
        insert(revision)
        .values(digest=kept.digest, name=kept.name, body=kept.model_dump_json().encode())
        .on_conflict_do_nothing()
    )
    await kinds.note(connection, (step.class_ for step in scanned.bot.steps))
    number = await _next_number(connection, scanned.name)
    now = datetime.now(UTC)
    card = card_of(scanned.bot, kept.digest, number, now)
    values: dict[str, object] = {
        "path": scanned.path,
        "status": "serving",
        "number": number,
        "digest": kept.digest,
        "card": card.model_dump_json().encode(),
        "errors": [],
        "text": storable(scanned.text),
        "published_at": now,
    }
    await connection.execute(
        insert(bot)
        .values(name=scanned.name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    await history.note(connection, card, saved)
    REVISIONS_PUBLISHED.labels(scanned.name).inc()
    log.info(
        "bot published",
        event_name="bot.published",
        bot=scanned.name,
        number=number,
        revision=kept.digest[:12],
        by=saved.by,
    )
    return _event(card)


async def _break(connection: AsyncConnection, name: str, scanned: ScannedBot) -> None:
    values: dict[str, object] = {
        "path": scanned.path,
        "status": "broken",
        "errors": [error.model_dump(mode="json") for error in scanned.errors],
        "text": storable(scanned.text),
    }
    await connection.execute(
        insert(bot)
        .values(name=name, number=0, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    log.warning(
        "bot file is broken, what served before serves on",
        event_name="bot.broken",
        bot=name,
        file=scanned.path,
        faults=[
            f"{one.line}:{one.column}: {one.message}" for one in scanned.errors[:LOGGED_FAULTS]
        ],
    )


async def _remove(connection: AsyncConnection, name: str) -> Outgoing | None:
    row = (await connection.execute(select(bot.c.card).where(bot.c.name == name))).one()
    if row.card is None:  # never good: nobody was told of it
        await connection.execute(delete(bot).where(bot.c.name == name))
        return None
    card = BotCard.model_validate_json(row.card)
    if card.removed:  # it came back broken and is gone again
        await connection.execute(update(bot).where(bot.c.name == name).values(status="removed"))
        return None
    number = await _next_number(connection, name)
    card = card.model_copy(
        update={"number": number, "removed": True, "published_at": datetime.now(UTC)}
    )
    values: dict[str, object] = {
        "status": "removed",
        "errors": [],
        "digest": None,
        "number": number,
        "card": card.model_dump_json().encode(),
    }
    await connection.execute(update(bot).where(bot.c.name == name).values(values))
    await history.note(connection, card, Saved(None, "the file was removed"))
    log.info("bot removed", event_name="bot.removed", bot=name, number=number)
    return _event(card)


async def _next_number(connection: AsyncConnection, name: str) -> int:
    found = await connection.execute(select(bot.c.number).where(bot.c.name == name))
    return (found.scalar_one_or_none() or 0) + 1


def _event(card: BotCard) -> Outgoing:
    return Outgoing(
        exchange=EVENTS,
        key=f"bot.published.{card.name}",
        body=orjson.dumps(card.model_dump(mode="json")),
        type=BOT_PUBLISHED,
        message_id=uuid5(NAMESPACE_URL, f"bot/{card.name}/{card.number}"),
        mandatory=False,
    )
