"""The case of a dead letter and of an entry of the ledger: read what is known, then cases.py."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import audit_pages, turn_rows
from chat_api.changes import Store
from chat_api.ledger.cases import (
    SOME_REPLY,
    Run,
    case,
    expected_of,
    given_of,
    mocks_behind,
    mocks_of,
    named,
)
from chat_api.ledger.tables import expectation
from chat_api.letters.commands import read_command
from chat_api.letters.one import NO_LETTER
from chat_api.letters.tables import dead_letter
from chat_api.person import Person
from chat_api.repair.slips import first_input_of
from chat_api.tables import message, turn
from chat_api.turn_rows import TurnRow
from warren.contracts.base import JsonObject
from warren.contracts.ledger import CaseView
from warren.contracts.slip import LogEntry
from warren.errors import Conflict, NotFound
from warren.step.recording import item

NO_ENTRY = "There is no such entry in the ledger."
INDENT = 2  # of the cases under `tests:`

_LOG = TypeAdapter(tuple[LogEntry, ...])
_OBJECT = TypeAdapter(JsonObject)


@dataclass(frozen=True)
class _Turn:
    row: TurnRow
    run: Run | None  # None until it has ended, or has failed once


async def of_letter(store: Store, who: Person | None, letter: UUID) -> CaseView:
    """Return the case of a failure: what the step was given, and the answer that a person gave.

    who reads it stands in the audit; None for Warren itself.

    Raises NotFound, Conflict when what the turn began with is not known.
    """
    async with store.reading.connect() as connection:
        found = await connection.execute(select(dead_letter).where(dead_letter.c.id == letter))
        kept = found.mappings().one_or_none()
        if kept is None:
            raise NotFound(NO_LETTER)
        command = read_command(kept["command"])
        of_turn = await _turn(connection, kept["turn_id"])
        by_hand = await _by_hand(connection, kept["turn_id"])
    if command is None:
        raise _unknown("What the failed step was given is not known")
    run = Run(first_input_of(command), command.log, command.path)
    given = given_of(run)
    if given is None:
        raise _unknown("What the bot was given is not known")
    mocks = mocks_of(run)
    mocks.pop(command.step, None)
    if of_turn is not None and not command.path:
        known = mocks_of(of_turn.run) if of_turn.run else {}
        mocks |= mocks_behind(command.position, of_turn.row.steps, known)
    expect: JsonObject = SOME_REPLY if by_hand is None else {"reply": {"body": by_hand}}
    name = named(f"{kept['reference']} {kept['error_type']} in {command.step}", given)
    if who is not None:
        await audit_pages.viewed(store, who, "dead_letter", str(letter))
    return _view(command.bot, case(name, given, mocks, expect, kept["fingerprint"]))


async def of_entry(store: Store, who: Person, id: int) -> CaseView:
    """Return the case of what was expected, or of what must not be said again.

    Raises NotFound, Conflict for an entry that tells nothing of the text, and for one whose turn
    has not ended yet.
    """
    async with store.reading.connect() as connection:
        found = await connection.execute(select(expectation).where(expectation.c.id == id))
        entry = found.mappings().one_or_none()
        if entry is None:
            raise NotFound(NO_ENTRY)
        of_turn = await _turn(connection, entry["turn_id"])
    expect = expected_of(entry["kind"], entry["expected"], entry["actual"])
    if expect is None:
        raise _unknown("A case tells what a bot says, not how long it takes")
    if of_turn is None or of_turn.run is None:
        raise _unknown("The trace of this turn is not there: it is kept once the turn has ended")
    given = given_of(of_turn.run)
    assert given is not None  # only of a bot that another one asked it may be unknown
    known = mocks_of(of_turn.run)
    mocks = mocks_behind(-1, of_turn.row.steps, known) | known
    name = named(entry["kind"].replace("_", " "), given)
    await audit_pages.viewed(store, who, "ledger_entry", str(id))
    return _view(of_turn.row.bot, case(name, given, mocks, expect, f"ledger-{id}"))


def _view(bot: str, made: JsonObject) -> CaseView:
    return CaseView(bot=bot, case=made, yaml=item(made, INDENT))


def _unknown(why: str) -> Conflict:
    return Conflict(f"No case can be made of it. {why}.", kind="no-case")


async def _turn(connection: AsyncConnection, id: UUID | None) -> _Turn | None:
    if id is None:
        return None
    found = await connection.execute(
        turn_rows.select_turns().add_columns(turn.c.first_input, turn.c.log).where(turn.c.id == id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        return None
    run = None
    if row["first_input"] is not None and row["log"] is not None:
        first = _OBJECT.validate_json(row["first_input"])
        run = Run(first, _LOG.validate_json(row["log"]))
    return _Turn(turn_rows.from_row(row), run)


async def _by_hand(connection: AsyncConnection, turn_id: UUID | None) -> str | None:
    """Return the newest answer that a person gave in the bot's place."""
    found = await connection.execute(
        select(message.c.body)
        .where(message.c.turn_id == turn_id, message.c.by_hand.is_not(None))
        .order_by(message.c.seq.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()
