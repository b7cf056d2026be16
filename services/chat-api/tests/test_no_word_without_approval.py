"""Nothing is said without approval, whatever happens in whatever order: runners that lie, messages
that come twice, people who decide at once, takeovers, cancels, failures, replays, restarts.

Each seed is a story of its own; a failing one is told again by its number.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from chat_api.decisions.tables import decision
from chat_api.gate import Gate
from chat_api.tables import conversation, outbox
from warren.contracts.outcome import Ask, Outcome, OutcomeReply, TurnEnd
from warren.contracts.registry import StepCard
from warren.contracts.slip import StepCommand

APPROVE = tuple(
    StepCard(id=name, class_name=name.title(), kind=name, timeout_seconds=1, attempts=1)
    for name in ("draft", "approve", "reply")
)
BOTS = ({"reply": "draft"}, {"steps": APPROVE}, {"steps": APPROVE, "approver": "ana"})
ACTS = 60
SAID_BEFORE = ("Dear Ana", "Buy now!", "On its way")


@dataclass
class Story:
    """A conversation in which everything may happen."""

    world: Any
    failing: Any
    place: Any
    ana: Any
    dice: random.Random
    outcomes: list[Any] = field(default_factory=lambda: [])

    async def act(self) -> None:
        """Let something happen; what is refused changes nothing."""
        acts = (
            self.ask, self.reply, self.reply, self.reply, self.reply, self.reply, self.claim,
            self.twice, self.approval, self.approval,
            self.decide, self.decide, self.decide, self.both, self.take, self.release, self.cancel,
            self.fail, self.replay, self.restart, self.cancel,
        )  # fmt: skip
        turns = await self.world.turns()
        if not any(turn.state == "running" for turn in turns) and self.dice.random() < 0.5:
            await self.release()
            await self.ask()
        else:
            await self.dice.choice(acts)()

    async def ask(self) -> None:
        await self.world.say(self.ana, self.place, "hello")

    async def reply(self) -> None:
        """An honest runner: the current run's reply and end."""
        if turn := await self.a_turn():
            rows = await self.world.rows(select(decision).where(decision.c.turn_id == turn.id))
            known = [row.decided_body or row.body for row in rows]
            said = self.dice.choice([*SAID_BEFORE, *known * 3])
            slot = f"reply.{self.dice.randint(0, 3)}"
            end = self.dice.random() < 0.15
            await self.hear(self.outcome(turn, turn.run, said, end=end, slot=slot))

    async def claim(self) -> None:
        """A runner that lies: any run, any place, any metadata."""
        if turn := await self.a_turn():
            run = self.dice.randint(0, 5)
            slot = f"reply.{self.dice.randint(0, 2)}"
            await self.hear(
                self.outcome(turn, run, "Buy now!", end=True, slot=slot, step="elsewhere")
            )

    async def twice(self) -> None:
        """The broker delivers something a second time, under the same id or another."""
        if self.outcomes:
            again = self.dice.choice(self.outcomes)
            if self.dice.random() < 0.5:
                again = self.world.delivery(again.body)
            await self.world.gate.handle([again])

    async def approval(self) -> None:
        """An Approve step asks."""
        turn = await self.a_turn()
        if turn is None or turn.command is None:
            return
        command = StepCommand.model_validate_json(turn.command)
        asked = Ask(
            kind="approval",
            body=self.dice.choice(SAID_BEFORE),
            command=command.model_copy(update={"position": 1, "step": "approve"}),
        )
        outcome = Outcome(
            turn_id=turn.id, run=turn.run, bot=turn.bot, revision="r1", position=1,
            step="approve", ask=asked,
        )  # fmt: skip
        await self.hear(self.world.delivery(outcome.model_dump_json().encode()))

    async def decide(self) -> None:
        if row := await self.a_decision():
            await self.decided(row.id)

    async def both(self) -> None:
        """Two people decide the same at once."""
        if row := await self.a_decision():
            await asyncio.gather(self.decided(row.id), self.decided(row.id))

    async def decided(self, id: Any) -> None:
        match self.dice.randint(0, 5):
            case 0 | 1 | 2:
                await self.post(f"drafts/{id}/approve")
            case 3:
                await self.post(f"drafts/{id}/approve", body=f"edited {self.dice.random()}")
            case 4:
                await self.post(f"drafts/{id}/reject", reason="no")
            case _:
                await self.post(f"drafts/{id}/hand-over", to=self.dice.choice(("ana", None)))

    async def take(self) -> None:
        await self.post(f"conversations/{self.place}/takeover", minutes=5)

    async def release(self) -> None:
        await self.post(f"conversations/{self.place}/release")

    async def cancel(self) -> None:
        open_ones = [one for one in await self.world.turns() if one.state in ("waiting", "parked")]
        turn = self.dice.choice(open_ones) if open_ones else await self.a_turn()
        if turn is not None and self.dice.random() < 0.4:
            await self.post(f"turns/{turn.id}/cancel")

    async def fail(self) -> None:
        turn = await self.a_turn()
        if turn is not None and turn.command is not None and self.dice.random() < 0.5:
            command = StepCommand.model_validate_json(turn.command)
            await self.world.letters.handle([self.failing.letter(command)])

    async def replay(self) -> None:
        for letter in await self.world.letter_rows():
            await self.post(f"dead-letters/{letter.id}/replay", overtaken=True)

    async def restart(self) -> None:
        """A new process: nothing is remembered but the rows."""
        self.world.gate = Gate(self.world.store, self.world.letters)

    def outcome(self, turn: Any, run: int, body: str, *, end: bool, **more: Any) -> Any:
        slot = more.pop("slot", "reply.0")
        values = {
            "turn_id": turn.id, "run": run, "bot": turn.bot, "revision": "r1", "position": 2,
            "step": "reply", "replies": (OutcomeReply(slot=slot, body=body),),
            "end": TurnEnd(first_input={"messages": []}, log=()) if end else None,
        }  # fmt: skip
        made = Outcome.model_validate(values | more)
        return self.world.delivery(made.model_dump_json().encode())

    async def hear(self, delivery: Any) -> None:
        self.outcomes.append(delivery)
        await self.world.gate.handle([delivery])

    async def a_turn(self) -> Any:
        turns = await self.world.turns()
        running = [turn for turn in turns if turn.state == "running"]
        if running and self.dice.random() < 0.8:
            return self.dice.choice(running)
        return self.dice.choice(turns) if turns else None

    async def a_decision(self) -> Any:
        rows = await self.world.rows(select(decision))
        waiting = [row for row in rows if row.status == "waiting"]
        if waiting and self.dice.random() < 0.8:
            return self.dice.choice(waiting)
        return self.dice.choice(rows) if rows else None

    async def post(self, path: str, **body: Any) -> None:
        answer = await self.world.http.post(f"/api/v1/{path}", json=body)
        assert answer.status_code in (200, 201, 204, 404, 409, 422), answer.text


