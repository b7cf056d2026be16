"""Resume a parked slip: the one way in which a turn that stands still goes on.

Replays, steps finished by hand and bulk replays come here, and whatever waits for a person. The
turn's conversation is locked; the new run fences off whatever the old one may still say.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, update

from chat_api.allowance import allowed_seconds
from chat_api.changes import Changes
from chat_api.repair.slips import Resumed, command_of
from chat_api.starting import command_message, started_event
from chat_api.tables import turn
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.contracts.chat import StepName
from warren.contracts.registry import StepCard
from warren.contracts.slip import MAX_SLIP_BYTES, StepCommand
from warren.errors import Conflict, TooLarge
from warren.metrics import TURNS_STARTED

_GO_ON = (
    update(turn)
    .where(turn.c.id == bindparam("turn"))
    .values(
        state=bindparam("to_state"),
        run=bindparam("to_run"),
        holds_door=False,
        revision=bindparam("to_revision"),
        steps=bindparam("to_steps"),
        approval=bindparam("to_approval"),
        stream=bindparam("to_stream"),
        started_at=bindparam("now"),
        deadline=bindparam("until"),
        failure=None,
        command=bindparam("body"),
    )
)


def resume(
    changes: Changes,
    row: TurnRow,
    base: StepCommand,
    slip: Resumed,
    *,
    revision: str,
    steps: Sequence[StepCard],
) -> tuple[StepCommand, UUID]:
    """Send a slip on its way in a new run; return its command and the id of its message.

    base is the command that stands still; within a delegation it goes on at its own step, since
    steps are those of the turn's own bot. Raises Conflict when the turn does not, TooLarge when the
    slip has grown too large to be sent.
    """
    state = after(row.state, "resume")
    if state is None:
        raise Conflict(f"Nothing was sent. This turn is {row.state}.", kind="turn-ended")
    first = base.stack[0].position if base.stack else slip.position
    allowed = timedelta(seconds=allowed_seconds(steps[first:]))
    going = replace(
        row,
        state=state,
        run=row.run + 1,
        holds_door=False,  # the door is for new turns: this one had its time
        revision=revision,
        steps=tuple(steps),
        stream=row.stream and row.conversation_id not in changes.taken_by,
        started_at=changes.now,
        deadline=changes.now + allowed,
        failure=None,
    )
    command = command_of(
        base.model_copy(update={"stream": going.stream}),
        slip,
        _step_of(base, slip, steps),
        run=going.run,
        revision=base.revision if base.stack else revision,
        now=changes.now,
        deadline=changes.now + allowed,
    )
    body = command.model_dump_json(exclude_none=True).encode()
    if len(body) > MAX_SLIP_BYTES:
        raise TooLarge(
            f"Nothing was sent. With its log it has {len(body)} bytes; {MAX_SLIP_BYTES} fit."
            " Replay it from an earlier step."
        )
    changes.later(
        _GO_ON,
        turn=row.id,
        to_state=going.state,
        to_run=going.run,
        to_revision=revision,
        to_approval=going.approval,
        to_stream=going.stream,
        to_steps=[step.model_dump(mode="json") for step in going.steps],
        now=changes.now,
        until=going.deadline,
        body=body,
    )
    changes.tell(started_event(changes, going), row.id)
    sent = command_message(command, body)
    changes.send(sent)
    TURNS_STARTED.labels(row.bot).inc()
    return command, UUID(str(sent.message_id))


def with_approval(row: TurnRow, *, asked_for: bool) -> TurnRow:
    """Return a turn that goes on: once its bot's file asks for approval, so does it, whatever held
    when it began."""
    return replace(row, approval=True, stream=False) if asked_for else row


def _step_of(base: StepCommand, slip: Resumed, steps: Sequence[StepCard]) -> StepName:
    if base.stack:
        assert slip.position == base.position
        return StepName(id=base.step, kind=base.kind)
    return StepName(id=steps[slip.position].id, kind=steps[slip.position].kind)
