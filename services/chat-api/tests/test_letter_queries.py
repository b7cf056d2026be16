"""What nobody should ask of the inbox, and what stands in odd letters: plain words, never a 500."""

import csv
import io
import math
from uuid import uuid4

import orjson
import pytest

from chat_api.cursor import write_cursor

PREFIX = "/api/v1/dead-letters"
REPLAYS = f"{PREFIX}/replays"
LISTS = (PREFIX, f"{PREFIX}/groups", f"{PREFIX}/export.csv")
AUDIT = ("/api/v1/audit", "/api/v1/audit/export")

NUL = "a\0b"
LONG = "x" * 201
NEVER = "0001-01-01T00:00:00+14:00"  # before the first year of any calendar that we know
TEXTS = ("bot", "step", "group", "error_type", "runner", "q")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in TEXTS for value in (NUL, LONG)),
        *(("q", value) for value in ("a", "ab", "%", "  zq ", "a b c", "-_-_-", "a%b")),
        ("status", NUL),
        ("status", LONG),
        ("reason", NUL),
        ("conversation", NUL),
        ("conversation", "nonsense"),
        *((name, value) for name in ("since", "until") for value in (NUL, "soon", NEVER, "1e400")),
        ("until", "9999-12-31T23:59:59-14:00"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused_at_its_place(world, failing, path, name, value):
    await failing.operator()

    refused = await world.http.get(path, params={name: value})

    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("path", AUDIT)
@pytest.mark.parametrize("name", ["act", "by", "subject", "subject_id"])
@pytest.mark.parametrize("value", [NUL, LONG])
async def test_so_is_one_of_the_audit(world, failing, path, name, value):
    await failing.operator()

    refused = await world.http.get(path, params={name: value})

    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("ask", "pointer"),
    [
        *(({"filter": {name: value}}, f"/filter/{name}") for name in TEXTS for value in (NUL, LONG)),
        ({"filter": {"q": "ab"}}, "/q"),
        ({"filter": {"since": NEVER}}, "/filter/since"),
        ({"filter": {"status": ["closed"]}}, "/filter/status/0"),
        ({"filter": {}, "from_step": NUL}, "/from_step"),
        ({"filter": {}, "from_step": LONG}, "/from_step"),
        ({"filter": {}, "pace": 2**70}, "/pace"),
        ({"filter": {}, "pace": math.nan}, "/pace"),
    ],
)
async def test_so_is_one_of_a_bulk_replay(world, failing, ask, pointer, dry_run):
    await failing.operator()

    refused = await said(world, REPLAYS, ask | {"dry_run": dry_run})

    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]


async def said(world, path, ask):
    """Post JSON as Python writes it: NaN and halves of surrogate pairs, too."""
    import json

    headers = {"Content-Type": "application/json"}
    return await world.http.post(path, content=json.dumps(ask), headers=headers)


async def test_half_of_a_surrogate_pair_in_a_filter_is_refused(world, failing):
    await failing.operator()
    refused = await said(world, REPLAYS, {"filter": {"bot": "\ud800"}})
    assert refused.status_code == 422, refused.text


@pytest.mark.parametrize("path", [*LISTS[:2], REPLAYS, AUDIT[0]])
@pytest.mark.parametrize(
    "cursor",
    [
        "?",
        "\u00e9",
        write_cursor("not a place"),
        write_cursor(f"soon {uuid4()}"),
        write_cursor("2026-01-01T00:00:00Z\0 x"),
        write_cursor("9" * 40),
        write_cursor("\u0664\u0662"),
        write_cursor("\u00b2"),
    ],
)
async def test_a_cursor_of_nobody_is_refused(world, failing, path, cursor):
    await failing.operator()

    refused = await world.http.get(path, params={"cursor": cursor})

    assert refused.status_code == 400, refused.text
    assert refused.json()["type"].endswith("bad-cursor")


@pytest.mark.parametrize(
    "cursor",
    [write_cursor(f"{moment} {uuid4()}") for moment in (NEVER, "9999-12-31T23:59:59-14:00")],
)
@pytest.mark.parametrize("path", [*LISTS[:2], REPLAYS])
async def test_a_cursor_of_another_age_finds_what_there_is_or_nothing(
    world, failing, path, cursor
):
    await failing.operator()
    assert (await world.http.get(path, params={"cursor": cursor})).status_code in (200, 400)


@pytest.mark.parametrize("path", [*LISTS[:2], REPLAYS, AUDIT[0]])
@pytest.mark.parametrize("limit", ["0", "101", "-1", str(2**70), "NaN", "1e3", NUL])
async def test_so_many_are_not_given(world, failing, path, limit):
    await failing.operator()
    assert (await world.http.get(path, params={"limit": limit})).status_code == 422


@pytest.mark.parametrize(("fingerprint", "status"), [("a%00b", 422), (LONG, 422), ("%ED%A0%80", 204)])
async def test_a_group_that_cannot_be_gets_no_note(world, failing, fingerprint, status):
    await failing.operator()
    path = f"{PREFIX}/groups/{fingerprint}/note"
    assert (await world.http.put(path, json={"note": "known"})).status_code == status


