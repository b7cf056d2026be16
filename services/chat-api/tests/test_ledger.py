"""The ledger through its routes: the record, its entries, one click from a failure to a test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import select

from chat_api.changes import changing
from chat_api.ledger.entries import Entry, note
from chat_api.letters.tables import audit
from chat_api.person import Person
from warren.contracts.outcome import TurnEnd
from warren.contracts.slip import LogEntry
from warren.step.describe import builtin_classes
from warren.step.lint import lint
from warren.step.recording import with_case

LEDGER = "/api/v1/ledger"
NOW = datetime.now(UTC)
BOT = "name: echo\nsteps:\n  - class: Draft\n  - class: Reply\n"


async def keep(world, *kinds, **more):
    """Write entries of these kinds."""
    given: dict[str, Any] = {"bot": "echo", "revision": "r1", "expected": "a", "actual": "b"} | more
    async with changing(world.store) as changes:
        await changes.lock([])
        for kind in kinds:
            note(changes, Entry(kind=kind, **given))


async def read(world, query="", path=""):
    answer = await world.http.get(f"{LEDGER}{path}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def answered(world, failing, *replies, log=()):
    """A turn of ana's that is done; the operator is signed in."""
    ana = await world.person()
    await world.say(ana, await world.place(ana, await world.bot()), "what is it?")
    turn = (await world.turns())[-1]
    first = failing.command(turn).payload
    sent = world.outcome(turn, *replies)
    end = TurnEnd(first_input=first, log=log).model_dump(mode="json")
    body = orjson.dumps(orjson.loads(sent.body) | {"end": end})
    await world.gate.handle([replace(sent, body=body)])
    await failing.operator()
    return ana, turn


@pytest.mark.parametrize(
    "path", ["", "/entries", "/entries/1/case", "/../dead-letters/W-00000000/case"]
)
async def test_only_operators_read_the_ledger(world, failing, path):
    url = "/api/v1/dead-letters/W-00000000/case" if "dead" in path else f"{LEDGER}{path}"
    anybody = await world.http.get(url)
    await failing.sign_in(await world.person("eve"), operator=False)

    assert (anybody.status_code, (await world.http.get(url)).status_code) == (401, 403)


async def test_the_record_counts_turns_failures_and_what_people_said(world, failing):
    await answered(world, failing, "hi")
    await failing.turn("ben", bot=(await world.turns())[0].bot_id)
    await keep(world, "thumb_up", "draft_sent", "draft_rejected")
    await keep(world, "correction", distance=0.5)

    rows = (await read(world))["items"]

    whole, step = sorted(rows, key=lambda one: one["step"])
    assert (whole["bot"], whole["step"], whole["revision"]) == ("echo", "", "r1")
    assert {name: whole[name] for name in ("turns", "failures", "drafts", "sent_unedited",
            "rejected", "corrections", "thumbs_up", "distance")} == {
        "turns": 2, "failures": 1, "drafts": 2, "sent_unedited": 1, "rejected": 1,
        "corrections": 1, "thumbs_up": 1, "distance": 0.5,
    }  # fmt: skip
    assert 0 <= whole["seconds"] < 60
    assert (step["step"], step["failures"], step["turns"]) == ("draft", 1, 2)


async def test_the_record_is_narrowed_by_bot_time_kind_and_step(world, failing):
    await answered(world, failing, "hi")
    await keep(world, "thumb_up", step="think", bot="tutor")

    async def bots(query):
        return [(one["bot"], one["step"]) for one in (await read(world, query))["items"]]

    later = quote((NOW + timedelta(hours=1)).isoformat())
    assert await bots("") == [("tutor", ""), ("tutor", "think"), ("echo", "")]
    assert await bots("?bot=echo") == [("echo", "")]
    assert await bots("?kind=thumb_up") == [("tutor", ""), ("tutor", "think")]
    assert await bots("?step=") == [("tutor", ""), ("echo", "")]
    assert await bots("?step=think") == [("tutor", "think")]
    assert await bots("?revision=r2") == []
    assert await bots(f"?since={later}") == []


