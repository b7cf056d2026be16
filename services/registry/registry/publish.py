"""Apply a scan to the database and the outbox: one transaction, one registry at a time.

Two registries agree: what was read is compared with the file once more under the lock, so an older
reading never overwrites a newer one, and a digest that serves already is not published again.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry import kinds
from registry.cards import card_of
from registry.decide import Break, Change, Known, Mend, Publish, Remove, changes, fault_mark
from registry.folder import Scan, ScannedBot, mark_of, read_bytes
from registry.tables import bot, outbox, revision
from warren.broker.publisher import Outgoing
from warren.broker.topology import EVENTS
from warren.contracts.registry import BOT_PUBLISHED, BotCard
from warren.db.engine import advisory_lock
from warren.db.outbox import OutboxRow
from warren.logging import get_logger
from warren.metrics import REVISIONS_PUBLISHED

log = get_logger(__name__)

LOCK = "registry.publish"


async def apply(engine: AsyncEngine, folder: Path, found: Scan) -> list[OutboxRow]:
    """Bring the tables to what was scanned; return the outbox rows to publish. Idempotent."""
    async with engine.begin() as connection:
        await advisory_lock(connection, LOCK)
        known = await _known(connection)
        fresh = await asyncio.to_thread(_still_so, folder, found.bots)
        read = {one.path for one in found.bots}
        skipped = read - {one.path for one in fresh}
        messages: list[Outgoing] = []
        for change in changes(known, fresh):
            if _too_early(change, known, skipped, folder):
                continue
            message = await _carry_out(connection, change)
            if message:
                messages.append(message)
        return await outbox.add(connection, messages)


def _still_so(folder: Path, scanned: Sequence[ScannedBot]) -> list[ScannedBot]:
    """Return the files that are now as they were read; the others come with the next scan."""
    return [one for one in scanned if mark_of(read_bytes(folder / one.path)) == one.mark]


def _too_early(change: Change, known: dict[str, Known], skipped: set[str], folder: Path) -> bool:
    """Whether a removal rests on an old reading: its file is there, or changed under our eyes."""
    if not isinstance(change, Remove):
        return False
    path = known[change.name].path
    return path in skipped or bool(skipped and (folder / path).exists())


async def _known(connection: AsyncConnection) -> dict[str, Known]:
    columns = (bot.c.name, bot.c.path, bot.c.status, bot.c.digest, bot.c.errors)
    rows = (await connection.execute(select(*columns))).all()
    return {
        row.name: Known(row.name, row.path, row.status, row.digest, _mark(row.errors))
        for row in rows
    }


def _mark(errors: list[dict[str, object]]) -> str:
    return "\n".join(f"{one['line']}:{one['column']}:{one['message']}" for one in errors)


async def _carry_out(connection: AsyncConnection, change: Change) -> Outgoing | None:
    match change:
        case Publish(scanned):
            return await _publish(connection, scanned)
        case Mend(scanned):
            values: dict[str, object] = {
                "status": "serving",
                "errors": [],
                "text": scanned.text,
                "path": scanned.path,
            }
            await connection.execute(update(bot).where(bot.c.name == scanned.name).values(values))
            log.info("bot file is good again", event_name="bot.mended", bot=scanned.name)
            return None
        case Break(name, scanned):
            await _break(connection, name, scanned)
            return None
        case Remove(name):
            return await _remove(connection, name)


async def _publish(connection: AsyncConnection, scanned: ScannedBot) -> Outgoing:
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
        "text": scanned.text,
        "published_at": now,
    }
    await connection.execute(
        insert(bot)
        .values(name=scanned.name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    REVISIONS_PUBLISHED.labels(scanned.name).inc()
    log.info(
        "bot published",
        event_name="bot.published",
        bot=scanned.name,
        number=number,
        revision=kept.digest[:12],
    )
    return _event(card)


async def _break(connection: AsyncConnection, name: str, scanned: ScannedBot) -> None:
    errors = [error.model_dump(mode="json") for error in scanned.errors]
    values = {"path": scanned.path, "status": "broken", "errors": errors, "text": scanned.text}
    await connection.execute(
        insert(bot)
        .values(name=name, number=0, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    log.warning(
        "bot file is broken, its last good revision serves on",
        event_name="bot.broken",
        bot=name,
        file=scanned.path,
        faults=fault_mark(scanned).splitlines()[:3],
    )


async def _remove(connection: AsyncConnection, name: str) -> Outgoing | None:
    row = (await connection.execute(select(bot.c.card).where(bot.c.name == name))).one()
    values: dict[str, object] = {"status": "removed", "errors": []}
    message: Outgoing | None = None
    if row.card is not None:
        number = await _next_number(connection, name)
        card = BotCard.model_validate_json(row.card).model_copy(
            update={"number": number, "removed": True, "published_at": datetime.now(UTC)}
        )
        values |= {"number": number, "card": card.model_dump_json().encode()}
        message = _event(card)
    await connection.execute(update(bot).where(bot.c.name == name).values(values))
    log.info("bot removed", event_name="bot.removed", bot=name)
    return message


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
