"""Give a letter up, with a reason; and take that back."""

from uuid import UUID

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.decisions.retiring import retire_turn
from chat_api.letters.one import NO_LETTER
from chat_api.letters.words import plain_words
from chat_api.person import Person
from chat_api.plain_text import checked
from chat_api.repair.acts import Act, note
from chat_api.repair.cases import Case, lock_cases
from chat_api.repair.refusals import letter_changed, must_stand_at
from chat_api.starting import ended_event
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.contracts.frames import TurnFailed
from warren.errors import NotFound
from warren.metrics import REPAIRS, TURNS_ENDED


async def dismiss(store: Store, by: Person, letter: UUID, reason: str) -> None:
    """Dismiss a letter and end its turn. Raises NotFound, Conflict, Unprocessable."""
    checked(reason, "/reason")
    async with changing(store, "repair") as changes:
        case = await _locked(changes, letter)
        must_stand_at(case, "open")
        if case.turn is not None:
            await _end(changes, case, case.turn)
        note(changes, case, by, Act(kind="dismissed", reason=reason))
    REPAIRS.labels("dismissed").inc()


async def restore(store: Store, by: Person, letter: UUID) -> None:
    """Open a dismissed letter again. Raises NotFound, Conflict."""
    async with changing(store, "repair") as changes:
        case = await _locked(changes, letter)
        must_stand_at(case, "dismissed")
        if case.turn is not None:
            await _park(changes, case, case.turn)
        note(changes, case, by, Act(kind="restored"))
    REPAIRS.labels("restored").inc()


async def _locked(changes: Changes, letter: UUID) -> Case:
    case = (await lock_cases(changes, [letter])).get(letter)
    if case is None:
        raise NotFound(NO_LETTER)
    return case


async def _end(changes: Changes, case: Case, row: TurnRow) -> None:
    """End the turn. Its command stays: the letter may be restored."""
    state = after(row.state, "dismiss")
    if state is None:
        raise letter_changed(case)
    await turn_rows.change(
        changes.connection, row.id, state=state, run=row.run + 1, ended_at=changes.now
    )
    if row.undecided:
        await retire_turn(changes, row.id)
    changes.tell(ended_event(changes, row, "dismissed"), row.id)
    TURNS_ENDED.labels(row.bot, "dismissed").inc()


async def _park(changes: Changes, case: Case, row: TurnRow) -> None:
    """Park the turn again, and say so: it waits for a person as before."""
    state = after(row.state, "restore")
    if state is None:
        raise letter_changed(case)
    await turn_rows.change(changes.connection, row.id, state=state, ended_at=None)
    event = TurnFailed(
        conversation=row.conversation_id,
        seq=changes.next_seq(row.conversation_id),
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        step=case.step,
        reason=case.reason,
        text=plain_words(case.reason),
        reference=case.reference,
        at=changes.now,
    )
    changes.tell(event, row.id)
