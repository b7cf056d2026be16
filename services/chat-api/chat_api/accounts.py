"""Accounts: sign-up, sign-in, and the one list of people and bots."""

from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, RowMapping, Select, exists, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chat_api.changes import Store
from chat_api.cursor import read_cursor, write_cursor
from chat_api.passwords import Passwords, check_new
from chat_api.plain_text import checked
from chat_api.sessions import open_session
from chat_api.tables import account, bot
from chat_api.throttle import Throttle, keys_of
from warren.contracts.accounts import Login, Me, Signup, UserView
from warren.contracts.chat import Page
from warren.contracts.problem import ProblemError
from warren.contracts.registry import BotCard
from warren.db.engine import advisory_lock
from warren.errors import Conflict, Unauthenticated

WRONG = "Username or password is wrong. Check both and try again."


async def sign_up(store: Store, passwords: Passwords, ask: Signup) -> tuple[Me, str]:
    """Return the new person and the secret of their session. The first person is an operator.

    Raises Conflict when the name is taken, Unprocessable when a field cannot be used.
    """
    name = checked(ask.display_name, "/display_name") if ask.display_name else ask.username
    check_new(ask.password, ask.username)
    if await _taken(store, ask.username):
        raise _name_taken(ask.username)
    hashed = await passwords.hash(ask.password)
    try:
        async with store.engine.begin() as connection:
            me = Me(
                id=uuid4(),
                username=ask.username,
                display_name=name,
                operator=await _is_first(connection),
            )
            await connection.execute(
                insert(account).values(
                    kind="person", active=True, password_hash=hashed, **me.model_dump()
                )
            )
            return me, await open_session(connection, me.id, "cookie")
    except IntegrityError as error:
        raise _name_taken(ask.username) from error


async def sign_in(
    store: Store, passwords: Passwords, throttle: Throttle, ask: Login, address: str
) -> tuple[Me, str]:
    """Return the person and the secret of a new session.

    Raises Unauthenticated with one text for wrong name and wrong password, TooMany after tries.
    """
    keys = keys_of(ask.username, address)
    await throttle.begin(keys)
    async with store.reading.connect() as connection:
        found = await connection.execute(
            select(account).where(
                account.c.username == ask.username.replace("\0", ""),
                account.c.kind == "person",
                account.c.active,
            )
        )
        row = found.mappings().one_or_none()
    if not await passwords.matches(ask.password, row["password_hash"] if row else None):
        raise Unauthenticated(WRONG, kind="wrong-password")
    assert row is not None  # matches() is false without a hash
    await throttle.succeed(keys)
    async with store.engine.begin() as connection:
        secret = await open_session(connection, row["id"], "cookie")
    me = Me(**{name: row[name] for name in Me.model_fields})
    return me, secret


def select_users() -> Select[Any, Any, Any, Any, Any, Any]:
    """Return a select of accounts with the cards of bots, to be read by user_view()."""
    return select(
        account.c.id,
        account.c.username,
        account.c.display_name,
        account.c.kind,
        account.c.active,
        bot.c.card,
    ).join_from(account, bot, bot.c.account_id == account.c.id, isouter=True)


def user_view(row: RowMapping) -> UserView:
    """Return a row of select_users() as the API shows it."""
    about: dict[str, Any] = {}
    if row["card"] is not None:
        persona = BotCard.model_validate(row["card"]).persona
        about = {
            "avatar": persona.avatar,
            "purpose": persona.purpose,
            "greeting": persona.greeting,
            "starters": persona.starters,
        }
    return UserView(
        id=row["id"],
        username=row["username"],
        display_name=row["display_name"],
        kind=row["kind"],
        active=row["active"],
        **about,
    )


async def list_users(
    store: Store, q: str, kind: Literal["person", "bot"] | None, limit: int, cursor: str | None
) -> Page[UserView]:
    """Return people and bots by username; q is looked for in username and display name."""
    wanted: list[ColumnElement[bool]] = []
    if kind:
        wanted.append(account.c.kind == kind)
    if q:
        looked_for = q.replace("\0", "")
        wanted.append(
            or_(
                account.c.username.icontains(looked_for, autoescape=True),
                account.c.display_name.icontains(looked_for, autoescape=True),
            )
        )
    if cursor:
        wanted.append(account.c.username > read_cursor(cursor))
    async with store.reading.connect() as connection:
        found = await connection.execute(
            select_users().where(*wanted).order_by(account.c.username).limit(limit + 1)
        )
        users = [user_view(row) for row in found.mappings()]
    more = write_cursor(users[limit - 1].username) if len(users) > limit else None
    return Page[UserView](items=tuple(users[:limit]), next_cursor=more)


async def find_users(connection: AsyncConnection, usernames: list[str]) -> dict[str, UserView]:
    """Return accounts by username; unknown names are left out."""
    found = await connection.execute(
        select_users().where(account.c.username.in_([name.replace("\0", "") for name in usernames]))
    )
    return {row["username"]: user_view(row) for row in found.mappings()}


async def _taken(store: Store, username: str) -> UUID | None:
    """An early look, so that a taken name costs no hash; the unique index decides."""
    async with store.reading.connect() as connection:
        found = await connection.execute(select(account.c.id).where(account.c.username == username))
        return found.scalar_one_or_none()


async def _is_first(connection: AsyncConnection) -> bool:
    """Whether no person exists yet. Of several at once one is the first: the others wait here."""
    anybody = select(exists().where(account.c.kind == "person"))
    if (await connection.execute(anybody)).scalar_one():
        return False
    await advisory_lock(connection, "chat.first-account")
    return not (await connection.execute(anybody)).scalar_one()


def _name_taken(username: str) -> Conflict:
    return Conflict(
        "Nothing was saved. Choose another username.",
        kind="username-taken",
        errors=[ProblemError(pointer="/username", detail=f"{username} is taken.")],
    )
