"""What a decision does to the turn that stands still for it: it goes on, or it stops."""

from chat_api import turn_rows
from chat_api.changes import Changes
from chat_api.decisions.cases import Case
from chat_api.letters.commands import read_command
from chat_api.repair.resume import resume
from chat_api.repair.slips import answered
from warren.contracts.slip import Answer
from warren.errors import Conflict


async def go_on(changes: Changes, case: Case, answer: Answer) -> None:
    """Send the slip on its way with the answer. Raises Conflict when its turn has moved on."""
    row, command = case.turn, read_command(case.command)
    if row is None or command is None or row.state != "waiting" or row.run != case.run:
        raise Conflict(
            "Nothing was changed. Its turn does not wait for this any more.", kind="decided"
        )
    await changes.flush()
    slip = answered(command, answer)
    resume(changes, row, command, slip, revision=row.revision, steps=row.steps)


async def stop(changes: Changes, case: Case) -> None:
    """Let the turn go no further: what it has said stays."""
    if case.turn is not None:
        await turn_rows.change(changes.connection, case.turn.id, command=None)
