"""The path of one message as docs/architecture.md tells it, checked at every exchange and queue it
passes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aio_pika

from conftest import Vhost
from tests.mesh import Mesh
from tests.person import Person

KINDS = ["draft", "format", "guide", "gpt", "metadata", "reply"]


@asynccontextmanager
async def watched(vhost: Vhost, exchange: str) -> AsyncGenerator[list[tuple[str, dict]]]:
    """Everything that passes an exchange, as (routing key, body): a copy, taken beside the real
    queues."""
    seen: list[tuple[str, dict]] = []
    connection = await aio_pika.connect(vhost.url("admin"))
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "#")

        async def note(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            seen.append((message.routing_key or "", json.loads(message.body)))

        await queue.consume(note, no_ack=True)
        yield seen


async def test_a_message_passes_six_queues_and_comes_back_once(mesh: Mesh):
    async with (
        watched(mesh.vhost, "warren.steps") as steps,
        watched(mesh.vhost, "warren.outcomes") as outcomes,
        watched(mesh.vhost, "warren.events") as events,
        Person.signed_up(mesh) as ana,
    ):
        conversation = await ana.talk_to("oracle")
        async with ana.socket() as socket:
            written = await ana.write(conversation, "what will be?")
            answer = await socket.wait_for(
                lambda one: (
                    one["type"] == "message.created" and one["message"]["author"] == "oracle"
                )
            )
            await socket.wait_for(lambda one: one["type"] == "turn.ended")
        turn = answer["message"]["turn_id"]
        trace = await ana.call("GET", f"/turns/{turn}/trace")
        await asyncio.sleep(0.2)

    assert [key for key, _ in steps] == [f"{kind}.oracle" for kind in KINDS]
    assert {body["turn_id"] for _, body in steps} == {turn}
    assert len({body["position"] for _, body in steps}) == 6
    assert [key for key, _ in outcomes] == ["reply.oracle"], (
        "the last step sends reply and end together"
    )
    kinds_of_event = [key.rsplit(".", 1)[0] for key, _ in events if conversation in key]
    assert kinds_of_event == ["message.created", "turn.started", "message.created", "turn.ended"]

    assert answer["message"]["body"].endswith("to what will be?")
    assert answer["message"]["in_reply_to"] == written["id"]
    assert [one.question for one in mesh.model.calls].count("what will be?") == 1
    seqs = [
        one["seq"]
        for one in socket.frames
        if one.get("conversation") == conversation and "seq" in one
    ]
    assert seqs == [1, 2, 3, 4]

    log = trace["log"]
    assert [(one["step"], one["outcome"], one["attempt"]) for one in log] == [
        (kind, "done", 1) for kind in KINDS
    ]
    assert all(one["runner"] and one["revision"] == trace["turn"]["revision"] for one in log)
    assert all(one["queued_at"] <= one["started_at"] <= one["ended_at"] for one in log)
    assert trace["turn"]["state"] == "done"
    queues = mesh.vhost.node.management("GET", f"/api/queues/{mesh.vhost.name}") or []
    names = {one["name"] for one in queues}
    assert {f"step.{kind}" for kind in KINDS} <= names
    assert not {name for name in names if "oracle" in name}, "queues follow kinds, never bots"


async def test_the_watchers_see_progress_and_the_text_grow(start_mesh):
    async with start_mesh(model_delay=0.6) as mesh, Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("oracle")
        async with ana.socket() as socket:
            await ana.write(conversation, "and then?")
            await socket.wait_for(lambda one: one["type"] == "turn.ended")

    progress = socket.of("turn.progress")
    first = progress[0]
    assert (first["step"], first["position"], first["total"]) == ("gpt", 4, 6)
    deltas = socket.of("turn.delta")
    assert [one["index"] for one in deltas] == list(range(len(deltas)))
    assert "".join(one["text"] for one in deltas) == "answer 1 to and then?"


async def test_a_failed_step_is_kept_and_the_sender_is_told(mesh: Mesh):
    async with Person.signed_up(mesh) as ana:
        conversation = await ana.talk_to("breaker")
        async with ana.socket() as socket:
            await ana.write(conversation, "go")
            failed = await socket.wait_for(lambda one: one["type"] == "turn.failed")
        turn = await ana.call("GET", f"/turns/{failed['turn_id']}")
        messages = await ana.messages(conversation)

    assert (turn["state"], failed["step"], failed["reason"]) == ("parked", "break", "failed")
    assert failed["reference"]
    assert "always breaks" not in failed["text"], (
        "the cause is for operators, the sender gets plain words"
    )
    assert [one["author_kind"] for one in messages] == ["person"], "an error is never a reply"


async def test_people_talk_without_bots_too(mesh: Mesh):
    async with Person.signed_up(mesh) as ana, Person.signed_up(mesh) as ben:
        async with ben.socket() as socket:
            conversation = await ana.talk_to(ben.name)
            await socket.wait_for(lambda one: one["type"] == "conversation.created")
            await ana.write(conversation, "hello Ben")
            heard = await socket.wait_for(lambda one: one["type"] == "message.created")
        assert heard["message"]["body"] == "hello Ben"
        assert await ben.talk_to(ana.name) == conversation, "there is one direct conversation"


async def test_a_bot_in_a_group_answers_when_it_is_mentioned(mesh: Mesh):
    async with Person.signed_up(mesh) as ana, Person.signed_up(mesh) as ben:
        group = await ana.talk_to(ben.name, "oracle", title="Three of us")
        await ana.write(group, "good morning")
        await ben.write(group, "@oracle good morning to you")
        answers = await ana.answers(group, 1)
        await asyncio.sleep(1)
        found = await ana.messages(group)

    assert answers[0]["body"].endswith("good morning to you")
    assert [one["author_kind"] for one in found] == ["person", "person", "bot"]
