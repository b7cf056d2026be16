"""The drafts and questions that a person may decide, or has decided: oldest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store
from chat_api.cursor import bad_cursor, read_cursor, write_cursor
from chat_api.decisions.bodies import read_object
from chat_api.decisions.cases import DRAFTS, NO_DRAFT, QUESTIONS, Decider
from chat_api.decisions.context import OPERATOR
from chat_api.message_rows import select_messages, view
from chat_api.tables import message
from warren.contracts.chat import MessageView, Page
from warren.contracts.decisions import DecisionStatus, DraftView, QuestionView
from warren.errors import NotFound

_SHOWN = """
    select d.*, asked.display_name as asked_name, who.display_name as decided_name, c.title,
      (select t.answers[array_upper(t.answers, 1)] from turn t where t.id = d.turn_id) as answers,
      array(select a.display_name from member m join account a on a.id = m.account_id
            where m.conversation_id = d.conversation_id order by a.kind desc, a.username limit 4)
        as members
    from decision d join conversation c on c.id = d.conversation_id
      left join account asked on asked.id = d.asked_id
      left join account who on who.id = d.decided_by
    where d.kind = any(:kinds)
      and (d.asked_id = :who or d.decided_by = :who or (d.asked_id is null and :operator))
"""
_LIST = text(f"""{_SHOWN}
      and (cast(:status as text) is null or d.status = :status)
      and (cast(:place as uuid) is null or d.conversation_id = :place)
      and (cast(:at as timestamptz) is null or (d.created_at, d.id) > (:at, cast(:after as uuid)))
    order by d.created_at, d.id limit :limit
""")
_ONE = text(f"{_SHOWN} and d.id = :id")


async def drafts(
    store: Store,
    who: Decider,
    *,
    status: DecisionStatus | None,
    place: UUID | None,
    limit: int,
    cursor: str | None,
) -> Page[DraftView]:
    """Return the drafts that this person may decide or has decided."""
    rows, messages, following = await _page(store, who, DRAFTS, status, place, limit, cursor)
    items = tuple(_draft(row, messages, who) for row in rows)
    return Page[DraftView](items=items, next_cursor=following)


async def questions(
    store: Store,
    who: Decider,
    *,
    status: DecisionStatus | None,
    place: UUID | None,
    limit: int,
    cursor: str | None,
) -> Page[QuestionView]:
    """Return the questions that this person may answer or has answered."""
    rows, messages, following = await _page(store, who, QUESTIONS, status, place, limit, cursor)
    items = tuple(_question(row, messages, who) for row in rows)
    return Page[QuestionView](items=items, next_cursor=following)


async def draft(store: Store, who: Decider, id: UUID) -> DraftView:
    """Return one draft. Raises NotFound."""
    row, messages = await _one(store, who, DRAFTS, id)
    return _draft(row, messages, who)


async def question(store: Store, who: Decider, id: UUID) -> QuestionView:
    """Return one question. Raises NotFound."""
    row, messages = await _one(store, who, QUESTIONS, id)
    return _question(row, messages, who)


async def _one(
    store: Store, who: Decider, kinds: Sequence[str], id: UUID
) -> tuple[RowMapping, dict[UUID, MessageView]]:
    async with store.reading.connect() as connection:
        found = await connection.execute(_ONE, _asker(who, kinds) | {"id": id})
        row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(NO_DRAFT)
        return row, await _messages(connection, [row])


async def _page(
    store: Store,
    who: Decider,
    kinds: Sequence[str],
    status: DecisionStatus | None,
    place: UUID | None,
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[RowMapping], dict[UUID, MessageView], str | None]:
    at, after = _place(cursor) if cursor else (None, None)
    values = _asker(who, kinds) | {
        "status": status, "place": place, "at": at, "after": after, "limit": limit + 1,
    }  # fmt: skip
    async with store.reading.connect() as connection:
        rows = (await connection.execute(_LIST, values)).mappings().all()
        messages = await _messages(connection, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    following = write_cursor(f"{last['created_at'].isoformat()} {last['id']}") if last else None
    return rows[:limit], messages, following


def _asker(who: Decider, kinds: Sequence[str]) -> dict[str, Any]:
    return {"kinds": list(kinds), "who": who.id, "operator": who.operator}


async def _messages(
    connection: AsyncConnection, rows: Sequence[RowMapping]
) -> dict[UUID, MessageView]:
    """Return the messages that are answered, for who decides: a draft is nothing without them."""
    ids = [row["answers"] for row in rows if row["answers"] is not None]
    if not ids:
        return {}
    found = await connection.execute(select_messages().where(message.c.id.in_(ids)))
    return {row["id"]: view(row) for row in found.mappings()}


def _shared(row: RowMapping, messages: dict[UUID, MessageView], who: Decider) -> dict[str, Any]:
    mine = row["asked_id"] == who.id or (row["asked_id"] is None and who.operator)
    return {
        "id": row["id"],
        "kind": row["kind"],
        "status": row["status"],
        "conversation_id": row["conversation_id"],
        "conversation_title": row["title"] or ", ".join(row["members"]),
        "turn_id": row["turn_id"],
        "bot": row["bot"],
        "revision": row["revision"],
        "step": row["step"],
        "asked": row["asked_name"] or OPERATOR,
        "mine": mine and row["status"] == "waiting",
        "question": messages.get(row["answers"]),
        "created_at": row["created_at"],
        "decided_by": row["decided_name"],
        "decided_at": row["decided_at"],
    }


def _draft(row: RowMapping, messages: dict[UUID, MessageView], who: Decider) -> DraftView:
    return DraftView(
        **_shared(row, messages, who),
        body=row["body"],
        metadata=read_object(row["meta"]),
        to=tuple(row["send_to"]),
        decided_body=row["decided_body"],
        reason=row["reason"],
    )


def _question(row: RowMapping, messages: dict[UUID, MessageView], who: Decider) -> QuestionView:
    return QuestionView(
        **_shared(row, messages, who),
        text=row["body"],
        form=read_object(row["form"]),
        answer=None if row["answer"] is None else read_object(row["answer"]),
    )


def _place(cursor: str) -> tuple[datetime, UUID]:
    at, _, id = read_cursor(cursor).partition(" ")
    try:
        return datetime.fromisoformat(at), UUID(id)
    except ValueError as error:
        raise bad_cursor() from error
