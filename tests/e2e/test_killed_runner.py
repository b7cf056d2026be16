"""A runner dies by SIGKILL in the middle of a step, or of many: every message has exactly one
answer."""

import asyncio
import re

import pytest

from tests.e2e.conftest import StartMesh
from tests.ledger import violations
from tests.mesh import Mesh
from tests.person import Person

CONVERSATIONS = 20
MESSAGES = 200
RUNNERS = 4
KILL_EVERY_SECONDS = 2.0


async def test_a_runner_killed_in_the_middle_of_a_step_costs_no_answer(start_mesh: StartMesh):
    async with start_mesh(runners=1) as mesh, Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("sleeper")
        async with ana.socket() as socket:
            await ana.write(conversation, "sleep well")
            await socket.wait_for(
                lambda one: one["type"] == "turn.progress" and one["step"] == "nap"
            )
            mesh.runners[0].kill()
            mesh.add_runner()
            await socket.wait_for(lambda one: one["type"] == "turn.ended", 30)
        answers = await ana.answers(conversation, 1)
        await asyncio.sleep(0.5)

        assert [one["body"] for one in await ana.answers(conversation, 1)] == [answers[0]["body"]]
        assert await violations(mesh) == []


async def kill_in_turn(mesh: Mesh, stop: asyncio.Event) -> int:
    """Kill a runner that works every two seconds and start another; return how many died.

    A busy machine starts a runner slower than this kills: one that serves is always left.
    """
    killed = 0
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), KILL_EVERY_SECONDS)
        except TimeoutError:
            serving = [one for one in mesh.runners if "kind.consumed" in one.log.read_text()]
            if len(serving) > 1:
                serving[0].kill()
                mesh.add_runner()
                killed += 1
    return killed


@pytest.mark.timeout(300)
async def test_two_hundred_messages_with_runners_dying_have_one_answer_each_in_order(
    start_mesh: StartMesh,
):
    async with start_mesh(runners=RUNNERS, model_delay=0.05) as mesh, Person.signed_up(mesh) as ana:
        rooms = [await ana.talk_to("oracle", title=f"room {n}") for n in range(CONVERSATIONS)]
        stop = asyncio.Event()
        killing = asyncio.ensure_future(kill_in_turn(mesh, stop))
        limit = asyncio.Semaphore(20)

        async def ask(room: str, number: int) -> None:
            async with limit:
                await ana.write(room, f"@oracle question {number}")

        for round_ in range(MESSAGES // CONVERSATIONS):
            await asyncio.gather(*(ask(room, round_) for room in rooms))
        found = [
            await ana.wait_for(room, lambda some: every_question_answered(some), 120)
            for room in rooms
        ]
        stop.set()
        killed = await killing
        await asyncio.sleep(1)
        found = [await ana.messages(room) for room in rooms]

        assert killed >= 2, "the test must have killed runners"
        for some in found:
            assert_answered_once_in_order(some)
        assert await violations(mesh) == []


def questions(messages: list[dict]) -> list[dict]:
    return [one for one in messages if one["author_kind"] == "person"]


def every_question_answered(messages: list[dict]) -> bool:
    """Whether there are as many answers as questions."""
    return len(messages) >= 2 * MESSAGES // CONVERSATIONS


def assert_answered_once_in_order(messages: list[dict]) -> None:
    seqs = [one["seq"] for one in messages]
    assert seqs == sorted(set(seqs))
    replies = [one for one in messages if one["author_kind"] == "bot"]
    assert [one["in_reply_to"] for one in replies] == [one["id"] for one in questions(messages)]
    asked = [int(re.findall(r"question (\d+)", one["body"])[-1]) for one in replies]
    assert asked == list(range(MESSAGES // CONVERSATIONS)), "each answer is to its own question"
    assert len({one["body"] for one in replies}) == len(replies), "no answer is shown twice"
