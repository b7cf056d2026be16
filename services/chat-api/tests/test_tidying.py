"""Old rows are deleted to the last, in small transactions; what is still of use stays."""

import time
from collections import Counter

from sqlalchemy import func, select, text

from chat_api import tidying
from chat_api.letters.tables import (
    audit,
    dead_letter,
    letter_act,
    letter_failure,
    replay_item,
)
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


async def test_letters_that_were_closed_long_ago_go_with_all_that_hangs_on_them(
    world, failing, monkeypatch
):
    monkeypatch.setattr(tidying, "BATCH", 4)
    await failing.turn("ana")
    await failing.operator()
    for status in ("resolved", "answered", "dismissed", "cancelled", "late", "double"):
        await world.strays(3, status=status, closed_days=31)
        await world.strays(1, status=status, closed_days=29)
    await world.strays(2, status="replaying")
    await world.strays(1, status="open", closed_days=99)  # no code does that: open is open
    await world.http.post(
        "/api/v1/dead-letters/replays", json={"filter": {"status": ["open", "resolved"]}}
    )
    await world.sql(
        "insert into letter_failure (letter_id, number, sameness, trigger, reason, attempt, runner,"
        " error_type, error_text, error_stack, error_frame, fingerprint, failed_at)"
        " select id, 1, 'was ' || sameness, 'first', 'failed', 1, '', '', '', '', '', 'f', now()"
        " from dead_letter"
    )
    await world.sql(
        "insert into letter_act (letter_id, kind, by_id)"
        " select dead_letter.id, 'dismissed', account.id from dead_letter, account"
        " where username = 'olga'"
    )
    assert await count(world, dead_letter) == 28
    assert await count(world, replay_item) == 6

    await tidying.tidy(world.store)

    kept = Counter(row.status for row in await world.letter_rows())
    closed = dict.fromkeys(("resolved", "answered", "dismissed", "cancelled", "late", "double"), 1)
    assert kept == {"open": 2, "replaying": 2} | closed
    assert await count(world, letter_failure) == await count(world, letter_act) == 10
    assert await count(world, replay_item) == 3
    assert await count(world, audit) == 1, "who did what stays"


async def test_ten_thousand_letters_go_quickly_whatever_refers_to_letters(world, failing):
    await failing.operator()
    await world.strays(10_000, status="resolved", closed_days=31)
    await world.strays(10_000, status="resolved", closed_days=1)
    for _ in range(3):
        await world.sql(
            "insert into replay_job (id, state, made_by, filter, plan, revision, pace, filled,"
            " width, stage, stage_sent, stage_settled, stage_failed) select gen_random_uuid(),"
            " 'done', id, '{}', '{}', 'original', 1, true, 1, 0, 0, 0, 0 from account limit 1"
        )
    await world.sql(
        "insert into replay_item (job_id, letter_id, number, state, fingerprint)"
        " select j.id, l.id, 1, 'skipped', 'f' from replay_job j, dead_letter l"
    )
    began = time.monotonic()

    await tidying.tidy(world.store)

    assert time.monotonic() - began < 10  # without an index on its letters: minutes
    assert await count(world, dead_letter) == 10_000
    assert await count(world, replay_item) == 30_000


async def test_each_table_that_a_deletion_reaches_is_found_by_an_index(world):
    reached = text("""
        select c.conrelid::regclass || '.' || a.attname as column
        from pg_constraint c
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confdeltype = 'c' and not exists (
          select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
            and i.indpred is null)
    """)
    without = [row.column for row in await world.rows(reached)]
    assert without == []
