"""What bots remember: through the inner port by a running turn only, through the public one by the
person alone."""

import asyncio
import json
import math
import random
import time
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from chat_api.cancel import cancel
from chat_api.letters.tables import audit
from chat_api.memories import likeness, remembering
from chat_api.memories.tables import memory
from chat_api.person import Person
from chat_api.tables import turn

MINE = "/api/v1/memories"


@pytest.fixture
async def asked(world):
    """A running turn of echo that answers ana."""
    ana = await world.person()
    place = await world.place(ana, await world.bot())
    await world.say(ana, place)
    return (await world.turns())[-1]


def new(asked, key="k", text="likes tea", vector=(1.0, 0.0), **more):
    given = {
        "turn_id": str(asked.id), "run": asked.run, "bot": "echo", "key": key, "text": text,
        "model": "small", "vector": list(vector),
    }  # fmt: skip
    return given | more


def query(asked, vector=(1.0, 0.0), **more):
    given = {
        "turn_id": str(asked.id), "run": asked.run, "bot": "echo", "model": "small",
        "vector": list(vector),
    }  # fmt: skip
    return given | more


async def remember(world, ask):
    return await world.inner.post("/inner/memories", json=ask)


async def recalled(world, ask):
    answer = await world.inner.post("/inner/memories/search", json=ask)
    assert answer.status_code == 200, answer.text
    return [(one["text"], round(one["likeness"], 4)) for one in answer.json()["items"]]


async def count(world):
    return await world.value(select(func.count()).select_from(memory))


async def test_what_was_remembered_is_recalled_the_nearest_first(world, asked):
    for key, text, vector in (
        ("a", "north", (0, 5)), ("b", "east", (3, 0)), ("c", "north east", (2, 2)),
        ("d", "south", (0, -1)),
    ):  # fmt: skip
        assert (await remember(world, new(asked, key, text, vector))).status_code == 204

    found = await recalled(world, query(asked, (0, 100)))

    assert found == [("north", 1.0), ("north east", 0.7071), ("east", 0.0)]
    assert await recalled(world, query(asked, (0, 1), limit=1)) == [("north", 1.0)]
    assert await recalled(world, query(asked, (0, 1), at_least=1)) == [("north", 1.0)]
    assert len(await recalled(world, query(asked, (0, 1), at_least=-1))) == 4


async def test_the_same_key_is_the_same_memory_and_the_newer_word_stands(world, asked):
    await remember(world, new(asked, text="likes tea"))
    await remember(world, new(asked, text="likes coffee", vector=(0, 1)))

    assert await recalled(world, query(asked, (0, 1))) == [("likes coffee", 1.0)]
    assert await count(world) == 1


async def test_only_memories_of_the_model_the_size_the_bot_and_the_person_are_compared(
    world, asked
):
    await world.bot("tutor")
    await remember(world, new(asked, "other model", model="large"))
    await remember(world, new(asked, "other size", vector=(1, 0, 0)))
    await remember(world, new(asked, "other bot", "of the tutor", bot="tutor"))
    ben = await world.person("ben")
    await world.say(ben, await world.place(ben, asked.bot_id))
    await remember(world, new((await world.turns())[-1], text="of ben"))

    assert await recalled(world, query(asked)) == []
    assert await recalled(world, query(asked, bot="tutor")) == [("of the tutor", 1.0)]


OVER = [
    {"run": 2}, {"state": "done"}, {"state": "cancelled"}, {"state": "waiting"},
    {"state": "parked"}, {"state": "queued", "holds_door": False},
]  # fmt: skip


async def test_a_run_that_is_over_remembers_and_recalls_nothing(world, asked):
    for over in OVER:
        async with world.store.engine.begin() as connection:
            await connection.execute(update(turn).values(run=1, state="running"))
            await connection.execute(update(turn).values(**over))

        refused = [
            await remember(world, new(asked)),
            await world.inner.post("/inner/memories/search", json=query(asked)),
        ]

        assert [one.status_code for one in refused] == [409, 409], over
    assert await count(world) == 0


async def test_a_turn_that_answers_nobody_remembers_nothing(world, asked):
    await world.sql("update turn set answers = '{}'")

    refused = await remember(world, new(asked))

    assert (refused.status_code, "answers nobody" in refused.json()["detail"]) == (409, True)


