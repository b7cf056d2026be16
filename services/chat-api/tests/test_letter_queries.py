"""What nobody should ask of the inbox, and what stands in odd letters: plain words, never a 500.

Many questions are asked in one test: each would empty a database of its own.
"""

import csv
import io
import json
import math
from uuid import uuid4

import pytest

from chat_api.cursor import write_cursor
from warren.contracts.failure import STEP_FAILED

PREFIX = "/api/v1/dead-letters"
REPLAYS = f"{PREFIX}/replays"
LISTS = (PREFIX, f"{PREFIX}/groups", f"{PREFIX}/export.csv")
AUDIT = ("/api/v1/audit", "/api/v1/audit/export")

NUL = "a\0b"
LONG = "x" * 201
HALF = "\ud800"  # of a surrogate pair
NEVER = "0001-01-01T00:00:00+14:00"  # before the first year that a database client reads
LAST = "9999-12-31T23:59:59-14:00"  # and after the last one
TEXTS = ("bot", "step", "group", "error_type", "runner", "q")


async def said(world, path, ask):
    """Post JSON as Python writes it: with NaN and halves of surrogate pairs."""
    headers = {"Content-Type": "application/json"}
    return await world.http.post(path, content=json.dumps(ask), headers=headers)


async def not_refused_at(world, path, asked):
    """Return what was not refused at its place, of names and values."""
    wrong = []
    for name, value in asked:
        answer = await world.http.get(path, params={name: value})
        pointers = [one["pointer"] for one in answer.json()["errors"]] if answer.is_error else []
        if (answer.status_code, pointers) != (422, [f"/{name}"]):
            wrong.append((name, value, answer.status_code, pointers))
    return wrong


@pytest.mark.parametrize("path", LISTS)
async def test_a_filter_that_cannot_be_is_refused_at_its_place(world, failing, path):
    await failing.operator()
    asked = [
        *((name, value) for name in TEXTS for value in (NUL, LONG)),
        *(("q", value) for value in ("a", "ab", "%", "  zq ", "a b c", "-_-_-", "a%b", "…")),
        *(("status", value) for value in (NUL, LONG)),
        *(("reason", value) for value in (NUL, LONG)),
        *(("conversation", value) for value in (NUL, LONG, "nonsense")),
        *((name, value) for name in ("since", "until") for value in (NUL, "soon", NEVER, LAST)),
        *(("since", value) for value in ("1e400", "NaN", str(2**70), LONG)),
    ]
    assert await not_refused_at(world, path, asked) == []


@pytest.mark.parametrize("path", AUDIT)
async def test_so_is_one_of_the_audit(world, failing, path):
    await failing.operator()
    names = ("act", "by", "subject", "subject_id")
    asked = [(name, value) for name in names for value in (NUL, LONG)]
    assert await not_refused_at(world, path, asked) == []


@pytest.mark.parametrize("path", [*LISTS[:2], REPLAYS, AUDIT[0]])
async def test_so_is_a_number_of_items_that_is_none_or_too_many(world, failing, path):
    await failing.operator()
    asked = [("limit", one) for one in ("0", "101", "-1", str(2**70), "NaN", "1e3", NUL)]
    assert await not_refused_at(world, path, asked) == []


@pytest.mark.parametrize("dry_run", [True, False])
async def test_so_is_one_of_a_bulk_replay(world, failing, dry_run):
    await failing.operator()
    asked = [
        *(
            ({"filter": {name: value}}, f"/filter/{name}")
            for name in TEXTS
            for value in (NUL, LONG)
        ),
        ({"filter": {"bot": HALF}}, "/filter/bot"),
        ({"filter": {"q": "ab"}}, "/q"),
        ({"filter": {"since": NEVER}}, "/filter/since"),
        ({"filter": {"status": ["closed"]}}, "/filter/status/0"),
        *(({"filter": {}, "from_step": value}, "/from_step") for value in (NUL, LONG, HALF)),
        *(({"filter": {}, "pace": value}, "/pace") for value in (2**70, math.nan, math.inf, 0)),
    ]
    wrong = []
    for ask, pointer in asked:
        answer = await said(world, REPLAYS, ask | {"dry_run": dry_run})
        pointers = [one["pointer"] for one in answer.json().get("errors", ())]
        if (answer.status_code, pointers) != (422, [pointer]):
            wrong.append((ask, answer.status_code, answer.text))
    assert wrong == []


@pytest.mark.parametrize("path", [*LISTS[:2], REPLAYS, AUDIT[0]])
async def test_a_cursor_of_nobody_is_refused_and_one_of_another_age_is_not_our_fault(
    world, failing, path
):
    await failing.operator()
    places = ("not a place", f"soon {uuid4()}", f"{NEVER}\0 x", "9" * 40, "\u00b2", "-1")
    for cursor in ("?", "\u00e9", *map(write_cursor, places)):
        refused = await world.http.get(path, params={"cursor": cursor})
        assert refused.status_code == 400, (cursor, refused.text)
        assert refused.json()["type"].endswith("bad-cursor")
    for cursor in (write_cursor(f"{moment} {uuid4()}") for moment in (NEVER, LAST)):
        found = await world.http.get(path, params={"cursor": cursor})
        assert found.status_code in (200, 400), found.text
    assert (await world.http.get(path, params={"cursor": "x" * 500})).status_code == 422


