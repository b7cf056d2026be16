"""A person takes a conversation over: bots start nothing, and what they still say is a draft."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from chat_api.person import Person
from chat_api.takeover.timeouts import end_overdue
from warren.contracts.registry import StepCard


@dataclass
class Here:
    """A conversation of Ana, Ben and a bot. Ben is signed in."""

    world: Any
    failing: Any
    ana: Person
    ben: Person
    place: UUID

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.place}"


@pytest.fixture
async def here(world, failing):
    bot = await world.bot()
    ana, ben = await world.person("ana"), await world.person("ben")
    place = await world.place(ana, ben, bot)
    await failing.sign_in(ben, operator=False)

    return Here(world, failing, ana, ben, place)


async def take(here, **ask):
    return await here.world.http.post(f"{here.path}/takeover", json=ask)


async def test_while_it_is_taken_messages_start_no_turns_and_everybody_is_told(here):
    taken = await take(here, minutes=5)

    await here.world.say(here.ana, here.place, "anybody?")
    shown = (await here.world.http.get(here.path)).json()

    assert (taken.status_code, taken.json()["by"]) == (200, "ben")
    assert await here.world.turns() == []
    assert shown["takeover"]["by"] == "ben"
    kinds = [kind for _, kind in await here.world.log(here.place)]
    assert kinds == ["takeover.changed", "message.created"]


async def test_what_a_bot_still_says_is_a_draft_for_who_has_taken_over(here):
    await here.world.say(here.ana, here.place, "hello")
    (turn,) = await here.world.turns()
    await take(here)
    (hushed,) = await here.world.turns()

    await here.world.gate.handle([here.world.outcome(turn, "Hi Ana")])

    assert (turn.stream, hushed.stream) == (True, False)
    (draft,) = (await here.world.http.get("/api/v1/drafts")).json()["items"]
    assert (draft["body"], draft["asked"], draft["mine"]) == ("Hi Ana", "ben", True)
    assert [row.body for row in await here.world.messages()] == ["hello"]


async def test_the_answer_of_who_has_taken_over_retires_the_drafts(here):
    await here.world.say(here.ana, here.place, "hello")
    (turn,) = await here.world.turns()
    await take(here)
    await here.world.gate.handle([here.world.outcome(turn, "Hi Ana")])

    await here.world.say(here.ben, here.place, "I am on it, Ana")

    (draft,) = (await here.world.http.get("/api/v1/drafts")).json()["items"]
    assert draft["status"] == "stale"
    (ended,) = await here.world.turns()
    assert ended.state == "dismissed"


async def test_a_second_person_is_told_who_was_first(here):
    await take(here)
    await here.failing.sign_in(here.ana, operator=False)

    second = await take(here)

    assert second.status_code == 409
    assert second.json()["detail"].endswith("ben has taken this conversation over.")


async def test_after_the_release_bots_answer_again(here):
    await take(here)
    released = await here.world.http.post(f"{here.path}/release")
    twice = await here.world.http.post(f"{here.path}/release")

    await here.world.say(here.ana, here.place, "hello")

    assert (released.status_code, twice.status_code) == (204, 409)
    assert [turn.state for turn in await here.world.turns()] == ["running"]


@pytest.mark.parametrize(("then", "turns"), [("release", 0), ("answer", 1)])
async def test_when_the_time_is_over_what_was_chosen_is_done(here, then, turns):
    await take(here, then=then)
    await here.world.say(here.ana, here.place, "still there?")
    await here.world.sql("update conversation set taken_until = now() - interval '1 s'")

    await end_overdue(here.world.store)
    await end_overdue(here.world.store)

    assert len(await here.world.turns()) == turns
    assert (await here.world.http.get(here.path)).json()["takeover"] is None
    kinds = [kind for _, kind in await here.world.log(here.place)]
    assert kinds.count("takeover.changed") == 2


async def test_the_newest_message_is_not_answered_twice_when_the_person_has_answered(here):
    await take(here, then="answer")
    await here.world.say(here.ana, here.place, "still there?")
    await here.world.say(here.ben, here.place, "yes")
    await here.world.sql("update conversation set taken_until = now() - interval '1 s'")

    await end_overdue(here.world.store)

    assert await here.world.turns() == []


async def test_foreign_conversations_are_not_there(here):
    stranger = await here.world.person("eve")
    await here.failing.sign_in(stranger, operator=False)

    answers = [
        await here.world.http.post(f"{here.path}/{what}")
        for what in ("takeover", "release", "human")
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]


async def test_who_answers_a_call_joins_and_takes_over(here):
    await here.failing.sign_in(here.ana, operator=False)
    for _ in range(2):
        called = await here.world.http.post(f"{here.path}/human")
        assert called.status_code == 204
    olga = await here.failing.operator()
    (question,) = (await here.world.http.get("/api/v1/questions")).json()["items"]

    answer = await here.world.http.post(
        f"/api/v1/questions/{question['id']}/answer", json={"answer": {"body": "I am here."}}
    )

    assert (question["kind"], answer.status_code) == ("human", 200)
    shown = (await here.world.http.get(here.path)).json()
    assert shown["takeover"]["by"] == "olga"
    assert shown["last_message"]["body"] == "I am here."
    assert olga.username in [one["username"] for one in shown["members"]]
    assert await here.world.turns() == []


async def test_a_bot_that_works_on_letters_hears_no_messages(world):
    steps = (StepCard(id="a", class_name="A", kind="a", timeout_seconds=1, attempts=1),)
    bot = await world.bot("mechanic", on="dead_letter", steps=steps)
    ana = await world.person()

    await world.say(ana, await world.place(ana, bot), f"hello {uuid4()}")

    assert await world.turns() == []
