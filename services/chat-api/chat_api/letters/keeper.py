"""The keeper of dead letters: drains `dead-letters` into the table, parks the turn, tells people.

One letter per (turn, run, path, position, attempt, reason); unreadable ones by their content. A
letter of a run that is not current is kept closed and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.letters import failures
from chat_api.letters.facts import Facts, bare, fingerprint, read, searchable
from chat_api.letters.tables import dead_letter
from chat_api.letters.words import plain_words, reference_of
from chat_api.plain_text import without_nul
from chat_api.starting import open_doors
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.broker.delivery import Delivery
from warren.contracts.base import JsonObject
from warren.contracts.frames import TurnFailed
from warren.contracts.slip import LogEntry
from warren.db.engine import is_unavailable
from warren.logging import get_logger
from warren.metrics import LETTERS_OPENED, TURNS_ENDED

log = get_logger(__name__)

Fate = Literal["park", "open", "late", "double", "forget"]

_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)


def fate_of(row: TurnRow | None, facts: Facts) -> Fate:
    """Decide what a letter does to its turn. Pure.

    open: nobody's turn, but a person must see it. late: of another run, or the turn has gone on.
    double: a further letter of a run that is parked already. forget: lost, but heard of meanwhile.
    """
    if row is None:
        return "open"
    current = facts.run is None or facts.run == row.run
    if current and row.state == "running":
        return "park"
    if facts.reason == "lost":
        return "forget"
    return "double" if current and row.state == "parked" else "late"


class Letters:
    """Keeps letters. handle() is for the queue, keep_each() for the gate and for deadlines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle(self, batch: Sequence[Delivery]) -> None:
        """Keep a batch. Raises when the database is away: the batch comes again."""
        await self.keep_each([read(one) for one in batch])

    async def keep_each(self, batch: Sequence[Facts]) -> None:
        """Keep letters, together if that works; a bad one stops nobody. Raises as handle() does."""
        try:
            await self.keep(batch)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("letters cannot be kept together, keeping each alone", exc_info=error)
            for one in batch:
                await self._keep_alone(one)

    async def keep(self, batch: Sequence[Facts]) -> None:
        """Keep letters in one transaction and park their turns. A second copy changes nothing."""
        ids = {one.turn_id for one in batch if one.turn_id is not None}
        kept: list[tuple[Fate, Facts]] = []
        parked: list[TurnRow] = []
        async with changing(self._store, "letters") as changes:
            await changes.lock_places_of(ids)
            turns = await turn_rows.load(changes.connection, ids)
            for one in batch:
                row = turns.get(one.turn_id) if one.turn_id else None
                fate, left = await _keep(changes, row, one)
                kept.append((fate, one))
                if left is not None:
                    turns[left.id] = left
                    parked.append(left)
            await open_doors(changes, parked)
        for fate, one in kept:
            _count(fate, one)

    async def _keep_alone(self, facts: Facts) -> None:
        """Keep a letter whole, else its bytes, else its bytes without a word on its turn, which
        its deadline ends."""
        try:
            await self.keep([facts])
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("a letter cannot be kept whole", turn=str(facts.turn_id), exc_info=error)
            await self._keep_bare(facts, error)

    async def _keep_bare(self, facts: Facts, cause: Exception) -> None:
        try:
            await self.keep([bare(facts, cause, with_turn=True)])
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("a letter cannot park its turn", turn=str(facts.turn_id), exc_info=error)
            await self.keep([bare(facts, cause, with_turn=False)])


async def _keep(changes: Changes, row: TurnRow | None, facts: Facts) -> tuple[Fate, TurnRow | None]:
    fate = fate_of(row, facts)
    if fate == "forget":
        return fate, None
    connection = changes.connection
    if fate == "park" and row is not None:
        again = await failures.replaying(connection, row.id)
        if again is not None:
            letter, reference = again
            values = _values(fate, row, facts, changes)
            await failures.put_aside_and_fail_again(connection, letter, values)
            changes.settled = True
            return fate, await _park(changes, row, facts, letter, reference)
    if await failures.known(connection, facts.sameness):
        return "forget", None
    letter = uuid4()
    reference = reference_of(letter)
    inserted = await connection.execute(
        insert(dead_letter)
        .values(
            _values(fate, row, facts, changes)
            | {"id": letter, "reference": reference, "opened_at": changes.now}
        )
        .on_conflict_do_nothing(index_elements=["sameness"])
        .returning(dead_letter.c.id)
    )
    if inserted.one_or_none() is None:
        return "forget", None
    if fate != "park" or row is None:
        return fate, None
    return fate, await _park(changes, row, facts, letter, reference)


async def _park(
    changes: Changes, row: TurnRow, facts: Facts, letter: UUID, reference: str
) -> TurnRow:
    """Park the turn: everybody in the conversation is told. The caller opens its door."""
    state = after(row.state, "park")
    assert state is not None  # fate_of() said so
    text = plain_words(facts.reason)
    command = facts.command
    trace: dict[str, Any] = {}
    if command is not None:
        first = command.first_input if command.first_input is not None else command.payload
        trace = {"first_input": _OBJECT.dump_json(first), "log": _LOG.dump_json(command.log)}
    await turn_rows.change(
        changes.connection,
        row.id,
        state=state,
        holds_door=False,
        failure=text,
        reference=reference,
        **trace,
    )
    event = TurnFailed(
        conversation=row.conversation_id,
        seq=changes.next_seq(row.conversation_id),
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        step=facts.step,
        reason=facts.reason,
        text=text,
        reference=reference,
        at=changes.now,
    )
    changes.tell(event, row.id)
    return replace(row, state=state, holds_door=False)


def _values(fate: Fate, row: TurnRow | None, facts: Facts, changes: Changes) -> dict[str, Any]:
    is_open = fate in ("park", "open")
    texts = {
        "path": facts.path,
        "bot": row.bot if row else facts.bot,
        "step": facts.step,
        "kind": facts.kind,
        "revision": facts.revision or (row.revision if row else None),
        "runner": facts.runner,
        "error_type": facts.error.type,
        "error_text": facts.error.text[:2000],
        "error_stack": facts.error.stack[:32_000],
        "error_frame": facts.error.frame,
        "routing_key": facts.routing_key,
        "message_id": facts.message_id,
        "sameness": facts.sameness,
        "search": searchable(facts),
    }
    return {
        **{name: None if text is None else without_nul(text) for name, text in texts.items()},
        "status": "open" if is_open else fate,
        "closed_at": None if is_open else changes.now,
        "reason": facts.reason,
        "turn_id": facts.turn_id,
        "conversation_id": row.conversation_id if row else None,
        "run": facts.run if facts.run is not None else (row.run if row else None),
        "position": facts.position,
        "attempt": facts.attempt,
        "fingerprint": fingerprint(facts),
        "headers": facts.headers,
        "raw": facts.raw,
        "command": facts.command.model_dump_json().encode() if facts.command else None,
        "failed_at": facts.failed_at or changes.now,
    }


def _count(fate: Fate, facts: Facts) -> None:
    if fate in ("park", "open"):
        LETTERS_OPENED.labels(facts.bot or "", facts.kind or "", facts.reason).inc()
        log.warning(
            "dead letter opened",
            reason=facts.reason,
            bot=facts.bot,
            step=facts.step,
            error=facts.error.type,
            turn=str(facts.turn_id),
        )
    elif fate != "forget":
        log.info("letter kept closed, nothing changed", fate=fate, turn=str(facts.turn_id))
    if fate == "park":
        TURNS_ENDED.labels(facts.bot or "", "parked").inc()
