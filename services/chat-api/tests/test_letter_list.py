"""The inbox through its routes: lists, groups, search, export, one whole letter, the audit."""

import base64
import csv
import io
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from chat_api.letters.export import safe
from chat_api.letters.tables import audit, dead_letter
from chat_api.letters.verdict import duration
from warren.contracts.slip import LogEntry

PREFIX = "/api/v1/dead-letters"


async def letters(failing, count=3, **error):
    """Letters of as many turns, each in a conversation of its own."""
    alike = {"type": "ValueError", "text": "it broke"} | error
    return [await failing.turn(f"person{number}", error=alike) for number in range(count)]


async def running(failing):
    """The command of a turn that runs."""
    world = failing.world
    asker = await world.person()
    place = await world.place(asker, await world.bot())
    await world.say(asker, place)
    return failing.command((await world.turns())[-1])


async def test_only_operators_read_letters(world, failing):
    anybody = await world.http.get(PREFIX)
    await failing.sign_in(await world.person("eve"), operator=False)
    person = await world.http.get(PREFIX)

    assert anybody.status_code == 401
    assert person.status_code == 403
    assert "operators" in person.json()["detail"]


async def test_pages_have_no_gap_and_no_double_while_letters_come(world, failing):
    await letters(failing, 5)
    await failing.operator()
    seen, cursor = [], None
    for turn in range(10):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await world.http.get(PREFIX, params=query)).json()
        seen += [one["id"] for one in page["items"]]
        if turn == 0:
            await failing.turn("late")
        if (cursor := page["next_cursor"]) is None:
            break

    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"status": "open"}, 3),
        ({"status": "open,resolved"}, 3),
        ({"status": ["resolved", "dismissed"]}, 0),
        ({"bot": "echo"}, 3),
        ({"bot": "other"}, 0),
        ({"reason": "failed"}, 3),
        ({"reason": "crashed"}, 0),
        ({"q": "IT BROKE"}, 3),
        ({"q": "100%"}, 0),
        ({"q": "it_broke"}, 0),
        ({"error_type": "ValueError"}, 3),
        ({"error_type": "valueerror"}, 0),
        ({"error_type": ""}, 0),
        ({"until": "2001-01-01T00:00:00Z"}, 0),
        ({"since": "2001-01-01T00:00:00"}, 3),
    ],
)
async def test_each_filter_narrows(world, failing, query, count):
    await letters(failing)
    await failing.operator()

    found = await world.http.get(PREFIX, params=query)

    assert found.status_code == 200, found.text
    assert len(found.json()["items"]) == count


@pytest.mark.parametrize("query", [{"status": "closed"}, {"reason": "bad luck"}, {"limit": 0}])
async def test_a_filter_that_means_nothing_is_refused_in_words(world, failing, query):
    await failing.operator()

    refused = await world.http.get(PREFIX, params=query)

    assert refused.status_code == 422
    assert refused.json()["detail"]


@pytest.mark.parametrize("cursor", ["?", "bm90IGEgcGxhY2U"])
@pytest.mark.parametrize("path", [PREFIX, f"{PREFIX}/groups", "/api/v1/audit"])
async def test_a_cursor_that_was_never_given_out_is_refused(world, failing, path, cursor):
    await failing.operator()
    assert (await world.http.get(path, params={"cursor": cursor})).status_code == 400


async def test_like_failures_are_one_group_with_counts_hours_and_note(world, failing):
    await letters(failing, 3)
    await failing.turn("odd", error={"type": "KeyError", "text": "elsewhere"})
    await failing.operator()
    newest, older = (await world.http.get(f"{PREFIX}/groups")).json()["items"]

    await world.http.put(f"{PREFIX}/groups/{older['fingerprint']}/note", json={"note": "known"})
    noted = (await world.http.get(f"{PREFIX}/groups")).json()["items"][1]
    within = (await world.http.get(PREFIX, params={"group": older["fingerprint"]})).json()

    assert (newest["error_type"], newest["open"]) == ("KeyError", 1)
    assert (older["error_type"], older["open"], older["closed"]) == ("ValueError", 3, 0)
    assert len(older["hours"]) == 24
    assert sum(older["hours"]) == older["hours"][-1] == 3
    assert noted["note"] == "known"
    assert len(within["items"]) == 3