async def test_an_unknown_turn_and_an_unknown_bot_are_refused(world, asked):
    unknown = await remember(world, new(asked, turn_id=str(uuid4())))
    person = await remember(world, new(asked, bot="ana"))

    assert (unknown.status_code, person.status_code, await count(world)) == (409, 422, 0)


BAD = ["[NaN, 1]", "[Infinity, 1]", "[1e999, 1]", "[0, 0]", "[-0.0]", "[]", '["x"]', "null",
       json.dumps([1.0] * 4097)]  # fmt: skip


async def test_a_vector_without_direction_is_refused(world, asked):
    headers = {"Content-Type": "application/json"}
    for vector in BAD:
        for path, ask in (("", new(asked, vector=())), ("/search", query(asked, ()))):
            body = json.dumps(ask).replace('"vector": []', f'"vector": {vector}')

            refused = await world.inner.post(
                f"/inner/memories{path}", content=body, headers=headers
            )

            assert refused.status_code == 422, (vector[:12], refused.text)
    assert await count(world) == 0


ODD = [(1e308, 1e308), (5e-324, 5e-324), (1.0, 1e-30), (1e-20, 1.0), (1e300, 1e-300)]


async def test_a_vector_of_huge_or_tiny_numbers_is_kept_and_found(world, asked):
    for vector in ODD:
        assert (await remember(world, new(asked, vector=vector))).status_code == 204, vector

        assert await recalled(world, query(asked, vector)) == [("likes tea", 1.0)], vector


async def test_the_likeness_is_the_cosine(world, asked):
    for dims in (1, 255, 256, 257, 896, 4096):
        rnd = random.Random(dims)
        one, other = ([rnd.gauss(0, 3) for _ in range(dims)] for _ in range(2))
        cosine = sum(a * b for a, b in zip(one, other, strict=True)) / math.hypot(*one)
        cosine /= math.hypot(*other)

        await remember(world, new(asked, vector=one))

        ((_, found),) = await recalled(world, query(asked, other, at_least=-1))
        assert found == pytest.approx(cosine, abs=1e-4), dims


async def test_the_oldest_go_when_they_are_too_many(world, asked, monkeypatch):
    monkeypatch.setattr(
        remembering, "_FORGET_OLDEST", remembering._FORGET_OLDEST.bindparams(most=3)
    )
    await world.bot("tutor")
    await remember(world, new(asked, "t", "of the tutor", bot="tutor"))
    for number in range(5):
        await remember(world, new(asked, f"k{number}", f"text {number}"))
    await asyncio.gather(*(remember(world, new(asked, f"g{n}", f"late {n}")) for n in range(4)))

    texts = {text for text, _ in await recalled(world, query(asked, limit=50))}
    assert len(texts) == 3
    assert texts <= {f"late {n}" for n in range(4)}
    assert await recalled(world, query(asked, bot="tutor")) == [("of the tutor", 1.0)]


async def test_texts_that_no_database_keeps_are_kept_readable(world, asked):
    await remember(world, new(asked, "k\0", "a\0b", model="m\0"))

    assert await recalled(world, query(asked, model="m\0")) == [("a\N{REPLACEMENT CHARACTER}b", 1)]


async def test_the_inner_port_wants_the_service_token(world, asked):
    world.inner.headers["Authorization"] = "Bearer guessed"

    answers = [await remember(world, new(asked)),
               await world.inner.post("/inner/memories/search", json=query(asked))]  # fmt: skip

    assert [one.status_code for one in answers] == [401, 401]
    public = await world.http.post("/inner/memories", json=new(asked))
    assert public.status_code == 404


@pytest.fixture
async def two(world, asked, failing):
    """Two memories of ana, one of ben; ana is signed in."""
    for key in ("a", "b"):
        await remember(world, new(asked, key, f"text {key}"))
    ben = await world.person("ben")
    await world.say(ben, await world.place(ben, asked.bot_id))
    await remember(world, new((await world.turns())[-1], text="of ben"))
    (ana,) = await world.rows(select(memory.c.account_id).where(memory.c.key == "a"))
    await failing.sign_in(type(ben)(ana.account_id, "ana"), operator=False)
    return ben


