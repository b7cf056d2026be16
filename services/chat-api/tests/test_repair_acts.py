"""Acts on dead letters over HTTP, on a real database: once, by one person, with its traces."""

import asyncio
import json

import pytest
from sqlalchemy import select, text

from chat_api.cancel import cancel
from chat_api.letters.tables import audit, letter_act
from chat_api.person import Person
from warren.contracts.slip import LogEntry, StepCommand


def kind_of(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["type"].rsplit("/", 1)[1]


async def acts(world):
    return await world.rows(select(letter_act).order_by(letter_act.c.id))


async def audited(world):
    return [row.act for row in await world.rows(select(audit).order_by(audit.c.id))]


async def bodies(world):
    return [row.body for row in await world.messages() if row.turn_id]


def payload_of(letter):
    return StepCommand.model_validate_json(letter.command).payload


async def test_a_replay_resumes_the_turn_in_a_new_run(world, failing):
    letter = await failing.turn()
    await failing.operator()

    answer = await failing.post(f"{letter.reference}/replay")

    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["changed_by"]) == ("replaying", "olga")
    (turn,) = await world.turns()
    assert (turn.state, turn.run, turn.holds_door, turn.failure) == ("running", 2, False, None)
    assert turn.reference == letter.reference
    command = failing.command(turn)
    assert (command.run, command.position, command.payload) == (2, 0, payload_of(letter))
    started, sent = world.shelf.take()
    assert (started["type"], started["run"], started["seq"]) == ("turn.started", 2, 4)
    assert sent["run"] == 2
    (act,) = await acts(world)
    assert (act.kind, act.run, act.step) == ("replayed", 2, "draft")
    assert act.message_id is not None
    assert await audited(world) == ["dead_letter.replayed"]


