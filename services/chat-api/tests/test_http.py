"""The public routes over HTTP: shapes, rights, and a helpful answer to every bad input."""

import asyncio
from uuid import uuid4

import pytest

from chat_api.sessions import open_session

API = "/api/v1"


async def sign_in(world, author):
    async with world.store.engine.begin() as connection:
        secret = await open_session(connection, author.id, "cookie")
    world.http.cookies.clear()
    world.http.cookies.set("warren", secret, domain="localhost.local")
    world.http.headers["Cookie"] = f"warren={secret}"


def is_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "trace_id"} <= body.keys()
    assert body["detail"]
    return body


@pytest.fixture
async def ana(world):
    ana = await world.person("ana")
    await sign_in(world, ana)
    return ana


async def post_message(world, place, content=None, key="k", **more):
    return await world.http.post(
        f"{API}/conversations/{place}/messages",
        headers={"Idempotency-Key": key} if key is not None else {},
        **({"json": {"body": "hello"}} if content is None and not more else more),
        **({"content": content} if content is not None else {}),
    )


async def test_a_direct_conversation_is_made_once_also_in_a_race(world, ana):
    await world.person("ben")

    answers = await asyncio.gather(
        *(world.http.post(f"{API}/conversations", json={"members": ["ben"]}) for _ in range(8))
    )

    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    assert len({one.json()["id"] for one in answers}) == 1
    shown = answers[0].json()
    assert (shown["kind"], shown["last_seq"], shown["unread"]) == ("direct", 0, 0)
    assert [one["username"] for one in shown["members"]] == ["ana", "ben"]


async def test_a_new_conversation_is_announced_to_every_person_in_it(world, ana):
    ben, _ = await world.person("ben"), await world.bot("echo")
    world.shelf.take()

    made = await world.http.post(
        f"{API}/conversations", json={"members": ["ben", "echo"], "title": "Us"}
    )

    keys = {row.message.key for row in world.shelf.rows}
    assert keys == {f"user.joined.{one.id}" for one in (ana, ben)}
    assert world.shelf.take()[0]["conversation"] == made.json()["id"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [(["nobody"], "/members/0"), (["ben", "n\0"], "/members/1"), (["ana"], "/members"), ([], None)],
)
async def test_members_that_cannot_be_are_named(world, ana, members, pointer):
    await world.person("ben")

    refused = await world.http.post(f"{API}/conversations", json={"members": members})

    body = is_problem(refused, 422)
    assert pointer in (None, body["errors"][0]["pointer"])


async def test_conversations_are_listed_newest_activity_first_with_cursor(world, ana):
    ben = await world.person("ben")
    places = [await world.place(ana, ben, kind="group") for _ in range(5)]
    for place in places:
        await world.say(ben, place, f"in {place}")

    seen, cursor = [], None
    while True:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = (await world.http.get(f"{API}/conversations{query}")).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert [one["id"] for one in seen] == [str(place) for place in reversed(places)]
    assert {one["unread"] for one in seen} == {1}
    assert seen[0]["last_message"]["body"] == f"in {places[-1]}"


async def test_reading_up_to_a_seq_clears_what_is_unread_and_never_goes_back(world, ana):
    ben = await world.person("ben")
    place = await world.place(ana, ben)
    for _ in range(3):
        await world.say(ben, place)

    for seq, unread in ((2, 1), (1, 1), (10**9, 0)):
        read = await world.http.post(f"{API}/conversations/{place}/read", json={"seq": seq})
        assert read.status_code == 204
        shown = (await world.http.get(f"{API}/conversations/{place}")).json()
        assert shown["unread"] == unread
    assert shown["read_seq"] == 3


async def test_a_conversation_shows_its_open_turns(world, ana):
    place = await world.place(ana, await world.bot())
    await world.say(ana, place)

    (turn,) = (await world.http.get(f"{API}/conversations/{place}")).json()["turns"]

    assert (turn["bot"], turn["state"], turn["stream"]) == ("echo", "running", True)
    assert turn["steps"] == [{"id": "draft", "kind": "draft"}, {"id": "reply", "kind": "reply"}]


