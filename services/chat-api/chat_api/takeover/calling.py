"""Call for a person: a question to the operators. Who answers joins and takes the conversation
over."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text

from chat_api.changes import Changes, Store, changing
from chat_api.decisions.bodies import keep_object
from chat_api.decisions.context import OPERATOR
from chat_api.decisions.holding import count, tell_who_decides
from chat_api.decisions.tables import decision
from chat_api.membership import must_be_member
from chat_api.person import Person
from warren.contracts.base import JsonObject
from warren.contracts.frames import DraftCreated

FORM: JsonObject = {
    "type": "object",
    "properties": {"body": {"type": "string", "title": "Your message", "minLength": 1}},
    "required": ["body"],
    "additionalProperties": False,
}

_CALLED = text("""
    select exists (select 1 from decision
      where conversation_id = :place and kind = 'human' and status = 'waiting')
""")
_LAST = text("""
    select m.body from message m where m.conversation_id = :place order by m.seq desc limit 1
""")
_BOT = text("""
    select a.username from member m join account a on a.id = m.account_id
    where m.conversation_id = :place and a.kind = 'bot' order by a.username limit 1
""")


async def call_a_person(store: Store, who: Person, name: str, place: UUID) -> None:
    """Ask the operators for a person; a second call changes nothing. Raises NotFound."""
    async with changing(store) as changes:
        await must_be_member(changes.connection, who.id, place)
        await changes.lock([place])
        if await _value(changes, _CALLED, place):
            return
        last = await _value(changes, _LAST, place) or ""
        bot = await _value(changes, _BOT, place) or ""
        id = uuid4()
        values: dict[str, Any] = {
            "id": id,
            "kind": "human",
            "conversation_id": place,
            "bot": bot,
            "run": 0,
            "body": f"{name} asks for a person.\n\n{last}".strip(),
            "form": keep_object(FORM),
            "created_at": changes.now,
        }
        await changes.connection.execute(insert(decision), [values])
        count(changes, place, None, 1)
        event = DraftCreated(
            conversation=place,
            seq=changes.next_seq(place),
            draft=id,
            kind="human",
            turn_id=None,
            run=None,
            bot=bot,
            asked=OPERATOR,
            at=changes.now,
        )
        changes.tell(event)
        tell_who_decides(changes, id, None)


async def _value(changes: Changes, statement: Any, place: UUID) -> Any:
    return (await changes.connection.execute(statement, {"place": place})).scalar_one_or_none()
