"""The read model of bots: the registry's cards, each bot an account. Only higher numbers apply."""

from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.approval import with_approval
from chat_api.changes import Store
from chat_api.tables import account, bot
from warren.contracts.registry import BotCard
from warren.logging import get_logger

log = get_logger(__name__)

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('chat-api bots'))")


async def apply(store: Store, card: BotCard) -> bool:
    """Write a card; return whether it was newer. A name that a person has is refused and logged."""
    async with store.engine.begin() as connection:
        await connection.execute(_ONE_AT_A_TIME)  # a card may change what holds for other bots
        account_id = await _account_of(connection, card)
        if account_id is None:
            log.error(
                "bot refused: a person has this name; rename the bot in its file",
                bot=card.name,
                event_name="bot.refused",
            )
            return False
        written = insert(bot).values(
            account_id=account_id,
            name=card.name,
            number=card.number,
            removed=card.removed,
            card=card.model_dump(mode="json"),
        )
        newer = await connection.execute(
            written.on_conflict_do_update(
                index_elements=["account_id"],
                set_={
                    "number": written.excluded.number,
                    "removed": written.excluded.removed,
                    "card": written.excluded.card,
                },
                where=bot.c.number < written.excluded.number,
            ).returning(bot.c.account_id)
        )
        if newer.one_or_none() is None:
            return False
        await connection.execute(
            account.update()
            .where(account.c.id == account_id)
            .values(display_name=_display_name(card), active=not card.removed)
        )
        await _note_approval(connection)
    if card.removed:
        store.freed.set()  # its waiting turns end now
    log.info("bot applied", bot=card.name, number=card.number, removed=card.removed)
    return True


async def _note_approval(connection: AsyncConnection) -> None:
    """Note which bots speak with approval only."""
    found = await connection.execute(select(bot.c.account_id, bot.c.approval, bot.c.card))
    known = [(row.account_id, row.approval, BotCard.model_validate(row.card)) for row in found]
    names = with_approval(card for _, _, card in known)
    for account_id, approval, card in known:
        if approval != (card.name in names):
            await connection.execute(
                update(bot)
                .where(bot.c.account_id == account_id)
                .values(approval=card.name in names)
            )


async def _account_of(connection: AsyncConnection, card: BotCard) -> UUID | None:
    """Return the bot's account, made when it is new; None when the name is a person's."""
    await connection.execute(
        insert(account)
        .values(
            id=uuid4(),
            username=card.name,
            display_name=_display_name(card),
            kind="bot",
            operator=False,
            active=not card.removed,
        )
        .on_conflict_do_nothing(index_elements=["username"])
    )
    found = await connection.execute(
        select(account.c.id).where(account.c.username == card.name, account.c.kind == "bot")
    )
    return found.scalar_one_or_none()


def _display_name(card: BotCard) -> str:
    return card.persona.display_name or card.name
