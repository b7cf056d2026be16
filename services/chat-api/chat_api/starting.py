"""Start a turn: its first payload, its first command, the event that says so. One transaction.

Called when a message comes (`posting.py`), when a door opens (gate, letters, cancel) and when a
bot's slot becomes free (`promoting.py`). The conversation is locked.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import orjson
from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, func, select, text, true

from chat_api import turn_rows
from chat_api.allowance import allowed_seconds
from chat_api.changes import Changes
from chat_api.door import may_go_on_here
from chat_api.doorway import bot_at, counted, waits_elsewhere
from chat_api.payload import Said, first_payload
from chat_api.tables import turn
from chat_api.turn_rows import TurnRow, from_row
from warren.broker.publisher import Outgoing
from warren.broker.topology import STEPS
from warren.contracts.base import JsonObject
from warren.contracts.frames import TurnEnded, TurnStarted
from warren.contracts.ids import COMMAND, message_id
from warren.contracts.names import step_key
from warren.contracts.slip import STEP_REQUESTED, StepCommand
from warren.logging import get_logger
from warren.metrics import TURNS_ENDED, TURNS_STARTED

log = get_logger(__name__)

# What Python says of data that cannot be (pydantic's faults are ValueErrors). The database's own
# errors end the transaction: gate.py and keeper.py then leave all doors to `promoting.py`.
_SENSELESS = (ValueError, TypeError, LookupError, ArithmeticError)

_SAID = text("""
    select m.id, a.username as author, a.kind = 'bot' as by_bot, m.body, m.created_at as at,
           asker.username as asked_by
    from message m join account a on a.id = m.author_id
      left join message question on question.id = m.in_reply_to
      left join account asker on asker.id = question.author_id
    where m.conversation_id = :place and m.seq <= (select seq from message where id = :last)
    order by m.seq desc limit :history
