"""Remember and Recall in a runner: over HTTP to chat-api, whose absence uses no attempt."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from bot_runner.fault import describe
from bot_runner.isolated import IsolatedJob, run
from bot_runner.memories import Memories
from warren.contracts.slip import StepCommand
from warren.errors import PartAway, Permanent
from warren.testing.commands import first_command
from warren.testing.memory_double import MemoryDouble
from warren.testing.registry_double import revision_of
from warren.testing.runner_mesh import RunnerMesh, until
from warren.testing.runner_process import SERVICE_TOKEN

SHOW = {"class": "Template", "config": {"template": "known: {{ recalled[0].text }}"}}


@pytest.fixture
def chat() -> Iterator[MemoryDouble]:
    with MemoryDouble() as made:
        yield made


def command(**changes: Any) -> StepCommand:
    return first_command(revision_of("memo", [{"class": "Remember"}]), **changes)


async def test_what_is_remembered_is_recalled_and_chat_apis_absence_uses_no_attempt(
    mesh: RunnerMesh, chat: MemoryDouble
):
    once = {"retry": {"attempts": 1}}
    remember, recall = {"class": "Remember", **once}, {"class": "Recall", **once}
    revision = await mesh.bot("Draft", remember, recall, SHOW, "Reply", name="memo")
    where = {"CHAT_API_INNER_URL": chat.url, "OPENAI_BASE_URL": f"{chat.url}/v1"}
    await mesh.runner(kinds=5, **where)
    chat.status = 503
    asked = first_command(revision)

    await mesh.ask(asked)
    await until(lambda: chat.refused > 0, "a try without chat-api", mesh.logs)
    chat.status = 200
    (outcome,) = await mesh.outcome()

    assert [reply.body for reply in outcome.replies] == ["known: hello"]
    assert outcome.end is not None
    tried = [(one.step, one.outcome, one.attempt) for one in outcome.end.log[1:4]]
    assert tried == [("remember", "held", 1), ("remember", "done", 1), ("recall", "done", 1)]
    (kept,) = chat.kept
    assert (kept.turn_id, kept.run, kept.bot) == (asked.turn_id, 1, "memo")
    assert kept.model == chat.queries[0].model == "text-embedding-3-small"
    assert chat.tokens == {f"Bearer {SERVICE_TOKEN}"}
    assert not mesh.letters


@pytest.mark.parametrize(
    ("status", "raised"),
    [(409, Permanent), (422, Permanent), (401, PartAway), (404, PartAway), (429, PartAway),
     (500, PartAway), (503, PartAway)],
)  # fmt: skip
async def test_a_refusal_is_final_and_absence_is_not(
    chat: MemoryDouble, status: int, raised: type[Exception]
):
    chat.status = status
    memories = Memories(chat.url, "t")

    with pytest.raises(raised) as found:
        await memories.of(command()).remember("remember", "text", "m", [1.0])
    await memories.close()

    fault = describe(found.value)
    assert fault.transient is (raised is PartAway)
    assert fault.part == ("chat-api" if raised is PartAway else None)


async def test_nobody_at_the_address_is_absence():
    memories = Memories("http://127.0.0.1:1", "t")

    with pytest.raises(PartAway, match="chat-api does not answer"):
        await memories.of(command()).recall("m", [1.0], 5, 0.0)
    await memories.close()


async def test_a_step_keeps_one_memory_over_all_runs_of_its_turn(chat: MemoryDouble):
    memories, first = Memories(chat.url, "t"), command()
    again = first.model_copy(update={"run": 2})
    elsewhere = first.model_copy(update={"path": ("delegate",)})

    for each in (first, again, elsewhere, command(turn_id=uuid4())):
        await memories.of(each).remember("remember", "text", "m", [1.0])
    await memories.close()

    keys = [one.key for one in chat.kept]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


async def test_a_suspect_step_remembers_from_its_own_process(
    chat: MemoryDouble, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", f"{chat.url}/v1")
    revision, asked = revision_of("memo", [{"class": "Remember"}]), command()
    memories = Memories(chat.url, "t")
    job = IsolatedJob(
        revision=revision,
        position=0,
        payload=asked.payload,
        timeout_seconds=10,
        idempotency_key="k",
        memory=memories.access(asked),
    )

    result = await run(IsolatedJob.model_validate_json(job.model_dump_json()))
    await memories.close()

    assert result.payload is not None
    assert result.payload["remembered"] == "hello"
    assert [one.turn_id for one in chat.kept] == [asked.turn_id]