async def test_groups_and_letters_with_names_that_cannot_be(world, failing):
    await failing.operator()
    for name, status in (("a%00b", 422), (LONG, 422), ("%ED%A0%80", 204)):
        noted = await world.http.put(f"{PREFIX}/groups/{name}/note", json={"note": "known"})
        assert noted.status_code == status, (name, noted.text)
    acts = {"/replay": {}, "/finish": {}, "/dismiss": {"reason": "x"}, "/restore": {}}
    for name in ("a%00b", "W-%00", "%ED%A0%80", "9" * 300):
        assert (await world.http.get(f"{PREFIX}/{name}")).status_code == 404
        for act, ask in acts.items():
            refused = await world.http.post(f"{PREFIX}/{name}{act}", json=ask)
            assert refused.status_code == 404, (name, act, refused.text)


async def test_an_act_with_what_nobody_can_keep_is_refused(world, failing):
    letter = await failing.turn()
    await failing.operator()
    for act, ask, status in (
        ("replay", {"run": 2**70}, 409),
        ("replay", {"from_step": NUL}, 409),
        ("replay", {"from_step": HALF}, 409),
        ("replay", {"payload": {"messages": [], "n": 2**70}}, 422),
        ("replay", {"payload": {"messages": [], "n": math.nan}}, 422),
        ("replay", {"payload": {"messages": [], HALF: 1}}, 422),
        ("finish", {"run": 2**70, "reply": {"body": "x"}}, 409),
        ("finish", {"output": {"n": math.inf}}, 422),
        ("finish", {"reply": {"body": NUL}}, 422),
        ("finish", {"reply": {"body": "x", "metadata": {"n": 2**70}}}, 422),
        ("dismiss", {"reason": NUL}, 422),
        ("dismiss", {"reason": HALF}, 422),
        ("dismiss", {"reason": " "}, 422),
    ):
        refused = await said(world, f"{PREFIX}/{letter.id}/{act}", ask)
        assert refused.status_code == status, (act, ask, refused.text)
    assert [one.status for one in await world.letter_rows()] == ["open"]


ODD = {
    "a NUL": '"a\\u0000b"',
    "a NUL in a name": '{"a\\u0000": 1}',
    "half of a surrogate pair": '"\\ud800"',
    "the other half, in a name": '{"\\udfff": 1}',
    "more than 64 bits": str(2**70),
    "less than 64 bits": str(-(2**70)),
    "a number without end": "1e999",
    "NaN": "NaN",
    "-Infinity": "-Infinity",
    "5000 digits": "1" + "0" * 4999,
    "nested": "[" * 150 + "]" * 150,
    "nested deeper than anybody reads": "[" * 5000 + "]" * 5000,
}
_AT = '"2026-01-01T00:00:00Z"'
_ENTRY = (
    '{"step":"draft","kind":"draft","position":0,"outcome":"dead","error":"x","revision":"r1",'
    f'"runner":"r","queued_at":{_AT},"started_at":{_AT},"ended_at":{_AT},'
    '"patch":[{"op":"add","path":"/odd","value":ODD}]}'
)
PLACES = {
    "payload": ('"payload":{', '"payload":{"odd":ODD,'),
    "first input": ('"first_input":null', '"first_input":{"messages":[],"odd":ODD}'),
    "log": ('"log":[]', f'"log":[{_ENTRY}]'),
    "error": ('"text":"no wombat"', '"text":ODD'),
    "position": ('"position":0', '"position":ODD'),
    "time": ('"failed_at":"', '"failed_at":ODD,"was":"'),
}


def with_odd(body: bytes, place: str, odd: str) -> bytes:
    """Return the body of a letter with something odd in a place of it."""
    plain, changed = PLACES[place]
    assert plain.encode() in body
    return body.replace(plain.encode(), changed.replace("ODD", odd).encode(), 1)


@pytest.mark.parametrize("place", PLACES)
async def test_odd_letters_are_kept_shown_found_exported_and_replayed_or_refused(
    world, failing, place
):
    ana, bot = await world.person(), await world.bot()
    await failing.operator()
    for name, odd in ODD.items():
        await world.say(ana, await world.place(ana, bot))
        turn = (await world.turns())[-1]
        letter = failing.letter(failing.command(turn), error={"text": "no wombat"})
        body = with_odd(letter.body, place, odd)
        about = {"type": STEP_FAILED, "correlation_id": str(turn.id)}

        await world.letters.handle([world.delivery(body, headers={"warren-run": 1}, **about)])

        assert (await world.turns())[-1].state == "parked", name
        (listed,) = (await world.http.get(PREFIX, params={"limit": 1})).json()["items"]
        shown = await world.http.get(f"{PREFIX}/{listed['reference']}")
        assert shown.status_code == 200, (name, shown.text)
        assert shown.json()["turn"]["id"] == str(turn.id)
        assert shown.json()["payload"] is not None
        again = await failing.post(f"{listed['id']}/replay")
        assert again.status_code in (200, 409), (name, again.text)
        if again.status_code == 409:
            assert "Nothing was sent" in again.json()["detail"], name
        assert (await world.http.get(f"{PREFIX}/{listed['id']}")).status_code == 200, name
    for path in LISTS:
        found = await world.http.get(path, params={"q": "WOMBAT", "limit": 100})
        assert found.status_code == 200, found.text
    pages = (await world.http.get(PREFIX, params={"q": "wombat"})).json()["items"]
    assert len(pages) == (0 if place == "error" else len(ODD))
    table = list(csv.DictReader(io.StringIO((await world.http.get(LISTS[2])).text)))
    assert len(table) == len(ODD)
    assert (await world.http.get(AUDIT[1])).status_code == 200
