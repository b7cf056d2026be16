"""Give each new group of letters to the bots that work on bots (`on: dead_letter`), once.

Their own failures never start them. What they say is a draft for the operators, always.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import orjson
from pydantic import ValidationError
from sqlalchemy import insert, text
from sqlalchemy.exc import SQLAlchemyError

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.door import Start, for_new_message
from chat_api.doorway import bot_at, counted
from chat_api.ledger import case_pages
from chat_api.mechanics.given import Group, payload_of
from chat_api.mechanics.operators_place import operators_place
from chat_api.mechanics.tables import letter_look
from chat_api.starting import begin
from chat_api.turn_rows import TurnRow
from warren.app.inner_client import InnerClient
from warren.contracts.base import JsonObject
from warren.contracts.ledger import CaseView
from warren.contracts.registry import Revision
from warren.errors import Conflict, NotFound, WarrenError
from warren.logging import get_logger

log = get_logger(__name__)

SWEEP_SECONDS = 10.0
BATCH = 5  # groups a sweep: a bot explains one after the other anyhow

_MECHANICS = text("""
    select account_id, name from bot where not removed and card ->> 'on' = 'dead_letter'
""")
_GROUPS = text("""
    with newest as (
      select distinct on (l.fingerprint) l.id, l.fingerprint from dead_letter l
      where l.status = 'open' and not coalesce(l.bot = any(cast(:mechanics as text[])), false)
        and not exists (select 1 from letter_look k
                        where k.fingerprint = l.fingerprint and k.bot_id = :bot)
      order by l.fingerprint, l.failed_at desc
      limit :batch
    )
    select l.id as letter, l.reference, l.fingerprint, l.bot, l.step, l.kind, l.revision, l.reason,
      l.error_type, l.error_text, l.error_stack, l.error_frame, l.failed_at,
      (select count(*) from dead_letter o where o.fingerprint = l.fingerprint
         and o.status = 'open') as count
    from newest n join dead_letter l on l.id = n.id
    order by l.failed_at
""")
_SEEN = text("""
    select exists (select 1 from letter_look where fingerprint = :fingerprint and bot_id = :bot)
""")


class Looking:
    """Looks until cancelled. Two at once agree: the row of a look is there once."""

    def __init__(self, store: Store, registry: InnerClient) -> None:
        self._store = store
        self._registry = registry

    async def run(self) -> None:
        """Look every SWEEP_SECONDS."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError, WarrenError, ValidationError) as error:
                log.warning("letters not looked at, trying again", error=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    async def look(self) -> int:
        """Start a turn for each new group, at most BATCH for each bot; return how many."""
        async with self._store.reading.connect() as connection:
            mechanics = (await connection.execute(_MECHANICS)).all()
        names = [one.name for one in mechanics]
        started = 0
        for one in mechanics:
            for group in await self._groups(one.account_id, names):
                payload = await self._payload(group, one.name)
                started += await _start(self._store, one.account_id, group.fingerprint, payload)
        return started

    async def _groups(self, bot: UUID, mechanics: Sequence[str]) -> list[Group]:
        values = {"bot": bot, "mechanics": list(mechanics), "batch": BATCH}
        async with self._store.reading.connect() as connection:
            found = await connection.execute(_GROUPS, values)
            return [Group(**row) for row in found.mappings()]

    async def _payload(self, group: Group, mechanic: str) -> JsonObject:
        return payload_of(
            group, mechanic, await self._yaml(group.revision), await self._case(group.letter)
        )

    async def _yaml(self, revision: str | None) -> str | None:
        if revision is None:
            return None
        try:
            found = await self._registry.call("GET", f"/inner/revisions/{revision}", Revision)
        except NotFound:
            return None
        return found.yaml

    async def _case(self, letter: UUID) -> CaseView | None:
        try:
            return await case_pages.of_letter(self._store, None, letter)
        except (Conflict, NotFound):
            return None


async def _start(store: Store, bot_id: UUID, fingerprint: str, payload: JsonObject) -> bool:
    """Write the look and its turn; false when another process was first."""
    async with changing(store, "mechanics") as changes:
        place = await operators_place(changes, bot_id)
        seen = {"fingerprint": fingerprint, "bot": bot_id}
        if (await changes.connection.execute(_SEEN, seen)).scalar_one():
            return False
        await _begin(changes, place, bot_id, fingerprint, payload)
    log.info("a bot looks at a group of letters", group=fingerprint)
    return True


async def _begin(
    changes: Changes, place: UUID, bot_id: UUID, fingerprint: str, payload: JsonObject
) -> None:
    (bot,) = await counted(changes.connection, [await bot_at(changes.connection, place, bot_id)])
    row = TurnRow(
        id=uuid4(),
        conversation_id=place,
        bot_id=bot_id,
        bot=bot.name,
        revision=bot.card.revision,
        state="queued",
        run=1,
        stream=False,
        holds_door=False,
        history=bot.card.history,
        steps=bot.card.steps,
        answers=(),
        created_at=changes.now,
        approval=True,
        approver_id=bot.approver_id,
    )
    # The turn first: its look refers to it, and its first command is made of the look.
    await changes.connection.execute(turn_rows.adding(row))
    look = {"fingerprint": fingerprint, "bot_id": bot_id, "turn_id": row.id}
    await changes.connection.execute(
        insert(letter_look).values(**look, payload=orjson.dumps(payload))
    )
    if isinstance(for_new_message(bot.doorway, "queue"), Start):
        await begin(changes, row, is_new=False)
