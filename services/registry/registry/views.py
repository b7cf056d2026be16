"""What the tables look like to those who ask: bots, cards, revisions, kinds."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import bot
from registry.tables import revision as revision_table
from warren.contracts.bot import Persona
from warren.contracts.names import kind_of
from warren.contracts.registry import (
    BotCard,
    BotView,
    LintError,
    Revision,
    RunnerView,
    StepKindView,
)
from warren.step.catalogue import Catalogue


async def bots(connection: AsyncConnection) -> list[BotView]:
    """Return the bots whose file is there, by name."""
    found = await connection.execute(
        select(bot).where(bot.c.status != "removed").order_by(bot.c.name)
    )
    return [_bot_view(row) for row in found.mappings()]


async def one_bot(connection: AsyncConnection, name: str) -> BotView | None:
    """Return a bot with the text of its file; a removed one, too."""
    found = await connection.execute(select(bot).where(bot.c.name == name))
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
    found = await connection.execute(
        select(revision_table.c.body).where(revision_table.c.digest == digest)
    )
    body = found.scalar_one_or_none()
    return Revision.model_validate_json(body) if body else None


def step_kinds(
    catalogue: Catalogue, runners: Sequence[RunnerView], cards: Sequence[BotCard]
) -> tuple[StepKindView, ...]:
    """Return every class there is, with the live runners that serve it and the bots that use it."""
    return tuple(
        StepKindView(
            kind=kind_of(name),
            class_name=name,
            builtin=one.builtin,
            doc=one.doc,
            config_schema=one.config_schema,
            runners=sum(kind_of(name) in each.kinds for each in runners),
            used_by=tuple(
                card.name
                for card in cards
                if not card.removed and any(step.class_name == name for step in card.steps)
            ),
        )
        for name, one in sorted(catalogue.classes.items())
    )


def _bot_view(row: RowMapping, *, with_text: bool = False) -> BotView:
    card = BotCard.model_validate_json(row["card"]) if row["card"] else None
    return BotView(
        name=row["name"],
        status=row["status"],
        revision=row["digest"],
        number=row["number"],
        persona=card.persona if card else Persona(display_name=row["name"]),
        steps=card.steps if card else (),
        file=row["path"],
        errors=tuple(LintError.model_validate(error) for error in row["errors"]),
        yaml=row["text"] if with_text else None,
        published_at=row["published_at"],
    )