""")
_LOOK = text("select payload from letter_look where turn_id = :turn")
_QUEUED = (
    turn_rows.select_turns().where(turn.c.state == "queued").order_by(turn.c.created_at, turn.c.id)
)
_DOOR = (
    func.unnest(bindparam("places", type_=ARRAY(Uuid)), bindparam("bots", type_=ARRAY(Uuid)))
    .table_valued("place", "bot", name="door")
    .render_derived()
)
_NEXT = (
    _QUEUED.where(turn.c.conversation_id == _DOOR.c.place, turn.c.bot_id == _DOOR.c.bot)
    .limit(1)
    .lateral("next")
)
_FIRST_OF_EACH = select(_NEXT).select_from(_DOOR.join(_NEXT, true()))
_ALL_OF_ONE = _QUEUED.where(
    turn.c.conversation_id == bindparam("place"), turn.c.bot_id == bindparam("bot")
)


async def begin(changes: Changes, row: TurnRow, *, is_new: bool) -> None:
    """Start a queued turn, or insert a new one that starts at once."""
    started = replace(
        row,
        state="running",
        holds_door=True,
        stream=row.stream and row.conversation_id not in changes.taken_by,
        started_at=changes.now,
        deadline=changes.now + timedelta(seconds=allowed_seconds(row.steps)),
    )
    command = await _first_command(changes, started)
    body = command.model_dump_json(exclude_none=True).encode()
    # From here on nothing depends on the row's data: it is written whole or not at all.
    if is_new:
        changes.write_last(turn_rows.adding(started, body))
    else:
        await turn_rows.change(
            changes.connection,
            row.id,
            state="running",
            holds_door=True,
            stream=started.stream,
            started_at=started.started_at,
            deadline=started.deadline,
            command=body,
        )
    changes.tell(started_event(changes, started), row.id)
    changes.send(command_message(command, body))
    TURNS_STARTED.labels(row.bot).inc()


def command_message(command: StepCommand, body: bytes) -> Outgoing:
    """Return a first command as it goes to `warren.steps`."""
    return Outgoing(
        exchange=STEPS,
        key=step_key(command.kind, command.bot),
        body=body,
        type=STEP_REQUESTED,
        message_id=message_id(
            command.turn_id, command.run, command.path, command.position, COMMAND
        ),
        correlation_id=command.turn_id,
        headers={
            "warren-run": command.run,
            "warren-attempt": 1,
            "warren-deadline": command.deadline.isoformat(),
            "warren-revision": command.revision,
        },
    )


async def open_doors(changes: Changes, ended: Iterable[TurnRow]) -> None:
    """Let the next turns in where turns have left: per conversation and bot the oldest that waits.

    A queued turn that must leave its slot to another conversation is started by `promoting.py`. So
    is one whose row makes no sense: what it does to itself must not undo what ended before it.
    """
    doors = sorted({(one.bot_id, one.conversation_id) for one in ended})
    if not doors or changes.doors_later:
        changes.freed |= bool(doors)
        return
    bots, places = zip(*doors, strict=True)
    found = await changes.connection.execute(
        _FIRST_OF_EACH, {"places": list(places), "bots": list(bots)}
    )
    waiting = {(row["bot_id"], row["conversation_id"]): row for row in found.mappings()}
    for door in doors:
        if door not in waiting or not await _admitted(changes, waiting[door]):
            changes.freed = True


async def _admitted(changes: Changes, found: RowMapping) -> bool:
    """Return whether the turn of a row was let in. begin() writes only when all is made."""
    try:
        return await admit(changes, from_row(found))
    except _SENSELESS as error:
        name = type(error).__name__
        log.warning("a turn cannot be let in, leaving it", turn=str(found["id"]), error=name)
        return False


async def admit(changes: Changes, first: TurnRow, *, by_age: bool = False) -> bool:
    """Start the first turn of one door's queue if it may; cancel all when the bot is gone. Return
    whether anything was done.

    by_age says that the caller goes through the waiting turns oldest first, over all conversations.
    """
    (bot,) = await counted(
        changes.connection,
        [await bot_at(changes.connection, first.conversation_id, first.bot_id)],
    )
    if bot.removed:
        await _cancel_all(changes, first)
        return True
    elsewhere = not by_age and await waits_elsewhere(changes.connection, bot, first)
    if not may_go_on_here(bot.doorway, elsewhere):
        return False
    await begin(changes, first, is_new=False)
    return True


async def _cancel_all(changes: Changes, first: TurnRow) -> None:
    found = await changes.connection.execute(
        _ALL_OF_ONE, {"place": first.conversation_id, "bot": first.bot_id}
    )
    for row in map(from_row, found.mappings().all()):
        await cancel_queued(changes, row)


async def cancel_queued(changes: Changes, row: TurnRow) -> None:
    """End a turn that never started: its bot is gone."""
    await turn_rows.change(
        changes.connection, row.id, state="cancelled", ended_at=changes.now, run=row.run + 1
    )
    changes.tell(ended_event(changes, row, "cancelled"), row.id)
    TURNS_ENDED.labels(row.bot, "cancelled").inc()


def ended_event(changes: Changes, row: TurnRow, end: str) -> TurnEnded:
    """Return the event of a turn's end; takes a seq. row.run is the run that ended."""
    return TurnEnded.model_validate(
        {
            "conversation": row.conversation_id,
            "seq": changes.next_seq(row.conversation_id),
            "turn_id": row.id,
            "run": row.run,
            "bot": row.bot,
            "end": end,
            "at": changes.now,
        }
    )


def started_event(changes: Changes, row: TurnRow) -> TurnStarted:
    """Return the event of a run that begins; takes a seq."""
    return TurnStarted(
        conversation=row.conversation_id,
        seq=changes.next_seq(row.conversation_id),
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        stream=row.stream,
        answers=row.answers,
        steps=row.step_names,
        at=changes.now,
    )


async def _first_payload(changes: Changes, row: TurnRow) -> JsonObject:
    if not row.answers:  # nobody wrote: a bot that works on bots was given a group of letters
        found = await changes.connection.execute(_LOOK, {"turn": row.id})
        return orjson.loads(found.scalar_one())
    found = await changes.connection.execute(
        _SAID,
        {"place": row.conversation_id, "last": row.answers[-1], "history": row.history},
    )
    return first_payload(row.bot, [Said(**one) for one in reversed(found.mappings().all())])


async def _first_command(changes: Changes, row: TurnRow) -> StepCommand:
    payload = await _first_payload(changes, row)
    first = row.steps[0]
    assert row.deadline is not None  # begin() gave it
    return StepCommand(
        turn_id=row.id,
        run=row.run,
        conversation_id=row.conversation_id,
        bot=row.bot,
        revision=row.revision,
        position=0,
        step=first.id,
        kind=first.kind,
        stream=row.stream,
        queued_at=changes.now,
        deadline=row.deadline,
        payload=payload,
    )
