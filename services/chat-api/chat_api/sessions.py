"""Sessions: opaque tokens whose hash is kept. Cookies, bearer tokens, socket tickets.

A session ends when it was idle too long, at its absolute end, or at logout; its row decides.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store, changing, event_message
from chat_api.tables import session, ticket
from warren.contracts.accounts import Identity, Me, TicketView
from warren.contracts.inner import SessionEnded
from warren.errors import Unauthenticated

SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=5)  # the row is touched at most so often, not by each request
TICKET_SECONDS = 30

Kind = Literal["cookie", "bearer"]
IDLE: dict[Kind, timedelta] = {"cookie": timedelta(days=14), "bearer": timedelta(days=90)}
ABSOLUTE: dict[Kind, timedelta] = {"cookie": timedelta(days=60), "bearer": timedelta(days=365)}

SIGN_IN = "Sign in to go on."
SIGN_IN_AGAIN = "Your session has ended. Sign in again to go on; nothing is lost."

_WHO = text("""
    select s.id as session, s.kind, s.seen_at < now() - cast(:seen_every as interval) as stale,
           a.id, a.username, a.display_name, a.operator
    from session s join account a on a.id = s.account_id
    where s.secret_hash = :hash and s.idle_until > now() and s.expires_at > now() and a.active
""")
_ALIVE = text("""
    select s.id as session, a.id, a.username, a.display_name, a.operator
    from session s join account a on a.id = s.account_id
    where s.id = :session and s.idle_until > now() and s.expires_at > now() and a.active
""")
_TOUCH = text("""
    update session set seen_at = now(), idle_until = now() + cast(:idle as interval)
    where id = :id
""")


@dataclass(frozen=True)
class Who:
    """The person who asks, and by which session."""

    id: UUID
    username: str
    display_name: str
    operator: bool
    session: UUID

    @property
    def me(self) -> Me:
        """As `GET auth/me` shows it."""
        return Me(
            id=self.id,
            username=self.username,
            display_name=self.display_name,
            operator=self.operator,
        )

    @property
    def identity(self) -> Identity:
        """As the inner port shows it."""
        return Identity(
            id=self.id,
            username=self.username,
            display_name=self.display_name,
            operator=self.operator,
            session=str(self.session),
        )


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret. It is random and long, so a quick hash is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


async def open_session(
    connection: AsyncConnection, account_id: UUID, kind: Kind, name: str = ""
) -> str:
    """Make a session; return its secret, which nobody can read again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await connection.execute(
        insert(session).values(
            id=uuid4(),
            secret_hash=hash_of(secret),
            account_id=account_id,
            kind=kind,
            name=name,
            idle_until=func.now() + IDLE[kind],
            expires_at=func.now() + ABSOLUTE[kind],
        )
    )
    return secret


async def who_has(store: Store, secret: str | None) -> Who:
    """Return who holds a session's secret. Raises Unauthenticated, saying what to do."""
    if not secret:
        raise Unauthenticated(SIGN_IN)
    async with store.reading.connect() as connection:
        found = await connection.execute(_WHO, {"hash": hash_of(secret), "seen_every": SEEN_EVERY})
        row = found.mappings().one_or_none()
        if row is None:
            raise Unauthenticated(SIGN_IN_AGAIN)
        if row["stale"]:
            await connection.execute(_TOUCH, {"id": row["session"], "idle": IDLE[row["kind"]]})
    return _who(dict(row))


async def who_is(store: Store, session_id: UUID) -> Who:
    """Return who holds a session that is known by its name. Raises Unauthenticated."""
    async with store.reading.connect() as connection:
        found = await connection.execute(_ALIVE, {"session": session_id})
        row = found.mappings().one_or_none()
    if row is None:
        raise Unauthenticated(SIGN_IN_AGAIN)
    return _who(dict(row))


async def sign_out(store: Store, who: Who) -> None:
    """End a session, its tickets and its sockets. Idempotent."""
    async with changing(store) as changes:
        await changes.connection.execute(delete(session).where(session.c.id == who.session))
        ended = SessionEnded(user=who.id, session=str(who.session))
        changes.send(event_message(f"session.ended.{who.id}", ended))


async def make_ticket(store: Store, who: Who) -> TicketView:
    """Return a ticket for one socket."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    async with store.engine.begin() as connection:
        await connection.execute(delete(ticket).where(ticket.c.expires_at < func.now()))
        made = await connection.execute(
            insert(ticket)
            .values(
                secret_hash=hash_of(secret),
                session_id=who.session,
                expires_at=func.now() + timedelta(seconds=TICKET_SECONDS),
            )
            .returning(ticket.c.expires_at)
        )
        until: datetime = made.scalar_one()
    return TicketView(ticket=secret, expires_at=until)


async def use_ticket(store: Store, secret: str) -> Who:
    """Return who asked for a ticket, and use it up. Raises Unauthenticated."""
    async with store.engine.begin() as connection:
        used = await connection.execute(
            delete(ticket)
            .where(ticket.c.secret_hash == hash_of(secret))
            .returning(ticket.c.session_id, (ticket.c.expires_at > func.now()).label("fresh"))
        )
        row = used.one_or_none()
    if row is None or not row.fresh:
        raise Unauthenticated("This ticket was used or is over 30 s old. Ask for a new one.")
    return await who_is(store, row.session_id)


def _who(row: dict[str, object]) -> Who:
    return Who(**{name: row[name] for name in Who.__dataclass_fields__})  # pyright: ignore[reportArgumentType] # the columns of the select above
