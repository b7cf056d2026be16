"""Approve a draft, as it is or edited; reject it; hand it over. Each is decided once."""

from uuid import UUID

from sqlalchemy import insert, select

from chat_api import message_rows
from chat_api.changes import Changes, Store, changing
from chat_api.decisions.cases import DRAFTS, QUESTIONS, Case, Decider, lock_case
from chat_api.decisions.closing import close, hand_over
from chat_api.decisions.context import OPERATOR
from chat_api.decisions.going_on import go_on, stop
from chat_api.decisions.measuring import measure
from chat_api.decisions.recipients import place_of
from chat_api.decisions.retiring import retire_older
from chat_api.decisions.settling import settle
from chat_api.plain_text import checked, refused
from chat_api.posting import write
from chat_api.reply import bubble
from chat_api.tables import account, message
from chat_api.turn_rows import TurnRow
from warren.contracts.frames import MessageCreated
from warren.contracts.outcome import OutcomeReply
from warren.contracts.slip import Answer
from warren.errors import Conflict
from warren.metrics import MESSAGES_POSTED


async def approve(store: Store, who: Decider, id: UUID, body: str | None) -> None:
    """Approve a draft; body when it is said in other words.

    Raises NotFound, Conflict when it is decided or cannot be sent, Unprocessable for a bad body.
    """
    if body is not None:
        checked(body, "/body")
    target = await place_of(store, who, id)
    async with changing(store, "decision") as changes:
        case = await lock_case(changes, who, id, DRAFTS, also=(target,) if target else ())
        if case.kind == "send_as" and target is None:
            raise Conflict(
                "Nothing was sent. There is nobody in whose name it could be: reject it.",
                kind="no-conversation",
            )
        said = case.body if body is None else body
        edited = said != case.body
        if target is not None:  # first: it takes the other conversation's next seq
            key = f"draft:{case.id}"
            await write(changes, who, target, said, key, drafted_by=case.bot)
        status = "edited" if edited else "approved"
        close(changes, case, who, status, body=said if edited else None)
        await measure(changes, case, who, status, expected=said)
        if case.kind == "approval":
            value = {"body": said, "metadata": case.metadata}
            await go_on(changes, case, Answer(kind="approved", by=who.username, value=value))
        elif case.kind == "reply":
            await _post(changes, case, who, said, edited=edited)
        if case.turn_id is not None:
            await settle(changes, case.turn_id)
    MESSAGES_POSTED.labels("bot").inc(case.kind == "reply")


async def reject(store: Store, who: Decider, id: UUID, reason: str) -> None:
    """Reject a draft: nobody sees it. An Approve step ends its turn. Raises as approve()."""
    checked(reason, "/reason")
    async with changing(store, "decision") as changes:
        case = await lock_case(changes, who, id, DRAFTS)
        close(changes, case, who, "rejected", reason=reason)
        await measure(changes, case, who, "rejected", expected="", reason=reason)
        if case.kind == "approval":
            await stop(changes, case)
        if case.turn_id is not None:
            await settle(changes, case.turn_id)


async def hand_to(store: Store, who: Decider, id: UUID, to: str | None) -> None:
    """Let another person (a username) or the operators decide. Operators may hand on anything.

    Raises NotFound, Conflict when it is decided, Unprocessable for who cannot decide.
    """
    async with changing(store, "decision") as changes:
        case = await lock_case(changes, who, id, (*DRAFTS, *QUESTIONS), handing_over=True)
        if case.kind == "send_as":
            raise refused("/to", "It speaks in your name: only you can approve it.")
        asked, asked_name = await _decider(changes, to)
        hand_over(changes, case, who, asked, asked_name)


async def _decider(changes: Changes, to: str | None) -> tuple[UUID | None, str]:
    if to is None:
        return None, OPERATOR
    wanted = select(account.c.id, account.c.display_name).where(
        account.c.username == to, account.c.kind == "person", account.c.active
    )
    found = (await changes.connection.execute(wanted)).one_or_none()
    if found is None:
        raise refused("/to", f"No person is called {to[:63]!r}. Check the name.")
    return found.id, found.display_name


async def _post(changes: Changes, case: Case, who: Decider, body: str, *, edited: bool) -> None:
    """Write the bot's message, as the gate would have."""
    row = case.turn
    assert row is not None  # a reply has a turn
    seq = changes.next_seq(row.conversation_id)
    reply = OutcomeReply(slot=case.slot, body=body, metadata=case.metadata)
    by_hand = who.username if edited else None
    shown = bubble(row, reply, seq, changes.now, by_hand, approved_by=who.username)
    values = message_rows.values(row.bot_id, shown, case.step_path, case.slot)
    signed = {"by_hand": who.id if edited else None, "approved_by": who.id}
    await changes.connection.execute(insert(message), [values | signed])
    changes.tell(MessageCreated(conversation=row.conversation_id, seq=seq, message=shown), row.id)
    await _retire_older(changes, row)


async def _retire_older(changes: Changes, row: TurnRow) -> None:
    if row.conversation_id in changes.undecided:
        await retire_older(changes, row.conversation_id, row.bot_id, row.created_at)