@pytest.mark.parametrize("act", ["", "/replay", "/finish", "/dismiss", "/restore"])
@pytest.mark.parametrize("name", ["a%00b", "W-%00", "%ED%A0%80", "9" * 300])
async def test_a_letter_with_such_a_name_is_not_found(world, failing, act, name):
    await failing.operator()
    path = f"{PREFIX}/{name}{act}"
    body = {"reason": "x"} if act == "/dismiss" else {}
    found = await (world.http.post(path, json=body) if act else world.http.get(path))
    assert found.status_code in (404, 422), found.text


@pytest.mark.parametrize(
    ("act", "ask", "status"),
    [
        ("replay", {"run": 2**70}, 409),
        ("replay", {"from_step": NUL}, 409),
        ("replay", {"from_step": "\ud800"}, 422),
        ("replay", {"payload": {"messages": [], "n": 2**70}}, 422),
        ("replay", {"payload": {"messages": [], "n": math.nan}}, 422),
        ("finish", {"output": {"n": math.inf}}, 422),
        ("finish", {"reply": {"body": NUL}}, 422),
        ("finish", {"reply": {"body": "x", "metadata": {"n": 2**70}}}, 422),
        ("dismiss", {"reason": NUL}, 422),
        ("dismiss", {"reason": "\ud800"}, 422),
        ("dismiss", {"reason": " "}, 422),
    ],
)
async def test_an_act_with_what_nobody_can_keep_is_refused(world, failing, act, ask, status):
    letter = await failing.turn()
    await failing.operator()

    refused = await said(world, f"{PREFIX}/{letter.id}/{act}", ask)

    assert refused.status_code == status, refused.text
    assert [one.status for one in await world.letter_rows()] == ["open"]


ODD = {
    "a NUL": '"a\\u0000b"',
    "a NUL in a name": '{"a\\u0000": 1}',
    "half of a surrogate pair": '"\\ud800"',
    "the other half in a name": '{"\\udfff": 1}',
    "more than 64 bits": str(2**70),
    "less than 64 bits": str(-(2**70)),
    "a number without end": "1e999",
    "NaN": "NaN",
    "-Infinity": "-Infinity",
    "5000 digits": "1" + "0" * 4999,
    "deeply nested": "[" * 150 + "]" * 150,
    "more nested than is read": "[" * 5000 + "]" * 5000,
}


@pytest.mark.parametrize("place", ["payload", "first_input", "error", "log"])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_what_stands_in_an_odd_letter_is_kept_shown_found_and_exported(
    world, failing, odd, place
):
    asker = await world.person()
    place_of = await world.place(asker, await world.bot())
    await world.say(asker, place_of)
    command = failing.command((await world.turns())[-1])
    body = failing.letter(command).body.replace(b"no number", b"no number wombat")
    if place == "error":
        body = body.replace(b'"no number wombat"', b'"no number wombat"', 1)
        if odd.startswith('"'):
            body = body.replace(b'"no number wombat"', b'"no number wombat ' + odd[1:].encode())
        else:
            body = body.replace(b'"no number wombat"', odd.encode())
    elif place == "payload":
        body = body.replace(b'"payload":{', b'"payload":{"odd":' + odd.encode() + b",")
    elif place == "first_input":
        first = b'"first_input":{"messages":[],"odd":' + odd.encode() + b"}"
        assert b'"first_input":null' in body
        body = body.replace(b'"first_input":null', first)
    else:
        now = orjson.dumps(command.queued_at)
        entry = (
            b'{"step":"draft","kind":"draft","position":0,"outcome":"dead","error":"x",'
            b'"revision":"r1","runner":"r","queued_at":%b,"started_at":%b,"ended_at":%b,'
            b'"patch":[{"op":"add","path":"/odd","value":%b}]}' % (now, now, now, odd.encode())
        )
        assert b'"log":[]' in body
        body = body.replace(b'"log":[]', b'"log":[' + entry + b"]")

    await world.letters.handle(
        [world.delivery(body, type="warren.step.failed.v1", correlation_id=str(command.turn_id),
                        headers={"warren-run": 1})]
    )  # fmt: skip

    await failing.operator()
    (turn,) = await world.turns()
    assert turn.state == "parked"
    (listed,) = (await world.http.get(PREFIX)).json()["items"]
    shown = await world.http.get(f"{PREFIX}/{listed['reference']}")
    assert shown.status_code == 200, shown.text
    whole = shown.json()
    assert whole["payload"] is not None or whole["raw"] is not None
    for path in LISTS[:2]:
        found = await world.http.get(path, params={"q": "WOMBAT"})
        assert found.status_code == 200, found.text
        if listed["reason"] == "failed" and place != "error":
            assert len(found.json()["items"]) == 1
    table = list(csv.DictReader(io.StringIO((await world.http.get(LISTS[2])).text)))
    assert [one["id"] for one in table] == [listed["id"]]
    again = await failing.post(f"{listed['id']}/replay")
    assert again.status_code in (200, 409, 422), again.text
    if again.status_code == 200:
        assert world.shelf.take("warren.steps")
    trace = await world.http.get(f"{PREFIX}/{listed['id']}")
    assert trace.status_code == 200, trace.text
