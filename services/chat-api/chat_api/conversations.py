"""Conversations: found, made, listed, read. Only members see one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import turn_rows
from chat_api.accounts import find_users, select_users, user_view
from chat_api.changes import Changes, Store, changing
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.membership import NO_CONVERSATION
from chat_api.message_rows import select_messages, view
from chat_api.plain_text import checked, refused
from chat_api.sessions import Who
from chat_api.tables import account, conversation, member, message
from chat_api.takeover.reading import takeovers
from warren.contracts.accounts import UserView
from warren.contracts.chat import ConversationView, MessageView, NewConversation, Page, TurnView
from warren.contracts.frames import ConversationCreated
from warren.errors import Conflict, NotFound

_MINE = """
    select c.id, c.kind, c.title, c.last_seq, c.created_at, c.active_at, m.read_seq,
      (select count(*) from message u where u.conversation_id = c.id and u.seq > m.read_seq
              and u.author_id <> m.account_id) as unread,
      (select l.id from message l where l.conversation_id = c.id
              order by l.seq desc limit 1) as last_message
    from member m join conversation c on c.id = m.conversation_id
    where m.account_id = :asker
"""
_ONE = text(f"{_MINE} and c.id = :id")
_FIRST_PAGE = text(f"{_MINE} order by c.active_at desc, c.id desc limit :limit")
_NEXT_PAGE = text(
    f"{_MINE} and (c.active_at, c.id) < (:at, :id) order by c.active_at desc, c.id desc"
    " limit :limit"
)
_READ = text("""
    update member m set read_seq = greatest(m.read_seq, least(:seq, c.last_seq))
    from conversation c
    where c.id = m.conversation_id and m.conversation_id = :id and m.account_id = :asker
    returning m.read_seq