@pytest.mark.parametrize("by", ["bot", "step", "error", "runner"])
async def test_letters_are_regrouped(world, failing, by):
    await letters(failing, 2)
    await failing.operator()

    (group,) = (await world.http.get(f"{PREFIX}/groups", params={"by": by})).json()["items"]

    assert group["open"] == 2


async def test_groups_have_pages(world, failing):
    await letters(failing, 1)
    await failing.turn("odd", error={"type": "KeyError", "text": "elsewhere"})
    await failing.operator()

    first = (await world.http.get(f"{PREFIX}/groups", params={"limit": 1})).json()
    query = {"limit": 1, "cursor": first["next_cursor"]}
    second = (await world.http.get(f"{PREFIX}/groups", params=query)).json()

    assert [one["error_type"] for one in first["items"]] == ["KeyError"]
    assert [one["error_type"] for one in second["items"]] == ["ValueError"]
    assert second["next_cursor"] is None


async def test_a_whole_letter_tells_what_each_step_was_given_and_left(world, failing):
    command = await running(failing)
    now = command.queued_at
    common = {
        "revision": "r1", "runner": "r", "queued_at": now, "started_at": now, "ended_at": now,
    }  # fmt: skip
    done = LogEntry(
        step="draft", kind="draft", position=0, outcome="done",
        patch=({"op": "add", "path": "/draft", "value": {"body": "hi"}},), **common,
    )  # fmt: skip
    dead = LogEntry(
        step="reply", kind="reply", position=1, outcome="dead", error="it broke",
        **(common | {"started_at": now + timedelta(seconds=1)}),
    )  # fmt: skip
    first = command.payload
    failed = command.model_copy(
        update={
            "position": 1,
            "step": "reply",
            "kind": "reply",
            "payload": first | {"draft": {"body": "hi"}},
            "first_input": first,
            "log": (done, dead),
        }
    )
    await world.letters.handle([failing.letter(failed)])
    await failing.operator()
    (listed,) = (await world.http.get(PREFIX)).json()["items"]

    shown = (await world.http.get(f"{PREFIX}/{listed['reference']}")).json()

    assert shown["letter"] == listed
    assert listed["verdict"] == "needed"
    assert [one["output"] for one in shown["attempts"]] == [failed.payload, None]
    assert [one["input"] for one in shown["attempts"]] == [first, failed.payload]
    assert shown["payload"] == failed.payload
    assert shown["first_input"] == first
    assert [one["body"] for one in shown["conversation"]] == ["hello"]
    assert shown["turn"]["state"] == "parked"
    assert [one["why_not"] for one in shown["reentry_original"]] == [None, None]
    assert shown["replayable"] is None
    assert [one["number"] for one in shown["failures"]] == [1]


async def test_a_body_that_nobody_reads_is_shown_as_its_bytes(world, failing):
    raw = b"\x00\xff{not json"
    body = world.delivery(raw, type="nonsense", routing_key="gpt.echo", correlation_id=str(uuid4()))
    await world.letters.handle([body])
    await failing.operator()
    (listed,) = (await world.http.get(PREFIX)).json()["items"]

    shown = (await world.http.get(f"{PREFIX}/{listed['id']}")).json()

    assert base64.b64decode(shown["raw"]) == raw
    assert shown["replayable"].startswith("It belongs to no turn")


@pytest.mark.parametrize("text", ["a NUL \x00 in it", "\ufffe\u202e", "é" * 9000])
async def test_odd_characters_in_a_letter_are_kept_and_shown(world, failing, text):
    command = await running(failing)
    odd = command.model_copy(update={"payload": command.payload | {"odd": text}})
    await world.letters.handle([failing.letter(odd)])
    await failing.operator()
    (listed,) = (await world.http.get(PREFIX)).json()["items"]

    shown = await world.http.get(f"{PREFIX}/{listed['id']}")

    assert shown.status_code == 200
    assert "odd" in shown.json()["payload"]


