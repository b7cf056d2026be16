"""After a publication: run the cases that say what they fix, and tell what they passed.

Each revision once, whichever registry is first. chat-api marks groups of dead letters by it.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.tables import bot, outbox, proof, revision
from registry.trying import Limits, child_process
from warren.broker.publisher import Outgoing
from warren.broker.topology import EVENTS
from warren.contracts.registry import BOT_TESTED, BotTested, Revision
from warren.db.relay import Relay
from warren.logging import get_logger
from warren.step.proved import Proved, ProveJob, fixes_of

log = get_logger(__name__)

SWEEP_SECONDS = 2.0
BATCH = 20

_UNPROVED = (
    select(revision.c.digest, revision.c.body)
    .join(bot, bot.c.digest == revision.c.digest)
    .where(
        bot.c.status == "serving",
        ~select(proof.c.digest).where(proof.c.digest == revision.c.digest).exists(),
    )
    .limit(BATCH)
)


class Proving:
    """Looks until cancelled."""

    def __init__(
        self, engine: AsyncEngine, relay: Relay, environment: Mapping[str, str], limits: Limits
    ) -> None:
        self._engine = engine
        self._relay = relay
        self._environment = environment
        self._limits = limits

    async def run(self) -> None:
        """Look every SWEEP_SECONDS."""
        while True:
            try:
                while await self.look() == BATCH:
                    pass
            except (SQLAlchemyError, OSError) as error:
                log.warning("revisions could not be proved", error=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    async def look(self) -> int:
        """Prove the revisions that serve and are not proved yet; return how many there were."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_UNPROVED)).all()
        for digest, body in rows:
            try:
                kept = Revision.model_validate_json(body)
                result = await self._prove(kept) if fixes_of(kept) else Proved()
            except ValueError as error:  # of an older Warren: it proves nothing any more
                log.warning("a revision cannot be read", revision=digest[:12], exc_info=error)
                await self._note(
                    BotTested(name="", revision=digest, passed=(), failed=(), at=datetime.now(UTC))
                )
                continue
            await self._note(
                BotTested(
                    name=kept.name,
                    revision=kept.digest,
                    passed=result.passed,
                    failed=result.failed,
                    at=datetime.now(UTC),
                )
            )
        return len(rows)

    async def _prove(self, kept: Revision) -> Proved:
        """Run the cases in a child. One that dies or is late has passed none of them."""
        job = ProveJob(
            revision=kept,
            cpu_seconds=self._limits.cpu_seconds,
            memory_bytes=self._limits.memory_bytes,
        )
        answer = b""
        async with child_process(self._environment, "warren.step.proved") as child:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.wall_seconds):
                    answer, _ = await child.communicate(job.model_dump_json().encode())
        try:
            return Proved.model_validate_json(answer)
        except ValidationError:
            log.warning("the cases of a bot did not end", bot=kept.name, revision=kept.digest[:12])
            return Proved(failed=fixes_of(kept))

    async def _note(self, tested: BotTested) -> None:
        """Write down that a revision is proved, and tell what came of it, once."""
        async with self._engine.begin() as connection:
            new = await connection.execute(
                insert(proof)
                .values(digest=tested.revision, proved_at=tested.at)
                .on_conflict_do_nothing()
                .returning(proof.c.digest)
            )
            if new.one_or_none() is None or not (tested.passed or tested.failed):
                return
            rows = await outbox.add(connection, [_event(tested)])
        self._relay.offer(rows)
        log.info(
            "bot tested", bot=tested.name, passed=len(tested.passed), failed=len(tested.failed)
        )


def _event(tested: BotTested) -> Outgoing:
    return Outgoing(
        exchange=EVENTS,
        key=f"bot.tested.{tested.name}",
        body=tested.model_dump_json().encode(),
        type=BOT_TESTED,
        message_id=uuid5(NAMESPACE_URL, f"tested/{tested.revision}"),
        mandatory=False,
    )