""")


async def make(store: Store, asker: Who, ask: NewConversation) -> tuple[ConversationView, bool]:
    """Return the conversation and whether it is new. Two members and no title: the one direct
    conversation of these two. Raises Unprocessable for names that cannot be members."""
    title = checked(ask.title, "/title") if ask.title is not None else None
    names = list(dict.fromkeys((asker.username, *ask.members)))
    async with changing(store) as changes:
        members = await _members(changes.connection, names, ask.members)
        direct = title is None and len(members) == 2
        id, is_new = await _insert(changes.connection, asker.id, title, members, direct=direct)
        if is_new:
            await _tell(changes, id, members)
    return await read(store, asker.id, id), is_new


async def direct_with(store: Store, asker: UUID, username: str, other: str) -> UUID:
    """Return the direct conversation of the asker with somebody, found or made.

    Raises Conflict for who is not there.
    """
    async with changing(store) as changes:
        known = await find_users(changes.connection, [username, other])
        if other not in known or not known[other].active:
            raise Conflict(
                f"Nothing was sent. Nobody is called {other[:63]!r}, or they are gone.",
                kind="no-conversation",
            )
        members = list(known.values())
        id, is_new = await _insert(changes.connection, asker, None, members, direct=True)
        if is_new:
            await _tell(changes, id, members)
    return id


async def read(store: Store, asker: UUID, id: UUID) -> ConversationView:
    """Return one conversation. Raises NotFound for a foreign or unknown one."""
    async with store.reading.connect() as connection:
        found = await connection.execute(_ONE, {"asker": asker, "id": id})
        rows = [dict(row) for row in found.mappings()]
        if not rows:
            raise NotFound(NO_CONVERSATION)
        return (await _views(connection, rows))[0]


async def list_mine(
    store: Store, asker: UUID, limit: int, cursor: str | None
) -> Page[ConversationView]:
    """Return the asker's conversations, the most active first."""
    more = {"asker": asker, "limit": limit + 1}
    async with store.reading.connect() as connection:
        if cursor:
            at, id = _place(cursor)
            found = await connection.execute(_NEXT_PAGE, {**more, "at": at, "id": id})
        else:
            found = await connection.execute(_FIRST_PAGE, more)
        rows = [dict(row) for row in found.mappings()]
        views = await _views(connection, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    next_cursor = write_cursor(f"{last['active_at'].isoformat()} {last['id']}") if last else None
    return Page[ConversationView](items=tuple(views), next_cursor=next_cursor)


async def mark_read(store: Store, asker: UUID, id: UUID, seq: int) -> None:
    """Note how far the asker has read; never goes back. Raises NotFound."""
    async with store.reading.connect() as connection:
        found = await connection.execute(_READ, {"asker": asker, "id": id, "seq": seq})
        if found.one_or_none() is None:
            raise NotFound(NO_CONVERSATION)


async def _members(
    connection: AsyncConnection, names: list[str], asked: Sequence[str]
) -> list[UserView]:
    known = await find_users(connection, names)
    for number, name in enumerate(asked):
        if name not in known:
            raise refused(f"/members/{number}", f"Nobody is called {name[:63]!r}. Check the name.")
        if not known[name].active:
            raise refused(f"/members/{number}", f"{name} is no longer here. Leave it out.")
    if len(names) < 2:
        raise refused("/members", "Name at least one other person or bot.")
    return [known[name] for name in names]


async def _insert(
    connection: AsyncConnection,
    asker: UUID,
    title: str | None,
    members: Sequence[UserView],
    *,
    direct: bool,
) -> tuple[UUID, bool]:
    ids = sorted(one.id for one in members)
    key = ":".join(map(str, ids)) if direct else None
    made = await connection.execute(
        upsert(conversation)
        .values(
            id=uuid4(),
            kind="direct" if direct else "group",
            title=title,
            direct_key=key,
            created_by=asker,
        )
        .on_conflict_do_nothing(index_elements=["direct_key"])
        .returning(conversation.c.id)
    )
    id = made.scalar_one_or_none()
    if id is None:
        there = await connection.execute(
            select(conversation.c.id).where(conversation.c.direct_key == key)
        )
        return there.scalar_one(), False
    rows = [{"conversation_id": id, "account_id": one, "read_seq": 0} for one in ids]
    await connection.execute(insert(member), rows)
    return id, True


async def announce_to(changes: Changes, who: UUID, place: UUID) -> None:
    """Tell a person of a conversation that they have joined."""
    found = await changes.connection.execute(_ONE, {"asker": who, "id": place})
    rows = [dict(row) for row in found.mappings()]
    (shown,) = await _views(changes.connection, rows)
    changes.announce(ConversationCreated(user=who, conversation=place, view=shown))


async def _tell(changes: Changes, id: UUID, members: Sequence[UserView]) -> None:
    """Tell every person in it, the maker's other tabs too."""
    made = await changes.connection.execute(select(conversation).where(conversation.c.id == id))
    row = made.mappings().one()
    shown = ConversationView(
        id=id,
        kind=row["kind"],
        title=row["title"],
        members=tuple(sorted(members, key=lambda one: one.username)),
        last_seq=0,
        read_seq=0,
        unread=0,
        created_at=row["created_at"],
    )
    for one in members:
        if one.kind == "person":
            changes.announce(ConversationCreated(user=one.id, conversation=id, view=shown))


async def _views(
    connection: AsyncConnection, rows: Sequence[dict[str, Any]]
) -> list[ConversationView]:
    """Return rows of _MINE with their members, last messages and open turns: four statements."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    members: dict[UUID, list[UserView]] = {id: [] for id in ids}
    found = await connection.execute(
        select_users()
        .add_columns(member.c.conversation_id)
        .join(member, member.c.account_id == account.c.id)
        .where(member.c.conversation_id.in_(ids))
        .order_by(account.c.username)
    )
    for row in found.mappings():
        members[row["conversation_id"]].append(user_view(row))
    last = [row["last_message"] for row in rows if row["last_message"]]
    found = await connection.execute(select_messages().where(message.c.id.in_(last)))
    messages: dict[UUID, MessageView] = {row["id"]: view(row) for row in found.mappings()}
    turns: dict[UUID, list[TurnView]] = {id: [] for id in ids}
    for turn in await turn_rows.open_turns(connection, ids):
        turns[turn.conversation_id].append(turn.view())
    taken = await takeovers(connection, ids)
    return [
        ConversationView(
            id=row["id"],
            kind=row["kind"],
            title=row["title"],
            members=tuple(members[row["id"]]),
            last_seq=row["last_seq"],
            read_seq=row["read_seq"],
            unread=row["unread"],
            last_message=messages.get(row["last_message"]),
            turns=tuple(turns[row["id"]]),
            takeover=taken.get(row["id"]),
            created_at=row["created_at"],
        )
        for row in rows
    ]


def _place(cursor: str) -> tuple[datetime, UUID]:
    at, _, id = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(at), UUID(id)
    except ValueError as error:
        raise bad_cursor() from error