@pytest.mark.parametrize("seed", range(7))
async def test_nothing_is_said_without_approval(world, failing, seed):
    dice = random.Random(seed)
    bot = await world.bot(**dice.choice(BOTS))
    ana = await world.person("ana")
    story = Story(world, failing, await world.place(ana, bot), ana, dice)
    await failing.sign_in(ana)  # she is an operator, too: she may decide all there is
    await story.ask()

    for _ in range(ACTS):
        await story.act()

    await every_word_was_approved(world, ana)
    await everything_is_decided_once(world)
    await nothing_stands_still_for_nothing(world)


async def every_word_was_approved(world: Any, ana: Any) -> None:
    decided = await world.rows(
        select(decision).where(decision.c.status.in_(("approved", "edited")))
    )
    allowed = Counter(
        (row.turn_id, row.body if row.decided_body is None else row.decided_body) for row in decided
    )
    said = Counter(
        (row.turn_id, row.body) for row in await world.messages() if row.author_id != ana.id
    )
    assert not said - allowed


async def everything_is_decided_once(world: Any) -> None:
    logged = await world.rows(select(outbox.table.c.body).where(outbox.table.c.seq.isnot(None)))
    told = [orjson.loads(row.body) for row in logged]
    ends = Counter(
        one["draft"]
        for one in told
        if one["type"] == "draft.decided" and one["status"] != "waiting"
    )
    rows = await world.rows(select(decision))
    assert ends == Counter(str(row.id) for row in rows if row.status != "waiting")


async def nothing_stands_still_for_nothing(world: Any) -> None:
    rows = await world.rows(select(decision).where(decision.c.status == "waiting"))
    waiting = Counter(row.turn_id for row in rows)
    turns = await world.turns()
    assert {turn.id: turn.undecided for turn in turns if turn.undecided} == waiting
    for turn in turns:
        assert (turn.state != "waiting") or waiting[turn.id]
        assert turn.state in ("waiting", "running", "parked") or not waiting[turn.id]
    places = await world.rows(select(conversation.c.undecided))
    assert sum(row.undecided for row in places) == len(rows)
    assert await world.value(text("select count(*) from message where body like 'Buy%'")) <= len(
        await world.rows(select(decision).where(decision.c.body.like("Buy%")))
    )
