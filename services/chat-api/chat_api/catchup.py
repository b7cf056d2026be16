"""What a socket missed: the event log after the seq that it knows, or the word to read anew.

Never a partial answer: either every change up to the head, or reset. See docs/architecture.md.
"""

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api import turn_rows
from chat_api.changes import Store
from chat_api.sessions import SIGN_IN_AGAIN, Who, who_is
from chat_api.turn_rows import TurnRow
from warren.contracts.inner import CatchUp
from warren.errors import Unauthenticated

MAX_CHANGES = 200  # more are quicker read by HTTP

_HEADS = text("""
    select c.id, c.last_seq from member m join conversation c on c.id = m.conversation_id
    where m.account_id = :user
""")
_MISSED = text("""
    select w.id, o.seq, o.body
    from unnest(cast(:ids as uuid[]), cast(:known as bigint[])) as w (id, known)
    cross join lateral (
      select seq, body from outbox
      where conversation_id = w.id and seq > w.known
      order by seq limit :limit) o
    order by w.id, o.seq
""")

Change = tuple[int, bytes]


def unbroken(known: int, head: int, changes: Sequence[Change]) -> bool:
    """Whether changes lead from known to head (or past it, when more came) without a hole. Pure."""
    seqs = [seq for seq, _ in changes]
    expected = list(range(known + 1, known + 1 + len(seqs)))
    return known <= head <= known + len(seqs) and seqs == expected and len(seqs) <= MAX_CHANGES


async def catch_up(store: Store, ask: CatchUp) -> bytes:
    """Return a CaughtUp as JSON: events go on as the bytes that they were logged with.

    Every conversation that was named and may be seen is in `missed`, since its open runs matter
    even when nothing was missed. Raises Unauthenticated when session or person are gone.
    """
    who = await _asker(store, ask)
    async with store.reading.connect() as connection:
        heads = await _heads(connection, ask.user)
        known = {id: seq for id, seq in ask.conversations.items() if id in heads}
        changes = await _changes(connection, known, heads)
        turns = await turn_rows.open_turns(connection, list(known)) if known else []
    missed = [_missed(id, known[id], heads[id], changes.get(id, []), turns) for id in known]
    return orjson.dumps(
        {
            "identity": who.identity.model_dump(mode="json"),
            "heads": {str(id): head for id, head in heads.items()},
            "missed": missed,
        }
    )


async def _asker(store: Store, ask: CatchUp) -> Who:
    try:
        who = await who_is(store, UUID(ask.session))
    except ValueError as error:
        raise Unauthenticated(SIGN_IN_AGAIN) from error
    if who.id != ask.user:
        raise Unauthenticated(SIGN_IN_AGAIN)
    return who


async def _heads(connection: AsyncConnection, user: UUID) -> dict[UUID, int]:
    found = await connection.execute(_HEADS, {"user": user})
    return {row.id: row.last_seq for row in found}


async def _changes(
    connection: AsyncConnection, known: dict[UUID, int], heads: dict[UUID, int]
) -> dict[UUID, list[Change]]:
    """Return the changes of those conversations that are behind, and not too far."""
    behind = [id for id, seq in known.items() if 0 < heads[id] - seq <= MAX_CHANGES]
    if not behind:
        return {}
    found = await connection.execute(
        _MISSED,
        {"ids": behind, "known": [known[id] for id in behind], "limit": MAX_CHANGES + 1},
    )
    changes: dict[UUID, list[Change]] = {}
    for row in found:
        changes.setdefault(row.id, []).append((row.seq, bytes(row.body)))
    return changes


def _missed(
    id: UUID, known: int, head: int, changes: list[Change], turns: list[TurnRow]
) -> dict[str, object]:
    whole = unbroken(known, head, changes)
    return {
        "conversation": str(id),
        "head": max([head, *(seq for seq, _ in changes)]),
        "reset": not whole,
        "changes": [orjson.Fragment(body) for _, body in changes] if whole else [],
        "turns": [
            turn.view().model_dump(mode="json") for turn in turns if turn.conversation_id == id
        ],
    }
