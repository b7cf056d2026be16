"""Take a conversation over, and release it. The row decides: posting starts no turns meanwhile, and
the gate makes drafts of what bots still say."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from chat_api import audit
from chat_api.changes import Changes, Store, changing
from chat_api.membership import NO_CONVERSATION, must_be_member
from chat_api.person import Person
from chat_api.takeover.reading import takeover_of
from warren.contracts.frames import TakeoverChanged
from warren.contracts.takeover import TakeOver, TakeoverView
from warren.errors import Conflict, NotFound

_SET = text("""
    update conversation set taken_by = cast(:by as uuid), taken_at = cast(:at as timestamptz),
      taken_until = cast(:until as timestamptz), taken_then = cast(:then as text)
    where id = :place
""")
# Nothing in the making is shown any more: its reply will be a draft.
_HUSH = text("update turn set stream = false where conversation_id = :place and state = 'running'")


async def take_over(
    store: Store, who: Person, name: str, place: UUID, ask: TakeOver
) -> TakeoverView:
    """Take a conversation over, or change one's own takeover. name is the person's, for people.

    Raises NotFound for a foreign one, Conflict when somebody else has taken it.
    """
    async with changing(store) as changes:
        await _lock(changes, who, place)
        return await take(changes, who, name, place, ask)


async def take(
    changes: Changes, who: Person, name: str, place: UUID, ask: TakeOver
) -> TakeoverView:
    """Take over a conversation that is locked."""
    taken_by = changes.taken_by.get(place)
    if taken_by is not None and taken_by != who.id:
        now = await takeover_of(changes.connection, place)
        by = now.by_name if now else "Somebody"
        raise Conflict(f"Nothing was changed. {by} has taken this conversation over.", kind="taken")
    shown = TakeoverView(
        by=who.username,
        by_name=name,
        since=changes.now,
        until=changes.now + timedelta(minutes=ask.minutes),
        then=ask.then,
    )
    await changes.connection.execute(
        _SET,
        {"place": place, "by": who.id, "at": shown.since, "until": shown.until, "then": ask.then},
    )
    await changes.connection.execute(_HUSH, {"place": place})
    changes.taken_by[place] = who.id
    _tell(changes, place, shown, name)
    await _note(changes, who, place, "taken")
    return shown


async def release(store: Store, who: Person, name: str, place: UUID) -> None:
    """Let the bots speak again, from the next message on. Any member may; raises NotFound, Conflict
    when nobody has taken it."""
    async with changing(store) as changes:
        await _lock(changes, who, place)
        if place not in changes.taken_by:
            raise Conflict(
                "Nothing was changed. Nobody has taken this conversation over.", kind="not-taken"
            )
        await give_back(changes, place, name)
        await _note(changes, who, place, "released")


async def give_back(changes: Changes, place: UUID, name: str | None) -> None:
    """End the takeover of a locked conversation; name is who did, None for the time-out."""
    nobody = {"by": None, "at": None, "until": None, "then": None}
    await changes.connection.execute(_SET, {"place": place} | nobody)
    changes.taken_by.pop(place, None)
    _tell(changes, place, None, name)


async def _lock(changes: Changes, who: Person, place: UUID) -> None:
    await must_be_member(changes.connection, who.id, place)
    await changes.lock([place])
    if not changes.holds(place):
        raise NotFound(NO_CONVERSATION)


def _tell(changes: Changes, place: UUID, shown: TakeoverView | None, by: str | None) -> None:
    seq = changes.next_seq(place)
    changes.tell(
        TakeoverChanged(conversation=place, seq=seq, takeover=shown, by=by, at=changes.now)
    )


async def _note(changes: Changes, who: Person, place: UUID, what: str) -> None:
    await audit.note(
        changes.connection,
        by=who,
        act=f"conversation.{what}",
        subject="conversation",
        subject_id=str(place),
        detail={},
    )