async def test_messages_are_read_in_pages_both_ways(world, ana):
    place = await world.place(ana, await world.person("ben"))
    for number in range(7):
        await world.say(ana, place, f"m{number}")
    messages = f"{API}/conversations/{place}/messages"

    async def seqs(query):
        page = (await world.http.get(f"{messages}?{query}")).json()
        return [one["seq"] for one in page["items"]], page["next_cursor"]

    newest, older = await seqs("limit=3")
    assert newest == [5, 6, 7]
    before, older = await seqs(f"limit=3&cursor={older}")
    assert before == [2, 3, 4]
    assert await seqs(f"limit=3&cursor={older}") == ([1], None)
    after, newer = await seqs("after_seq=2&limit=4")
    assert after == [3, 4, 5, 6]
    assert await seqs(f"limit=4&cursor={newer}") == ([7], None)
    assert await seqs("before_seq=3") == ([1, 2], None)


async def test_posting_twice_with_one_key_answers_the_same_bytes(world, ana):
    place = await world.place(ana, await world.person("ben"))

    first, second = await post_message(world, place), await post_message(world, place)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    other = await post_message(world, place, json={"body": "other"})
    is_problem(other, 422)


BAD_BODIES = [
    (b"{", 400),
    (b"", 422),
    (b"\xff\xff", 400),
    (b"[" * 20_000, 400),
    (b'{"body": ""}', 422),
    (b'{"body": "   "}', 422),
    (rb'{"body": "a\u0000b"}', 422),
    (rb'{"body": "\ud800"}', 422),
    (b'{"body": 1}', 422),
    (b'{"body": "x", "more": 1}', 422),
    (rb'{"body": "x", "\ud800": 1}', 422),
    (b"[]", 422),
    (b"null", 422),
    (b'{"body": "' + b"x" * 100_000 + b'"}', 422),
    (b'{"body": "' + b"x" * 10_000_000 + b'"}', 413),
]


@pytest.mark.parametrize(("content", "status"), BAD_BODIES)
async def test_a_bad_body_is_refused_with_what_to_do(world, ana, content, status):
    place = await world.place(ana, await world.person("ben"))
    world.http.headers["Content-Type"] = "application/json"

    is_problem(await post_message(world, place, content), status)

    assert await world.messages() == []
    good = await post_message(world, place, b'{"body": "fine"}')
    assert good.status_code == 201


async def test_a_long_message_with_every_kind_of_sign_fits(world, ana):
    place = await world.place(ana, await world.person("ben"))
    body = "𝔸ü\n\t\x01\u2028" * 2000 + "x" * 4000

    posted = await post_message(world, place, json={"body": body})

    assert posted.json()["body"] == body
    page = (await world.http.get(f"{API}/conversations/{place}/messages")).json()
    assert page["items"][0]["body"] == body


@pytest.mark.parametrize("key", [None, " ", "x" * 201])
async def test_a_message_without_a_usable_key_is_refused(world, ana, key):
    place = await world.place(ana, await world.person("ben"))

    body = is_problem(await post_message(world, place, key=key), 400)

    assert "Idempotency-Key" in body["detail"]


FOREIGN = [
    ("GET", "conversations/{c}", None),
    ("GET", "conversations/{c}/messages", None),
    ("POST", "conversations/{c}/messages", {"body": "x"}),
    ("POST", "conversations/{c}/read", {"seq": 1}),
    ("GET", "turns/{t}", None),
    ("GET", "turns/{t}/trace", None),
    ("POST", "turns/{t}/cancel", None),
]


@pytest.mark.parametrize(("method", "path", "body"), FOREIGN)
async def test_what_is_foreign_unknown_or_no_id_is_not_found(world, ana, method, path, body):
    ben = await world.person("ben")
    place = await world.place(ben, await world.bot())
    await world.say(ben, place)
    (turn,) = await world.turns()

    details = set()
    for c, t in ((place, turn.id), (uuid4(), uuid4()), ("no-id", "no-id"), ("%00", "%00")):
        answer = await world.http.request(
            method,
            f"{API}/{path.format(c=c, t=t)}",
            json=body,
            headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
        )
        details.add(is_problem(answer, 404)["detail"])
    assert len(details) == 1, "one cannot tell foreign from unknown"
    assert (await world.turns())[0].state == "running"


