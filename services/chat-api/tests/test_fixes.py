"""Groups that a revision fixes: marked by its tests, open again when a letter comes after all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chat_api import registry_feed
from chat_api.changes import changing
from chat_api.ledger.entries import Entry, note
from chat_api.ledger.tables import expectation
from chat_api.letters.fixes import Came, disproves
from chat_api.letters.tables import audit
from warren.app.inner_client import InnerClient
from warren.contracts.registry import BotTested

NOW = datetime.now(UTC)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("revision", "began", "disproved"),
    [
        ("r2", AFTER, True),  # the fix itself fails
        ("r2", BEFORE, True),  # also by a replay
        ("r1", BEFORE, False),  # an old turn fails as it did
        ("r1", AFTER, True),  # a new one: somebody rolled back
        ("r3", BEFORE, True),  # replayed on a newer revision than the fix
        ("r3", AFTER, True),
        (None, BEFORE, True),
        ("r1", None, True),
    ],
)
def test_which_letters_show_that_a_fix_is_none(revision, began, disproved):
    assert disproves(Came("f", revision, began), "r2", NOW, frozenset({"r1"})) is disproved


def test_the_revision_that_fixes_is_never_excused():
    assert disproves(Came("f", "r2", BEFORE), "r2", NOW, frozenset({"r1", "r2"}))


async def tell(world, *, revision="r2", passed=(), failed=(), at=None):
    """Hand over what the tests of a revision say, as the queue brings it."""
    news = BotTested(
        name="echo",
        revision=revision,
        passed=passed,
        failed=failed,
        at=at or datetime.now(UTC),
    )
    feed = registry_feed.RegistryFeed(world.store, InnerClient("http://none", "x"))
    await feed.handle(world.delivery(news.model_dump_json().encode()))
    return news


async def group(world) -> dict[str, Any]:
    """The one group there is, as the inbox shows it."""
    (found,) = (await world.http.get("/api/v1/dead-letters/groups")).json()["items"]
    return {name: found[name] for name in ("fixed_by", "returned_after_fix")}


OPEN = {"fixed_by": None, "returned_after_fix": False}
FIXED = {"fixed_by": "r2", "returned_after_fix": False}
RETURNED = {"fixed_by": None, "returned_after_fix": True}


@pytest.fixture
async def broken(world, failing):
    """A letter whose group can be fixed; an operator is signed in."""
    letter = await failing.turn()
    await failing.operator()
    return letter


async def fail_again(world, failing, *, began, **more):
    """Let a new turn of the same bot fail alike; began is when it began."""
    ben = await world.person(f"ben{len(await world.turns())}")
    (bot,) = {one.bot_id for one in await world.turns()}
    await world.say(ben, await world.place(ben, bot))
    turn = (await world.turns())[-1]
    await world.sql("update turn set created_at = :at where id = :id", at=began, id=turn.id)
    command = failing.command(turn)
    await world.letters.handle([failing.letter(command, **more)])


async def test_a_revision_that_passes_a_case_fixes_its_group(world, broken):
    assert await group(world) == OPEN

    await tell(world, passed=(broken.fingerprint, broken.fingerprint))

    assert await group(world) == FIXED
    shown = (await world.http.get("/api/v1/dead-letters/groups")).json()["items"][0]
    assert shown["fixed_at"] is not None
    acts = await world.rows(select(audit.c.by, audit.c.act, audit.c.subject_id, audit.c.detail))
    assert [tuple(one) for one in acts] == [
        ("warren", "group.fixed", broken.fingerprint, {"bot": "echo", "revision": "r2"})
    ]


async def test_a_later_revision_that_passes_too_changes_nothing(world, broken):
    await tell(world, passed=(broken.fingerprint,))
    await tell(world, passed=(broken.fingerprint,), revision="r3")

    assert await group(world) == FIXED


async def test_news_that_is_old_or_comes_twice_changes_nothing(world, broken):
    news = await tell(world, passed=(broken.fingerprint,))
    await tell(world, failed=(broken.fingerprint,), at=news.at - timedelta(seconds=1))
    await tell(world, failed=(broken.fingerprint,), at=news.at)
    assert await group(world) == FIXED

    await tell(world, failed=(broken.fingerprint,), revision="r3")
    assert await group(world) == OPEN
    await tell(world, passed=(broken.fingerprint,), at=news.at)
    assert await group(world) == OPEN


async def test_a_group_of_which_one_case_fails_is_not_fixed(world, broken):
    await tell(world, passed=(broken.fingerprint,), failed=(broken.fingerprint,))

    assert await group(world) == OPEN


async def test_a_letter_that_comes_all_the_same_opens_the_group_again(world, failing, broken):
    await tell(world, passed=(broken.fingerprint,))

    await fail_again(world, failing, began=AFTER)

    assert await group(world) == RETURNED
    acts = [one.act for one in await world.rows(select(audit.c.act).order_by(audit.c.id))]
    assert acts == ["group.fixed", "group.returned"]


async def test_the_revision_that_did_not_fix_it_is_not_believed_again(world, failing, broken):
    await tell(world, passed=(broken.fingerprint,))
    await fail_again(world, failing, began=AFTER)

    await tell(world, passed=(broken.fingerprint,))
    assert await group(world) == RETURNED
    await tell(world, passed=(broken.fingerprint,), revision="r3")
    assert await group(world) == FIXED | {"fixed_by": "r3"}


async def test_an_old_turn_that_fails_as_it_did_is_no_return(world, failing, broken):
    await tell(world, passed=(broken.fingerprint,))

    await fail_again(world, failing, began=BEFORE)
    assert await group(world) == FIXED
    await fail_again(world, failing, began=BEFORE, revision="r2")

    assert await group(world) == RETURNED


async def test_a_replay_that_fails_on_the_fixing_revision_opens_the_group(world, failing, broken):
    await tell(world, passed=(broken.fingerprint,))
    await failing.post(f"{broken.id}/replay")
    await failing.again()
    assert await group(world) == FIXED, "as it failed: nothing new"
    await failing.post(f"{broken.id}/replay")

    await failing.again(revision="r2")

    assert await group(world) == RETURNED


async def test_a_letter_of_another_group_leaves_it_fixed(world, failing, broken):
    await tell(world, passed=(broken.fingerprint,))

    await fail_again(world, failing, began=AFTER, error={"type": "KeyError"})

    groups = (await world.http.get("/api/v1/dead-letters/groups")).json()["items"]
    assert {(one["error_type"], one["fixed_by"]) for one in groups} == {
        ("ValueError", "r2"), ("KeyError", None),
    }  # fmt: skip


async def test_groups_that_nobody_knows_are_not_kept(world, broken):
    await tell(world, passed=("made up", "x" * 10_000), failed=("also made up",))

    assert await world.rows(select(audit.c.id)) == []
    assert await group(world) == OPEN


async def test_an_entry_of_the_ledger_is_marked_as_kept_in_the_file(world):
    async with changing(world.store) as changes:
        await changes.lock([])
        for _ in range(3):
            note(changes, Entry("thumb_up", "echo", "r1"))
    one, two, three = [row.id for row in await world.rows(
        select(expectation.c.id).order_by(expectation.c.id))]  # fmt: skip

    await tell(world, passed=(f"ledger-{one}", "ledger-x", f"ledger-{'9' * 40}"),
               failed=(f"ledger-{three}",))  # fmt: skip

    rows = await world.rows(select(expectation.c.id, expectation.c.in_file))
    assert {tuple(row) for row in rows} == {(one, True), (two, False), (three, True)}


@pytest.mark.parametrize(
    "body", [b'{"type": "bot.tested"}', b'{"type": "bot.sang"}', b"[]", b'{"type": 1}']
)
async def test_events_of_bots_that_say_nothing_to_us_are_dropped(world, broken, body):
    feed = registry_feed.RegistryFeed(world.store, InnerClient("http://none", "x"))

    await feed.handle(world.delivery(body))

    assert await group(world) == OPEN
