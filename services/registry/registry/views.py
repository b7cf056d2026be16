"""What the tables look like to those who ask: bots, cards, revisions, kinds."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import bot, publication
from registry.tables import revision as revision_table
from warren.contracts.bot import Persona
from warren.contracts.names import kind_of
from warren.contracts.registry import (
    BotCard,
    BotView,
    LastChange,
    LintError,
    Reaches,
    Revision,
    RunnerView,
    StepKindView,
)
from warren.step.catalogue import Catalogue
from warren.step.describe import ClassDescription
from warren.step.reach import reach_of

_DIGEST = re.compile(r"[0-9a-f]{64}")


async def bots(connection: AsyncConnection) -> list[BotView]:
    """Return the bots whose file is there, by name."""
    found = await connection.execute(
        _serving().where(bot.c.status != "removed").order_by(bot.c.name)
    )
    return [_bot_view(row) for row in found.mappings()]


async def one_bot(connection: AsyncConnection, name: str) -> BotView | None:
    """Return a bot with the text of its file; a removed one, too."""
    if "\0" in name:
        return None
    found = await connection.execute(_serving().where(bot.c.name == name))
    row = found.mappings().one_or_none()
    return _bot_view(row, with_text=True) if row else None


async def cards(connection: AsyncConnection) -> list[BotCard]:
    """Return the card of every bot that ever was good, removed ones included."""
    found = await connection.execute(
        select(bot.c.card).where(bot.c.card.isnot(None)).order_by(bot.c.name)
    )
    return [BotCard.model_validate_json(card) for card in found.scalars()]


async def revision(connection: AsyncConnection, digest: str) -> Revision | None:
    """Return a revision, or None."""
    if not _DIGEST.fullmatch(digest):
        return None
    found = await connection.execute(
        select(revision_table.c.body).where(revision_table.c.digest == digest)
    )
    body = found.scalar_one_or_none()
    return Revision.model_validate_json(body) if body else None


def step_kinds(
    catalogue: Catalogue,
    runners: Sequence[RunnerView],
    cards: Sequence[BotCard],
    waiting: Mapping[str, int],
) -> tuple[StepKindView, ...]:
    """Return every class that there is or that a serving bot uses, with the live runners that serve
    it and the bots that use it."""
    using: dict[str, list[str]] = {name: [] for name in catalogue.classes}
    for card in cards:
        for name in () if card.removed else {step.class_name for step in card.steps}:
            using.setdefault(name, []).append(card.name)
    return tuple(
        _kind_view(name, catalogue.classes.get(name), runners, bots, waiting.get(kind_of(name)))
        for name, bots in sorted(using.items())
    )


def _kind_view(
    name: str,
    one: ClassDescription | None,
    runners: Sequence[RunnerView],
    bots: Sequence[str],
    waiting: int | None,
) -> StepKindView:
    return StepKindView(
        kind=kind_of(name),
        class_name=name,
        builtin=bool(one and one.builtin),
        doc=one.doc if one else "",
        config_schema=one.config_schema if one else {},
        runners=sum(kind_of(name) in each.kinds for each in runners),
        used_by=tuple(bots),
        waiting=waiting,
    )


def _serving() -> Select[Any]:
    """Return the query of bots, each with the revision that serves and its publication."""
    published = and_(publication.c.name == bot.c.name, publication.c.number == bot.c.number)
    return (
        select(
            bot,
            revision_table.c.body,
            publication.c.by,
            publication.c.published_at.label("changed_at"),
        )
        .outerjoin(revision_table, revision_table.c.digest == bot.c.digest)
        .outerjoin(publication, published)
    )


@lru_cache(maxsize=256)  # revisions never change, and every reader of the list asks for all
def _reach(body: bytes) -> tuple[Reaches, bool]:
    return reach_of(Revision.model_validate_json(body))


def _bot_view(row: RowMapping, *, with_text: bool = False) -> BotView:
    card = BotCard.model_validate_json(row["card"]) if row["card"] else None
    reaches, remembers = _reach(row["body"]) if row["body"] else (Reaches(), False)
    at = row["changed_at"]
    return BotView(
        name=row["name"],
        status=row["status"],
        revision=card.revision if card else None,
        number=row["number"],
        persona=card.persona if card else Persona(display_name=row["name"]),
        steps=card.steps if card else (),
        file=row["path"],
        errors=tuple(LintError.model_validate(error) for error in row["errors"]),
        yaml=row["text"] if with_text else None,
        published_at=row["published_at"],
        reaches=reaches,
        remembers=remembers,
        last_change=LastChange(at=at, by=row["by"]) if at else None,
    )