async def test_the_record_is_read_in_pages(world, failing):
    await failing.operator()
    for number in range(5):
        await keep(world, "thumb_up", bot=f"bot{number}")

    seen, cursor = [], ""
    while cursor is not None:
        page = await read(world, f"?limit=2{cursor and '&cursor=' + cursor}")
        seen += [one["bot"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [f"bot{number}" for number in (4, 3, 2, 1, 0)]


async def test_entries_are_listed_newest_first_and_narrowed(world, failing):
    olga = await failing.operator()
    await keep(world, "thumb_up")
    await keep(world, "correction", by=olga, distance=0.25, reason="why", step="think")

    first = await read(world, "?limit=1", path="/entries")
    (entry,) = first["items"]
    assert {name: entry[name] for name in ("kind", "bot", "step", "by", "distance", "reason",
            "expected", "actual", "case")} == {
        "kind": "correction", "bot": "echo", "step": "think", "by": "olga", "distance": 0.25,
        "reason": "why", "expected": "a", "actual": "b", "case": False,
    }  # fmt: skip
    rest = await read(world, f"?limit=1&cursor={first['next_cursor']}", path="/entries")
    assert ([one["kind"] for one in rest["items"]], rest["next_cursor"]) == (["thumb_up"], None)
    for query, kinds in (
        ("?kind=thumb_up", ["thumb_up"]), ("?bot=tutor", []), ("?step=think", ["correction"]),
        (f"?since={quote((NOW + timedelta(hours=1)).isoformat())}", []),
    ):  # fmt: skip
        found = await read(world, query, path="/entries")
        assert [one["kind"] for one in found["items"]] == kinds
    acts = await world.rows(select(audit.c.act).where(audit.c.subject_id == ""))
    assert [one.act for one in acts] == ["ledger.viewed"], "they tell what people wrote"


BAD = ("kind=odd", "bot=%00", "since=soon", "limit=0", "cursor=x", "cursor=W10", "cursor=%00",
       f"bot={'x' * 201}")  # fmt: skip


async def test_a_query_that_cannot_be_is_refused(world, failing):
    await failing.operator()

    for path in ("", "/entries"):
        for query in BAD:
            refused = await world.http.get(f"{LEDGER}{path}?{query}")
            assert refused.status_code in (400, 422), query


async def case_of(world, path):
    answer = await world.http.get(f"/api/v1/{path}/case")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_correction_becomes_a_case_that_the_bots_file_takes(world, failing):
    log = LogEntry(
        step="think", kind="gpt", position=0, revision="r1", runner="", queued_at=NOW,
        started_at=NOW, ended_at=NOW, outcome="done",
        patch=({"op": "add", "path": "/draft", "value": {"body": "It is 3."}},),
    )  # fmt: skip
    ana, _ = await answered(world, failing, "It is 3.", log=(log,))
    await failing.sign_in(ana, operator=True)
    said = (await world.messages())[-1]
    await world.http.post(f"/api/v1/messages/{said.id}/correction", json={"body": "It is 4."})
    (entry,) = (await read(world, path="/entries"))["items"]

    made = await case_of(world, f"ledger/entries/{entry['id']}")

    assert made["bot"] == "echo"
    assert made["case"] == {
        "name": "correction: what is it?",
        "given": {"messages": [{"user": "ana", "body": "what is it?"}]},
        "mock": {"think": {"draft": {"body": "It is 3."}}},
        "expect": {"reply": {"body": "It is 4."}},
        "fixes": f"ledger-{entry['id']}",
    }
    assert made["yaml"].startswith("  - name: ")
    text = "name: echo\nsteps:\n  - {id: think, class: Gpt}\n  - class: Reply\n"
    bot, errors = lint(with_case(text, made["case"]), "echo.yaml", builtin_classes())
    assert errors == ()
    assert bot is not None
    assert bot.tests[0].fixes == f"ledger-{entry['id']}"
    bot, errors = lint(f"{text}\ntests:\n{made['yaml']}", "echo.yaml", builtin_classes())
    assert bot is not None, errors
    assert bot.tests[0].expect == {"reply": {"body": "It is 4."}}


async def test_a_rejected_draft_becomes_a_case_that_needs_nobody(world, failing):
    _, turn = await answered(world, failing, "hi")
    kinds = ("draft", "gpt", "approve", "reply")
    cards = [{"id": kind, "class_name": kind, "kind": kind, "timeout_seconds": 1, "attempts": 1}
             for kind in kinds]  # fmt: skip
    await world.sql("update turn set steps = :steps", steps=orjson.dumps(cards).decode())
    await keep(world, "draft_rejected", turn_id=turn.id, actual="Too long.")
    (entry,) = (await read(world, path="/entries"))["items"]

    made = await case_of(world, f"ledger/entries/{entry['id']}")

    assert made["case"]["mock"] == {"gpt": {"draft": {"body": "An answer."}}, "approve": {}}
    assert made["case"]["expect"] == {"reply": {"body": {"lacks": "Too long."}}}


async def test_a_failure_becomes_a_case_which_fixes_its_group(world, failing):
    letter = await failing.turn()
    await failing.operator()

    made = await case_of(world, f"dead-letters/{letter.reference}")

    assert made["case"] == {
        "name": f"{letter.reference} ValueError in draft: hello from ana",
        "given": {"messages": [{"user": "ana", "body": "hello from ana"}]},
        "expect": {"reply": {"body": {"matches": "."}}},
        "fixes": letter.fingerprint,
    }
    _, errors = lint(with_case(BOT, made["case"]), "echo.yaml", builtin_classes())
    assert errors == ()
    acts = [one.act for one in await world.rows(select(audit.c.act))]
    assert "dead_letter.viewed" in acts


async def test_a_failure_that_a_person_answered_expects_that_answer(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await failing.post(f"{letter.id}/finish", reply={"body": "Good day"})

    made = await case_of(world, f"dead-letters/{letter.id}")

    assert made["case"]["expect"] == {"reply": {"body": "Good day"}}


async def test_what_tells_no_case_is_refused_in_words(world, failing):
    _, turn = await answered(world, failing, "hi")
    await keep(world, "latency", turn_id=turn.id)
    await keep(world, "thumb_up")
    await world.strays(1)
    latency, thumb = [one["id"] for one in (await read(world, path="/entries"))["items"]][::-1]
    stray = (await world.letter_rows())[-1].id

    for path, status in (
        (f"ledger/entries/{latency}", 409), (f"ledger/entries/{thumb}", 409),
        (f"dead-letters/{stray}", 409), ("ledger/entries/999", 404), ("ledger/entries/x", 404),
        (f"ledger/entries/{'9' * 30}", 404), ("dead-letters/W-00000000", 404),
    ):  # fmt: skip
        refused = await world.http.get(f"/api/v1/{path}/case")
        assert refused.status_code == status, path
        assert refused.json()["detail"]


async def test_a_case_of_a_turn_that_still_runs_comes_later(world, failing):
    ana = await world.person()
    await world.say(ana, await world.place(ana, await world.bot()))
    (turn,) = await world.turns()
    await keep(world, "thumb_up", turn_id=turn.id)
    await failing.sign_in(Person(ana.id, "ana"))
    (entry,) = (await read(world, path="/entries"))["items"]

    refused = await world.http.get(f"{LEDGER}/entries/{entry['id']}/case")

    assert (refused.status_code, "once the turn has ended" in refused.json()["detail"]) == (
        409,
        True,
    )