async def test_unknown_letters_are_not_found(world, failing):
    await failing.operator()
    for name in (str(uuid4()), "W-00000000", "nonsense"):
        assert (await world.http.get(f"{PREFIX}/{name}")).status_code == 404


async def test_who_looked_is_noted_once_in_a_while(world, failing):
    await letters(failing, 1)
    await failing.operator("olga")
    (listed,) = (await world.http.get(PREFIX)).json()["items"]
    for _ in range(3):
        await world.http.get(f"{PREFIX}/{listed['id']}")
    await failing.operator("otto")
    shown = (await world.http.get(f"{PREFIX}/{listed['id']}")).json()

    acts = (await world.http.get("/api/v1/audit", params={"act": "dead_letter.viewed"})).json()
    lines = (await world.http.get("/api/v1/audit/export")).text.splitlines()

    assert [one["by"] for one in shown["seen"]] == ["olga"]
    assert sorted(one["by"] for one in acts["items"]) == ["olga", "otto"]
    assert [json.loads(line)["act"] for line in lines] == [
        "dead_letter.viewed", "dead_letter.viewed", "audit.exported",
    ]  # fmt: skip


async def test_reading_many_at_once_is_in_the_audit_without_the_words(world, failing):
    await failing.operator("olga")

    for _ in range(2):
        await world.http.get(PREFIX, params={"q": "a secret word"})
    await world.http.get(f"{PREFIX}/export.csv", params={"bot": "echo"})
    await world.http.get(PREFIX)

    acts = (await world.http.get("/api/v1/audit")).json()["items"]
    assert [(one["act"], one["by"], one["detail"]) for one in acts] == [
        ("dead_letter.exported", "olga", {"filters": ["bot"]}),
        ("dead_letter.searched", "olga", {"characters": 13}),
        ("dead_letter.searched", "olga", {"characters": 13}),
    ]


@pytest.mark.parametrize("statement", ["update audit set by = 'nobody'", "delete from audit"])
async def test_the_database_refuses_to_change_the_audit(world, failing, statement):
    async with world.store.engine.begin() as connection:
        await connection.execute(
            insert(audit).values(by="ana", act="x", subject="y", subject_id="z", detail={})
        )

    with pytest.raises(DBAPIError, match="append only"):
        await world.sql(statement)

    assert await world.value(select(audit.c.by)) == "ana"


async def test_the_export_is_a_table_whose_cells_are_no_formulas(world, failing):
    await failing.turn(error={"type": "=cmd|'/c calc'!A0", "text": '+1, "quoted"'})
    await failing.operator()

    table = list(csv.DictReader(io.StringIO((await world.http.get(f"{PREFIX}/export.csv")).text)))

    (line,) = table
    assert line["error_type"] == "'=cmd|'/c calc'!A0"
    assert line["error_text"] == '\'+1, "quoted"'
    assert UUID(line["id"])


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_a_cell_never_begins_a_formula(cell):
    assert safe(cell) == f"'{cell}"


def test_a_plain_cell_stays_as_it_is():
    assert safe("a=b") == "a=b"


async def test_an_old_letter_is_expired(world, failing):
    await letters(failing, 1)
    await world.sql("update dead_letter set failed_at = now() - interval '8 days'")
    await failing.operator()

    (listed,) = (await world.http.get(PREFIX)).json()["items"]

    assert duration("7d") == timedelta(days=7)
    assert listed["verdict"] == "expired"


async def test_the_schema_of_a_payload_is_served(world, failing):
    await failing.operator()
    schema = (await world.http.get(f"{PREFIX}/payload-schema")).json()
    assert "messages" in schema["required"]
    assert (await world.rows(select(dead_letter))) == []
