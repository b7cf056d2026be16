"""Thumbs and corrections: who may, what everybody sees of them, what the ledger keeps."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select

from chat_api.ledger.distance import distance
from chat_api.ledger.entries import Entry, measured
from chat_api.ledger.tables import expectation
from chat_api.letters.tables import audit
from chat_api.person import Person

API = "/api/v1"


@pytest.fixture
async def said(world, failing):
    """What echo said to ana, who is signed in; her question is the message before it."""
    ana = await world.person()
    place = await world.place(ana, await world.bot())
    await world.say(ana, place)
    (turn,) = await world.turns()
    await world.gate.handle([world.outcome(turn, "Hello Anna")])
    await failing.sign_in(ana, operator=False)
    world.shelf.take()
    return (await world.messages())[-1]


async def thumb(world, id, thumb, **more):
    path = f"{API}/messages/{id}/feedback"
    return (await world.http.put(path, json={"thumb": thumb} | more)).status_code


async def thumbs(world, place):
    page = (await world.http.get(f"{API}/conversations/{place}/feedback")).json()
    return [(one["message_id"], one["thumb"], one["reason"]) for one in page["items"]]


async def correct(world, id, body="Hello Ana", **more):
    return await world.http.post(f"{API}/messages/{id}/correction", json={"body": body} | more)


async def entries(world):
    return await world.rows(select(expectation).order_by(expectation.c.id))


async def test_a_thumb_is_given_changed_and_taken_back(world, said):
    assert await thumb(world, said.id, "up") == 204
    assert await thumb(world, said.id, "down", reason="wrong name") == 204
    assert await thumbs(world, said.conversation_id) == [(str(said.id), "down", "wrong name")]
    (entry,) = await entries(world)
    assert (entry.kind, entry.bot, entry.step, entry.revision, entry.actual, entry.reason) == (
        "thumb_down", "echo", "", "r1", "Hello Anna", "wrong name",
    )  # fmt: skip
    assert (entry.turn_id, entry.message_id, entry.distance) == (said.turn_id, said.id, None)

    assert await thumb(world, said.id, None) == 204
    assert await thumb(world, said.id, None) == 204

    assert (await thumbs(world, said.conversation_id), await entries(world)) == ([], [])


async def test_a_thumb_for_a_corrected_text_is_no_word_on_the_bots_revision(world, said):
    await correct(world, said.id)

    await thumb(world, said.id, "up")

    assert [(one.kind, one.revision) for one in await entries(world)] == [
        ("correction", "r1"),
        ("thumb_up", ""),
    ]


async def test_many_thumbs_at_one_moment_are_one(world, said):
    await asyncio.gather(*(thumb(world, said.id, "up") for _ in range(8)))

    assert len(await entries(world)) == 1


async def test_each_person_has_a_thumb_and_reads_their_own_only(world, said, failing):
    await thumb(world, said.id, "up")
    ben = await world.person("ben")
    await world.sql(
        "insert into member (conversation_id, account_id) values (:c, :a)",
        c=said.conversation_id,
        a=ben.id,
    )
    await failing.sign_in(ben, operator=False)
    assert await thumbs(world, said.conversation_id) == []
    await thumb(world, said.id, "down")

    assert await thumbs(world, said.conversation_id) == [(str(said.id), "down", "")]
    assert sorted(one.kind for one in await entries(world)) == ["thumb_down", "thumb_up"]


async def test_thumbs_are_listed_in_pages_for_the_newest_messages_first(world, said):
    for number in range(3):
        await world.say(Person((await world.messages())[0].author_id, "ana"), said.conversation_id)
        await world.gate.handle([world.outcome((await world.turns())[-1], f"no. {number}")])
    spoken = [one.id for one in await world.messages() if one.turn_id is not None]
    for id in spoken:
        await thumb(world, id, "up")

    path, seen, cursor = f"{API}/conversations/{said.conversation_id}/feedback", [], ""
    while cursor is not None:
        page = (await world.http.get(f"{path}?limit=3{cursor and '&cursor=' + cursor}")).json()
        seen += [one["message_id"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [str(id) for id in reversed(spoken)]


async def test_a_correction_is_seen_by_all_and_keeps_the_first_text(world, said):
    answer = await correct(world, said.id, reason="one n")

    shown = answer.json()
    assert (answer.status_code, shown["body"], shown["original"], shown["corrected_by"]) == (
        200, "Hello Ana", "Hello Anna", "ana",
    )  # fmt: skip
    assert shown["edited_at"] is not None
    assert shown["seq"] == said.seq, "a message's seq is that of its creation"
    (event,) = world.shelf.take()
    assert (event["type"], event["seq"], event["message"]) == ("message.updated", 5, shown)
    page = await world.http.get(f"{API}/conversations/{said.conversation_id}/messages")
    assert page.json()["items"][-1] == shown
    log = await world.log(said.conversation_id)
    assert [seq for seq, _ in log] == [1, 2, 3, 4, 5]
    (entry,) = await entries(world)
    assert (entry.kind, entry.expected, entry.actual, entry.reason, entry.distance) == (
        "correction", "Hello Ana", "Hello Anna", "one n", 0.1,
    )  # fmt: skip
    (act,) = await world.rows(select(audit.c.act, audit.c.detail))
    assert act.act == "message.corrected"
    assert "Hello" not in str(act.detail)


async def test_a_second_correction_keeps_the_first_text_and_stands_alone_in_the_ledger(world, said):
    await correct(world, said.id, "Hello Ana")
    await correct(world, said.id, "Good morning")

    row = (await world.messages())[-1]
    assert (row.body, row.original) == ("Good morning", "Hello Anna")
    (entry,) = await entries(world)
    assert (entry.expected, entry.actual) == ("Good morning", "Hello Anna")


async def test_the_same_correction_again_changes_nothing(world, said):
    first = await correct(world, said.id)
    world.shelf.take()

    again = await correct(world, said.id)

    assert (again.status_code, again.json()) == (200, first.json())
    assert world.shelf.take() == []


async def test_the_bot_reads_the_corrected_text_from_then_on(world, said):
    await correct(world, said.id)
    await world.say(Person((await world.messages())[0].author_id, "ana"), said.conversation_id)

    command = world.shelf.take("warren.steps")[-1]

    assert [one["body"] for one in command["payload"]["messages"]] == [
        "hello", "Hello Ana", "hello",
    ]  # fmt: skip


async def test_what_a_person_wrote_takes_no_thumb_and_no_correction(world, said):
    question = (await world.messages())[0]

    refused = await correct(world, question.id)

    assert refused.status_code == 409
    assert "A person wrote this message" in refused.json()["detail"]
    assert await thumb(world, question.id, "up") == 409
    assert (await entries(world), (await world.messages())[0].body) == ([], "hello")


async def test_a_text_written_in_the_bots_place_is_no_gap_of_the_bot(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await failing.post(f"{letter.id}/finish", reply={"body": "By hand"})
    said = (await world.messages())[-1]
    (ana,) = [one.author_id for one in await world.messages() if one.turn_id is None]
    await failing.sign_in(Person(ana, "ana"), operator=False)

    assert (await correct(world, said.id)).json()["original"] == "By hand"
    assert await entries(world) == []
    assert await thumb(world, said.id, "down") == 204
    assert [(one.bot, one.revision) for one in await entries(world)] == [("echo", "")]


@pytest.mark.parametrize("who", ["foreigner", "operator", "anybody"])
async def test_only_members_have_a_word(world, said, failing, who):
    if who == "anybody":
        del world.http.headers["Cookie"]
    else:
        await failing.sign_in(await world.person("eve"), operator=who == "operator")
    status = 401 if who == "anybody" else 404

    for id in (said.id, uuid4(), "no-id"):
        assert await thumb(world, id, "up") == status
        assert (await correct(world, id)).status_code == status
    listed = await world.http.get(f"{API}/conversations/{said.conversation_id}/feedback")
    assert listed.status_code == status
    assert (await entries(world), (await world.messages())[-1].body) == ([], "Hello Anna")


BAD = [
    ("feedback", {"thumb": "sideways"}), ("feedback", {}), ("feedback", {"thumb": "up", "x": 1}),
    ("feedback", {"thumb": "up", "reason": "x" * 501}),
    ("feedback", {"thumb": "up", "reason": "a\0"}),
    ("correction", {"body": " "}), ("correction", {"body": "a\0"}), ("correction", {}),
    ("correction", {"body": "x" * 16_001}), ("correction", {"body": "x", "reason": "\0"}),
]  # fmt: skip


async def test_what_cannot_be_kept_is_refused(world, said):
    for path, body in BAD:
        ask = world.http.put if path == "feedback" else world.http.post

        refused = await ask(f"{API}/messages/{said.id}/{path}", json=body)

        assert refused.status_code == 422, body
    assert (await entries(world), (await world.messages())[-1].body) == ([], "Hello Anna")


async def test_after_a_correction_a_replay_is_refused_as_answered(world, failing):
    asker, bot = await world.person(), await world.bot()
    place = await world.place(asker, bot)
    await world.say(asker, place)
    (turn,) = await world.turns()
    await world.gate.handle([world.outcome(turn, "half an answer", end=False)])
    letter = await failing.again()
    said = (await world.messages())[-1]
    await failing.sign_in(asker, operator=True)
    before = (await world.http.get(f"{API}/dead-letters/{letter.id}")).json()["letter"]["verdict"]

    assert (await correct(world, said.id, "the whole answer")).status_code == 200

    after = (await world.http.get(f"{API}/dead-letters/{letter.id}")).json()["letter"]["verdict"]
    replay = await failing.post(f"{letter.id}/replay", overtaken=True)
    plan = await failing.post("replays", filter={}, dry_run=True)
    assert (before, after, replay.status_code) == ("needed", "answered", 409)
    assert (plan.json()["answered"], plan.json()["needed"]) == (1, 0)


@pytest.mark.parametrize(
    ("expected", "actual", "apart"),
    [("", "", 0), ("a", "", 1), ("a", "b", 1), ("same", "same", 0), ("abcd", "abxd", 0.25),
     ("x" * 16_000 + "y", "x" * 16_000 + "z", 0), ("𝔸ü", "𝔸u", 0.5)],
    ids=lambda one: str(one)[:10],
)  # fmt: skip
async def test_the_distance_of_two_texts(expected, actual, apart):
    assert distance(expected, actual) == apart
    entry = Entry("correction", "echo", "r1", expected=expected, actual=actual)
    assert (await measured(entry)).distance == apart
