"""Slow down who guesses passwords: per account and address, per account, per address.

Counted in the database, so that a restart or a second process forgets nothing. A try counts before
its password is looked at: a burst of tries at once gains nothing.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chat_api.changes import Store
from chat_api.tables import login_try
from warren.errors import TooMany

FREE_HERE = 5  # tries of one account from one address before the first pause
FREE_EACH = 50  # tries of one account, or from one address: many people share one
MAX_PAUSE_SECONDS = 300
FORGET_SECONDS = 3600  # a key that was quiet for so long starts anew

_LOCKED = (
    select(login_try, func.clock_timestamp().label("now"))
    .where(login_try.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(login_try.c.key)
    .with_for_update()
)


def pause_seconds(failures: int, free: int) -> int:
    """Return how long to wait after so many failures: 0 while they are free, then 2, 4, 8 …"""
    over = failures - free
    return 0 if over < 0 else min(2 ** (over + 1), MAX_PAUSE_SECONDS)


def keys_of(username: str, address: str) -> dict[str, int]:
    """Return the keys of one try, each with its free tries."""
    name = username.casefold()[:64].replace("\0", "")
    return {
        f"here:{name}@{address}": FREE_HERE,
        f"account:{name}": FREE_EACH,
        f"address:{address}": FREE_EACH,
    }


class Throttle:
    """Counts tries. begin() before a password is looked at, succeed() when it was right."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, keys: Mapping[str, int]) -> None:
        """Count one try. Raises TooMany, with the seconds to wait, when a key is blocked."""
        async with self._store.engine.begin() as connection:
            await connection.execute(
                insert(login_try)
                .values([{"key": key, "failures": 0} for key in sorted(keys)])
                .on_conflict_do_update(  # changes nothing, but locks: nobody deletes it meanwhile
                    index_elements=["key"], set_={"failures": login_try.c.failures}
                )
            )
            rows = (await connection.execute(_LOCKED, {"keys": sorted(keys)})).all()
            now = rows[0].now
            wait = max((row.blocked_until - now).total_seconds() for row in rows)
            if wait > 0:
                seconds = int(wait) + 1
                raise TooMany(
                    f"Too many sign-ins failed. Wait {seconds} s, then try again.",
                    retry_after=seconds,
                )
            for row in rows:
                quiet = (now - row.last_at).total_seconds() > FORGET_SECONDS
                failures = 1 if quiet else row.failures + 1
                pause = timedelta(seconds=pause_seconds(failures, keys[row.key]))
                await connection.execute(
                    login_try.update()
                    .where(login_try.c.key == row.key)
                    .values(failures=failures, last_at=now, blocked_until=now + pause)
                )

    async def succeed(self, keys: Mapping[str, int]) -> None:
        """Forget the tries of this account here; take this one back from the shared counts."""
        async with self._store.engine.begin() as connection:
            for key, free in sorted(keys.items()):
                mine = login_try.c.key == key
                if free == FREE_HERE:
                    await connection.execute(delete(login_try).where(mine))
                else:
                    await connection.execute(
                        login_try.update()
                        .where(mine)
                        .values(
                            failures=func.greatest(login_try.c.failures - 1, 0),
                            blocked_until=func.now(),
                        )
                    )
