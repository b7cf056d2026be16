"""Six steps over six queues by one real runner, to one outcome with the whole trace."""

from uuid import UUID

from warren.contracts.ids import OUTCOME, message_id
from warren.step.patch import apply
from warren.testing.commands import first_command
from warren.testing.runner_mesh import RunnerMesh

ECHO = """
from warren.step import Step

class Echo(Step):
    async def process(self, payload):
        payload["draft"]["body"] = "you said: " + payload["messages"][-1]["body"]
        return payload
"""
SIX = (
    "Draft",
    {"class": "Format", "config": {"each_user_message": "{content}"}},
    {"class": "Guide", "config": {"before": "Be kind."}},
    "Echo",
    "Metadata",
    "Reply",
)


async def test_six_steps_over_six_queues_end_in_one_outcome(mesh: RunnerMesh):
    revision = await mesh.bot(*SIX, source=ECHO)
    command = first_command(revision)
    await mesh.runner(kinds=6)

    await mesh.ask(command)
    (outcome,) = await mesh.outcome()

    assert [reply.body for reply in outcome.replies] == ["you said: hello"]
    assert outcome.replies[0].slot == "reply.0"
    assert outcome.end is not None
    assert [entry.step for entry in outcome.end.log] == [
        "draft", "format", "guide", "echo", "metadata", "reply",
    ]  # fmt: skip
    assert {entry.outcome for entry in outcome.end.log} == {"done"}
    assert outcome.end.first_input == command.payload
    delivery = mesh.outcomes[0]
    assert UUID(delivery.correlation_id) == command.turn_id
    assert delivery.message_id == str(message_id(command.turn_id, 1, (), 5, OUTCOME))
    assert delivery.headers["warren-run"] == 1
    assert not mesh.letters


async def test_the_log_rebuilds_every_payload_from_the_first(mesh: RunnerMesh):
    revision = await mesh.bot(*SIX, source=ECHO)
    await mesh.runner(kinds=6)

    await mesh.ask(first_command(revision))
    (outcome,) = await mesh.outcome()

    assert outcome.end is not None
    payload = outcome.end.first_input
    drafts: list[str | None] = []
    for entry in outcome.end.log:
        payload = apply(payload, entry.patch)
        drafts.append(payload.get("draft", {}).get("body"))
    assert drafts == ["", "", "", "you said: hello", "you said: hello", None]
    assert [each["content"] for each in payload["chatml"]] == ["Be kind.", "hello"]
