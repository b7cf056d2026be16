"""Finish by hand: the failed step's output, after which the rest runs; or the reply itself."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import insert

from chat_api import message_rows, turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.decisions.retiring import retire_turn
from chat_api.letters.one import NO_LETTER
from chat_api.person import Person
from chat_api.plain_text import checked
from chat_api.repair.acts import Act, note
from chat_api.repair.cases import Case, lock_cases
from chat_api.repair.payloads import checked_output, keepable
from chat_api.repair.refusals import (
    letter_changed,
    must_be_of_use,
    must_stand_at,
    not_replayable,
    refused,
)
from chat_api.repair.resume import resume, with_approval
from chat_api.repair.slips import ByHand, Resumed, answered, finished, given_back
from chat_api.reply import bubble
from chat_api.starting import ended_event
from chat_api.tables import message
from chat_api.taking import take_by_hand
from chat_api.turn_rows import TurnRow
from chat_api.turns import after
from warren.contracts.base import JsonObject
from warren.contracts.frames import MessageCreated
from warren.contracts.letters import Finish, HandReply
from warren.contracts.outcome import Outcome, OutcomeReply, TurnEnd
from warren.contracts.slip import SaidReply, StepCommand
from warren.errors import NotFound, Unprocessable
from warren.metrics import MESSAGES_POSTED, REPAIRS, TURNS_ENDED
from warren.step.replies import Reply

_TWO_ANSWERS = (
    "Nothing was sent. The output holds a reply, and more steps follow: the bot could answer once"
    " more after you. Send it as reply, or leave it out of the output and let the rest run."
)
HAND_SLOT = "hand.0"  # the reply that a person wrote in the bot's place


async def finish(store: Store, by: Person, letter: UUID, ask: Finish) -> None:
    """Give a step's output, or the reply. Raises NotFound, Conflict, Unprocessable, TooLarge."""
    if (ask.output is None) == (ask.reply is None):
        raise Unprocessable("Nothing was sent. Give either output or reply, and not both.")
    if ask.output is not None:
        keepable(ask.output, "/output")
    if ask.reply is not None:
        checked(ask.reply.body, "/reply/body")
        keepable(ask.reply.metadata, "/reply/metadata")
    async with changing(store, "repair") as changes:
        case = (await lock_cases(changes, [letter])).get(letter)
        if case is None:
            raise NotFound(NO_LETTER)
        must_stand_at(case, "open", ask.run)
        if case.turn is None:
            raise refused("It belongs to no turn that is known: it can only be dismissed.")
        if ask.reply is not None and _asked_by_a_bot(case) and not ask.reply.to_person:
            _give_back(changes, case, case.turn, by, ask.reply)
        elif ask.reply is not None:
            await _answer(changes, case, case.turn, by, ask.reply)
        elif ask.output is not None:
            await _go_on(changes, case, case.turn, by, ask.output)
    REPAIRS.labels("answered" if ask.reply is not None else "finished").inc()


async def _answer(changes: Changes, case: Case, row: TurnRow, by: Person, reply: HandReply) -> None:
    """Write the bot's reply by hand: the turn is over, whatever its steps still say."""
    state = after(row.state, "answer")
    if state is None:
        raise letter_changed(case)
    seq = changes.next_seq(row.conversation_id)
    said = OutcomeReply(slot=HAND_SLOT, body=reply.body, metadata=reply.metadata)
    shown = bubble(row, said, seq, changes.now, by_hand=by.username)
    values = message_rows.values(row.bot_id, shown, case.path, HAND_SLOT) | {"by_hand": by.id}
    await changes.connection.execute(insert(message), [values])
    changes.tell(MessageCreated(conversation=row.conversation_id, seq=seq, message=shown), row.id)
    await turn_rows.change(
        changes.connection,
        row.id,
        state=state,
        run=row.run + 1,
        ended_at=changes.now,
        failure=None,
        command=None,
    )
    if row.undecided:
        await retire_turn(changes, row.id)
    changes.tell(ended_event(changes, row, "answered"), row.id)
    note(changes, case, by, Act(kind="answered"))
    MESSAGES_POSTED.labels("bot").inc()
    TURNS_ENDED.labels(row.bot, "answered").inc()


def _asked_by_a_bot(case: Case) -> bool:
    return case.failed_here and case.base is not None and bool(case.base.stack)


def _give_back(changes: Changes, case: Case, row: TurnRow, by: Person, reply: HandReply) -> None:
    """Give the bot that asked another one the answer that this one could not give."""
    assert case.base is not None  # _asked_by_a_bot() said so
    said = SaidReply(body=reply.body, metadata=reply.metadata)
    try:
        command = given_back(case.base, said, ByHand(by.username, changes.now))
    except ValueError as error:
        raise refused(f"Answer the person instead (to_person): {error}.") from error
    assert command.answer is not None
    slip = answered(command, command.answer)
    row = with_approval(row, asked_for=case.approval)
    sent, id = resume(changes, row, command, slip, revision=row.revision, steps=row.steps)
    act = Act(kind="finished", run=sent.run, step=case.base.step, message_id=id)
    note(changes, case, by, act)


async def _go_on(
    changes: Changes, case: Case, row: TurnRow, by: Person, output: JsonObject
) -> None:
    """Take an output as the failed step's own: its reply is posted, the next step is asked for."""
    base = case.base
    if base is not None and base.stack:
        raise refused("Another bot waits for this step's bot: give the reply instead.")
    if base is None or not case.failed_here or base.position >= len(row.steps):
        raise refused("What the failed step was given is not known: answer by hand.")
    rest, reply = checked_output(output, base.step)
    if reply is not None and base.position + 1 < len(row.steps):
        raise Unprocessable(_TWO_ANSWERS)
    verdict = case.verdict(changes.now)
    must_be_of_use(verdict, case, anyway=verdict != "answered")
    try:
        slip = finished(base, rest, ByHand(by.username, changes.now))
    except ValueError as error:
        raise refused(f"Answer by hand: {error}.") from error
    last = slip.position >= len(row.steps)
    act = Act(kind="finished", step=base.step, revision=row.revision, patch=slip.patch)
    if last:
        note(changes, case, by, replace(act, run=row.run))
        await changes.flush()  # first: the end resolves the letter
    if last or reply is not None:
        await take_by_hand(changes, row, _outcome(base, row, slip, reply, last=last), by)
    if not last:
        why = not_replayable(turn_known=True, command_known=True, bot=case.bot)
        if why is not None:
            raise refused(why)
        row = with_approval(row, asked_for=case.approval)
        command, sent = resume(changes, row, base, slip, revision=row.revision, steps=row.steps)
        note(changes, case, by, replace(act, run=command.run, message_id=sent))


def _outcome(
    base: StepCommand, row: TurnRow, slip: Resumed, reply: Reply | None, *, last: bool
) -> Outcome:
    """Return what a runner would have told the gate."""
    replies: tuple[OutcomeReply, ...] = ()
    if reply is not None:
        replies = (OutcomeReply(slot="reply.0", body=reply.body, metadata=reply.metadata),)
    return Outcome(
        turn_id=row.id,
        run=row.run,
        bot=row.bot,
        revision=row.revision,
        path=base.path,
        position=base.position,
        step=base.step,
        replies=replies,
        end=TurnEnd(first_input=slip.first_input, log=slip.log) if last else None,
    )
