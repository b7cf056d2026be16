"""Drafts and questions on a real database, over the real routes: held back, decided once."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chat_api.decisions.tables import decision
from chat_api.ledger.tables import expectation
from chat_api.person import Person
from chat_api.tables import bot
from warren.contracts.outcome import Ask, Outcome, OutcomeReply
from warren.contracts.registry import StepCard
from warren.contracts.slip import LogEntry, StepCommand

STEPS = tuple(
    StepCard(id=name, class_name=name.title(), kind=name, timeout_seconds=1, attempts=1)
    for name in ("draft", "approve", "reply")
)
FORM = {
    "type": "object",
    "properties": {"days": {"type": "integer"}},
    "required": ["days"],
    "additionalProperties": False,
}


@dataclass
class Drafting:
    """A bot, a person who asks it, an operator who decides."""

    world: Any
    failing: Any
    ana: Person
    olga: Person
    place: UUID

    async def ask(self, body: str = "hello") -> Any:
        """Let Ana ask; return the turn."""
        await self.world.say(self.ana, self.place, body)
        return (await self.world.turns())[-1]

    async def hear(self, turn: Any, *replies: str, **more: Any) -> None:
        await self.world.gate.handle([self.world.outcome(turn, *replies, **more)])

    async def asks(self, turn: Any, kind: str = "approval", **more: Any) -> None:
        """Let the second step ask a person."""
        command = StepCommand.model_validate_json(turn.command).model_copy(
            update={"position": 1, "step": "approve", "kind": "approve", "run": turn.run}
        )
        body = more.pop("body", "Shall I?")
        asked = Ask.model_validate({"kind": kind, "body": body, "command": command} | more)
        outcome = Outcome(
            turn_id=turn.id, run=turn.run, bot=turn.bot, revision=turn.revision, position=1,
            step="approve", ask=asked,
        )  # fmt: skip
        body_ = outcome.model_dump_json().encode()
        await self.world.gate.handle([self.world.delivery(body_, message_id=str(uuid4()))])

    async def rows(self) -> list[Any]:
        return await self.world.rows(select(decision).order_by(decision.c.created_at))

    async def waiting(self) -> list[Any]:
        return [row for row in await self.rows() if row.status == "waiting"]

    async def post(self, path: str, **body: Any) -> Any:
        return await self.world.http.post(f"/api/v1/{path}", json=body)

    async def get(self, path: str) -> Any:
        return await self.world.http.get(f"/api/v1/{path}")

    async def said(self) -> list[str]:
        """What stands in the chat, without what Ana asked."""
        return [row.body for row in await self.world.messages() if row.author_id != self.ana.id]

    async def state(self, turn: Any) -> str:
        (found,) = [row for row in await self.world.turns() if row.id == turn.id]
        return found.state


async def drafting(world: Any, failing: Any, **card: Any) -> Drafting:
    """A conversation with a bot. Olga, an operator, is signed in."""
    bot = await world.bot(**card)
    ana, olga = await world.person("ana"), await failing.operator()
    return Drafting(world, failing, ana, olga, await world.place(ana, bot))


@pytest.fixture
async def drafts(world, failing):
    return await drafting(world, failing, reply="draft")


async def test_a_reply_of_a_draft_bot_is_a_row_and_no_message(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")

    assert turn.stream is False
    assert await drafts.said() == []
    (row,) = await drafts.waiting()
    assert (row.kind, row.body, row.asked_id, row.turn_id) == ("reply", "Dear Ana", None, turn.id)
    assert await drafts.state(turn) == "waiting"
    kinds = [kind for _, kind in await drafts.world.log(drafts.place)]
    assert kinds == ["message.created", "turn.started", "draft.created"]
    assert "Dear Ana" not in str(drafts.world.shelf.take("warren.events"))


async def test_what_is_approved_is_said_once_with_the_name_of_who_did(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()

    answer = await drafts.post(f"drafts/{row.id}/approve")
    again = await drafts.post(f"drafts/{row.id}/approve")

    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert again.status_code == 409
    assert again.json()["detail"].startswith("Nothing was changed. olga approved this at ")
    (shown,) = (await drafts.world.messages())[1:]
    assert (shown.body, shown.approved_by, shown.by_hand) == ("Dear Ana", drafts.olga.id, None)
    assert await drafts.state(turn) == "done"


async def test_an_edited_draft_says_so_and_keeps_the_bots_words_for_who_decides(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()

    answer = await drafts.post(f"drafts/{row.id}/approve", body="Dearest Ana")

    shown = answer.json()
    assert (shown["status"], shown["body"], shown["decided_body"]) == (
        "edited", "Dear Ana", "Dearest Ana",
    )  # fmt: skip
    assert await drafts.said() == ["Dearest Ana"]
    assert (await drafts.world.messages())[-1].by_hand == drafts.olga.id


async def test_a_rejected_draft_is_never_said_and_its_turn_ends(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()

    without = await drafts.post(f"drafts/{row.id}/reject", reason=" ")
    answer = await drafts.post(f"drafts/{row.id}/reject", reason="too stiff")

    assert without.status_code == 422
    assert (answer.json()["status"], answer.json()["reason"]) == ("rejected", "too stiff")
    assert (await drafts.said(), await drafts.state(turn)) == ([], "dismissed")
    await drafts.hear(turn, "Dear Ana, again", message_id="late")
    assert await drafts.said() == []


async def test_each_of_several_drafts_is_decided_and_the_turn_ends_with_the_last(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "One", "Two")
    one, two = await drafts.waiting()

    await drafts.post(f"drafts/{one.id}/approve")
    between = await drafts.state(turn)
    await drafts.post(f"drafts/{two.id}/reject", reason="no")

    assert (between, await drafts.state(turn)) == ("waiting", "done")
    assert await drafts.said() == ["One"]


async def test_two_who_decide_at_once_are_one(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()

    answers = await asyncio.gather(
        *(drafts.post(f"drafts/{row.id}/approve", body=f"by {number}") for number in range(6))
    )

    assert sorted(one.status_code for one in answers) == [200, *[409] * 5]
    assert len(await drafts.said()) == 1


@pytest.mark.parametrize("who", ["ana", "ben"])
async def test_nobody_but_who_is_asked_sees_or_decides_a_draft(world, failing, who):
    drafts = await drafting(world, failing, reply="draft", approver="cara")
    cara, ben = await world.person("cara"), await world.person("ben")
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()
    assert row.asked_id == cara.id

    operator = await drafts.post(f"drafts/{row.id}/approve")
    await failing.sign_in(drafts.ana if who == "ana" else ben, operator=False)
    listed = await drafts.get("drafts")
    other = await drafts.post(f"drafts/{row.id}/approve")
    await failing.sign_in(cara, operator=False)
    mine = await drafts.get("drafts")
    own = await drafts.post(f"drafts/{row.id}/approve")

    assert (operator.status_code, other.status_code, own.status_code) == (404, 404, 200)
    assert listed.json()["items"] == []
    assert [(one["body"], one["mine"]) for one in mine.json()["items"]] == [("Dear Ana", True)]


async def test_the_trace_tells_the_draft_to_who_decides_only(drafts):
    turn = await drafts.ask()
    command = StepCommand.model_validate_json(turn.command)
    at = command.queued_at
    entry = LogEntry(
        step="think", kind="gpt", position=0, revision="r1", runner="r", outcome="done",
        queued_at=at, started_at=at, ended_at=at,
        patch=({"op": "add", "path": "/x", "value": "Dear"},),
    )  # fmt: skip
    end = {"first_input": {"messages": []}, "log": (entry.model_dump(mode="json"),)}
    await drafts.hear(turn, "Dear Ana", end=False)
    body = drafts.world.outcome(turn, message_id="the end").body
    outcome = Outcome.model_validate_json(body).model_copy(update={"replies": ()})
    ended = Outcome.model_validate(outcome.model_dump() | {"end": end})
    await drafts.world.gate.handle(
        [drafts.world.delivery(ended.model_dump_json().encode(), message_id="end")]
    )

    await drafts.failing.sign_in(drafts.ana, operator=False)
    hers = (await drafts.get(f"turns/{turn.id}/trace")).json()["log"]
    await drafts.world.sql("insert into member values (:c, :a)", c=drafts.place, a=drafts.olga.id)
    await drafts.failing.sign_in(drafts.olga)
    his = (await drafts.get(f"turns/{turn.id}/trace")).json()["log"]

    assert ([one["patch"] for one in hers], len(his[0]["patch"])) == ([[]], 1)


async def test_a_newer_answer_retires_older_drafts(drafts):
    first = await drafts.ask("first")
    await drafts.hear(first, "To the first")
    second = await drafts.ask("second")
    await drafts.hear(second, "To the second")
    older, newer = await drafts.waiting()

    await drafts.post(f"drafts/{newer.id}/approve")
    answer = await drafts.post(f"drafts/{older.id}/approve")

    assert answer.status_code == 409
    assert "A newer answer came" in answer.json()["detail"]
    assert (await drafts.state(first), await drafts.state(second)) == ("dismissed", "done")
    assert await drafts.said() == ["To the second"]


async def test_a_cancelled_turn_takes_its_drafts_along(drafts):
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()
    await drafts.failing.sign_in(drafts.ana, operator=False)

    cancelled = await drafts.post(f"turns/{turn.id}/cancel")
    await drafts.failing.sign_in(drafts.olga)
    answer = await drafts.post(f"drafts/{row.id}/approve")

    assert (cancelled.status_code, answer.status_code) == (200, 409)
    assert await drafts.said() == []


async def test_handing_over_changes_who_decides(drafts):
    ben = await drafts.world.person("ben")
    turn = await drafts.ask()
    await drafts.hear(turn, "Dear Ana")
    (row,) = await drafts.waiting()

    nobody = await drafts.post(f"drafts/{row.id}/hand-over", to="nobody")
    handed = await drafts.post(f"drafts/{row.id}/hand-over", to="ben")
    mine_no_more = await drafts.post(f"drafts/{row.id}/approve")
    await drafts.failing.sign_in(ben, operator=False)
    his = await drafts.post(f"drafts/{row.id}/approve")

    codes = [one.status_code for one in (nobody, handed, mine_no_more, his)]
    assert codes == [422, 204, 404, 200]


async def test_approve_lets_just_the_approved_words_through(world, failing):
    drafts = await drafting(world, failing, steps=STEPS)
    turn = await drafts.ask()
    await drafts.asks(turn, body="Dear Ana", metadata={"mood": "good"})
    assert await drafts.state(turn) == "waiting"
    (row,) = await drafts.waiting()
    world.shelf.take()

    await drafts.post(f"drafts/{row.id}/approve", body="Dearest Ana")
    (sent,) = world.shelf.take("warren.steps")
    (resumed,) = await world.turns()
    value = {"body": "Dearest Ana", "metadata": {"mood": "good"}}

    assert (sent["position"], sent["run"], resumed.run) == (1, 2, 2)
    assert sent["answer"] == {"kind": "approved", "by": "olga", "value": value}
    reply = OutcomeReply(slot="reply.0", body="Dearest Ana", metadata={"mood": "good"})
    await drafts.hear(resumed, replies=(reply,))
    assert await drafts.said() == ["Dearest Ana"]
    assert (await world.messages())[-1].approved_by == drafts.olga.id
    assert await drafts.state(turn) == "done"


async def test_other_words_than_the_approved_ones_are_held_back_again(world, failing):
    drafts = await drafting(world, failing, steps=STEPS)
    turn = await drafts.ask()
    await drafts.asks(turn, body="Dear Ana")
    (row,) = await drafts.waiting()
    await drafts.post(f"drafts/{row.id}/approve")
    (resumed,) = await world.turns()

    await drafts.hear(resumed, "Dear Ana", "Buy now!")
    (held,) = await drafts.waiting()

    assert await drafts.said() == ["Dear Ana"]
    assert held.body == "Buy now!"


async def test_what_was_approved_is_said_once_however_often_it_is_claimed(world, failing):
    drafts = await drafting(world, failing, steps=STEPS)
    turn = await drafts.ask()
    await drafts.asks(turn, body="Dear Ana")
    (row,) = await drafts.waiting()
    await drafts.post(f"drafts/{row.id}/approve")
    (resumed,) = await world.turns()

    await drafts.hear(resumed, "Dear Ana", "Dear Ana", end=False)
    again = OutcomeReply(slot="reply.7", body="Dear Ana")
    await drafts.hear(resumed, replies=(again,), message_id="later")

    assert await drafts.said() == ["Dear Ana"]
    assert [row.slot for row in await drafts.waiting()] == ["reply.1", "reply.7"]


async def test_a_rejected_approval_ends_the_turn(world, failing):
    drafts = await drafting(world, failing, steps=STEPS)
    turn = await drafts.ask()
    await drafts.asks(turn, body="Dear Ana")
    (row,) = await drafts.waiting()

    await drafts.post(f"drafts/{row.id}/reject", reason="no")

    assert (await drafts.state(turn), await drafts.said()) == ("dismissed", [])
    await drafts.hear(turn, "Dear Ana")
    assert await drafts.said() == []


async def test_a_question_is_answered_by_its_form_and_the_step_goes_on(world, failing):
    drafts = await drafting(world, failing)
    turn = await drafts.ask()
    await drafts.asks(turn, "question", body="How many days?", form=FORM, to="asker")
    await failing.sign_in(drafts.ana, operator=False)
    (asked,) = (await drafts.get("questions")).json()["items"]
    world.shelf.take()

    wrong = await drafts.post(f"questions/{asked['id']}/answer", answer={"days": "two"})
    right = await drafts.post(f"questions/{asked['id']}/answer", answer={"days": 2})
    again = await drafts.post(f"questions/{asked['id']}/answer", answer={"days": 3})

    assert (wrong.status_code, right.status_code, again.status_code) == (422, 200, 409)
    assert wrong.json()["errors"][0]["pointer"] == "/answer/days"
    (sent,) = world.shelf.take("warren.steps")
    assert sent["answer"] == {"kind": "answered", "by": "ana", "value": {"days": 2}}
    assert await drafts.state(turn) == "running"


async def test_a_message_on_behalf_of_somebody_waits_for_them_and_goes_out_in_their_name(
    world, failing
):
    drafts = await drafting(world, failing)
    ben = await world.person("ben")
    turn = await drafts.ask()
    reply = OutcomeReply(slot="send.0", body="See you at six", send_to=("ben",))
    await drafts.hear(turn, replies=(reply,))
    (row,) = await drafts.waiting()
    assert (row.kind, row.asked_id) == ("send_as", drafts.ana.id)

    operator = await drafts.post(f"drafts/{row.id}/approve")
    await failing.sign_in(drafts.ana, operator=False)
    hers = await drafts.post(f"drafts/{row.id}/approve")
    twice = await drafts.post(f"drafts/{row.id}/approve")

    assert (operator.status_code, hers.status_code, twice.status_code) == (404, 200, 409)
    sent = (await world.messages())[-1]
    assert (sent.body, sent.author_id) == ("See you at six", drafts.ana.id)
    assert sent.conversation_id != drafts.place
    await failing.sign_in(ben, operator=False)
    (theirs,) = (await drafts.get("conversations")).json()["items"]
    assert theirs["last_message"]["body"] == "See you at six"
    assert await drafts.state(turn) == "done"


async def test_a_bot_that_asks_a_draft_bot_drafts_too(world, failing):
    delegate = StepCard(
        id="ask", class_name="Delegate", kind="delegate", timeout_seconds=1, attempts=1,
        delegates="writer",
    )  # fmt: skip
    await world.bot("writer", reply="draft")
    drafts = await drafting(world, failing, steps=(delegate,))

    turn = await drafts.ask()

    assert (turn.approval, turn.stream) == (True, False)
    await world.bot("writer", reply="auto", number=2)
    assert await world.value(select(bot.c.approval).where(bot.c.name == "echo")) is False


async def test_each_decision_stands_in_the_ledger_with_its_distance(drafts):
    for how, body in (
        ("approve", {}),
        ("approve", {"body": "Dear Eva"}),
        ("reject", {"reason": "no"}),
    ):
        turn = await drafts.ask()
        await drafts.hear(turn, "Dear Ana")
        (row,) = await drafts.waiting()
        await drafts.post(f"drafts/{row.id}/{how}", **body)

    entries = await drafts.world.rows(select(expectation).order_by(expectation.c.id))

    assert [(one.kind, one.expected, one.actual, one.distance) for one in entries] == [
        ("draft_sent", "Dear Ana", "Dear Ana", 0.0),
        ("draft_edited", "Dear Eva", "Dear Ana", 0.25),
        ("draft_rejected", "", "Dear Ana", None),
    ]


async def test_a_replay_asks_for_approval_once_the_bots_file_does(world, failing):
    drafts = await drafting(world, failing)
    turn = await drafts.ask()
    command = StepCommand.model_validate_json(turn.command)
    await world.letters.handle([failing.letter(command)])
    await world.bot(reply="draft", number=2, revision="r2")
    (letter,) = await world.letter_rows()

    answer = await drafts.post(f"dead-letters/{letter.id}/replay")
    (resumed,) = await world.turns()
    await drafts.hear(resumed, "Dear Ana")

    assert answer.status_code == 200
    assert (resumed.approval, resumed.stream) == (True, False)
    assert await drafts.said() == []
    assert len(await drafts.waiting()) == 1