async def test_its_answer_resolves_the_letter_and_says_how_late_it_is(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await world.sql("update turn set created_at = now() - interval '2 hours'")
    old = (await world.turns())[0]

    await failing.post(f"{letter.id}/replay")
    (turn,) = await world.turns()
    await world.gate.handle([world.outcome(old, "too late")])
    await world.gate.handle([world.outcome(turn, "at last")])

    assert await bodies(world) == ["at last"]
    (row,) = [one for one in await world.messages() if one.turn_id]
    assert 7190 < row.late_seconds < 7300
    assert row.in_reply_to == turn.answers[-1]
    assert (await world.letter_rows())[0].status == "resolved"


async def test_what_fails_again_is_the_same_letter(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await failing.post(f"{letter.id}/replay")

    await failing.again(error={"text": "another"})

    (after,) = await world.letter_rows()
    assert (after.id, after.status, after.failures, after.run) == (letter.id, "open", 2, 2)
    assert (await world.turns())[0].state == "parked"
    assert (await failing.post(f"{letter.id}/replay", run=1)).status_code == 409
    assert (await failing.post(f"{letter.id}/replay", run=2)).status_code == 200


async def test_two_at_once_one_wins_and_the_other_hears_who(world, failing):
    letter = await failing.turn()
    await failing.operator()

    answers = await asyncio.gather(*(failing.post(f"{letter.id}/replay") for _ in range(8)))

    assert sorted(one.status_code for one in answers) == [200] + [409] * 7
    lost = next(one for one in answers if one.status_code == 409)
    assert kind_of(lost, 409) == "letter-changed"
    assert "olga replayed this at " in lost.json()["detail"]
    assert len(await acts(world)) == 1
    assert (await world.turns())[0].run == 2


async def test_an_edit_is_sent_once_and_kept_as_a_patch(world, failing):
    letter = await failing.turn()
    await failing.operator()
    payload = payload_of(letter)
    payload["messages"][0]["body"] = "hello, edited"
    payload["extra"] = {"kept": True}

    answers = await asyncio.gather(
        *(failing.post(f"{letter.id}/replay", payload=payload) for _ in range(4))
    )

    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    (turn,) = await world.turns()
    command = failing.command(turn)
    assert command.payload == payload
    assert command.first_input == payload_of(letter)
    (entry,) = command.log
    assert (entry.outcome, entry.by, entry.position) == ("edited", "olga", 0)
    commands = world.shelf.take("warren.steps")
    assert [one["payload"] for one in commands] == [payload]
    (act,) = await acts(world)
    assert act.kind == "edited"
    assert [one["path"] for one in json.loads(act.patch)] == ["/messages/0/body", "/extra"]
    (kept,) = await world.rows(select(audit))
    assert kept.detail["changed"] == ["/messages/0/body", "/extra"]
    assert "hello, edited" not in json.dumps(kept.detail)


@pytest.mark.parametrize(
    ("payload", "status", "pointer"),
    [
        ({}, 422, "/payload/messages"),
        ({"messages": [{"id": "x"}]}, 422, "/payload/messages/0/id"),
        ({"messages": [], "draft": {"body": 3}}, 422, "/payload/draft/user"),
        ({"messages": [], "x": "a\0b"}, 422, "/payload"),
        ({"messages": [], "x": 2**70}, 422, "/payload"),
        ({"messages": [], "x": "y" * 300_000}, 413, None),
    ],
)
async def test_a_payload_that_cannot_be_is_refused_at_its_place(
    world, failing, payload, status, pointer
):
    letter = await failing.turn()
    await failing.operator()

    answer = await failing.post(f"{letter.id}/replay", payload=payload)

    assert answer.status_code == status, answer.text
    if pointer:
        assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert (await world.turns())[0].state == "parked"
    assert await acts(world) == []


async def test_replay_from_the_start_and_on_the_current_revision(world, failing, cards):
    letter = await failing.turn()
    await failing.operator()
    old = (await world.turns())[0]
    base = StepCommand.model_validate_json(letter.command)
    done = {**base.payload, "draft": 1}
    entry = LogEntry(
        step="draft", kind="draft", position=0, revision="r1", runner="r", outcome="done",
        queued_at=old.created_at, started_at=old.created_at, ended_at=old.created_at,
        patch=({"op": "add", "path": "/draft", "value": 1},),
    )  # fmt: skip
    second = base.model_copy(
        update={"position": 1, "step": "reply", "kind": "reply", "payload": done, "run": 2,
                "first_input": base.payload, "log": (entry,)}
    )  # fmt: skip
    await failing.post(f"{letter.id}/replay")
    await world.letters.handle([failing.letter(second)])
    steps = cards().steps
    await world.bot(
        number=2, revision="r2", steps=(steps[0], steps[0].model_copy(update={"id": "x"}))
    )

    refused = await failing.post(f"{letter.id}/replay", revision="current")
    unknown = await failing.post(f"{letter.id}/replay", from_step="nowhere")
    answer = await failing.post(f"{letter.id}/replay", revision="current", from_step="draft")

    assert kind_of(refused, 409) == kind_of(unknown, 409) == "not-replayable"
    assert answer.status_code == 200, answer.text
    (turn,) = await world.turns()
    command = failing.command(turn)
    assert (turn.revision, command.revision, command.position, command.run) == ("r2", "r2", 0, 3)
    assert (command.payload, command.log) == (base.payload, ())
    assert [step["id"] for step in turn.steps] == ["draft", "x"]


async def test_the_last_step_by_hand_ends_the_turn_through_the_gate(world, failing):
    bot = await world.bot(steps=(failing.world.card().steps[1],))
    letter = await failing.turn(bot=bot)
    olga = await failing.operator()

    answer = await failing.post(f"{letter.id}/finish", output={"reply": {"body": "by hand"}})

    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["verdict"]) == ("resolved", "answered")
    (turn,) = await world.turns()
    assert (turn.state, turn.command) == ("done", None)
    assert LogEntry.model_validate(json.loads(turn.log)[0]).outcome == "finished"
    row = (await world.messages())[-1]
    assert (row.body, row.by_hand) == ("by hand", olga.id)
    assert row.late_seconds is not None
    kinds = [kind for _, kind in await world.log(turn.conversation_id)]
    assert kinds[-2:] == ["message.created", "turn.ended"]
    assert kind_of(await failing.post(f"{letter.id}/replay"), 409) == "answered"


async def test_a_step_by_hand_asks_for_the_next_step(world, failing):
    letter = await failing.turn()
    await failing.operator()
    output = {"messages": [], "draft": {"body": "by Olga"}, "more": 1}

    answer = await failing.post(f"{letter.id}/finish", output=output)

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "replaying"
    (turn,) = await world.turns()
    command = failing.command(turn)
    assert (command.position, command.step, command.run) == (1, "reply", 2)
    assert command.payload == output
    assert [(one.outcome, one.by) for one in command.log] == [("finished", "olga")]
    assert await bodies(world) == []
    await world.gate.handle([world.outcome(turn, "the rest")])
    assert await bodies(world) == ["the rest"]
    assert (await world.letter_rows())[0].status == "resolved"


async def test_a_reply_by_hand_ends_all(world, failing):
    letter = await failing.turn()
    olga = await failing.operator()
    old = (await world.turns())[0]

    answer = await failing.post(f"{letter.id}/finish", reply={"body": "Olga here"})
    await world.gate.handle([world.outcome(old, "the machine's")])

    assert (answer.json()["status"], answer.json()["verdict"]) == ("answered", "answered")
    assert await bodies(world) == ["Olga here"]
    (row,) = [one for one in await world.messages() if one.turn_id]
    assert (row.by_hand, row.slot, row.step_path) == (olga.id, "hand.0", "draft")
    (turn,) = await world.turns()
    assert (turn.state, turn.run) == ("answered", 2)
    refused = await failing.post(f"{letter.id}/replay", overtaken=True)
    assert kind_of(refused, 409) == "answered"
    assert "olga answered this by hand at " in refused.json()["detail"]
    for path in ("dismiss", "finish"):
        body = {"reason": "no"} if path == "dismiss" else {"reply": {"body": "twice"}}
        assert kind_of(await failing.post(f"{letter.id}/{path}", **body), 409) == "letter-changed"


@pytest.mark.parametrize(
    "ask",
    [
        {},
        {"output": {}, "reply": {"body": "both"}},
        {"reply": {"body": "  "}},
        {"output": {"reply": {"body": ""}}},
        {"output": {"reply": 3}},
        {"strange": 1},
    ],
)
async def test_what_is_no_finish_is_refused(world, failing, ask):
    letter = await failing.turn()
    await failing.operator()

    assert (await failing.post(f"{letter.id}/finish", **ask)).status_code == 422
    assert (await world.turns())[0].state == "parked"


async def test_dismissed_is_restored_and_replayed(world, failing):
    letter = await failing.turn()
    await failing.operator()

    gone = await failing.post(f"{letter.id}/dismiss", reason="not worth it")
    assert gone.json()["status"] == "dismissed"
    assert (await world.turns())[0].state == "dismissed"
    assert kind_of(await failing.post(f"{letter.id}/replay"), 409) == "letter-changed"
    back = await failing.post(f"{letter.id}/restore")
    assert back.json()["status"] == "open"
    assert kind_of(await failing.post(f"{letter.id}/restore"), 409) == "letter-changed"
    assert (await failing.post(f"{letter.id}/replay")).status_code == 200

    (turn,) = await world.turns()
    assert (turn.state, turn.run, turn.ended_at) == ("running", 3, None)
    kinds = [kind for _, kind in await world.log(turn.conversation_id)]
    assert kinds[3:] == ["turn.ended", "turn.failed", "turn.started"]
    assert await audited(world) == [
        "dead_letter.dismissed", "dead_letter.restored", "dead_letter.replayed"
    ]  # fmt: skip


async def test_a_letter_without_a_turn_can_only_be_dismissed(world, failing):
    await world.letters.handle([world.delivery(b"not json", correlation_id="nobody")])
    (letter,) = await world.letter_rows()
    await failing.operator()

    for path, body in (("replay", {}), ("finish", {"reply": {"body": "to whom?"}})):
        assert kind_of(await failing.post(f"{letter.id}/{path}", **body), 409) == "not-replayable"
    assert (await failing.post(f"{letter.id}/dismiss", reason="noise")).status_code == 200
    assert (await failing.post(f"{letter.id}/restore")).json()["status"] == "open"


async def test_what_nobody_could_read_is_replayed_by_the_turns_own_command(world, failing):
    bot = await world.bot()
    ana = await world.person()
    await world.say(ana, await world.place(ana, bot))
    (turn,) = await world.turns()
    await world.letters.handle(
        [world.delivery(b"no", correlation_id=str(turn.id), headers={"warren-run": 1})]
    )
    (letter,) = await world.letter_rows()
    await failing.operator()

    assert (await failing.post(f"{letter.id}/replay")).status_code == 200
    assert failing.command((await world.turns())[0]).position == 0


async def test_overtaken_and_expired_need_a_second_word(world, failing):
    letter = await failing.turn()
    await failing.operator()
    (turn,) = await world.turns()
    await world.sql("update dead_letter set failed_at = now() - interval '8 days'")
    expired = await failing.post(f"{letter.id}/replay")
    await world.sql("update dead_letter set failed_at = now()")
    await world.say(Person((await world.messages())[0].author_id, "ana"), turn.conversation_id)
    await world.gate.handle([world.outcome((await world.turns())[1], "to the later one")])
    overtaken = await failing.post(f"{letter.id}/replay")

    assert kind_of(expired, 409) == kind_of(overtaken, 409) == "overtaken"
    assert (await failing.post(f"{letter.id}/replay", overtaken=True)).status_code == 200


async def test_a_bot_that_is_gone_is_not_replayed(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await world.bot(number=2, removed=True)

    answer = await failing.post(f"{letter.id}/replay")

    assert kind_of(answer, 409) == "not-replayable"
    assert (await failing.post(f"{letter.id}/finish", reply={"body": "hi"})).status_code == 200


async def test_a_replay_may_be_cancelled(world, failing):
    letter = await failing.turn()
    await failing.operator()
    await failing.post(f"{letter.id}/replay")
    (turn,) = await world.turns()
    (asker,) = await world.rows(text("select id from account where username = 'ana'"))

    await cancel(world.store, Person(asker.id, "ana"), turn.id)

    assert (await world.letter_rows())[0].status == "cancelled"
    await world.gate.handle([world.outcome(turn, "no")])
    assert await bodies(world) == []


async def test_the_sender_tries_again(world, failing):
    await failing.turn()
    (turn,) = await world.turns()
    (asker,) = await world.rows(text("select id from account where username = 'ana'"))
    await failing.sign_in(Person(asker.id, "ana"), operator=False)

    answer = await world.http.post(f"/api/v1/turns/{turn.id}/retry")
    second = await world.http.post(f"/api/v1/turns/{turn.id}/retry")

    assert (answer.status_code, answer.json()["state"]) == (200, "running")
    assert kind_of(second, 409) == "letter-changed"
    (act,) = await acts(world)
    assert act.by_id == asker.id
    stranger = await world.person("ben")
    await failing.sign_in(stranger)
    assert (await world.http.post(f"/api/v1/turns/{turn.id}/retry")).status_code == 404


@pytest.mark.parametrize("path", ["replay", "finish", "dismiss", "restore"])
async def test_only_operators_act(world, failing, path):
    letter = await failing.turn()
    body = {"reason": "x"} if path == "dismiss" else {}
    assert (await failing.post(f"{letter.id}/{path}", **body)).status_code == 401
    await failing.sign_in(await world.person("ben"), operator=False)
    assert (await failing.post(f"{letter.id}/{path}", **body)).status_code == 403
    await failing.sign_in(await world.person("olga"))
    assert (await failing.post(f"W-00000000/{path}", **body)).status_code in (404, 422)
    assert (await failing.post(f"nothing/{path}", **body)).status_code in (404, 422)
