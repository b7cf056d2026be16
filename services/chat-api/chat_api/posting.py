"""Post a person's message: message, turns of the bots that listen, events, commands; one
transaction.

The conversation's row lock puts everything in order. The same Idempotency-Key gives the same
message for ever, also when two requests with it come at the same moment.
"""

import json
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import func, text, update

from chat_api import turn_rows
from chat_api.changes import Changes, Store, changing
from chat_api.decisions.retiring import retire_all
from chat_api.door import Join, Start, Wait, for_new_message
from chat_api.doorway import Present, bots_present, counted
from chat_api.listening import listeners
from chat_api.membership import NO_CONVERSATION
from chat_api.message_rows import select_messages, view
from chat_api.person import Person
from chat_api.plain_text import checked
from chat_api.starting import begin
from chat_api.tables import message, turn
from chat_api.turn_rows import TurnRow
from warren.contracts.chat import MessageView
from warren.contracts.frames import MessageCreated
from warren.errors import BadRequest, NotFound, Unprocessable
from warren.metrics import MESSAGES_POSTED

MAX_KEY_CHARS = 200

# The update locks the conversation; what is read of it afterwards is a statement of its own,
# since this one sees the tables as they were before it waited for the lock.
_WRITE = text("""
    with place as (
      update conversation c set last_seq = last_seq + 1, active_at = now()
      where c.id = :place and exists (
        select 1 from member m where m.conversation_id = c.id and m.account_id = :author)
      returning c.id, c.last_seq, c.kind, c.undecided, c.taken_by, c.taken_until,
        clock_timestamp() as now
    ), written as (
      insert into message (id, conversation_id, seq, author_id, body, created_at, client_id,
        metadata, approved_by)
      select :id, p.id, p.last_seq, :author, :body, p.now, :key, cast(:metadata as json),
        cast(:approved_by as uuid)
      from place p
      on conflict (author_id, client_id) do nothing
      returning id
    )
    select p.*, exists (select 1 from written) as is_new from place p
""")


class _SeenBefore(Exception):
    """The key was used before: what this transaction has begun is undone."""


async def post(
    store: Store, author: Person, place: UUID, body: str, key: str | None
) -> MessageView:
    """Return the message, new or as it was when its key was used first.

    Raises BadRequest without a usable key, NotFound for a foreign or unknown conversation,
    Unprocessable for a bad body or a key that was used for another message.
    """
    key = _checked_key(key)
    checked(body, "/body")
    try:
        async with changing(store) as changes:
            shown = await write(changes, author, place, body, key)
    except _SeenBefore:
        return await _earlier(store, author, place, body, key)
    MESSAGES_POSTED.labels("person").inc()
    return shown


def _checked_key(key: str | None) -> str:
    if not key or not key.strip():
        raise BadRequest(
            "Nothing was saved. Send the header Idempotency-Key: a new UUID for each new message,"
            " the same one when you send it again.",
            kind="no-idempotency-key",
        )
    if len(key) > MAX_KEY_CHARS:
        raise BadRequest(
            f"Nothing was saved. An Idempotency-Key may have at most {MAX_KEY_CHARS} characters;"
            " a UUID has 36.",
            kind="bad-idempotency-key",
        )
    return key


async def write(
    changes: Changes,
    author: Person,
    place: UUID,
    body: str,
    key: str,
    *,
    drafted_by: str | None = None,
) -> MessageView:
    """Write a message of a person and call the bots; locks the conversation, if nobody has yet.

    drafted_by is the bot whose draft the author approved. Raises NotFound for a conversation that
    the author does not belong to.
    """
    id = uuid4()
    metadata = {} if drafted_by is None else {"drafted_by": drafted_by}
    await changes.write_heads()
    found = await changes.connection.execute(
        _WRITE,
        {
            "place": place,
            "author": author.id,
            "id": id,
            "body": body,
            "key": key,
            "metadata": json.dumps(metadata),
            "approved_by": None if drafted_by is None else author.id,
        },
    )
    locked = found.one_or_none()
    if locked is None:
        raise NotFound(NO_CONVERSATION)
    if not locked.is_new:
        raise _SeenBefore
    changes.locked(place, locked, locked.now)
    shown = MessageView(
        id=id,
        conversation_id=place,
        seq=locked.last_seq,
        author=author.username,
        author_kind="person",
        body=body,
        created_at=changes.now,
        client_id=key,
        metadata=metadata,
        approved_by=None if drafted_by is None else author.username,
    )
    changes.tell(MessageCreated(conversation=place, seq=shown.seq, message=shown))
    taken_by = changes.taken_by.get(place)
    if taken_by is None:
        await call_bots(changes, locked.kind, place, shown.id, body)
    elif taken_by == author.id and place in changes.undecided:
        await retire_all(changes, place)  # the answer has been given
    return shown


async def call_bots(
    changes: Changes, kind: Literal["direct", "group"], place: UUID, said: UUID, body: str
) -> None:
    """Start, or join, a turn of each bot that listens to a message. The conversation is locked."""
    present = await bots_present(changes.connection, place)
    called = listeners(kind, body, present)
    for bot in await counted(changes.connection, called):
        await _at_the_door(changes, bot, place, said)


async def _at_the_door(changes: Changes, bot: Present, place: UUID, said: UUID) -> None:
    match for_new_message(bot.doorway, bot.card.while_busy):
        case Start():
            await begin(changes, _new_turn(changes, bot, place, said), is_new=True)
        case Wait():
            changes.write_last(turn_rows.adding(_new_turn(changes, bot, place, said)))
        case Join(turn_id):
            await changes.connection.execute(
                update(turn)
                .where(turn.c.id == turn_id)
                .values(answers=func.array_append(turn.c.answers, said))
            )


def _new_turn(changes: Changes, bot: Present, place: UUID, said: UUID) -> TurnRow:
    return TurnRow(
        id=uuid4(),
        conversation_id=place,
        bot_id=bot.bot_id,
        bot=bot.name,
        revision=bot.card.revision,
        state="queued",
        run=1,
        stream=not bot.approval,
        holds_door=False,
        history=bot.card.history,
        steps=bot.card.steps,
        answers=(said,),
        created_at=changes.now,
        approval=bot.approval,
        approver_id=bot.approver_id,
    )


async def _earlier(store: Store, author: Person, place: UUID, body: str, key: str) -> MessageView:
    async with store.reading.connect() as connection:
        found = await connection.execute(
            select_messages().where(message.c.author_id == author.id, message.c.client_id == key)
        )
        earlier = view(found.mappings().one())
    if (earlier.conversation_id, earlier.body) != (place, body):
        raise Unprocessable(
            "Nothing was saved. This Idempotency-Key was used for another message:"
            " make a new key for a new message.",
            kind="key-used",
        )
    return earlier