async def test_a_person_reads_and_deletes_their_own_only(world, two, failing):
    shown = (await world.http.get(MINE)).json()
    assert [(one["bot"], one["text"]) for one in shown["items"]] == [
        ("echo", "text b"),
        ("echo", "text a"),
    ]
    first = (await world.http.get(f"{MINE}?limit=1")).json()
    rest = (await world.http.get(f"{MINE}?limit=1&cursor={first['next_cursor']}")).json()
    assert (rest["items"][0]["text"], rest["next_cursor"]) == ("text a", None)
    assert (await world.http.get(f"{MINE}?bot=nobody%00")).json()["items"] == []

    of_ben = (await world.rows(select(memory.c.id).where(memory.c.text == "of ben")))[0].id
    foreign = await world.http.delete(f"{MINE}/{of_ben}")
    await failing.operator()
    operator = await world.http.delete(f"{MINE}/{of_ben}")

    assert (foreign.status_code, operator.status_code, await count(world)) == (404, 404, 3)
    assert (await world.http.get(MINE)).json()["items"] == []


async def test_a_deleted_memory_is_gone_and_the_audit_tells_no_text(world, two):
    one = (await world.http.get(MINE)).json()["items"][0]

    gone = await world.http.delete(f"{MINE}/{one['id']}")
    again = await world.http.delete(f"{MINE}/{one['id']}")
    all_of_echo = await world.http.delete(f"{MINE}?bot=echo")

    assert [gone.status_code, again.status_code, all_of_echo.status_code] == [204, 404, 204]
    assert [row.text for row in await world.rows(select(memory.c.text))] == ["of ben"]
    acts = await world.rows(select(audit.c.by, audit.c.act, audit.c.subject_id, audit.c.detail))
    assert [tuple(row) for row in acts] == [
        ("ana", "memory.forgotten", one["id"], {"bot": "echo"}),
        ("ana", "memory.forgotten", "echo", {"memories": 1}),
    ]


async def test_deleting_all_needs_a_bot_that_there_is(world, two):
    answers = [await world.http.delete(f"{MINE}{rest}") for rest in ("", "?bot=nobody", "/no-id")]

    assert [one.status_code for one in answers] == [422, 404, 404]
    assert await count(world) == 3


async def test_who_is_not_signed_in_sees_and_deletes_nothing(world, two):
    del world.http.headers["Cookie"]

    answers = [
        await world.http.get(MINE),
        await world.http.delete(f"{MINE}?bot=echo"),
        await world.http.delete(f"{MINE}/{uuid4()}"),
    ]

    assert [one.status_code for one in answers] == [401] * 3
    assert await count(world) == 3


async def test_five_thousand_memories_are_searched_in_well_under_a_second(world, asked):
    await remember(world, new(asked, vector=[1.0] * 896))
    await world.sql("""
        insert into memory (id, account_id, bot_id, text, model, dims, vector, turn_id, key)
        select gen_random_uuid(), account_id, bot_id, text || n, model, dims, vector, turn_id,
          'n' || n from memory, generate_series(1, 4999) n
    """)

    began = time.perf_counter()
    found = await recalled(world, query(asked, [1.0] * 896, limit=50))
    seconds = time.perf_counter() - began

    assert len(found) == 50
    assert seconds < 3  # 0.14 s on two cores that nobody else uses


def test_a_sum_names_no_number_that_is_zero():
    assert likeness.dot_product("v", [0.0, 0.6, -0.8]) == "(v[2]*'0.6'::real+v[3]*'-0.8'::real)"


async def test_a_turn_that_is_cancelled_meanwhile_remembers_nothing_afterwards(world, asked):
    """Whichever comes first: what is there was remembered while the turn ran."""
    ana = (await world.messages())[0].author_id

    done, _ = await asyncio.gather(
        remember(world, new(asked)), cancel(world.store, Person(ana, "ana"), asked.id)
    )
    after = await remember(world, new(asked, "later"))

    assert (done.status_code, await count(world)) in ((204, 1), (409, 0))
    assert after.status_code == 409
