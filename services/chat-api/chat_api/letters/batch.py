"""Write a batch of letters: a few statements for all of them, whatever their number.

First it is decided in memory what becomes of each letter, in order; then letters, turns and events
are written. The conversations of their turns are locked, so nobody changes them meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from chat_api import turn_rows
from chat_api.changes import Changes, event_message
from chat_api.letters import failures
from chat_api.letters.facts import Facts, fingerprint, searchable
from chat_api.letters.fate import Fate, fate_of
from chat_api.letters.fixes import Came, came
from chat_api.letters.tables import dead_letter
from chat_api.letters.words import plain_words, reference_of
from chat_api.plain_text import without_nul
from chat_api.repair.slips import first_input_of
from chat_api.starting import open_doors
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.contracts.base import JsonObject
from warren.contracts.frames import DeadLetterOpened, TurnFailed
from warren.contracts.slip import LogEntry

_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)
_INSERT = insert(dead_letter).on_conflict_do_nothing(index_elements=["sameness"])
_PARK = text("""
    update turn set state = 'parked', holds_door = false, failure = one.failure,
      reference = one.reference, first_input = coalesce(one.first_input, turn.first_input),
      log = coalesce(one.log, turn.log)
    from unnest(cast(:turn as uuid[]), cast(:failure as text[]), cast(:reference as text[]),
      cast(:first_input as bytea[]), cast(:log as bytea[]))
      as one (turn, failure, reference, first_input, log)
    where turn.id = one.turn
""")


@dataclass(frozen=True)
class _Letter:
    """One letter and what becomes of it. group is its fingerprint; again: it is a further failure
    of this letter."""

    id: UUID
    reference: str
    fate: Fate
    facts: Facts
    group: str
    row: TurnRow | None
    again: bool = False


@dataclass
class _Batch:
    """What is known while the letters are decided on, one after the other."""

    turns: dict[UUID, TurnRow]
    known: set[str]
    replaying: dict[UUID, tuple[UUID, str]]
    letters: list[_Letter] = field(default_factory=lambda: [])
    fates: list[tuple[Fate, Facts]] = field(default_factory=lambda: [])

    def decide(self, facts: Facts) -> None:
        """Decide on one letter; the next one sees its turn as this one leaves it."""
        row = self.turns.get(facts.turn_id) if facts.turn_id else None
        fate: Fate = "forget" if facts.sameness in self.known else fate_of(row, facts)
        self.fates.append((fate, facts))
        if fate == "forget":
            return
        self.known.add(facts.sameness)
        again = self.replaying.pop(row.id, None) if fate == "park" and row else None
        id = again[0] if again else uuid4()
        reference = again[1] if again else reference_of(id)
        group = fingerprint(facts)
        self.letters.append(_Letter(id, reference, fate, facts, group, row, again is not None))
        if fate == "park" and row is not None:
            state = after(row.state, "park")
            assert state is not None  # fate_of() said so
            self.turns[row.id] = replace(row, state=state, holds_door=False)


async def write(changes: Changes, batch: Sequence[Facts]) -> list[tuple[Fate, Facts]]:
    """Keep letters and park their turns; return what became of each. Call once a transaction."""
    connection = changes.connection
    ids = {one.turn_id for one in batch if one.turn_id is not None}
    await changes.lock_places_of(ids)
    decided = _Batch(
        turns=await turn_rows.load(connection, ids),
        known=await failures.known(connection, [one.sameness for one in batch]),
        replaying=await failures.replaying(connection, ids),
    )
    for one in batch:
        decided.decide(one)
    await came(changes, [_came(one) for one in decided.letters if one.fate in ("park", "open")])
    new = [_new_row(changes, one) for one in decided.letters if not one.again]
    if new:
        await connection.execute(_INSERT, new)
    for one in decided.letters:
        if one.again:
            values = _values(changes, one)
            await failures.put_aside_and_fail_again(connection, one.id, values)
            changes.settled = True
    parked = [one for one in decided.letters if one.fate == "park"]
    if parked:
        await connection.execute(_PARK, _columns([_parked(one) for one in parked]))
    _tell(changes, decided.letters)
    await open_doors(changes, [decided.turns[one.row.id] for one in parked if one.row])
    return decided.fates


def _came(one: _Letter) -> Came:
    row = one.row
    revision = one.facts.revision or (row.revision if row else None)
    return Came(one.group, revision, row.created_at if row else None)


def _tell(changes: Changes, letters: Iterable[_Letter]) -> None:
    """Tell the conversations of their turns, and operators once of each group."""
    newest: dict[str, _Letter] = {}
    for one in letters:
        if one.fate in ("park", "open"):
            newest[one.group] = one
        if one.fate == "park" and one.row is not None:
            changes.tell(_failed(changes, one, one.row), one.row.id)
    for group, one in newest.items():
        event = DeadLetterOpened(
            letter=one.id,
            fingerprint=group,
            bot=one.row.bot if one.row else one.facts.bot,
            reference=one.reference,
            at=changes.now,
        )
        changes.send(event_message(f"letters.{group}", event))


def _failed(changes: Changes, one: _Letter, row: TurnRow) -> TurnFailed:
    return TurnFailed(
        conversation=row.conversation_id,
        seq=changes.next_seq(row.conversation_id),
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        step=one.facts.step,
        reason=one.facts.reason,
        text=plain_words(one.facts.reason),
        reference=one.reference,
        at=changes.now,
    )


def _parked(one: _Letter) -> dict[str, Any]:
    """Return the columns of a parked turn. Its trace so far is the letter's, when it tells one."""
    assert one.row is not None  # only turns are parked
    command = one.facts.command
    first = None if command is None else first_input_of(command)
    return {
        "turn": one.row.id,
        "failure": plain_words(one.facts.reason),
        "reference": one.reference,
        "first_input": None if first is None else _OBJECT.dump_json(first),
        "log": None if command is None else _LOG.dump_json(command.log),
    }


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return rows as one array for each column."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _new_row(changes: Changes, one: _Letter) -> dict[str, Any]:
    return _values(changes, one) | {
        "id": one.id,
        "reference": one.reference,
        "opened_at": changes.now,
    }


def _values(changes: Changes, one: _Letter) -> dict[str, Any]:
    """Return the columns of a failure, as Postgres keeps them."""
    facts, row = one.facts, one.row
    is_open = one.fate in ("park", "open")
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
        "status": "open" if is_open else one.fate,
        "closed_at": None if is_open else changes.now,
        "reason": facts.reason,
        "turn_id": facts.turn_id,
        "conversation_id": row.conversation_id if row else None,
        "run": facts.run if facts.run is not None else (row.run if row else None),
        "position": facts.position,
        "attempt": facts.attempt,
        "fingerprint": one.group,
        "headers": facts.headers,
        "raw": facts.raw,
        "command": facts.command.model_dump_json().encode() if facts.command else None,
        "failed_at": facts.failed_at or changes.now,
    }
