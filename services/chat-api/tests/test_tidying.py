"""Old rows are deleted to the last, in small transactions; what is still of use stays."""

from sqlalchemy import func, select

from chat_api import tidying
from chat_api.tables import inbox, login_try, session, ticket


async def count(world, table):
    return await world.value(select(func.count()).select_from(table))


async def test_more_old_rows_than_one_batch_are_all_deleted(world, monkeypatch):
    monkeypatch.setattr(tidying, "BATCH", 10)
    await world.sql(
        "insert into inbox (message_id, received_at)"
        " select 'old' || n, now() - interval '8 days' from generate_series(1, 35) n"
    )
    await world.sql("insert into inbox (message_id) values ('new')")

    await tidying.tidy(world.store)

    assert [row.message_id for row in await world.rows(select(inbox))] == ["new"]


async def test_sessions_and_tickets_that_are_over_are_deleted(world):
    ana = await world.person()
    await world.sql(
        "insert into session (id, secret_hash, account_id, kind, name, idle_until, expires_at)"
        " select gen_random_uuid(), cast(name as bytea), :ana, 'cookie', name,"
        "        now() + idle, now() + expires"
        " from (values ('open', interval '1 day', interval '1 day'),"
        "              ('idle', interval '-1 day', interval '1 day'),"
        "              ('ended', interval '1 day', interval '-1 day')) as s(name, idle, expires)",
        ana=ana.id,
    )
    await world.sql(
        "insert into ticket (secret_hash, session_id, expires_at)"
        " select cast(name || left_over as bytea), id, now() + left_over"
        " from session, (values (interval '20 s'), (interval '-20 s')) as t(left_over)"
    )

    await tidying.tidy(world.store)

    assert [row.name for row in await world.rows(select(session))] == ["open"]
    assert await count(world, ticket) == 1


async def test_sign_ins_are_forgotten_when_they_count_no_more(world):
    await world.sql(
        "insert into login_try (key, failures, last_at, blocked_until) values"
        " ('quiet', 9, now() - interval '2 hours', now() - interval '1 hour'),"
        " ('blocked', 9, now() - interval '2 hours', now() + interval '1 hour'),"
        " ('lately', 9, now() - interval '5 minutes', now())"
    )

    await tidying.tidy(world.store)

    kept = await world.rows(select(login_try.c.key).order_by(login_try.c.key))
    assert [row.key for row in kept] == ["blocked", "lately"]