async def test_every_route_but_signing_in_asks_who_it_is(world):
    paths = (await world.http.get(f"{API}/openapi.json")).json()["paths"]
    asked = 0
    for path, methods in paths.items():
        for method in methods:
            if path.split("/")[-1] in ("signup", "login"):
                continue
            answer = await world.http.request(
                method, path.replace("{id}", str(uuid4())), json={"body": "x"}
            )
            is_problem(answer, 401)
            asked += 1
    assert asked >= 13


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", f"after_seq={10**30}", "before_seq=-1"]
)
async def test_a_query_out_of_bounds_is_refused(world, ana, query):
    place = await world.place(ana, await world.person("ben"))

    is_problem(await world.http.get(f"{API}/conversations/{place}/messages?{query}"), 422)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "YWZ0ZXIgeA", "é"])
@pytest.mark.parametrize("path", ["conversations", "users", "conversations/{c}/messages"])
async def test_a_made_up_cursor_never_breaks_anything(world, ana, cursor, path):
    place = await world.place(ana, await world.person("ben"))

    answer = await world.http.get(f"{API}/{path.format(c=place)}?cursor={cursor}")

    assert answer.status_code in (200, 400)


async def test_unknown_routes_and_methods_are_problems(world, ana):
    is_problem(await world.http.get(f"{API}/nothing"), 404)
    is_problem(await world.http.put(f"{API}/conversations", json={}), 405)
    is_problem(await world.http.get("/docs"), 404)
    is_problem(await world.http.post(f"{API}/conversations", content=b"x"), 415)


async def test_a_request_from_a_foreign_page_is_refused(world, ana):
    place = await world.place(ana, await world.person("ben"))
    world.http.headers["Origin"] = "https://evil.example"

    is_problem(await post_message(world, place), 403)


async def test_a_seq_that_no_database_holds_is_refused(world, ana):
    place = await world.place(ana, await world.person("ben"))

    read = await world.http.post(f"{API}/conversations/{place}/read", json={"seq": 10**30})

    assert read.status_code in (204, 422)


async def test_people_and_bots_are_in_one_list(world, ana):
    await world.person("ben")
    await world.bot("echo")
    await world.bot("tutor", number=1, removed=True)

    async def names(query):
        page = (await world.http.get(f"{API}/users?{query}")).json()
        return [one["username"] for one in page["items"]], page["next_cursor"]

    assert await names("") == (["ana", "ben", "echo", "tutor"], None)
    assert await names("kind=bot") == (["echo", "tutor"], None)
    assert await names("q=EC") == (["echo"], None)
    assert await names("q=%25") == ([], None)
    assert await names("q=%00") == (["ana", "ben", "echo", "tutor"], None)
    first, cursor = await names("limit=3")
    assert (first, await names(f"limit=3&cursor={cursor}")) == (
        ["ana", "ben", "echo"],
        (["tutor"], None),
    )
    echo = (await world.http.get(f"{API}/users?q=echo")).json()["items"][0]
    assert (echo["display_name"], echo["avatar"], echo["active"]) == ("Echo", "🤖", True)


async def test_cancelling_twice_says_how_it_ended(world, ana):
    place = await world.place(ana, await world.bot())
    await world.say(ana, place)
    (turn,) = await world.turns()

    first = await world.http.post(f"{API}/turns/{turn.id}/cancel")
    second = await world.http.post(f"{API}/turns/{turn.id}/cancel")

    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert "cancelled" in is_problem(second, 409)["detail"]


async def test_the_trace_of_a_running_and_of_an_ended_turn(world, ana):
    place = await world.place(ana, await world.bot())
    await world.say(ana, place)
    (turn,) = await world.turns()

    running = (await world.http.get(f"{API}/turns/{turn.id}/trace")).json()
    await world.gate.handle([world.outcome(turn, "hi")])
    ended = (await world.http.get(f"{API}/turns/{turn.id}/trace")).json()

    assert running["first_input"]["messages"][0]["body"] == "hello"
    assert (ended["turn"]["state"], ended["first_input"], ended["log"]) == (
        "done",
        {"messages": []},
        [],
    )
